"""How states, table choices and candidates lie in memory, and what does not fit.

A key is the packed state. The first rows of the free tables are searched at once: a mask with one
bit for each choice of them. Any further row is a bit of the key, above the state.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from twinrom.statemachine import Packing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine import TransitionSystem

MASK_ROWS = 8
NARROW, WIDE = 63, 127


class NativeUnavailableError(Exception):
    """The native tier cannot answer here; the text says why, in words for a reader."""

    @property
    def reason(self) -> str:
        """Return why, in words."""
        return str(self)


class Layout:
    """Types and sizes for one transition system; raises `NativeUnavailableError` when too wide."""

    def __init__(self, system: TransitionSystem, mask_rows: int = MASK_ROWS) -> None:
        self.packing = Packing(system.variables)
        self.rows = len(system.choices.rows)
        system.choices.everything  # noqa: B018 - raises when there are too many to enumerate
        self.mask_rows = min(self.rows, mask_rows)
        self.bits = self.packing.bits + self.rows - self.mask_rows
        if self.bits > WIDE:
            text = f"states of {self.bits} bits, and at most {WIDE} are compiled for"
            raise NativeUnavailableError(text)
        self.choices = 1 << self.mask_rows
        self.everything = (1 << self.choices) - 1
        self.masked = self.mask_rows > 0

    @cached_property
    def key(self) -> str:
        """Return the type of a key; one more bit than the key has, as 0 marks a free slot."""
        return "i64" if self.bits <= NARROW else "i128"

    @cached_property
    def mask(self) -> str:
        """Return the type of a mask; one truth value when there are no tables."""
        return f"i{max(8, self.choices)}" if self.masked else "i1"

    @property
    def key_bytes(self) -> int:
        """Return the size of a key."""
        return int(self.key[1:]) // 8

    @property
    def mask_bytes(self) -> int:
        """Return the size of a mask in memory; none is kept when there are no tables."""
        return int(self.mask[1:]) // 8 if self.masked else 0

    @cached_property
    def slot_padding(self) -> int:
        """Return the bytes that round a slot up to a multiple of eight."""
        return -(self.key_bytes + (4 + self.mask_bytes if self.masked else 0)) % 8

    @property
    def slot_bytes(self) -> int:
        """Return the size of a slot of the table."""
        own = self.key_bytes + (4 + self.mask_bytes if self.masked else 0)
        return own + self.slot_padding

    @property
    def candidate_bytes(self) -> int:
        """Return the size of a candidate: a key, its mask, and which step led to it."""
        return self.key_bytes + 4 + self.mask_bytes

    def types(self) -> str:
        """Return the definitions of the structures."""
        padding = f", [{self.slot_padding} x i8]" if self.slot_padding else ""
        mask = f", {self.mask}" if self.masked else ""
        where = f", i32{mask}" if self.masked else ""
        return (
            f"%slot = type <{{ {self.key}{where}{padding} }}>\n"
            f"%candidate = type <{{ {self.key}, i32{mask} }}>\n"
        )

    def state(self, key: int) -> int:
        """Return the packed state of a key."""
        return key & ((1 << self.packing.bits) - 1)

    def choice(self, key: int, bit: int) -> int:
        """Return the number of a table choice, as the plain tier numbers them."""
        return (key >> self.packing.bits) << self.mask_rows | bit

    def place(self, state: int, choice: int) -> tuple[int, int]:
        """Return the key of a state with a table choice, and the bit of that choice."""
        return state | (choice >> self.mask_rows) << self.packing.bits, choice % self.choices

    def split(self, state: int, family: int) -> Iterator[tuple[int, int]]:
        """Return the keys with their masks for a state and a family of table choices."""
        high = 0
        while family:
            mask = family & self.everything
            if mask:
                yield state | high << self.packing.bits, mask
            family >>= self.choices
            high += 1
