"""How a system comes to rest: deadlocks and livelocks, asked of every model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinrom.proofs import Checked
    from twinrom.statemachine import Trace

QUIET = "no deadlock, no livelock: something can always happen, and nothing for ever by itself"


def dead_end_lines(checked: Checked) -> list[str] | None:
    """Return a sentence for each way in which it does not rest well; None where it is not known."""
    rest = checked.dead_ends
    if rest is None:
        return None
    return [line(trace) for what, line in LINES.items() if (trace := rest[what]) is not None]


def _deadlock(trace: Trace) -> str:
    return f"Deadlock: {_events(trace, 0, len(trace.steps))}. Nothing at all can happen then."


def _livelock(trace: Trace) -> str:
    loop = trace.loop or 0
    again = _events(trace, loop, len(trace.steps))
    return f"Livelock: {_events(trace, 0, loop)}. Then for ever, by itself: {again}."


def _events(trace: Trace, start: int, end: int) -> str:
    return ", ".join(map(str, trace.steps[start:end])) or "at the start"


LINES = {"deadlock": _deadlock, "livelock": _livelock}
