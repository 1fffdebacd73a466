"""The state store: the table, the log with its layers, and the work on them."""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING

from twinrom.proofs.allowance import ALLOWANCE
from twinrom.proofs.engines.native.code.kernel import FIELDS, PREFETCH
from twinrom.proofs.engines.native.memory import Pages
from twinrom.proofs.engines.search.back_tracing import Hit

if TYPE_CHECKING:
    from twinrom.proofs.engines.native.program import Program

DONE, GROW, LONGER, WRONG = range(4)
HIT_WORDS = 4
SLOT_BITS = 17
WORD = 64


class FullError(Exception):
    """The store may not grow; what it has is whole. The text says why."""


class StateStore:
    """What has been reached so far, kept where the generated functions work on it."""

    def __init__(self, program: Program, level: int, slot_bits: int = SLOT_BITS) -> None:
        self.program, self.layout = program, program.layout
        self.compiled = 1
        self.context = (ctypes.c_uint64 * len(FIELDS))()
        self.functions = program.compile(ctypes.addressof(self.context), level)
        block = PREFETCH + program.most
        layout = self.layout
        self.hits = Pages(8 * HIT_WORDS * (len(program.checks) + 1))
        self.closed = Pages(self.hits.size)
        self.gates = Pages(len(program.system.instances) + 1)
        self.no_gates = Pages(self.gates.size)
        self.candidates = Pages(block * layout.candidate_bytes)
        self.block = block
        while (1 << slot_bits) * 3 // 5 < block * 2:
            slot_bits += 1
        self.slot_bits = slot_bits
        self.table = Pages(layout.slot_bytes << slot_bits)
        self.counting = layout.rows > layout.mask_rows
        self.models = Pages(layout.key_bytes << slot_bits if self.counting else 1)
        self.most_length = max(1 << slot_bits, 2 * block)
        self.keys = Pages(layout.key_bytes * self.most_length)
        self.masks = Pages(layout.mask_bytes * self.most_length)
        self.layers: list[int] = [0]
        self.buckets: list[list[int]] = []
        self.growing: list[int] = [0]
        for number in range(len(program.checks) + 1):
            self.hits.write(8 * HIT_WORDS * number, 1, 8)
        self.lookers = program.lookers()
        self.looking = Counter(gate for gates in self.lookers.values() for gate in gates)
        for gate in self.looking:
            self.gates.write(gate, 1, 1)
        self._place()

    # ---- the fields that the functions work on

    def _set(self, **fields: int) -> None:
        for name, value in fields.items():
            self.context[FIELDS.index(name)] = value

    def _get(self, name: str) -> int:
        return int(self.context[FIELDS.index(name)])

    def _place(self) -> None:
        self._set(
            table=self.table.address, shift=WORD - self.slot_bits, slots=1 << self.slot_bits,
            keys=self.keys.address, masks=self.masks.address, most_length=self.most_length,
            most_used=(1 << self.slot_bits) * 3 // 5, candidates=self.candidates.address,
            hits=self.hits.address, gates=self.gates.address, models=self.models.address,
            block=self.block,
        )  # fmt: skip

    @property
    def length(self) -> int:
        """Return how many entries the log has."""
        return self._get("length")

    @property
    def pairs(self) -> int:
        """Return how many pairs of state and table choice were reached."""
        return self._get("pairs")

    @property
    def transitions(self) -> int:
        """Return how many transitions were taken."""
        return self._get("transitions")

    @property
    def distinct(self) -> int:
        """Return how many states were reached, tables apart."""
        return self._get("model_count" if self.counting else "used")

    def entry(self, index: int) -> tuple[int, int]:
        """Return the key of an entry of the log, and its mask."""
        layout = self.layout
        mask = self.masks.number(index, layout.mask_bytes) if layout.masked else 1
        return self.keys.number(index, layout.key_bytes), mask

    # ---- growing

    @staticmethod
    def _need(more: int) -> None:
        """Raise `FullError` where so much more memory is not allowed."""
        if full := ALLOWANCE.over(more):
            raise FullError(full)

    def _enlarge(self) -> None:
        old, count = self.table, 1 << self.slot_bits
        self._need(old.size * 2)
        self.slot_bits += 1
        self.table = Pages(self.layout.slot_bytes << self.slot_bits)
        self._place()
        self.functions.rehash(old.address, count)
        old.free()
        if self.counting:
            models, self.models = self.models, Pages(self.layout.key_bytes << self.slot_bits)
            self._place()
            self.functions.rehash_models(models.address, count)
            models.free()

    def _lengthen(self) -> None:
        length = self.length
        self._need(self.keys.size + self.masks.size)
        self.most_length *= 2
        layout = self.layout
        self.keys = self.keys.grown(layout.key_bytes * self.most_length, layout.key_bytes * length)
        self.masks = self.masks.grown(
            layout.mask_bytes * self.most_length, layout.mask_bytes * length
        )
        self._place()

    def recompile(self, level: int) -> None:
        """Compile again, at another level."""
        self.compiled += 1
        self.functions = self.program.compile(ctypes.addressof(self.context), level)

    # ---- the search

    def add(self, key: int, mask: int) -> None:
        """Take in one initial state."""
        layout, size = self.layout, self.layout.candidate_bytes
        if self._get("used") + self.block > self._get("most_used"):
            self._enlarge()
        if self.length + self.block > self.most_length:
            self._lengthen()
        self.candidates.write(0, key, layout.key_bytes)
        if layout.masked:
            self.candidates.write(layout.key_bytes + 4, mask, layout.mask_bytes)
        self.functions.enter(self.candidates.address + size)

    def close_layer(self) -> int:
        """Say that everything reached so far belongs to layers; return the size of the last."""
        size = self.length - self.layers[-1]
        self.functions.inspect(self.layers[-1], self.length)
        self.layers.append(self.length)
        while len(self.growing) > 1 and self.growing[-1] == self.length:
            self.growing.pop()
        self.buckets.append([*self.growing, self.length])
        self.growing = []
        return size

    def begin(self, bucket: int, kind: int) -> tuple[int, int]:
        """Turn to the steps of one kind from a bucket of the last layer: return its entries.

        What they lead to belongs to the bucket of the next layer that so begins, or goes on.
        """
        start, end = self.buckets[-1][bucket : bucket + 2]
        while len(self.growing) <= bucket + kind:
            self.growing.append(self.length)
        self._set(at=start, phase=kind, layer=self.growing[-1])
        return start, end

    def look_at_rest(self) -> None:
        """Look at the states that were reached since the last layer was closed."""
        self.functions.inspect(self.layers[-1], self.length)

    def expand(self, upto: int) -> bool:
        """Take every step from the entries up to `upto`; False when a value leaves its sort."""
        self._set(upto=upto)
        while status := self.functions.expand():
            if status == WRONG:
                return False
            if status == GROW:
                self._enlarge()
            else:
                self._lengthen()
        return True

    @property
    def at(self) -> int:
        """Return the entry that is to be expanded next."""
        return self._get("at")

    # ---- what was found

    def hit(self, number: int) -> tuple[int, int, int] | None:
        """Return for a check the entry, the number of the step, and the bit of the choice."""
        if self.hits.number(HIT_WORDS * number, 8):
            return None
        return tuple(self.hits.number(HIT_WORDS * number + i, 8) for i in (1, 2, 3))  # type: ignore[return-value]

    def close_gates(self) -> None:
        """Stop looking for what has been found: its first occurrence is the shortest."""
        for number in [n for n in self.lookers if not self.hits.number(HIT_WORDS * n, 8)]:
            for gate in self.lookers.pop(number):
                self.looking[gate] -= 1
                if not self.looking[gate]:
                    self.gates.write(gate, 0, 1)

    def found(self, number: int) -> Hit | None:
        """Return what a check found first."""
        hit = self.hit(number)
        if hit is None:
            return None
        index, ordinal, bit = hit
        key, _ = self.entry(index)
        last = self.program.step(ordinal) if self.program.checks[number].step else None
        return Hit(
            bisect_right(self.layers, index) - 1,
            self.layout.state(key),
            self.layout.choice(key, bit),
            last,
        )
