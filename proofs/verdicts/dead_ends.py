"""Deadlock and livelock: the runs into them, replayed and checked like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.spec.standard import deadlock, livelock
from twinrom.proofs.verdicts.counterexample import counterexample

if TYPE_CHECKING:
    from twinrom.proofs.report import Report
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import Trace


def dead_end_traces(question: Question, report: Report) -> dict[str, Trace | None] | None:
    """Return a run into a deadlock and one into a livelock, as far as there are any.

    None where that is not known, because not every state was seen. Each run is replayed through
    the running machines first. Raises `EngineDisagreementError`.
    """
    rest = report.dead_ends
    if rest is None:
        return None
    stuck, endless = rest.deadlock, rest.livelock
    return {
        "deadlock": None if stuck is None else counterexample(question, deadlock(question), stuck),
        "livelock": None if endless is None else (
            counterexample(question, livelock(question), endless)
        ),
    }
