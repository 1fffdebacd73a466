"""How a system comes to rest: deadlocks and livelocks, asked of every model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.diagrams.words.telling import WORTH_SHARING, shared_steps
from twinrom.proofs import Violated, breaks, run_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinrom.diagrams.words.telling import Told
    from twinrom.proofs import Checked, Question
    from twinrom.statemachine import Trace


def quiet(question: Question) -> str:
    """Return what to say where the system rests well."""
    goes_on = "something can always happen"
    if question.ends is not None:
        meant = " and ".join(part.text for part in question.ends)
        goes_on = f"it stands still only where that is meant ({meant})"
    return f"no deadlock, no livelock: {goes_on}, and nothing for ever by itself"


def dead_ends(checked: Checked) -> Mapping[str, Trace | None] | None:
    """Return the runs into dead ends; before every state was seen, that into a deadlock alone."""
    found = checked.deadlock and checked.deadlock.verdict
    if checked.dead_ends is None and isinstance(found, Violated):
        return {"deadlock": found.trace}
    return checked.dead_ends


def dead_end_lines(checked: Checked, told: Sequence[Told] = ()) -> list[str] | None:
    """Return a sentence for each way in which it does not rest well; None where it is not known.

    What stories have `told` is not said again.
    """
    rest = dead_ends(checked)
    if rest is None:
        return None
    stories = [one for one in told if one.result.question is checked.question and not one.brief]
    return [
        line(checked, trace, stories)
        for what, line in LINES.items()
        if (trace := rest.get(what)) is not None
    ]


def unmeant(question: Question) -> str:
    """Return what is wrong with a state of deadlock."""
    if question.ends is None:
        return "Nothing at all can happen then."
    return "Nothing but a fault changes anything then, and `ends` does not say that it may be so."


def _deadlock(checked: Checked, trace: Trace, stories: Sequence[Told]) -> str:
    steps, what = len(trace.steps), unmeant(checked.question)
    same = (one for one in stories if _comes_to(checked, one, trace))
    found = next(same, None) if steps else None
    if found is None:
        return f"Deadlock: {_way(trace, steps, stories)}. {what}"
    return f"Deadlock: after step {steps} of the story of {found.name}. {what}"


def _comes_to(checked: Checked, one: Told, trace: Trace) -> bool:
    """Say whether so many steps of a story lead to a deadlock too."""
    length = len(trace.steps)
    if len(one.trace.steps) < length:
        return False
    run, stuck = run_of(one.trace, length), checked.deadlock
    return run == run_of(trace) or (
        stuck is not None and breaks(checked.question, stuck.prop, replace(run, loop=None), trace))


def _livelock(checked: Checked, trace: Trace, stories: Sequence[Told]) -> str:
    del checked
    loop = trace.loop or 0
    again = _events(trace, loop, len(trace.steps))
    same = next((one for one in stories if run_of(one.trace) == run_of(trace)), None)
    if same is not None:
        return f"Livelock: what goes on for ever, by itself, in the story of {same.name}."
    return f"Livelock: {_way(trace, loop, stories)}. Then for ever, by itself: {again}."


def _way(trace: Trace, end: int, stories: Sequence[Told]) -> str:
    """Return the first steps of a run, from where no story has them."""
    begun = max(stories, key=lambda one: shared_steps(one.trace, trace), default=None)
    shared = 0 if begun is None else min(end, shared_steps(begun.trace, trace))
    if begun is None or shared < WORTH_SHARING:
        return _events(trace, 0, end)
    where = f"after step {shared} of the story of {begun.name}"
    return where if shared == end else f"{where}, {_events(trace, shared, end)}"


def _events(trace: Trace, start: int, end: int) -> str:
    return ", ".join(map(str, trace.steps[start:end])) or "at the start"


LINES = {"deadlock": _deadlock, "livelock": _livelock}
