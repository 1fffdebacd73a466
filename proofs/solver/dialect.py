"""In which theories a system can be spoken of, and how wide its numbers are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinrom.proofs.spec.events import at_instance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.statemachine import TransitionSystem
    from twinrom.statemachine.terms import Term


@dataclass(frozen=True)
class Dialect:
    """Which theory to speak: integers or bit-vectors, enumerations or codes, arrays or not."""

    integers: bool
    enumerations: bool
    arrays: bool


FINITE = Dialect(integers=False, enumerations=True, arrays=True)
SYMBOLIC = Dialect(integers=True, enumerations=True, arrays=True)
CERTIFIED_FINITE = Dialect(integers=False, enumerations=False, arrays=False)
CERTIFIED_SYMBOLIC = Dialect(integers=True, enumerations=True, arrays=False)


def number_width(system: TransitionSystem, goals: Iterable[Term]) -> tuple[bool, int]:
    """Return whether some number is negative, and how many bits every number fits into.

    That holds for every intermediate result, too, so nothing ever wraps around.
    """
    todo = [c.term for c in system.init] + [v.term() for v in system.variables]
    for instance in system.instances:
        todo += [instance.guard, *instance.updates.values(), *(g.term for g in instance.given)]
        todo += [o.term for o in instance.obligations]
        todo += [at_instance(goal, instance, {}, updated=True) for goal in goals]
    seen: set[Term] = set()
    low = high = 0
    while todo:
        t = todo.pop()
        if t not in seen:
            seen.add(t)
            low, high = min(low, t.low), max(high, t.high)
            todo.extend(t.arguments)
    signed = low < 0
    return signed, max(1, max(high, -low - 1).bit_length() + signed)
