"""What every model is asked: for deadlocks and livelocks, and whether its duties are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.engines.registry import SEARCH
from twinrom.proofs.spec.duties import duties
from twinrom.proofs.spec.standard import deadlock, livelock
from twinrom.proofs.verdicts.counterexample import counterexample
from twinrom.proofs.verdicts.verdict import NotChecked, Proved, Result, Unknown, Violated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.report import Report
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.proofs.verdicts.verdict import Verdict
    from twinrom.statemachine import Trace


def deadlock_result(question: Question, reports: Mapping[str, Report], *, asked: bool) -> Result:
    """Return the verdict on deadlocks at the given sizes: the search alone has one."""
    report = reports.get(SEARCH.name)
    run = None if report is None else report.deadlock
    return _on(question, deadlock(question), report, run, asked=asked)


def duty_results(
    question: Question, reports: Mapping[str, Report], *, asked: bool
) -> tuple[Result, ...]:
    """Return the verdicts on the duties of declared events; the search alone has them."""
    report = reports.get(SEARCH.name)
    runs = {} if report is None else report.unanswered
    return tuple(_on(question, prop, report, runs.get(prop.name), asked=asked)
                 for prop in duties(question))


def _on(question: Question, prop: Property, report: Report | None, run: Run | None, *,
        asked: bool) -> Result:
    """Return the verdict of the search on what no spec asks, broken by `run` if there is one.

    Not `asked`: a search was made for witnesses only. Raises `EngineDisagreementError`.
    """
    if report is None or not (asked or report.complete or run):
        verdict: Verdict = NotChecked("the search decides it, and did not run")
    elif run is not None:
        verdict = Violated(counterexample(question, prop, run))
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
