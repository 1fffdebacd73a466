"""Markdown: what a picture says, as tables; every character that could be markup is escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinrom.diagrams.pictures.graph import Graph, Mark
    from twinrom.diagrams.pictures.lanes import Lanes

SIGNS: tuple[Mark, ...] = (
    "initial", "bad", "visited", "current", "added", "removed", "changed", "folded", "fault",
    "environment", "automatic",
)  # fmt: skip
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!&$-])")


def graph_tables(graph: Graph) -> str:
    """Return a table of arrows for each panel: from, to, rules; one line of a cell per rule."""
    lines = [f"# {_text([graph.title])}", ""]
    panels = graph.panels()
    for panel in panels:
        if len(panels) > 1:
            lines += [f"## {_text([panel.title])}", ""]
        names = {n.id: " ".join(n.lines) for n in panel.nodes}
        first = [names[e.target] for e in panel.edges if not names[e.source]]
        if first:
            lines += [f"Initial: {_text([', '.join(first)])}", ""]
        rows = [
            (
                [names[edge.source]],
                [names[edge.target]],
                [" ".join(line.strip() for line in part.lines) for part in edge.parts],
                [_signs(edge.shared_marks)],
            )
            for edge in panel.edges
            if names[edge.source]
        ]
        lines += [*_table(("from", "to", "event \\[guard\\] / effect", "kind"), rows), ""]
    lines += [f"- {_text([note])}" for note in graph.notes]
    return "\n".join(lines).rstrip() + "\n"


def lanes_table(lanes: Lanes) -> str:
    """Return a run as one table: a row per step, a column per lane."""
    empty = {i: [""] for i in range(len(lanes.names))}
    start = empty | {c.lane: [c.state, *c.lines] for c in lanes.start}
    rows = [([""], ["the start"], *start.values())]
    for row in lanes.rows:
        cells = empty | {c.lane: [t for t in (c.state, *c.lines) if t] for c in row.cells}
        sign = "! " if "bad" in row.marks else ""
        event = [f"{sign}{row.event}", f"{row.actor}, {row.place}", *row.guards]
        rows.append(([str(row.number)], event, *cells.values()))
    head = ("step", "who, and what", *(_text([name]) for name in lanes.names))
    lines = [f"# {_text([lanes.title])}", "", *_table(head, rows), ""]
    lines += [f"{_text([told])}\n" for told in (lanes.ever, lanes.ending) if told]
    lines += [f"- {_text([note])}" for note in lanes.notes]
    return "\n".join(lines).rstrip() + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[Sequence[str]]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(map(_text, row))} |" for row in rows),
    ]


def _signs(marks: frozenset[Mark]) -> str:
    return ", ".join(mark for mark in SIGNS if mark in marks)


def _text(lines: Sequence[str]) -> str:
    return "<br>".join(MARKUP.sub(r"\\\1", line) for line in lines)
