"""Replay: a run that an engine found, taken again by the running machines."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from twinrom.proofs.spec.events import at_instance
from twinrom.statemachine import ReplayError, State, Step, Trace, replay, terms

if TYPE_CHECKING:
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import TableChoices


class EngineDisagreementError(RuntimeError):
    """Two engines, or an engine and the running machines, say different things: our bug."""


def replayed(question: Question, name: str, run: Run) -> Trace:
    """Return the run as a trace, with the states that the running machines go through.

    Raises `EngineDisagreementError`, with the `name` of what it is about, when they refuse a step
    or a loop does not close.
    """
    system = question.system
    steps = tuple(Step(system.instances[i], payload) for i, payload in run.steps)
    try:
        states = tuple(replay(system, State(run.initial, run.tables), steps, on=question.machines))
        return Trace(question.model.name, states, steps, run.loop)
    except (ReplayError, ValueError) as error:
        raise EngineDisagreementError(f"{name}: {error}") from None


def holds_at(
    term: terms.Term, before: State, step: Step, after: State, entry: TableChoices.Entry
) -> bool:
    """Say whether a step property's term holds of one step."""
    specific = at_instance(term, step.instance, {}, updated=False)
    return bool(terms.evaluate(specific, before.values, after.values, step.given(), entry))


def holds_in(term: terms.Term, state: State, entry: TableChoices.Entry) -> bool:
    """Say whether a term holds in a state."""
    return bool(terms.evaluate(term, state.values, (), {}, entry))


def replayed_onset(question: Question, prop: Property, run: Run) -> Trace:
    """Return the run as a trace whose last step, and no step before, brings `whenever` about."""
    trace = replayed(question, prop.name, run)
    entry = question.system.entry(run.tables)
    held = [holds_in(prop.exercise, state, entry) for state in trace.states]
    risen = [now and not before for before, now in pairwise(held)]
    if not risen or not risen[-1] or any(risen[:-1]):
        raise EngineDisagreementError(
            f"{prop.name}: the run of {run.length} steps does not bring `whenever` about first at "
            "its end"
        )
    return trace


def replayed_to_its_end(question: Question, prop: Property, run: Run, *, broken: bool) -> Trace:
    """Return the run as a trace after replaying it and evaluating the property along it."""
    trace = replayed(question, prop.name, run)
    goal = prop.bad if broken else prop.exercise
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
