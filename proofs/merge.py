"""Several engines' reports as one verdict per property; engines that disagree are a bug of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.events import at_instance
from proofs.verdict import Bounded, NotChecked, Result, Unknown, Vacuous, Verdict, Violated
from statemachine import ReplayError, State, Step, Trace, replay, terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from proofs.question import Question
    from proofs.results import Report, Run
    from proofs.spec import Property


class EngineDisagreementError(RuntimeError):
    """Two engines, or an engine and the running machines, say different things: our bug."""


def merge(question: Question, reports: Mapping[str, Report], depth: int) -> tuple[Result, ...]:
    """Return a verdict for each property from everything the engines found.

    Every run is replayed through the running machines first. Raises `EngineDisagreementError`.
    """
    return tuple(_result(question, p, tuple(reports.values()), depth) for p in question.properties)


def _result(question: Question, prop: Property, reports: Sequence[Report], depth: int) -> Result:
    if prop.kind not in ("invariant", "step"):
        return Result(prop, NotChecked("not checked yet"), None, 0.0)
    violation = _agreed(prop, "violation", reports)
    witness = _agreed(prop, "witness", reports)
    trace = _replayed(question, prop, violation, broken=True) if violation else None
    exercised = _replayed(question, prop, witness, broken=False) if witness else None
    seconds = max(
        (r.found[prop.name].seconds or r.seconds for r in reports if prop.name in r.found),
        default=0.0,
    )
    return Result(prop, _verdict(trace, exercised, reports, depth), exercised, seconds)


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


def _replayed(question: Question, prop: Property, run: Run, *, broken: bool) -> Trace:
    """Return the run as a trace after replaying it and evaluating the property along it."""
    system = question.system
    steps = tuple(Step(system.instances[i], payload) for i, payload in run.steps)
    start = State(run.initial, run.tables)
    try:
        states = tuple(replay(system, start, steps))
    except ReplayError as error:
        raise EngineDisagreementError(f"{prop.name}: {error}") from None
    goal = prop.bad if broken else prop.whenever
    entry = system.entry(run.tables)
    where = []
    if prop.kind == "invariant":
        where = [bool(terms.evaluate(goal, s.values, (), {}, entry)) for s in states]
    else:
        for before, step, after in zip(states, steps, states[1:], strict=False):
            where.append(holds_at(goal, before, step, after, entry))
    if not where or not where[-1] or any(where[:-1]):
        what = "violate" if broken else "exercise"
        raise EngineDisagreementError(
            f"{prop.name}: the run of {len(steps)} steps does not {what} it first at its end"
        )
    return Trace(question.model.name, states, steps)


def holds_at(term: terms.Term, before: State, step: Step, after: State, entry: object) -> bool:
    """Say whether a step property's term holds of one step."""
    specific = at_instance(term, step.instance, {}, updated=False)
    return bool(terms.evaluate(specific, before.values, after.values, step.given(), entry))  # type: ignore[arg-type]
