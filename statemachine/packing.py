"""States as single integers: each variable has its own bits, lowest variable first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinrom.statemachine.system import Variable


class Packing:
    """Packs values of the given variables into one integer, and back."""

    def __init__(self, variables: Sequence[Variable]) -> None:
        self.offset: list[int] = []
        self.mask: list[int] = []
        self.low = [v.sort.low for v in variables]
        self.bits = 0
        for variable in variables:
            width = (variable.sort.size - 1).bit_length()
            self.offset.append(self.bits)
            self.mask.append(((1 << width) - 1) << self.bits)
            self.bits += width

    def pack(self, values: Sequence[int]) -> int:
        """Return the integer for the values of all variables."""
        packed = 0
        for value, offset, low in zip(values, self.offset, self.low, strict=True):
            packed |= (value - low) << offset
        return packed

    def unpack(self, packed: int) -> list[int]:
        """Return the values of all variables; where bits were masked out, the lowest."""
        return [
            ((packed & mask) >> offset) + low
            for mask, offset, low in zip(self.mask, self.offset, self.low, strict=True)
        ]

    def place(self, index: int, value: int) -> int:
        """Return the bits of one variable with this value."""
        return (value - self.low[index]) << self.offset[index]

    def masked(self, indices: Iterable[int]) -> int:
        """Return the mask that covers these variables."""
        found = 0
        for index in indices:
            found |= self.mask[index]
        return found
