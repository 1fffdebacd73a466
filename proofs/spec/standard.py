"""Two questions that no spec has to ask: whether there is a deadlock, and whether a livelock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.spec.kinds import InvariantKind, ResponseKind
from twinrom.proofs.spec.spec import Property
from twinrom.statemachine import Conjunct, at_payloads, terms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.proofs.spec.kinds import Kind
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import RuleInstance
    from twinrom.statemachine.terms import Term


def deadlock(question: Question) -> Property:
    """Return the invariant that some rule can always happen, an environment's rule included."""
    can_happen = terms.negation(none_enabled(question.system.instances))
    return _asked(question, InvariantKind(), "deadlock", can_happen, "some rule can happen")


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
