"""A comparison of two policies in words: verdicts that changed, and what only one of them does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.diagrams.words.dead_ends import dead_ends
from twinrom.diagrams.words.story import told_run
from twinrom.diagrams.words.text import steps
from twinrom.diagrams.words.verdicts import standing_words, verdict_words
from twinrom.proofs import NotChecked, ReadElsewhere, Unknown, Vacuous, Violated, unknown, weight
from twinrom.statemachine import ground, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.diagrams.words.story import Story
    from twinrom.proofs import Checked, Comparison, Difference, OneWay, Result, VerdictChange
    from twinrom.statemachine import Trace

FEW = 8
SIGNS = {"added": "+", "changed": "~", "removed": "-"}
RELATIONS = {
    "equivalent": "equivalent: the two can do exactly the same",
    "fewer": "the new policy does less: all it does, the old one allows",
    "more": "the new policy does more: it allows all that the old one does",
    "different": "each of the two does something that the other does not allow",
    "not-equivalent": "not equivalent; one way is undecided",
    "undecided": "undecided",
}


def unchanged(found: Comparison) -> str:
    """Return how many verdicts are as they were; what is unknown in both is not the same."""
    every, same, unknown = len(found.old.results), found.unchanged, found.unknown_in_both
    if same == every:
        return f"all {every} verdicts are the same"
    both = f"{unknown} unknown in both" if unknown else ""
    return both if unknown and not same else (
        f"{same} others: as before" + (f"; {both}" if both else ""))


def standing_change(found: Comparison) -> tuple[str, str, str]:
    """Return where both policies stand, and how the new one does beside the old, as a suffix."""
    old, new = standing_words(found.old), standing_words(found.new)
    return old, new, f" ({found.ranked})" if found.ranked in ("worse", "better") else ""


def got_worse(found: Comparison) -> str:
    """Return how many verdicts got worse; where some are open, that none is known to."""
    worse = sum(change.worse for change in found.verdicts)
    if worse:
        return f"{worse} verdict{'s' * (worse != 1)} got worse"
    if found.stuck:
        return "there is a deadlock now"
    if found.worse:
        return "no verdict got worse, but the standing did"
    maybe = sum(isinstance(c.after.verdict, Violated) and _may_be_worse(c) for c in found.verdicts)
    if maybe:
        return f"{maybe} violated, and not known of the old policy"
    return "no verdict is known to be worse" if found.undecided else "no verdict got worse"


def style(found: Comparison) -> str:
    """Return the style of what is said at the end."""
    return "bold red" if found.worse else "bold magenta" if found.undecided else "bold green"


def undecided(found: Comparison) -> str:
    """Return what is not known of the change, and why not; empty where everything is."""
    sides = [_unknown(one, side) for side, one in (("old", found.old), ("new", found.new))
             if unknown(one)]
    both = [found.forward, found.backward]
    ways = [way for way in both if way.word == "undecided"]
    reasons = ", ".join(dict.fromkeys(way.inclusion.stopped or "" for way in ways))
    if ways == both:
        sides.append(f"their behaviour, both ways ({reasons})")
    elif ways:
        doer, other = ("new", "old") if found.forward in ways else ("old", "new")
        sides.append(f"whether the {other} policy allows all that the {doer} one does ({reasons})")
    return printable("; ".join(sides))


def _unknown(checked: Checked, side: str) -> str:
    """Return how many verdicts on one of the two are open, and why."""
    results = unknown(checked)
    number = sum(r is not checked.deadlock for r in results)
    open_ = [r.verdict for r in results if isinstance(r.verdict, Unknown | NotChecked)]
    reasons = ", ".join(dict.fromkeys(verdict.reason for verdict in open_))
    what = f"{number} verdict{'s' * (number != 1)} of" if number else "deadlocks of"
    return f"{what} the {side} policy ({reasons})"


def both_texts(change: VerdictChange) -> tuple[str, str]:
    """Return a verdict before and after a change, in words."""
    return verdict_text(change.before), verdict_text(change.after, asked_before=True)


def mark(change: VerdictChange) -> tuple[str, str]:
    """Return what a change of a verdict means in a word, and its style."""
    known = change.before.decided and change.after.decided
    return ("worse", "bold red") if change.worse else ("", "") if known else (
        "undecided", "magenta")


def verdict_text(result: Result, *, asked_before: bool = False) -> str:
    """Return a verdict in words, with the length of a counterexample."""
    words, verdict = verdict_words(result)[0], result.verdict
    if isinstance(verdict, Vacuous) and not result.prop.bookkeeping and not result.failed:
        return "no longer asked" if asked_before else "not asked"
    if not isinstance(verdict, Violated):
        return words
    return f"{words} ({steps(len(verdict.trace.steps))})"


def named_elsewhere(found: Comparison) -> list[str]:
    """Return a line for each rule that now names what only others may."""
    return [
        f"{change.after.prop.name}: {mention}"
        for change in found.verdicts
        if isinstance(change.after.verdict, ReadElsewhere)
        for mention in change.after.verdict.readers
    ]


def dead_end_changes(found: Comparison) -> list[str]:
    """Return a line for a deadlock or a livelock that came or went."""
    lines = []
    for what in ("deadlock", "livelock"):
        old, new = (_dead_end(checked, what) for checked in (found.old, found.new))
        if old != new:
            lines.append(f"{what}: {old} -> {new}")
    return lines


def _dead_end(checked: Checked, what: str) -> str:
    rest = dead_ends(checked)
    if rest is None or (checked.dead_ends is None and what not in rest):
        return "not known"
    trace = rest.get(what)
    return "none" if trace is None else f"after {steps(len(trace.steps))}"


def newly_violated(changes: Sequence[VerdictChange]) -> Iterator[tuple[VerdictChange, list[str]]]:
    """Yield the changes whose counterexample is to be told, with what is said of those like it.

    They are those that got worse, and those that may have.

    One is told for each run, and of a property with a column for each machine a shortest one.
    """
    families: dict[str, list[tuple[VerdictChange, Trace]]] = {}
    for change in changes:
        verdict = change.after.verdict
        if isinstance(verdict, Violated) and (change.worse or _may_be_worse(change)):
            family = change.after.prop.name.partition("[")[0]
            families.setdefault(family, []).append((change, verdict.trace))
    runs: list[Trace] = []
    heaviest = sorted(families.items(), key=lambda item: weight(item[1][0][0].after.prop))
    for family, members in heaviest:
        first, run = min(members, key=lambda member: len(member[1].steps))
        if run not in runs:
            runs.append(run)
            yield first, [
                f"{change.after.prop.name.removeprefix(family)} after {steps(len(trace.steps))}"
                for change, trace in members
                if trace != run
            ]


def _may_be_worse(change: VerdictChange) -> bool:
    """Say whether what fails now was not decided before."""
    return change.after.failed and not change.before.decided


def broken_heading(change: VerdictChange) -> str:
    """Return what is said before the name of what is violated now."""
    return "Newly violated" if change.before.decided else "Violated, and not known of the old"


def alike_words(alike: Sequence[str]) -> str:
    """Return the line that names the other columns of the same property."""
    return f"violated as well: {', '.join(alike)}"


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


def difference_story(difference: Difference, *, forward: bool) -> Story:
    """Return the run that only one policy has, and what the other allows instead."""
    run = told_run(difference.question.system, difference.trace)
    return replace(run, end=_instead(difference, forward=forward))


def _instead(difference: Difference, *, forward: bool) -> str:
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
