"""Fixpoints over a closed space, for several properties at once.

A response is kept from a state when its goal holds there, or when some automatic rule is enabled
and the response is kept from the state after each of them: the least such set. What is possible is
kept from a state when its goal holds there or some step leads to where it is kept. The log of the
search is gone over backwards until nothing changes, or until nothing is left to be kept.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from twinrom.proofs.engines.native.code.checks import CompiledTarget
from twinrom.proofs.engines.native.code.emit import Emitter
from twinrom.proofs.engines.native.code.folding import StepTerm
from twinrom.proofs.engines.native.code.kernel import sweep_text
from twinrom.proofs.engines.native.code.lookup import TableWords
from twinrom.proofs.engines.native.compiled import Compiled
from twinrom.proofs.engines.native.memory import Pages
from twinrom.proofs.engines.search.back_tracing import Hit
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.proofs.engines.native.search import NativeSearch
    from twinrom.proofs.engines.search.closed import Clock
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import RuleInstance, Step
    from twinrom.statemachine.terms import Term

AT_ONCE = 1 << 14
POINTER, LONG = ctypes.c_void_p, ctypes.c_uint64
BACK = (LONG, LONG, LONG, POINTER, POINTER, LONG, *(POINTER,) * 5)
SCAN = (LONG, LONG, LONG, POINTER, LONG, POINTER, LONG, POINTER)
WORTH_COMPILING = 1_000_000


class Sweeps:
    """The answers for some properties: for each slot of the table and each of them, a mask.

    All of them go by the same steps: the automatic ones if `forced`, else those that count.
    """

    def __init__(
        self, searching: NativeSearch, props: Sequence[Property], clock: Clock, *, forced: bool
    ) -> None:
        self.props, self.forced, self.searching = list(props), forced, searching
        self.clock = clock
        self.system, self.space, self.layout = searching.system, searching.space, searching.layout
        self.some = forced or bool(self.props[0].without)
        self.size = max(1, self.layout.mask_bytes)
        work = searching.space.length * len(props)
        self.compiled = Compiled(self._text(), 2 if work > WORTH_COMPILING else 0)
        self.work = Pages(max(64, len(props) * self.size))
        self.good = self._goals()
        done = Pages(self.space.length)
        waiting = self.props
        while waiting := [p for p in waiting if next(self.hits(p), None) is not None]:
            if not self._back(self.good, self.good, done):
                break

    def _text(self) -> str:
        tables = TableWords(self.system, self.layout)
        texts = [
            self._masks("goals", [p.goal for p in self.props], tables),
        ]
        for number, prop in enumerate(self.props):
            if not prop.stepwise:
                texts.append(self._mask(f"whenever{number}", prop.whenever, tables))
        rules = self.space.program.rules.over(tables)
        if self.some:
            texts.append(
                rules.function(
                    "counting",
                    {i.index: terms.TRUE for i in self.system.instances if self._counts(i)},
                )
            )
        for number, prop in enumerate(self.props):
            if self.forced and prop.stepwise:
                step = StepTerm(CompiledTarget(prop.name, "witness", prop.whenever, step=True))
                at = {i.index: step.at(i, {}) for i in self.system.instances}
                texts.append(
                    rules.function(
                        f"pending{number}",
                        {i: term for i, term in at.items() if term is not terms.FALSE},
                    )
                )
        kernel = sweep_text(self.layout, ctypes.addressof(self.space.context))
        used = "\n".join(texts)
        intrinsic = f"declare {self.layout.mask} @llvm.cttz.{self.layout.mask}"
        return "\n".join([kernel, f"{intrinsic}({self.layout.mask}, i1)", *tables.lines, used])

    def _counts(self, instance: RuleInstance) -> bool:
        """Say whether the steps of an instance are among those that the fixpoint goes by."""
        if self.forced:
            return self.searching.question.model.automatic(instance.rule)
        return self.props[0].counts(instance.rule)

    def _masks(self, name: str, wanted: Sequence[Term], tables: TableWords) -> str:
        """Return a function that writes down for which table choices each term holds."""
        e = Emitter(self.system, tables)
        for number, term in enumerate(wanted):
            text = e.as_mask(e.truth(term))
            place = e.op(f"getelementptr {e.mask}, ptr %masks, i64 {number}")
            e.do(f"store {e.mask} {text}, ptr {place}")
        e.do("ret void")
        head = f"define void @{name}({e.key} %key, ptr %masks) {{\nentry:\n"
        return head + "\n".join(e.lines) + "\n}\n"

    def _mask(self, name: str, term: Term, tables: TableWords) -> str:
        """Return a function that says for which table choices a term holds."""
        e = Emitter(self.system, tables)
        e.do(f"ret {e.mask} {e.as_mask(e.truth(term))}")
        return f"define {e.mask} @{name}({e.key} %key) {{\nentry:\n" + "\n".join(e.lines) + "\n}\n"

    def _goals(self) -> Pages:
        """Return new masks that say where the goals hold."""
        found = Pages((len(self.props) * self.size) << self.space.slot_bits)
        seed = self.compiled.function("seed", None, LONG, LONG, POINTER, LONG, POINTER)
        for start, stop in self._chunks():
            self.clock.look()
            seed(start, stop, found.address, len(self.props), self.work.address)
        return found

    def _back(self, good: Pages, read: Pages, done: Pages) -> bool:
        """Add to `good` what follows from `read`, going back over the log; say whether any did.

        Entries where nothing more can follow are marked in `done`.
        """
        back = self.compiled.function("sweep_all" if self.forced else "sweep_some", *BACK)
        whole = self.space.functions.compiled
        steps = self.compiled.address("counting") if self.some else whole.address("successors")
        rest = (
            len(self.props), self.work.address, steps, self.space.closed.address,
            self.space.no_gates.address, done.address,
        )  # fmt: skip
        changed = False
        for start, stop in reversed(self._chunks()):
            self.clock.look()
            changed |= bool(back(start, stop, good.address, read.address, *rest))
        return changed

    def hits(self, prop: Property) -> Iterator[Hit]:
        """Return where `whenever` holds and the goal is not kept, in the order of the search."""
        return (
            self._steps(prop) if self.forced and prop.stepwise else (self._states(prop))
        )

    def _chunks(self) -> list[tuple[int, int]]:
        length = self.space.length
        return [(i, min(i + AT_ONCE, length)) for i in range(0, length, AT_ONCE)]

    def _states(self, prop: Property) -> Iterator[Hit]:
        """Return the states where `whenever` holds and the goal is not kept, in log order."""
        scan = self.compiled.function("scan", *SCAN)
        whenever = self.compiled.address(f"whenever{self.props.index(prop)}")
        for index in self._scanned(scan, prop, whenever):
            left = self.work.number(0, self.size)
            key, _ = self.space.entry(index)
            for bit in _bits(left):
                yield self._hit(index, key, bit, None)

    def _steps(self, prop: Property) -> Iterator[Hit]:
        """Return the steps that make a response pending where the goal is not kept after them."""
        scan = self.compiled.function("scan_steps", *SCAN)
        steps = self.compiled.address(f"pending{self.props.index(prop)}")
        layout, size = self.layout, self.layout.candidate_bytes
        for index in self._scanned(scan, prop, steps):
            end = self.work.number(0, 8) - self.space.candidates.address
            found = []
            for place in range(0, end, size):
                row = self.space.candidates.map[place : place + size]
                ordinal = int.from_bytes(row[layout.key_bytes : layout.key_bytes + 4], "little")
                mask = int.from_bytes(row[layout.key_bytes + 4 :], "little") if layout.masked else 1
                found.append((self.space.program.step(ordinal), mask))
            key, _ = self.space.entry(index)
            for step, mask in found:
                for bit in _bits(mask):
                    yield self._hit(index, key, bit, step)

    def _scanned(self, scan: Any, prop: Property, where: int) -> Iterator[int]:
        number, count, length = self.props.index(prop), len(self.props), self.space.length
        index = 0
        while index < length:
            self.clock.tick()
            stop = min(index + AT_ONCE, length)
            index = scan(index, stop, self.good.address, count, self.work.address, number, where)
            if index < stop:
                yield index
                index += 1

    def _hit(self, index: int, key: int, bit: int, last: Step | None) -> Hit:
        depth = bisect_right(self.space.layers, index) - 1
        return Hit(depth, self.layout.state(key), self.layout.choice(key, bit), last)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1
