"""Fault numbers for a terminal: what survives how many faults, and what breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.stories import GAP, story_lines
from twinrom.diagrams.terminal.tables import broken_name
from twinrom.diagrams.words.fault_numbers import (
    cut_words,
    fatal_words,
    praise,
    sentence,
    survives_words,
)
from twinrom.diagrams.words.story import tell
from twinrom.diagrams.words.text import against
from twinrom.diagrams.words.verdicts import standing_style, standing_words
from twinrom.statemachine import fault_kinds, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from twinrom.proofs import Checked, FaultNumber, Question

NAME_WIDTH = 44


def faults_view(
    question: Question, numbers: Sequence[FaultNumber], *, told: bool = False,
    checked: Checked | None = None,
) -> RenderableType:
    """Return a line per property, then what breaks those that break; with stories if `told`.

    With what a check has found, the last line says where the policy stands.
    """
    model = question.model
    kinds = ", ".join(fault_kinds(model)) or "none in this model"
    parts: list[RenderableType] = [
        Text(f"\n{printable(model.title)}", style="bold"),
        Text(
            f"{against(question)}\n"
            f"faults: {kinds}; none of them limited by the spec's budget\n",
            style="dim",
        ),
        _table(numbers, praised=not praise(checked)),
    ]
    for number in numbers:
        if number.cuts or number.stopped:
            parts += _breaking(question, number, told=told)
    if praise(checked):
        parts.append(Text(f"\n{praise(checked)}", style="bold red"))
    if checked is not None:
        style = standing_style(checked)
        parts.append(Text(f"\n{printable(model.name)}: {standing_words(checked)}", style=style))
    return Group(*parts)


def _table(numbers: Sequence[FaultNumber], *, praised: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for title in ("clause", "property", "survives", "fatal"):
        table.add_column(title, no_wrap=True)
    for number in numbers:
        name = "\n".join(broken_name(number.prop.name, NAME_WIDTH))
        clauses = Text("\n".join(number.prop.clauses) or "-", style="dim")
        words, style = survives_words(number)
        style = "" if style == "green" and not praised else style
        table.add_row(clauses, Text(name), Text(words, style=style), Text(fatal_words(number)))
    return table


def _breaking(question: Question, number: FaultNumber, *, told: bool) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(f"\n{sentence(number)}", style="bold")]
    for cut in number.cuts:
        line = Text(cut_words(cut), style="yellow")
        parts.append(Padding(line, (0, 0, 0, GAP), expand=False))
        if told:
            lines = story_lines(tell(question, number.prop, cut.trace), "yellow")
            parts += [Padding(part, (0, 0, 0, 2 * GAP), expand=False) for part in lines]
    return parts
