"""What the native tier looks for, in one list: properties broken and exercised, and overlaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofs.question import Question
    from proofs.spec import Property
    from statemachine.terms import Term

STEP_LEAVES = frozenset({"event", "argument", "after"})


class Check(NamedTuple):
    """A term to look for in every state, or with `step` in every step.

    `rare` checks are tested together; the others are expected to be found soon.
    """

    name: str
    what: str
    term: Term
    step: bool

    @property
    def rare(self) -> bool:
        """Say whether the check is hardly ever found."""
        return self.what == "violation"

    @property
    def key(self) -> tuple[str, str]:
        """Return what the plain search calls it."""
        return self.what, self.name


def checks(question: Question) -> list[Check]:
    """Return everything to look for: violations and witnesses, of what is decided and what is not.

    A witness reaches `whenever`; for a response that may be a step.
    """
    return [c for p in question.properties for c in _of(p) if c.term is not terms.FALSE]


def _of(prop: Property) -> Iterator[Check]:
    step = prop.kind == "step" or (prop.kind == "response" and reads_step(prop.whenever))
    if prop.kind in ("invariant", "step"):
        yield Check(prop.name, "violation", prop.bad, step)
    yield Check(prop.name, "witness", prop.whenever, step)


def reads_step(term: Term) -> bool:
    """Say whether a term speaks of a step, not of one state."""
    return any(t.operator in STEP_LEAVES for t in terms.leaves([term]))
