"""Mermaid: `stateDiagram-v2` for graphs, `sequenceDiagram` for lanes.

Mermaid has no plain text: labels are written in its own escapes (`#35;` and the like), so that no
text of a model is read as syntax. Tooltips and links are not written; `style` lines are.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from twinrom.diagrams.render.sequence import messages, sequence
from twinrom.diagrams.render.style import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.diagrams.pictures.graph import Graph, Mark, Node
    from twinrom.diagrams.pictures.lanes import Lanes, Row

PLAIN = frozenset(" .,_+/()=!?*\u25cb\u25cf\u00d7\u2026\u2212~")
CLASSES: dict[Mark, str] = {
    "initial": "stroke-width:3px",
    "visited": f"fill:{LIGHT['mark']},stroke:{LIGHT['visited']},stroke-width:3px",
    "current": f"fill:{LIGHT['mark']},stroke-width:3px",
    "bad": f"fill:{LIGHT['alarm']},stroke:{LIGHT['bad']},stroke-width:3px",
    "added": f"stroke:{LIGHT['added']},stroke-width:3px",
    "removed": f"stroke:{LIGHT['removed']},stroke-dasharray:8 4",
    "changed": f"stroke:{LIGHT['changed']},stroke-dasharray:2 3",
    "folded": "stroke-dasharray:4 3",
}


def state_diagram(graph: Graph) -> str:
    """Return the graph as a Mermaid state diagram."""
    names = {node.id: f"n{i}" for i, node in enumerate(graph.nodes, 1)}
    lines = ["---", f"title: {_quoted(graph.title)}", "---", "stateDiagram-v2"]
    lines += [f"direction {graph.direction}"]
    lines += [f"classDef {mark} {style}" for mark, style in CLASSES.items()]
    inside = {group.id for group in graph.groups}
    lines += _states(names, (n for n in graph.nodes if n.group not in inside))
    starts = {n.id for n in graph.nodes if n.shape == "start"}
    for number, group in enumerate(graph.groups, 1):
        lines.append(f'state "{_text(group.lines)}" as g{number} {{')
        lines += _states(names, (n for n in graph.nodes if n.group == group.id))
        own = {n.id for n in graph.nodes if n.group == group.id}
        lines += [
            f"[*] --> {names[e.target]}" for e in graph.edges if e.source in starts & own
        ]
        lines.append("}")
    for edge in graph.edges:
        if edge.source not in starts:
            label = f" : {_text(edge.lines)}" if edge.lines else ""
            lines.append(f"{names[edge.source]} --> {names[edge.target]}{label}")
    for node in graph.nodes:
        lines += [f"class {names[node.id]} {m}" for m in CLASSES if m in node.marks]
    lines += [f"%% {_comment(note)}" for note in graph.notes]
    return "\n".join(lines) + "\n"


def sequence_diagram(lanes: Lanes) -> str:
    """Return the lanes as a Mermaid sequence diagram, with the actors as participants too."""
    actors = list(dict.fromkeys(row.actor for row in lanes.rows))
    lines = ["---", f"title: {_quoted(lanes.title)}", "---", "sequenceDiagram"]
    lines += [f"actor a{i} as {_text([actor])}" for i, actor in enumerate(actors, 1)]
    lines += [f"participant m{i} as {_text([name])}" for i, name in enumerate(lanes.names, 1)]
    for cell in lanes.start:
        lines.append(f"Note over m{cell.lane + 1}: {_text([cell.state, *cell.lines])}")
    lines += sequence(lanes, actors, _row)
    last = f",m{len(lanes.names)}" if len(lanes.names) > 1 else ""
    lines += [f"Note over m1{last}: {_text([told])}" for told in (lanes.ever, lanes.ending) if told]
    lines += [f"%% {_comment(note)}" for note in lanes.notes]
    return "\n".join(lines) + "\n"


def _row(actor: str, row: Row) -> list[str]:
    line = "-->>" if "fault" in row.marks and row.cells else "->>"
    found = [f"{actor}{line}{to}: {_text(text)}" for to, text in messages(actor, row)]
    return [f"rect {_tinted(row)}", *found, "end"] if "bad" in row.marks else found


def _tinted(row: Row) -> str:
    """Return the background of a row, as the colour function that Mermaid reads."""
    colour = LIGHT["alarm" if "bad" in row.marks else "paper"]
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def _states(names: dict[str, str], nodes: Iterable[Node]) -> list[str]:
    return [
        f'state "{_text(node.lines)}" as {names[node.id]}'
        for node in nodes
        if node.shape != "start"
    ]


def _text(lines: Iterable[str]) -> str:
    """Return lines with everything escaped that could be read as syntax."""
    return "<br/>".join("".join(map(_letter, line)) for line in lines)


def _letter(letter: str) -> str:
    plain = letter in PLAIN or letter.isalnum()
    return letter if plain else f"#{ord(letter)};"


def _quoted(text: str) -> str:
    """Return a title as a YAML string."""
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return "".join(c if c not in "{}%" else " " for c in text)
