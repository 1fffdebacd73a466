"""Where a model itself is wrong: two rules of one event at once, or a value out of its sort."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from twinrom.proofs.spec.overlaps import Overlap, overlapping
from twinrom.statemachine import Obligation, RuleInstance, terms

if TYPE_CHECKING:
    from twinrom.proofs.solver.theory import Theory
    from twinrom.statemachine import TransitionSystem

Mistake: TypeAlias = "Overlap | tuple[RuleInstance, Obligation]"


def mistakes(
    system: TransitionSystem, theory: Theory, *, overlaps: bool
) -> list[tuple[Any, Mistake]]:
    """Return what holds of a state and payloads where the model would be wrong, and how."""
    found: list[tuple[Any, Mistake]] = (
        [(theory.both(pair), pair) for pair in overlapping(system)] if overlaps else []
    )
    for instance in system.instances:
        given = theory.given[instance.index]
        ranges = [r for g in instance.given for r in theory.in_range(given[g.name], g.sort)]
        for duty in instance.obligations:
            wrong = terms.conjunction([instance.guard, terms.negation(duty.term)])
            if wrong is not terms.FALSE:
                formula = theory.every([*ranges, theory.term(wrong, instance)])
                found.append((formula, (instance, duty)))
    return found
