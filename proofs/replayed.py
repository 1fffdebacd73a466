"""A run that an engine found, replayed through the running machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.events import at_instance
from statemachine import ReplayError, State, Step, Trace, replay, terms

if TYPE_CHECKING:
    from proofs.question import Question
    from proofs.results import Run
    from statemachine import TableChoices


class EngineDisagreementError(RuntimeError):
    """Two engines, or an engine and the running machines, say different things: our bug."""


def retold(question: Question, name: str, run: Run) -> Trace:
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
