"""The expander: the successors of packed states, each rule looked up by the bits it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from twinrom.proofs.engines.search.lookups import RuleLookup, Truths
from twinrom.statemachine import Packing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.statemachine import RuleInstance, TransitionSystem

Successor: TypeAlias = "tuple[int, int, RuleInstance, tuple[int, ...]]"


class Expander:
    """Takes states of one system a step on, for all table choices at once.

    With `instances`, these rules happen instead of those of the system. Automatic steps come before
    those of the environment.
    """

    def __init__(
        self, system: TransitionSystem, instances: Sequence[RuleInstance] | None = None
    ) -> None:
        self.system, self.packing = system, Packing(system.variables)
        self.truths = Truths(system, self.packing)
        self.lookups = [
            RuleLookup(i, system, self.packing, self.truths)
            for i in (system.instances if instances is None else instances)
        ]
        self.lookups.sort(key=lambda lookup: lookup.instance.index in system.environment)
        self.control = self.packing.masked(v.index for v in system.variables if v.machine)
        self.active: dict[int, tuple[RuleLookup, ...]] = {}

    def initial(self) -> Iterator[tuple[int, int]]:
        """Yield each initial state, packed, with its family."""
        for values, family in self.system.initial_families():
            yield self.packing.pack(values), family

    def movable(self, state: int) -> tuple[RuleLookup, ...]:
        """Return the rules whose machines can all move from here."""
        control = state & self.control
        found = self.active.get(control)
        if found is None:
            found = tuple(lookup for lookup in self.lookups if lookup.can_move(control))
            self.active[control] = found
        return found

    def successors(self, state: int) -> Iterator[Successor]:
        """Yield every step: the state after it, its family, its rule instance and payload."""
        for lookup in self.movable(state):
            effects = lookup.cache.get(state & lookup.reads)
            if effects is None:  # an empty one is known, too: the rule cannot happen there
                effects = lookup.fill(state)
            for part, keep, bits, payload, _ in effects:
                yield state & keep | bits, part, lookup.instance, payload
