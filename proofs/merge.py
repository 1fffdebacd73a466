"""Several engines' reports as one verdict per property; engines that disagree are a bug of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs import lasso
from proofs.replayed import EngineDisagreementError, holds_at, holds_in, retold
from proofs.rest import deadlock, livelock
from proofs.verdict import Bounded, Result, Unknown, Vacuous, Verdict, Violated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from proofs.question import Question
    from proofs.results import Report, Run
    from proofs.spec import Property
    from statemachine import Trace


def merge(question: Question, reports: Mapping[str, Report], depth: int) -> tuple[Result, ...]:
    """Return a verdict for each property from everything the engines found.

    Every run is replayed through the running machines first. Raises `EngineDisagreementError`.
    """
    return tuple(_result(question, p, tuple(reports.values()), depth) for p in question.properties)


def rest_findings(question: Question, report: Report) -> tuple[tuple[Property, Trace], ...]:
    """Return the deadlock and the livelock that a search found, as properties that they break.

    Each run is replayed through the running machines first. Raises `EngineDisagreementError`.
    """
    found: list[tuple[Property, Trace]] = []
    if report.rest is not None and report.rest.deadlock is not None:
        prop = deadlock(question)
        run = report.rest.deadlock
        found.append((prop, replayed_to_its_end(question, prop, run, broken=True)))
    if report.rest is not None and report.rest.livelock is not None:
        prop = livelock(question)
        found.append((prop, lasso.replayed(question, prop, report.rest.livelock)))
    return tuple(found)


def _result(question: Question, prop: Property, reports: Sequence[Report], depth: int) -> Result:
    if prop.kind in ("response", "possible"):
        return _live(question, prop, reports)
    violation = _agreed(prop, "violation", reports)
    witness = _agreed(prop, "witness", reports)
    trace = replayed_to_its_end(question, prop, violation, broken=True) if violation else None
    exercised = replayed_to_its_end(question, prop, witness, broken=False) if witness else None
    seconds = max(
        (r.found[prop.name].seconds or r.seconds for r in reports if prop.name in r.found),
        default=0.0,
    )
    return Result(prop, _verdict(trace, exercised, reports, depth), exercised, seconds)


def _live(question: Question, prop: Property, reports: Sequence[Report]) -> Result:
    """Return the verdict on a response or a possible property: only a closed search has one."""
    reports = [r for r in reports if r.engine != "bounded"]
    decided = [r for r in reports if prop.name in r.found]
    if not decided:
        why = (
            "; ".join(f"{r.engine}: {r.stopped}" for r in reports)
            or "the search decides it, and did not run"
        )
        return Result(prop, Unknown(why, -1), None, 0.0)
    witness = _agreed(prop, "witness", decided)
    exercised = replayed_to_its_end(question, prop, witness, broken=False) if witness else None
    violations = [r.found[prop.name].violation for r in decided]
    broken = [run for run in violations if run is not None]
    if broken and None in violations:
        raise EngineDisagreementError(f"{prop.name}: broken or not, by {len(decided)} searches")
    verdict: Verdict = (
        Bounded(None, decided[0].counts) if exercised else (Vacuous(None, decided[0].counts))
    )
    if broken:
        verdict = Violated(lasso.replayed(question, prop, broken[0]))
    return Result(prop, verdict, exercised, decided[0].found[prop.name].seconds)


def _verdict(
    trace: Trace | None, witness: Trace | None, reports: Sequence[Report], depth: int
) -> Verdict:
    if trace is not None:
        return Violated(trace)
    complete = next((r.counts for r in reports if r.complete), None)
    clean = max((r.clean for r in reports), default=-1)
    if complete is None and clean < depth:
        reason = (
            "; ".join(f"{r.engine}: {r.stopped}" for r in reports if r.stopped) or "no engine ran"
        )
        return Unknown(reason, clean)
    solver = next((r.clean for r in reports if r.engine == "bounded"), None)
    looked = solver if complete is not None else clean
    return Bounded(looked, complete) if witness is not None else Vacuous(looked, complete)


def _agreed(prop: Property, what: str, reports: Sequence[Report]) -> Run | None:
    """Return the shortest run any engine found; no engine may have ruled it out."""
    runs: dict[str, Run | None] = {
        r.engine: getattr(r.found[prop.name], what) for r in reports if prop.name in r.found
    }
    # of two equally short runs the search's: it does not depend on a solver's mood
    ordered = sorted(runs.items(), key=lambda item: item[0] != "search")
    shortest = min((run for _, run in ordered if run), key=lambda run: run.length, default=None)
    if shortest is None:
        return None
    for report in reports:
        if prop.name not in report.found:
            continue
        own = runs[report.engine]
        looked = report.complete or report.clean >= shortest.length
        if looked and (own is None or own.length != shortest.length):
            said = "none" if own is None else f"one of {own.length} steps"
            raise EngineDisagreementError(
                f"{prop.name}: {what} of {shortest.length} steps found, "
                f"but `{report.engine}` says {said}"
            )
    return shortest


def replayed_to_its_end(question: Question, prop: Property, run: Run, *, broken: bool) -> Trace:
    """Return the run as a trace after replaying it and evaluating the property along it."""
    trace = retold(question, prop.name, run)
    goal = prop.bad if broken else prop.whenever
    entry = question.system.entry(run.tables)
    if prop.stepwise:
        steps = zip(trace.states, trace.steps, trace.states[1:], strict=False)
        where = [holds_at(goal, before, step, after, entry) for before, step, after in steps]
    else:
        where = [holds_in(goal, state, entry) for state in trace.states]
    if not where or not where[-1] or any(where[:-1]):
        what = "violate" if broken else "exercise"
        raise EngineDisagreementError(
            f"{prop.name}: the run of {run.length} steps does not {what} it first at its end"
        )
    return trace
