"""The targets of a search: what it looks for on its way, the same list for every such engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twinrom.proofs.spec.added import added_rules
from twinrom.proofs.spec.standard import deadlock
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine.terms import Term

DEADLOCK = ("deadlock", "")
HAPPENS = "happens"


class Target(NamedTuple):
    """A term to look for: in every state, or (`stepwise`) in every step.

    `what` is a "violation" or a "witness" of the property `name`, or a "deadlock" of no property;
    that the rule `name` "happens" is asked of those that an overlay adds.
    """

    name: str
    what: str
    term: Term
    stepwise: bool


def targets(question: Question) -> tuple[Target, ...]:
    """Return everything whose first occurrence a search notes.

    Responses and possible properties have witnesses only: what breaks them is no single state.
    """
    found = []
    for prop in question.properties:
        if prop.kind.safety:
            found.append(Target(prop.name, "violation", prop.bad, prop.stepwise))
        found.append(Target(prop.name, "witness", prop.whenever, prop.stepwise))
    what, name = DEADLOCK
    found.append(Target(name, what, deadlock(question).bad, stepwise=False))
    for rule in added_rules(question.model):
        steps = frozenset(i.index for i in question.system.instances if i.rule.name == rule.name)
        found.append(Target(rule.name, HAPPENS, terms.event(steps), stepwise=True))
    return tuple(found)
