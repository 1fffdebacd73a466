"""A comparison of two policies for a terminal: text, verdicts, behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.stories import GAP, StepLines, story_lines
from twinrom.diagrams.terminal.tables import broken_name, short_file, standing_words, verdict_words
from twinrom.diagrams.words.changes import change_lines
from twinrom.diagrams.words.engines import steps
from twinrom.diagrams.words.story import start_of, story_steps, tables_of
from twinrom.proofs import Violated
from twinrom.statemachine import ground, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from twinrom.proofs import Checked, Comparison, Difference, OneWay, Result, VerdictChange
    from twinrom.statemachine import Trace

NAME_WIDTH = 44
FEW = 8
RELATIONS = {
    "equivalent": "equivalent: the two can do exactly the same",
    "fewer": "the new policy does less: all it does, the old one allows",
    "more": "the new policy does more: it allows all that the old one does",
    "different": "each of the two does something that the other does not allow",
    "not-equivalent": "not equivalent; one way is undecided",
    "undecided": "undecided",
}


def comparison_view(found: Comparison) -> RenderableType:
    """Return what changed, in the order text, verdicts, behaviour, with a line at the end."""
    return Group(
        *_heading(found), *_structure(found), *_verdicts(found), *_behaviour(found),
        *_summary(found),
    )  # fmt: skip


def _heading(found: Comparison) -> list[RenderableType]:
    old, new = found.old.question, found.new.question
    names = [printable(short_file(q.model.paths[0])) for q in (old, new)]
    against = printable(short_file(old.spec.paths[0]))
    return [
        Text(f"\n{printable(new.model.title)}", style="bold"),
        Text(f"old {names[0]}, new {names[1]}, both against {against}", style="dim"),
    ]


def _structure(found: Comparison) -> list[RenderableType]:
    if not found.changes:
        return [Text("\nText: the two say the same.")]
    return [Text("\nText:", style="bold"), change_lines(found.changes)]


def _verdicts(found: Comparison) -> list[RenderableType]:
    same = len(found.old.results) - len(found.verdicts)
    parts: list[RenderableType] = [Text("\nVerdicts:", style="bold")]
    if found.verdicts:
        table = Table.grid(padding=(0, GAP, 0, 0))
        for change in found.verdicts:
            name = "\n".join(broken_name(change.after.prop.name, NAME_WIDTH))
            old, new = verdict_text(change.before), verdict_text(change.after)
            mark = Text("worse", style="bold red") if change.worse else Text("")
            table.add_row(Text(name), Text(old), Text("->"), Text(new), mark)
        parts.append(Padding(table, (0, 0, 0, GAP), expand=False))
    parts.append(Text(f"  {unchanged(same, len(found.old.results))}", style="dim"))
    parts += [Text(f"  {line}") for line in dead_end_lines(found)]
    for change, alike in newly_violated(found.verdicts):
        parts += _broken(found.new, change, alike)
    return parts


def unchanged(same: int, every: int) -> str:
    """Return how many verdicts are as they were."""
    return f"all {every} verdicts are the same" if same == every else f"{same} others: as before"


def verdict_text(result: Result) -> str:
    """Return a verdict in words, with the length of a counterexample."""
    words, verdict = verdict_words(result)[0], result.verdict
    if not isinstance(verdict, Violated):
        return words
    return f"{words} ({steps(len(verdict.trace.steps))})"


def dead_end_lines(found: Comparison) -> list[str]:
    """Return a line for a deadlock or a livelock that came or went."""
    lines = []
    for what in ("deadlock", "livelock"):
        old, new = (_rest(checked, what) for checked in (found.old, found.new))
        if old != new:
            lines.append(f"{what}: {old} -> {new}")
    return lines


def _rest(checked: Checked, what: str) -> str:
    if checked.dead_ends is None:
        return "not known"
    trace = checked.dead_ends.get(what)
    return "none" if trace is None else f"after {steps(len(trace.steps))}"


def newly_violated(changes: Sequence[VerdictChange]) -> Iterator[tuple[VerdictChange, list[str]]]:
    """Yield the changes whose counterexample is to be told, with what is said of those like it.

    One is told for each run, and of a property with a column for each machine a shortest one.
    """
    families: dict[str, list[tuple[VerdictChange, Trace]]] = {}
    for change in changes:
        verdict = change.after.verdict
        if isinstance(verdict, Violated) and change.worse:
            family = change.after.prop.name.partition("[")[0]
            families.setdefault(family, []).append((change, verdict.trace))
    told: list[Trace] = []
    for family, members in families.items():
        first, run = min(members, key=lambda member: len(member[1].steps))
        if run not in told:
            told.append(run)
            yield first, [
                f"{change.after.prop.name.removeprefix(family)} after {steps(len(trace.steps))}"
                for change, trace in members
                if trace != run
            ]


def alike_words(alike: Sequence[str]) -> str:
    """Return the line that names the other columns of the same property."""
    return f"violated as well: {', '.join(alike)}"


def _broken(new: Checked, change: VerdictChange, alike: Sequence[str]) -> list[RenderableType]:
    verdict, prop = change.after.verdict, change.after.prop
    assert isinstance(verdict, Violated)  # noqa: S101 - the caller chose it
    others = [
        r.prop.name
        for r in new.results
        if isinstance(r.verdict, Violated) and r.prop is not prop
        and r.verdict.trace == verdict.trace
    ]  # fmt: skip
    heading = Text("\nNewly violated: ", style="bold red").append(prop.name, style="bold")
    lines: list[RenderableType] = [heading]
    if others:
        lines.append(Text(f"  the same run breaks {', '.join(others)}", style="italic"))
    if alike:
        lines.append(Text(f"  {alike_words(alike)}", style="italic"))
    told = story_lines(change.after.question, prop, verdict.trace, "red")
    return [*lines, *(Padding(line, (0, 0, 0, GAP), expand=False) for line in told)]


def _behaviour(found: Comparison) -> list[RenderableType]:
    parts: list[RenderableType] = [
        Text("\nBehaviour: ", style="bold").append(RELATIONS[found.relation], style="none")
    ]
    parts.append(Text(f"  seen: {seen_words(found)}", style="dim"))
    for way, forward in ((found.forward, True), (found.backward, False)):
        words = Text(way_words(way, forward=forward))
        parts.append(Padding(words, (0, 0, 0, GAP), expand=False))
        if way.difference is not None:
            lines = difference_lines(way.difference, forward=forward)
            parts += [Padding(line, (0, 0, 0, 2 * GAP), expand=False) for line in lines]
    return parts


def seen_words(found: Comparison) -> str:
    """Return what is observed, by number, and what is not: only one policy has it."""
    events, variables = len(found.what.events), len(found.what.variables)
    counted = f"{events} event{'s' * (events != 1)}, {variables} variable{'s' * (variables != 1)}"
    old, new = (
        {v.name for v in ground(one.question.model).variables if v.role == "model"}
        for one in (found.old, found.new)
    )
    apart = ", ".join(sorted(old ^ new))
    return f"{counted}; not seen, since only one of the two has them: {apart}" if apart else counted


def way_words(way: OneWay, *, forward: bool) -> str:
    """Return the answer for one direction in a sentence."""
    doer, other = ("new", "old") if forward else ("old", "new")
    every = f"everything the {doer} policy does, the {other} one allows"
    match way.word:
        case "allowed":
            return f"{every}: proved, {way.inclusion.pairs:,} pairs of states"
        case "undecided":
            return f"whether {every}: undecided, {printable(way.inclusion.stopped or '')}"
        case _:
            assert way.difference is not None  # noqa: S101 - that is what the word says
            length = len(way.difference.trace.steps)
            where = steps(length) if length else "at the start"
            return f"only the {doer} policy does this: {where}"


def difference_lines(difference: Difference, *, forward: bool) -> list[RenderableType]:
    """Return the run that only one policy has, and what the other allows instead."""
    system, trace = difference.question.system, difference.trace
    lines: list[RenderableType] = [Text(f"Start: {'; '.join(start_of(system, trace))}.")]
    lines += [Text(f"Table: {line}.") for line in tables_of(system, trace)]
    if trace.steps:
        lines.append(StepLines(story_steps(system, trace)))
    return [*lines, Text(instead_words(difference, forward=forward), style="yellow")]


def instead_words(difference: Difference, *, forward: bool) -> str:
    """Return the sentence that says what the other policy allows where the run ends."""
    other = "old" if forward else "new"
    trace = difference.trace
    if not trace.steps:
        return f"The {other} policy does not start like that."
    same = [a for a in difference.instead if a.event == difference.event]
    if same:
        ways = " or ".join(", ".join(a.sees) or "nothing changes" for a in same[:FEW])
        return f"Where that happens, the {other} policy has instead: {ways}."
    names = list(dict.fromkeys(a.event or "a hidden step" for a in difference.instead))
    if not names:
        return f"There the {other} policy can do nothing at all."
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"There the {other} policy allows only {', '.join(names[:FEW])}{more}."


def _summary(found: Comparison) -> list[RenderableType]:
    worse = sum(change.worse for change in found.verdicts)
    verdicts = f"{worse} verdict{'s' * (worse != 1)} got worse" if worse else "no verdict got worse"
    old, new = standing_words(found.old), standing_words(found.new)
    standing = f"{new}, as before" if old == new else f"{old} -> {new}"
    style = "bold red" if worse else "bold green"
    name = printable(found.new.question.model.name)
    return [Text(), Text(f"{name}: {standing}", style=style),
            Text(f"{name}: {verdicts}; {found.relation}", style=style)]  # fmt: skip


