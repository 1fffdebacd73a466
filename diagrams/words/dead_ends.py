"""How a system comes to rest: deadlocks and livelocks, asked of every model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs import Violated

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def dead_end_lines(checked: Checked) -> list[str] | None:
    """Return a sentence for each way in which it does not rest well; None where it is not known."""
    rest = dead_ends(checked)
    if rest is None:
        return None
    return [
        line(checked.question, trace)
        for what, line in LINES.items()
        if (trace := rest.get(what)) is not None
    ]


def unmeant(question: Question) -> str:
    """Return what is wrong with a state of deadlock."""
    if question.ends is None:
        return "Nothing at all can happen then."
    return "Nothing but a fault changes anything then, and `ends` does not say that it may be so."


def _deadlock(question: Question, trace: Trace) -> str:
    return f"Deadlock: {_events(trace, 0, len(trace.steps))}. {unmeant(question)}"


def _livelock(question: Question, trace: Trace) -> str:
    del question
    loop = trace.loop or 0
    again = _events(trace, loop, len(trace.steps))
    return f"Livelock: {_events(trace, 0, loop)}. Then for ever, by itself: {again}."


def _events(trace: Trace, start: int, end: int) -> str:
    return ", ".join(map(str, trace.steps[start:end])) or "at the start"


LINES = {"deadlock": _deadlock, "livelock": _livelock}
