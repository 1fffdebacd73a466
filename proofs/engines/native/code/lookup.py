"""Tables in generated code: entries as constant masks, and arrays of them as module globals."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from twinrom.proofs.engines.native.code.layout import NativeUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs.engines.native.code.layout import Layout
    from twinrom.statemachine import TransitionSystem

MAX_ENTRIES = 1 << 16


class TableWords:
    """Says what the entries of tables are; collects the arrays that the module needs."""

    def __init__(self, system: TransitionSystem, layout: Layout) -> None:
        self.choices, self.layout = system.choices, layout
        self.arrays: dict[tuple[object, ...], str] = {}
        self.lines: list[str] = []

    def constant(self, name: str, row: tuple[int, ...]) -> tuple[int, int | None]:
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

    def array(self, name: str, ranges: Sequence[range], *, high: bool) -> str:
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
            entries = [self.constant(name, row) for row in itertools.product(*ranges)]
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
