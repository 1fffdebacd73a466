"""Fault numbers for a terminal and as JSON: what survives how many faults, and what breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.stories import GAP, story_lines
from twinrom.diagrams.terminal.tables import broken_name, short_file
from twinrom.diagrams.words.engines import steps
from twinrom.statemachine import fault_kinds, printable, to_itf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from twinrom.proofs import Cut, FaultNumber, Question

SCHEMA = "twinrom/faults/1"
NAME_WIDTH = 44
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def faults_view(
    question: Question, numbers: Sequence[FaultNumber], *, told: bool = False
) -> RenderableType:
    """Return a line per property, then what breaks those that break; with stories if `told`."""
    model = question.model
    kinds = ", ".join(fault_kinds(model)) or "none in this model"
    parts: list[RenderableType] = [
        Text(f"\n{printable(model.title)}", style="bold"),
        Text(
            f"{short_file(model.paths[0])} against {short_file(question.spec.paths[0])}\n"
            f"faults: {kinds}; none of them limited by the spec's budget\n",
            style="dim",
        ),
        _table(numbers),
    ]
    for number in numbers:
        if number.cuts or number.stopped:
            parts += _breaking(question, number, told=told)
    return Group(*parts)


def _table(numbers: Sequence[FaultNumber]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for title in ("clause", "property", "survives", "fatal"):
        table.add_column(title, no_wrap=True)
    for number in numbers:
        name = "\n".join(broken_name(number.prop.name, NAME_WIDTH))
        clauses = Text("\n".join(number.prop.clauses) or "-", style="dim")
        words, style = survives_words(number)
        table.add_row(clauses, Text(name), Text(words, style=style), Text(fatal_words(number)))
    return table


def survives_words(number: FaultNumber) -> tuple[str, str]:
    """Return what a property survives, in few words, and their style."""
    match number.survives:
        case None:
            return "any number", "green"
        case -1:
            return ("not even none" if number.cuts else "unknown"), "bold red"
        case survived if not number.cuts:
            return f"at least {survived}", "magenta"
        case survived:
            return str(survived), "yellow" if survived else "bold red"


def fatal_words(number: FaultNumber) -> str:
    """Return how many faults are fatal, and in how many ways."""
    if not number.cuts:
        return "-"
    ways, size = len(number.cuts), len(number.cuts[0].faults)
    return f"{size}, in {ways} way{'s' if ways > 1 else ''}"


def sentence(number: FaultNumber) -> str:
    """Say how many faults are survived and how many are fatal, in one sentence."""
    survives, name = number.survives, number.prop.name
    if survives is None:
        return f"{name} survives any number of faults."
    if not number.cuts:
        known = "" if survives < 0 else f"survives {_any(survives)}, and "
        return f"{name} {known}is not decided beyond that: {number.stopped}."
    if survives < 0:
        return f"{name} is broken without any fault."
    fatal = survives + 1
    are = "is" if fatal == 1 else "are"
    ways = f"these {len(number.cuts)} ways" if len(number.cuts) > 1 else "this way"
    known = f"survives {_any(survives)}" if survives else "does not survive every single fault"
    also = f" ({number.stopped})" if number.stopped else ""
    return f"{name} {known}; {_word(fatal)} {are} fatal in {ways}{also}."


def _any(number: int) -> str:
    return f"any {_word(number)} fault{'s' if number > 1 else ''}" if number else "no fault at all"


def _word(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def _breaking(question: Question, number: FaultNumber, *, told: bool) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(f"\n{sentence(number)}", style="bold")]
    for cut in number.cuts:
        line = Text(f"{together_words(cut)}, after {steps(len(cut.trace.steps))}", style="yellow")
        parts.append(Padding(line, (0, 0, 0, GAP), expand=False))
        if told:
            lines = story_lines(question, number.prop, cut.trace, "yellow")
            parts += [Padding(part, (0, 0, 0, 2 * GAP), expand=False) for part in lines]
    return parts


def together_words(cut: Cut) -> str:
    """Return the faults of a combination: `power_loss twice, corruption[this=A]`."""
    often = {name: cut.faults.count(name) for name in cut.faults}
    times = {1: "", 2: " twice"}
    words = [name + times.get(n, f" {_word(n)} times") for name, n in often.items()]
    return " and ".join(words) or "no fault"


def faults_json(counted: Sequence[tuple[Question, Sequence[FaultNumber]]]) -> dict[str, Any]:
    """Return the fault numbers of all models as plain JSON data."""
    return {"schema": SCHEMA, "models": [_model(q, numbers) for q, numbers in counted]}


def _model(question: Question, numbers: Sequence[FaultNumber]) -> dict[str, Any]:
    return {
        "name": question.model.name,
        "title": question.model.title,
        "files": {"model": list(question.model.paths), "spec": list(question.spec.paths)},
        "sorts": {s.name: s.range_text() for s in question.model.sorts.values()},
        "properties": [_property(question, n) for n in numbers],
    }


def _property(question: Question, number: FaultNumber) -> dict[str, Any]:
    return {
        "name": number.prop.name,
        "kind": number.prop.kind.key,
        "clause": list(number.prop.clauses),
        "survives": "any" if number.survives is None else number.survives,
        "fatal": len(number.cuts[0].faults) if number.cuts else None,
        "cuts": [
            {"faults": list(cut.faults), "trace": to_itf(question.system, cut.trace)}
            for cut in number.cuts
        ],
        "stopped": number.stopped,
    }
