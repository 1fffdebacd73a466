"""Duties: where a declared event can happen, and which of its rules answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.spec.events import with_payload
from twinrom.proofs.spec.kinds import DutyKind
from twinrom.proofs.spec.overlaps import shared
from twinrom.proofs.spec.spec import Property
from twinrom.statemachine import Conjunct, Step, ground, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import Argument, Duty, RuleInstance, TransitionSystem
    from twinrom.statemachine.terms import Term


def duties(question: Question) -> tuple[Property, ...]:
    """Return the invariants that some rule of each declared event can happen, where that can.

    Rules are asked as they are written: without cuts and budgets.
    """
    system = ground(question.model)
    return tuple(_invariant(duty, system) for duty in system.duties)


def _invariant(duty: Duty, system: TransitionSystem) -> Property:
    name = called(duty.event.name, duty.arguments)
    goal = answered(duty.event.name, duty.arguments, system)
    return Property(
        DutyKind(), f"event {name}", (), duty.when, goal,
        " and ".join(map(str, duty.event.can_happen)),
        (Conjunct(f"some rule of {name} can happen", goal),), None,
        expect_violated=False, because=None, place=duty.event.place.at("can_happen"),
    )  # fmt: skip


def answered(event: str, arguments: Iterable[Argument], system: TransitionSystem) -> Term:
    """Return where some rule of the event is enabled with these arguments."""
    asked = {a.name: a for a in arguments}
    enabled = []
    for instance in system.written:
        own = (*instance.arguments, *instance.given)
        if instance.rule.event == event and all(
                shared(a, asked.get(a.name, a)) is not None for a in own):
            enabled += [guard for step, guard in guards(instance) if _fits(step.given(), asked)]
    return terms.disjunction(enabled)


def called(event: str, arguments: Iterable[Argument]) -> str:
    """Return an event with its arguments, as text."""
    inner = ", ".join(f"{a.name}={a.sort.text(a.term.low)}" for a in arguments)
    return f"{event}({inner})" if inner else event


def guards(instance: RuleInstance) -> Iterator[tuple[Step, Term]]:
    """Yield each step of the instance with where it is enabled."""
    for payload in instance.payloads():
        step = Step(instance, payload)
        yield step, with_payload(instance.guard, step.given())


def _fits(given: Mapping[str, int], asked: Mapping[str, Argument]) -> bool:
    return all(name not in asked or asked[name].term.low == code for name, code in given.items())
