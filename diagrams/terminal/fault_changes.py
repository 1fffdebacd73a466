"""Fault numbers of two policies for a terminal: what differs, and which faults are fatal now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.stories import GAP, story_lines
from twinrom.diagrams.terminal.tables import broken_name
from twinrom.diagrams.words import fault_changes as words
from twinrom.diagrams.words.fault_numbers import cut_words, praise
from twinrom.diagrams.words.story import tell
from twinrom.diagrams.words.text import short_file
from twinrom.diagrams.words.verdicts import standing_style, standing_words
from twinrom.statemachine import fault_kinds, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from twinrom.proofs import Cut, FaultChange, FaultChanges, Question

NAME_WIDTH = 44


def fault_changes_view(found: FaultChanges, *, told: bool = False) -> RenderableType:
    """Return a line per property that differs, what is fatal now, and where the two stand."""
    (old, new), changes = found.questions, found.changes
    parts: list[RenderableType] = [*_heading(old, new)]
    differing = [change for change in changes if change.way != "same"]
    if differing:
        parts.append(_table(differing))
    if words.as_before(changes):
        parts.append(Text(words.as_before(changes), style="dim"))
    for change in differing:
        parts += _combinations(found, change, told=told)
    for why, names in words.undecided(changes).items():
        parts.append(Text("\nUndecided, ", style="magenta").append(printable(why)))
        parts.append(_indented(Text(", ".join(names)), 1))
    if praise(found.checked[1]):
        parts.append(Text(f"\n{praise(found.checked[1])}", style="bold red"))
    before, after = map(standing_words, found.checked)
    same = before == after and found.ranked != "undecided"
    name, (said, style) = printable(new.model.name), words.summary(found)
    stands = f"{after}, as before" if same else f"{before} -> {after}"
    return Group(*parts, Text(f"\n{name}: {stands}", style=standing_style(found.checked[1])),
                 Text(f"{name}: {said}", style=style))  # fmt: skip


def _heading(old: Question, new: Question) -> list[RenderableType]:
    names = [printable(short_file(q.model.paths[0])) for q in (old, new)]
    spec = printable(short_file(old.spec.paths[0]))
    kinds = ", ".join(dict.fromkeys((*fault_kinds(old.model), *fault_kinds(new.model))))
    return [
        Text(f"\n{printable(new.model.title)}", style="bold"),
        Text(
            f"old {names[0]}, new {names[1]}, both against {spec}\nfaults: "
            f"{kinds or 'none in these models'}; none of them limited by the spec's budget\n",
            style="dim",
        ),
    ]


def _table(changes: Sequence[FaultChange]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for title in ("clause", "property", "old", "new", ""):
        table.add_column(title, no_wrap=True)
    for change in changes:
        prop = change.either.prop
        clauses = Text("\n".join(prop.clauses) or "-", style="dim")
        name = Text("\n".join(broken_name(prop.name, NAME_WIDTH)))
        old, new = map(words.number_words, (change.before, change.after))
        table.add_row(clauses, name, Text(old), Text(new), Text(*words.way_words(change)))
    return table


def _combinations(
    found: FaultChanges, change: FaultChange, *, told: bool
) -> list[RenderableType]:
    prop, (old, new) = change.either.prop, found.questions
    parts: list[RenderableType] = []
    for title, style, question, cuts in (
        ("fatal now, and survived before", "red", new, change.fatal_now),
        ("no longer fatal", "yellow", old, change.fatal_no_more),
    ):
        if cuts:
            parts.append(Text(f"\n{prop.name}: {title}", style="bold"))
        for cut in cuts:
            parts.append(_indented(Text(cut_words(cut), style=style), 1))
            parts += _story(question, change, cut, style) if told else []
    return parts


def _story(
    question: Question, change: FaultChange, cut: Cut, style: str
) -> list[RenderableType]:
    return [_indented(line, 2) for line in
            story_lines(tell(question, change.either.prop, cut.trace), style)]  # fmt: skip


def _indented(part: RenderableType, depth: int) -> RenderableType:
    return Padding(part, (0, 0, 0, depth * GAP), expand=False)
