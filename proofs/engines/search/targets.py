"""The targets of a search: what it looks for on its way, the same list for every such engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twinrom.proofs.spec.standard import deadlock

if TYPE_CHECKING:

    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine.terms import Term

DEADLOCK = ("deadlock", "")


class Target(NamedTuple):
    """A term to look for: in every state, or (`stepwise`) in every step.

    `what` is a "violation" or a "witness" of the property `name`, or a "deadlock" of no property.
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
    return tuple(found)
