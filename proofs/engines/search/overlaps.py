"""Mutual exclusion of rules, watched while a search goes through the states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.engines.search.lookups import reads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs.engines.search.lookups import Truths
    from twinrom.proofs.spec.overlaps import Overlap
    from twinrom.statemachine import Packing, TransitionSystem


class Overlaps:
    """Watches the pairs that can meet in some control state; remembers where they do not."""

    def __init__(
        self, pairs: Sequence[Overlap], system: TransitionSystem, packing: Packing, truths: Truths
    ) -> None:
        self.pairs, self.system, self.packing = pairs, system, packing
        self.reads = reads([p.both for p in pairs], packing)
        self.truths = [(p, truths.of(term)) for p in pairs for term in p.at_payloads()]
        self.families: dict[int, list[tuple[Overlap, int]]] = {}

    def check(self, state: int, family: int) -> None:
        """Raise `InputError` when a pair is enabled in `state` for some choice of `family`."""
        bits = state & self.reads
        found = self.families.get(bits)
        if found is None:
            found = [(p, both) for p, truth in self.truths if (both := truth.holds(state))]
            self.families[bits] = found
        for pair, both in found:
            if both & family:
                raise pair.error(self.system.text(self.packing.unpack(state)))
