"""Table entries in generated code: constant masks, and arrays of them as globals of the module."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from twinrom.proofs.engines.native.layout import NativeUnavailableError
from twinrom.proofs.engines.native.values import NO, YES, Number, Truth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs.engines.native.emit import Emitter
    from twinrom.proofs.engines.native.layout import Layout
    from twinrom.statemachine import TransitionSystem
    from twinrom.statemachine.terms import Term

MAX_ENTRIES = 1 << 16


class TableWords:
    """Says what the entries of tables are; collects the arrays that the module needs."""

    def __init__(self, system: TransitionSystem, layout: Layout) -> None:
        self.choices, self.layout = system.choices, layout
        self.arrays: dict[tuple[object, ...], str] = {}
        self.lines: list[str] = []

    def entry(self, emitter: Emitter, term: Term, row: Sequence[Number]) -> Truth:
        """Return the entry of the table of `term` for a row of numbers."""
        if all(x.literal for x in row):
            mask, high = self._constant(term.value, tuple(x.value for x in row))
            if high is not None:
                bit = emitter.op(f"and {emitter.key} %key, {1 << self.layout.packing.bits + high}")
                return Truth(emitter.op(f"icmp ne {emitter.key} {bit}, 0"))
            if mask in (0, self.layout.everything):
                return YES if mask else NO
            return Truth(str(mask), masked=True)
        ranges = [range(a.low, a.high + 1) for a in term.arguments]
        place = "0"
        for x, codes in zip(row, ranges, strict=True):
            own = emitter.with_bias(x, codes.start).text
            if place != "0":
                place = emitter.op(f"mul i64 {place}, {len(codes)}")
                place = emitter.op(f"add i64 {place}, {own}")
            else:
                place = own
        masks = self._array(term.value, ranges, high=False)
        found = []
        if masks:
            found.append(self._masked(emitter, masks, place))
        above = self._array(term.value, ranges, high=True)
        if above:
            found.append(self._in_key(emitter, above, place))
        return emitter.joined("or", found)

    def _masked(self, emitter: Emitter, name: str, place: str) -> Truth:
        free = name.startswith("@free")
        kind = self.layout.mask if free else "i8"
        where = emitter.op(f"getelementptr {kind}, ptr {name}, i64 {place}")
        value = emitter.op(f"load {kind}, ptr {where}")
        if free:
            return Truth(value, masked=True)
        return Truth(emitter.op(f"trunc i8 {value} to i1"))

    def _in_key(self, emitter: Emitter, name: str, place: str) -> Truth:
        where = emitter.op(f"getelementptr {emitter.key}, ptr {name}, i64 {place}")
        mask = emitter.op(f"load {emitter.key}, ptr {where}")
        bit = emitter.op(f"and {emitter.key} %key, {mask}")
        return Truth(emitter.op(f"icmp ne {emitter.key} {bit}, 0"))

    def _constant(self, name: str, row: tuple[int, ...]) -> tuple[int, int | None]:
        """Return the mask of an entry, or which bit above the state says it."""
        position = self.choices.position.get((name, row))
        everything = self.layout.everything
        if position is None:
            allow = self.choices.tables[name].allow
            return (everything if allow is not None and row in allow else 0), None
        if position >= self.layout.mask_rows:
            return 0, position - self.layout.mask_rows
        block = sum(1 << c for c in range(self.layout.choices) if c >> position & 1)
        return block, None

    def _array(self, name: str, ranges: Sequence[range], *, high: bool) -> str:
        """Return the global array for a table over ranges of arguments; empty when all zero."""
        key = (name, tuple(ranges), high)
        found = self.arrays.get(key)
        if found is None:
            size = 1
            for codes in ranges:
                size *= len(codes)
            if size > MAX_ENTRIES:
                text = f"table `{name}` is read with {size:,} combinations of arguments"
                raise NativeUnavailableError(text)
            entries = [self._constant(name, row) for row in itertools.product(*ranges)]
            above = self.layout.packing.bits
            free = self.choices.tables[name].allow is None
            values = (
                [0 if bit is None else 1 << above + bit for _, bit in entries]
                if high
                else [mask if free else int(mask != 0) for mask, _ in entries]
            )
            found = self.arrays[key] = self._global(values, free=free, high=high)
        return found

    def _global(self, values: list[int], *, free: bool, high: bool) -> str:
        if not any(values) and (high or not free):
            return "" if high else self._zeros(len(values))
        kind = self.layout.key if high else self.layout.mask if free else "i8"
        name = f"@{'high' if high else 'free' if free else 'given'}{len(self.lines)}"
        text = ", ".join(f"{kind} {v}" for v in values)
        self.lines.append(f"{name} = private constant [{len(values)} x {kind}] [{text}]")
        return name

    def _zeros(self, size: int) -> str:
        name = f"@given{len(self.lines)}"
        self.lines.append(f"{name} = private constant [{size} x i8] zeroinitializer")
        return name
