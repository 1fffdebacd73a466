"""The targets of the native tier: the list that every search has, with what it needs to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twinrom.proofs.engines.search.targets import ONSET, UNTOLD, targets
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine.terms import Term


class CompiledTarget(NamedTuple):
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
        return self.what not in {"witness", ONSET, *UNTOLD}

    @property
    def key(self) -> tuple[str, str]:
        """Return what the plain search calls it."""
        return self.what, self.name


def checks(question: Question) -> list[CompiledTarget]:
    """Return everything to look for, save what never holds."""
    found = [CompiledTarget(s.name, s.what, s.term, s.stepwise) for s in targets(question)]
    return [c for c in found if c.term is not terms.FALSE]
