"""Where what a step does depends on tables: one choice is picked at run time, with its like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.engines.native.values import Truth

if TYPE_CHECKING:
    from twinrom.proofs.engines.native.emit import Emitter


class Chosen:
    """One table choice, picked at run time, and the part of the family that behaves like it."""

    def __init__(self, emitter: Emitter, low: str, part: str) -> None:
        self.emitter, self.low, self.part = emitter, low, part

    def bit(self, value: Truth) -> Truth:
        """Return the truth value at the choice; the part is cut down to where it is the same."""
        e, mask = self.emitter, self.emitter.mask
        known = e.known((self, value))
        if known is not None:
            return known  # type: ignore[return-value]
        shifted = e.op(f"lshr {mask} {value.text}, {self.low}")
        bit = e.op(f"trunc {mask} {shifted} to i1")
        other = e.negated(value)
        same = e.op(f"select i1 {bit}, {mask} {value.text}, {mask} {other.text}")
        self.part = e.op(f"and {mask} {self.part}, {same}")
        e.scopes[-1][self, value] = Truth(bit)
        return Truth(bit)
