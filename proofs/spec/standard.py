"""Two questions that no spec has to ask: whether there is a deadlock, and whether a livelock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.spec.kinds import DeadlockKind, ResponseKind
from twinrom.proofs.spec.spec import Property
from twinrom.statemachine import Conjunct, at_payloads, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinrom.proofs.spec.kinds import Kind
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import RuleInstance, TransitionSystem
    from twinrom.statemachine.terms import Term

GOES_ON = "some step, faults apart, changes something"


def deadlock(question: Question) -> Property:
    """Return the invariant that some rule can always happen, an environment's rule included.

    Of a spec that says where standing still is meant: that elsewhere some step, faults apart,
    changes what belongs to the model.
    """
    if question.ends is None:
        can_happen = terms.negation(none_enabled(question.system.instances))
        return _asked(question, DeadlockKind(), "deadlock", can_happen, "some rule can happen")
    changes = terms.disjunction(changing(question.system))
    asked = _asked(question, DeadlockKind(), "deadlock", changes, GOES_ON)
    meant = " and ".join(part.text for part in question.ends)
    return replace(
        asked, place=question.spec.place.at("ends"), whenever_text=f"not ({meant})",
        whenever=terms.negation(terms.conjunction(part.term for part in question.ends)),
    )  # fmt: skip


def changing(system: TransitionSystem) -> Iterator[Term]:
    """Yield where a step that is no fault happens and changes a variable of the model."""
    for instance in system.instances:
        if instance.rule.by != "fault":
            changes = terms.disjunction(
                terms.negation(terms.equal(term, system.variables[index].term()))
                for index, term in instance.updates.items()
                if system.variables[index].role == "model"
            )
            yield from at_payloads(terms.conjunction([instance.guard, changes]), instance.given)


def livelock(question: Question) -> Property:
    """Return the response that the automatic rules come to rest, from everywhere."""
    model = question.model
    automatic = (i for i in question.system.instances if model.automatic(i.rule))
    goal = none_enabled(automatic)
    return _asked(question, ResponseKind(), "livelock", goal, "no automatic rule can happen")


def _asked(question: Question, kind: Kind, name: str, goal: Term, text: str) -> Property:
    return Property(
        kind, name, (), terms.TRUE, goal, "always", (Conjunct(text, goal),), None,
        expect_violated=False, because=None, place=question.spec.place,
    )  # fmt: skip


def none_enabled(instances: Iterable[RuleInstance]) -> Term:
    """Return where none of the rules can happen, with any payload."""
    return terms.negation(
        terms.disjunction(
            term
            for instance in instances
            for term in at_payloads(instance.guard, instance.given)
        )
    )
