"""One system compiled: its functions, which step each number means, and what they look for."""

from __future__ import annotations

import ctypes
import itertools
from bisect import bisect_right
from typing import TYPE_CHECKING

from proofs.native.compiled import Compiled
from proofs.native.kernel import kernel_text
from proofs.native.lookup import TableWords
from proofs.native.rules import Rules
from proofs.native.states import inspect_text
from statemachine import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofs.native.checks import Check
    from proofs.native.layout import Layout
    from proofs.overlaps import Overlap
    from statemachine import TransitionSystem

LONG = ctypes.c_uint64


class Program:
    """The generated functions for one system and a list of checks."""

    def __init__(
        self,
        system: TransitionSystem,
        layout: Layout,
        checks: Sequence[Check],
        overlaps: Sequence[Overlap],
    ) -> None:
        self.system, self.layout, self.checks = system, layout, checks
        self.tables = TableWords(system, layout)
        self.rules = Rules(system, self.tables, checks)
        self.own_text = self.rules.text()
        self.own_text += inspect_text(system, self.tables, checks, overlaps)
        self.most = self.rules.most

    def compile(self, context: int, level: int) -> Functions:
        """Return the functions, working on the fields at the address `context`."""
        parts = [kernel_text(self.layout, context), *self.tables.lines, self.own_text]
        return Functions(
            Compiled("\n".join(parts), level), counting=self.layout.rows > self.layout.mask_rows
        )

    def gates(self, found: Sequence[bool]) -> list[bool]:
        """Return for each rule, and for states, whether a frequent check is still to be found."""
        wanted = [not (c.rare or f) for c, f in zip(self.checks, found, strict=True)]
        steps = [any(wanted[n] for n in numbers) for numbers in self.rules.looked_for()]
        states = any(w and not c.step for w, c in zip(wanted, self.checks, strict=True))
        return [*steps, states]

    def step(self, ordinal: int) -> Step:
        """Return the step with a number."""
        index = bisect_right(self.rules.first, ordinal) - 1
        while not self._count(index):
            index -= 1
        instance = self.system.instances[index]
        payloads = itertools.product(*(a.sort.codes() for a in instance.given))
        place = ordinal - self.rules.first[index]
        return Step(instance, next(itertools.islice(payloads, place, None)))

    def _count(self, index: int) -> int:
        first = [*self.rules.first, self.rules.steps]
        return first[index + 1] - first[index]


class Functions:
    """The functions of one compiled module."""

    def __init__(self, compiled: Compiled, *, counting: bool) -> None:
        pointer = ctypes.c_void_p
        self.compiled = compiled
        self.expand = compiled.function("expand", LONG)
        self.enter = compiled.function("enter", LONG, pointer)
        self.inspect = compiled.function("inspect_all", None, LONG, LONG)
        self.rehash = compiled.function("rehash", None, pointer, LONG)
        if counting:
            self.rehash_models = compiled.function("rehash_models", None, pointer, LONG)
        self.before = compiled.function(
            "before", LONG, LONG, LONG, pointer, pointer, LONG, pointer, pointer
        )
