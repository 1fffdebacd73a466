"""A comparison of two policies in words: verdicts that changed, and what only one of them does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.diagrams.words.dead_ends import dead_ends
from twinrom.diagrams.words.story import told_run
from twinrom.diagrams.words.telling import alike_words, likewise_words, to_tell
from twinrom.diagrams.words.text import steps
from twinrom.diagrams.words.verdicts import standing_words, verdict_words
from twinrom.proofs import ReadElsewhere, Vacuous, Violated, unknown
from twinrom.statemachine import ground, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.diagrams.words.story import Story
    from twinrom.diagrams.words.telling import Told
    from twinrom.proofs import Checked, Comparison, Difference, OneWay, Result, VerdictChange

FEW = 8
ALONE = "Violated, and asked of the new policy alone"
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
    if same == every == len(found.new.results):
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
    own = sum(one.failed for one in found.only_new)
    worse = sum(change.worse for change in found.verdicts) + own
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
    reasons = ", ".join(dict.fromkeys(r.reason or "" for r in results))
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


def asked_of_one(found: Comparison) -> list[str]:
    """Return a line for each property that one policy alone has: a column for a machine of its."""
    sides = {"old": found.only_old, "new": found.only_new}
    return [f"only the {side} policy is asked {one.prop.name}: {verdict_text(one)}"
            for side, results in sides.items() for one in results]


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


def newly_violated(found: Comparison) -> list[tuple[str, Told, list[str]]]:
    """Return the stories of what is violated now, with a heading and what is said of those like it.

    They are those that got worse, and those that may have, in the order of `to_tell`; of a property
    with a column for each machine the first is told.
    """
    worse = [c for c in found.verdicts if c.worse or _may_be_worse(c)]
    own = [one for one in found.only_new if one.failed]
    headings = {id(c.after): _heading(c) for c in worse} | {id(one): ALONE for one in own}
    families: dict[str, list[Told]] = {}
    for story in to_tell([*(c.after for c in worse), *own]):
        families.setdefault(story.name.partition("[")[0], []).append(story)
    firsts = {members[0].name for members in families.values()}
    return [
        (headings[id(first.result)],
         first if first.before in firsts else replace(first, before="", shared=0),
         [f"{one.name.removeprefix(family)} after {steps(len(one.trace.steps))}"
          for one in others])
        for family, (first, *others) in families.items()
    ]


def _may_be_worse(change: VerdictChange) -> bool:
    """Say whether what fails now was not decided before."""
    violated = isinstance(change.after.verdict, Violated)
    return violated and change.after.failed and not change.before.decided


def _heading(change: VerdictChange) -> str:
    return "Newly violated" if change.before.decided else "Violated, and not known of the old"


def notes(story: Told, also: Sequence[str]) -> list[str]:
    """Return what is said before a story: what its run breaks as well, and other columns."""
    same = alike_words(story) or likewise_words(story)
    as_well = f"violated as well: {', '.join(also)}" if also else ""
    return [note for note in (same, as_well) if note]


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
