"""A closed space: where responses are not kept, and from where something cannot be reached.

A response is kept from a state when its goal holds there, or when some automatic rule is enabled
and the response is kept from the state after each of them: the least such set. What is possible is
kept from a state when its goal holds there or some step leads to where it is kept. Both are found
for several properties at once, by going back over the log of the search until nothing changes.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from typing import TYPE_CHECKING

from proofs.native.checks import Check
from proofs.native.compiled import Compiled
from proofs.native.emit import Emitter
from proofs.native.folding import StepTerm
from proofs.native.kernel import sweep_text
from proofs.native.lookup import TableWords
from proofs.native.memory import Pages
from proofs.native.runs import runs_to
from proofs.retrace import Hit, Key
from statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from proofs.native.search import NativeSearch
    from proofs.results import Run
    from proofs.spec import Property
    from statemachine import RuleInstance, Step
    from statemachine.terms import Term

MOST_MEMORY = 1 << 29
AT_ONCE = 1 << 14
POINTER, LONG = ctypes.c_void_p, ctypes.c_uint64
BACK = (LONG, LONG, LONG, POINTER, LONG, POINTER, POINTER, POINTER, POINTER)
SCAN = (LONG, LONG, LONG, POINTER, LONG, POINTER, LONG)


class Closed:
    """What a complete search reached; raises `ValueError` for one that was stopped."""

    def __init__(self, searching: NativeSearch) -> None:
        if not searching.complete:
            raise ValueError("the search was stopped: nothing can be said of all runs")
        self.searching, self.space = searching, searching.space
        self.layout = searching.layout
        self.batches: dict[str, _Batch] = {}

    def unavoided(self, prop: Property) -> Iterator[Hit]:
        """Return where `prop`, a response, is pending and some automatic run avoids its goal.

        In the order of the search; where a step makes it pending, the hit is that step.
        """
        batch = self._batch(prop, forced=True)
        yield from batch.steps(prop) if prop.stepwise else batch.states(prop)

    def stranded(self, prop: Property) -> Hit | None:
        """Return the first state where `whenever` holds and no run at all reaches the goal."""
        return next(self._batch(prop, forced=False).states(prop), None)

    def runs(self, hits: Mapping[Key, Hit]) -> dict[Key, Run]:
        """Return a shortest run to each hit."""
        return runs_to(self.space, hits)

    def _batch(self, prop: Property, *, forced: bool) -> _Batch:
        """Return the sweep that has the property, with others of its kind as far as they fit."""
        found = self.batches.get(prop.name)
        if found is None:
            kind = [p for p in self.searching.question.properties if p.kind == prop.kind]
            others = [p for p in kind if p.name != prop.name and p.name not in self.batches]
            fit = MOST_MEMORY // ((1 << self.space.slot_bits) * max(1, self.layout.mask_bytes))
            together = [prop, *others[: max(0, fit - 1)]]
            found = _Batch(self, together, forced=forced)
            self.batches = {n: b for n, b in self.batches.items() if b.forced != forced}
            self.batches |= {p.name: found for p in together}
        return found


class _Batch:
    """The answers for some properties: for each slot of the table and each of them, a mask."""

    def __init__(self, closed: Closed, props: Sequence[Property], *, forced: bool) -> None:
        self.props, self.forced = list(props), forced
        self.searching, self.space, self.layout = closed.searching, closed.space, closed.layout
        self.system = self.searching.system
        self.size = max(1, self.layout.mask_bytes)
        self.compiled = Compiled(self._text(), 0)
        self.good = Pages((len(props) * self.size) << self.space.slot_bits)
        self.work = Pages(max(64, len(props) * self.size))
        self.sweeps = 0
        self._sweep()

    def _text(self) -> str:
        tables = TableWords(self.system, self.layout)
        texts = [
            self._masks("goals", [p.goal for p in self.props], tables),
            self._masks("whenevers", [
                terms.FALSE if p.stepwise else p.whenever for p in self.props
            ], tables),
        ]  # fmt: skip
        rules = self.space.program.rules.over(tables)
        if self.forced:
            texts.append(
                rules.function(
                    "automatic",
                    {i.index: terms.TRUE for i in self.system.instances if self._automatic(i)},
                )
            )
        for number, prop in enumerate(self.props):
            if self.forced and prop.stepwise:
                step = StepTerm(Check(prop.name, "witness", prop.whenever, step=True))
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

    def _automatic(self, instance: RuleInstance) -> bool:
        return self.searching.question.model.automatic(instance.rule)

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

    def _sweep(self) -> None:
        good, work, count = self.good.address, self.work.address, len(self.props)
        seed = self.compiled.function("seed", None, LONG, LONG, POINTER, LONG, POINTER)
        for start, stop in self._chunks():
            seed(start, stop, good, count, work)
        back = self.compiled.function("sweep_all" if self.forced else "sweep_some", *BACK)
        steps = (
            self.compiled.address("automatic")
            if self.forced
            else self.space.functions.compiled.address("successors")
        )
        changed = True
        while changed:
            changed = False
            self.sweeps += 1
            for start, stop in reversed(self._chunks()):
                changed |= bool(
                    back(
                        start,
                        stop,
                        good,
                        count,
                        work,
                        steps,
                        self.space.closed.address,
                        self.space.no_gates.address,
                    )
                )

    def _chunks(self) -> list[tuple[int, int]]:
        length = self.space.length
        return [(i, min(i + AT_ONCE, length)) for i in range(0, length, AT_ONCE)]

    def states(self, prop: Property) -> Iterator[Hit]:
        """Return the states where `whenever` holds and the goal is not kept, in log order."""
        scan = self.compiled.function("scan", *SCAN)
        for index in self._scanned(scan, prop):
            left = self.work.number(0, self.size)
            key, _ = self.space.entry(index)
            for bit in _bits(left):
                yield self._hit(index, key, bit, None)

    def steps(self, prop: Property) -> Iterator[Hit]:
        """Return the steps that make a response pending where the goal is not kept after them."""
        scan = self.compiled.function("scan_steps", *SCAN, POINTER)
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

    def _scanned(self, scan: object, prop: Property, *more: int) -> Iterator[int]:
        number, count, length = self.props.index(prop), len(self.props), self.space.length
        index = 0
        while index < length:
            stop = min(index + AT_ONCE, length)
            index = scan(index, stop, self.good.address, count, self.work.address, number, *more)  # type: ignore[operator]
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
