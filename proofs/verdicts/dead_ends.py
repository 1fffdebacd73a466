"""Deadlock and livelock: the runs into them, replayed and checked like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.engines.registry import SEARCH
from twinrom.proofs.spec.standard import deadlock, livelock
from twinrom.proofs.verdicts.counterexample import counterexample
from twinrom.proofs.verdicts.verdict import NotChecked, Proved, Result, Unknown, Violated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.report import Report
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.verdicts.verdict import Verdict
    from twinrom.statemachine import Trace


def deadlock_result(question: Question, reports: Mapping[str, Report], *, asked: bool) -> Result:
    """Return the verdict on deadlocks at the given sizes: the search alone has one.

    Not `asked`: a search was made for witnesses only. Raises `EngineDisagreementError`.
    """
    prop, report = deadlock(question), reports.get(SEARCH.name)
    if report is None or not (asked or report.complete or report.deadlock):
        verdict: Verdict = NotChecked("the search decides it, and did not run")
    elif report.deadlock is not None:
        verdict = Violated(counterexample(question, prop, report.deadlock))
    elif report.complete:
        verdict = Proved(None, report.counts)
    else:
        verdict = Unknown(f"search: {report.stopped}", report.clean)
    return Result(prop, verdict, None, report.seconds if report else 0.0, question)


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
