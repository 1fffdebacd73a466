"""One system compiled: its functions, which step each number means, and what they look for."""

from __future__ import annotations

import ctypes
import itertools
from bisect import bisect_right
from typing import TYPE_CHECKING

from twinrom.proofs.engines.native.code.kernel import kernel_text
from twinrom.proofs.engines.native.code.layout import NativeUnavailableError
from twinrom.proofs.engines.native.code.lookup import TableWords
from twinrom.proofs.engines.native.code.rules import Rules
from twinrom.proofs.engines.native.code.states import inspect_text
from twinrom.proofs.engines.native.compiled import Compiled
from twinrom.statemachine import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs.engines.native.code.checks import CompiledTarget
    from twinrom.proofs.engines.native.code.layout import Layout
    from twinrom.proofs.spec.overlaps import Overlap
    from twinrom.statemachine import TransitionSystem

MOST_STEPS = 1 << 20
LONG = ctypes.c_uint64


class Program:
    """The generated functions for one system and a list of checks.

    Raises `NativeUnavailableError` when a state may have too many steps.
    """

    def __init__(
        self,
        system: TransitionSystem,
        layout: Layout,
        checks: Sequence[CompiledTarget],
        overlaps: Sequence[Overlap],
    ) -> None:
        self.system, self.layout, self.checks = system, layout, checks
        self.tables = TableWords(system, layout)
        self.rules = Rules(system, self.tables, checks)
        self.own_text = self.rules.text()
        self.own_text += inspect_text(system, self.tables, checks, overlaps)
        self.most = self.rules.most
        if self.most > MOST_STEPS:
            text = f"up to {self.most:,} steps from one state, and at most {MOST_STEPS:,} are taken"
            raise NativeUnavailableError(text)

    def compile(self, context: int, level: int) -> Functions:
        """Return the functions, working on the fields at the address `context`."""
        parts = [kernel_text(self.layout, context), *self.tables.lines, self.own_text]
        return Functions(
            Compiled("\n".join(parts), level), counting=self.layout.rows > self.layout.mask_rows
        )

    def lookers(self) -> dict[int, list[int]]:
        """Return for each frequent check the gates that are open while it is to be found.

        There is a gate for each rule instance, and one after them for states.
        """
        states = len(self.system.instances)
        found = {n: [] if c.step else [states] for n, c in enumerate(self.checks) if not c.rare}
        for index, numbers in enumerate(self.rules.looked_for()):
            for number in numbers:
                if number in found:
                    found[number].append(index)
        return found

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
            "before", LONG, LONG, LONG, pointer, pointer, LONG, pointer, pointer, LONG, LONG
        )
