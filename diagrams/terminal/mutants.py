"""Mutants for a terminal: the score, and the survivors as a work list."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.stories import GAP
from twinrom.diagrams.words.text import against, printable_lines, steps
from twinrom.proofs import Thin
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from twinrom.proofs import ClauseScore, Mutant, MutantOutcome, Mutated


def mutated_view(found: Mutated, *, killed: bool = False) -> RenderableType:
    """Return survivors with what tells them from the model, then the score."""
    question = found.question
    number = len(found.outcomes)
    tried = "all" if number == found.total else f"{number} of {found.total}"
    parts: list[RenderableType] = [
        Text(f"\n{printable(question.model.title)}", style="bold"),
        Text(f"{against(question)}\nmutants: {tried} tried, {found.seconds:.1f} s", style="dim"),
    ]
    if killed:
        parts += _listed("Killed", "green", [(m, _killer(f)) for m, f in found.of("killed")])
    parts += _listed("Equivalent", "dim", [(m, f.by) for m, f in found.of("equivalent")])
    explained = [(m, why) for m, _ in found.of("survived") if (why := found.because(m)) is not None]
    parts += _listed("Survived, and explained", "yellow", explained)
    parts += _listed("Undecided", "magenta", [(m, f.by) for m, f in found.of("undecided")])
    parts += _work_list(found)
    if found.stale:
        parts.append(Text("\nExplanations that explain nothing", style="bold red"))
        parts += [_item(name, why) for name, why in found.stale.items()]
    if found.clauses is not None:
        parts += _clauses(found, found.clauses)
    return Group(*parts, Text(), _groups(found), Text(f"\n{_summary(found)}", style="bold"))


def _clauses(found: Mutated, scores: Sequence[ClauseScore]) -> list[RenderableType]:
    """Return what the properties of each clause kill, and the requirements that kill nothing."""
    if not scores:
        return [Text("\nThe spec has no clauses", style="bold")]
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column("clause", no_wrap=True)
    for title in ("properties", "killed", "alone"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in scores:
        style = "yellow" if one.thin else ""
        table.add_row(Text(printable(one.id), style=style), str(one.properties), str(one.killed),
                      str(one.alone))  # fmt: skip
    number = sum(bool(outcome.fails) for _, outcome in found.outcomes)
    legend = (
        f"killed: of the {number} mutants that properties kill, by those of the clause; alone: and "
        "by none of another clause"
    )
    thin = Text()
    for words in get_args(Thin):
        names = [printable(one.id) for one in scores if one.thin == words]
        if names:
            thin.append(f"\nThin, {words}: ", style="bold").append(", ".join(names))
    return [Text(), table, Text(legend, style="dim"), *([thin] if thin else [])]


def _groups(found: Mutated) -> Table:
    """Return a line for each group of mutants: how many there are, were tried, could be killed."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column("mutants", no_wrap=True)
    lost = bool(found.of("undecided"))
    titles = ("all", "tried", "killed", "of", "equivalent", "survived", *["undecided"] * lost)
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    for name, score in found.groups.items():
        numbers = (score.total, score.tried, score.killed, score.could_be, score.equivalent,
                   score.survived, *[score.undecided] * lost)  # fmt: skip
        table.add_row(name, *(str(number) for number in numbers))
    return table


def _work_list(found: Mutated) -> list[RenderableType]:
    """Return the survivors by rule, each rule with the property that comes nearest."""
    if not found.unexplained:
        return []
    parts: list[RenderableType] = [Text(f"\nSurvived: {len(found.unexplained)}", style="bold red")]
    for rule, survivors in found.work_list.items():
        head = Text(f"rule.{printable(rule)}")
        if rule in found.nearest:
            name, kills = found.nearest[rule]
            head.append(f" (nearest: {printable(name)}, kills {kills} of its mutants)", style="dim")
        parts.append(Padding(head, (0, 0, 0, GAP), expand=False))
        for mutant, outcome in survivors:
            what = mutant.name.removeprefix(f"rule.{rule}: ")
            how = f"{', '.join(outcome.steps)}: {outcome.by}"
            parts.append(Padding(_item(what, how), (0, 0, 0, GAP), expand=False))
    return parts


def _listed(title: str, style: str, items: list[tuple[Mutant, str]]) -> list[RenderableType]:
    if not items:
        return []
    head = Text(f"\n{title}: {len(items)}", style=style)
    return [head, *(_item(mutant.name, text) for mutant, text in items)]


def _item(name: str, text: str) -> RenderableType:
    return Group(
        Padding(Text(printable(name)), (0, 0, 0, GAP), expand=False),
        Padding(Text(printable_lines(text), style="dim"), (0, 0, 0, 2 * GAP), expand=False),
    )


def _killer(outcome: MutantOutcome) -> str:
    match outcome.how:
        case "mistake":
            return f"a mistake of the model: {outcome.by}"
        case "vacuous":
            return f"{outcome.by} is never put to the test"
        case "holds":
            return f"{outcome.by}, a known finding, holds now"
        case _:
            return f"{outcome.by} after {steps(outcome.length or 0)}"


def _summary(found: Mutated) -> str:
    killed, all_ = found.score
    name, ends = printable(found.question.model.name), []
    for end in ("equivalent", "survived", "undecided"):
        number = len(found.of(end))
        if number:
            ends.append(f"{number} {end}")
    explained = len(found.of("survived")) - len(found.unexplained)
    if explained:
        ends.append(f"{explained} of these explained")
    share = f" ({100 * killed / all_:.0f} %)" if all_ else ""
    more = f"; {', '.join(ends)}" if ends else ""
    return f"{name}: {killed} of {all_} mutants killed{share}{more}"
