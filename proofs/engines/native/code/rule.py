"""One rule instance as text: its guard, its checks, and the candidates that it makes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from twinrom.proofs.engines.native.code.emit import Chosen
from twinrom.proofs.engines.native.code.folding import Folding
from twinrom.proofs.engines.native.code.values import NO, YES, TruthValue
from twinrom.proofs.spec.events import reads_payload
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.proofs.engines.native.code.emit import Emitter
    from twinrom.statemachine import Argument, RuleInstance
    from twinrom.statemachine.terms import Term


def note(e: Emitter, check: int, value: TruthValue, both: str, ordinal: str) -> None:
    """Write the call that records a hit, if it is one and the first of its check."""
    if value == NO:
        return
    mask = (
        e.as_mask(e.joined("and", [value, TruthValue(both, e.layout.masked)]))
        if value != YES
        else (both)
    )
    e.do(f"call void @note(ptr %hits, i64 {check}, {e.mask} {mask}, i64 %index, i64 {ordinal})")


def conjuncts(term: Term) -> tuple[Term, ...]:
    """Return the parts of a conjunction."""
    return term.arguments if term.operator == "and" else () if term is terms.TRUE else (term,)


class RuleEmitter:
    """Writes the part of `successors` that is one rule instance.

    `first` is the number of its first step; `most` is then how many candidates it makes at most.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a rule is written from
        self,
        first: int,
        e: Emitter,
        instance: RuleInstance,
        groups: Sequence[tuple[int, frozenset[int], TruthValue, bool]],
        own: Sequence[tuple[int, Term, bool]],
        only: Term = terms.TRUE,
    ) -> None:
        self.first, self.e, self.instance, self.groups = first, e, instance, groups
        self.own, self.only, self.layout = own, only, e.layout
        self.folding = Folding()
        self.most = 0
        self.guard: list[TruthValue] = []

    def write(self) -> None:
        """Write the rule; what follows it is where control goes when it does not apply."""
        e = self.e
        after = e.fresh("after")
        parts = conjuncts(self.instance.guard)
        tests = [p for p in parts if e.codes(p) is not None]
        if self.instance.guard is terms.FALSE:
            return
        e.enter()
        e.do(f"; {self.instance.name}")
        self._only_if(self._control(tests), after)
        for part in tests:
            self.folding.learn(part)
        rest = [self.folding.fold(p) for p in parts if e.codes(p) is None]
        rest = [q for p in rest for q in conjuncts(p)]
        open_ = [p for p in rest if reads_payload(p)]
        fixed = [p for p in rest if not reads_payload(p)]
        bits = [p for p in fixed if not e.tabled(p)]
        self._only_if(e.joined("and", [e.truth(p) for p in bits]), after)
        self.guard = [e.truth(p) for p in fixed if e.tabled(p)]
        for part in fixed:
            self.folding.learn(part)
        self._each_payload(self.instance.given, open_, after)
        e.do(f"br label %{after}")
        e.leave()
        e.label(after)

    def _only_if(self, condition: TruthValue, otherwise: str) -> None:
        """Go on only where a bit holds."""
        e = self.e
        if condition == YES:
            return
        go = e.fresh("go")
        e.do(f"br i1 {condition.text}, label %{go}, label %{otherwise}")
        e.label(go)

    def _only_some(self, mask: str, otherwise: str) -> None:
        """Go on only where a mask is not empty."""
        if self.layout.masked:
            some = self.e.op(f"icmp ne {self.e.mask} {mask}, 0")
            self._only_if(TruthValue(some), otherwise)

    def _control(self, tests: Sequence[Term]) -> TruthValue:
        """Return whether each test of one variable holds; single codes are compared together."""
        e, packing = self.e, self.layout.packing
        mask = value = 0
        others = []
        for index, codes in filter(None, map(e.codes, tests)):
            if codes & (codes - 1) == 0 and not mask & packing.mask[index]:
                mask |= packing.mask[index]
                value |= (codes.bit_length() - 1) << packing.offset[index]
            else:
                others.append((index, codes))
        found = []
        if mask:
            bits = e.op(f"and {e.key} %key, {mask}")
            found.append(TruthValue(e.op(f"icmp eq {e.key} {bits}, {value}")))
        return e.joined("and", [*found, *(e.among(*test) for test in others)])

    def _each_payload(self, given: Sequence[Argument], parts: Sequence[Term], after: str) -> None:
        if not given:
            self._body(parts, after)
            return
        self.e.loop(given[0], lambda latch: self._each_payload(given[1:], parts, latch))

    def _body(self, parts: Sequence[Term], after: str) -> None:
        """Write what happens for one payload: the rest of the guard, checks, the step itself."""
        e = self.e
        ordinal = self._ordinal()
        folding = self.folding
        bits = [p for p in parts if not e.tabled(p)]
        self._only_if(e.joined("and", [e.truth(p) for p in bits]), after)
        guard = e.joined("and", [*self.guard, *(e.truth(p) for p in parts if e.tabled(p))])
        duties = [e.truth(folding.fold(d.term)) for d in self.instance.obligations]
        wrong = e.negated(e.joined("and", duties))
        if wrong != NO:
            self._stop_if(e.joined("and", [guard, wrong]))
        both = (
            e.as_mask(e.joined("and", [guard, TruthValue("%mask", self.layout.masked)]))
            if (guard.masked)
            else "%mask"
        )
        if guard.masked:
            self._only_some(both, after)
        elif guard != YES:
            self._only_if(guard, after)
        only = e.truth(folding.fold(self.only))
        if only.masked:
            both = e.op(f"and {e.mask} {both}, {only.text}")
            self._only_some(both, after)
        else:
            self._only_if(only, after)
        self._look(both, ordinal)
        self._update(both, ordinal)

    def _stop_if(self, wrong: TruthValue) -> None:
        e = self.e
        fine = e.fresh("fine")
        text = e.op(f"icmp ne {e.mask} {wrong.text}, 0") if wrong.masked else wrong.text
        e.do(f"br i1 {text}, label %wrong, label %{fine}")
        e.label(fine)

    def _ordinal(self) -> str:
        e, found = self.e, ""
        for argument in self.instance.given:
            own, low = e.payload[argument.name], argument.sort.low
            if low:
                own = e.op(f"sub i64 {own}, {low}")
            if found:
                found = e.op(f"mul i64 {found}, {argument.sort.size}")
                own = e.op(f"add i64 {found}, {own}")
            found = own
        return e.op(f"add i64 {found}, {self.first}") if found else str(self.first)

    def _look(self, both: str, ordinal: str) -> None:
        """Write the checks of this step; those that are found soon are behind a gate."""
        e = self.e
        own = [(n, self.folding.fold(t), rare) for n, t, rare in self.own]
        own = [(n, t, rare) for n, t, rare in own if t is not terms.FALSE]
        groups = [g for g in self.groups if g[2] != NO or g[3]]
        if not own and not groups:
            return
        rare = e.joined("or", [*(g[2] for g in groups), *(e.truth(t) for _, t, r in own if r)])
        if rare.masked:
            hit = e.op(f"and {e.mask} {rare.text}, {both}")
            rare = TruthValue(e.op(f"icmp ne {e.mask} {hit}, 0"))
        if not all(r for *_, r in own) or any(g[3] for g in groups):
            gate = e.op(f"getelementptr i8, ptr %gates, i64 {self.instance.index}")
            opened = e.op(f"load i8, ptr {gate}")
            rare = e.joined("or", [rare, TruthValue(e.op(f"trunc i8 {opened} to i1"))])
        if rare == NO:
            return
        cold, warm = e.fresh("cold"), e.fresh("warm")
        e.do(f"br i1 {rare.text}, label %{cold}, label %{warm}")
        e.label(cold)
        e.enter()
        for number, *_ in groups:
            e.do(
                f"call void @common{number}({e.key} %key, {e.mask} {both}, i64 %index, "
                f"i64 {ordinal}, ptr %hits)"
            )
        for number, term, _ in own:
            note(e, number, e.truth(term), both, ordinal)
        e.leave()
        e.do(f"br label %{warm}")
        e.label(warm)

    def _update(self, both: str, ordinal: str) -> None:
        """Write the step; where what it does depends on tables, part of the family by part."""
        e = self.e
        updates = {
            i: self.folding.fold(t)
            for i, t in self.instance.updates.items()
            if t.operator != "variable" or t.value != i
        }
        conditions = {c for term in updates.values() for c in self._conditions(term)}
        parts = min(self.layout.choices, 1 << len(conditions))
        self.most += math.prod(a.sort.size for a in self.instance.given) * parts
        if not conditions:
            self._push(updates, both, ordinal)
            return
        before, loop, done = e.current, e.fresh("loop"), e.fresh("done")
        e.do(f"br label %{loop}")
        e.label(loop)
        e.enter()
        left = f"%left{loop}"
        rest = e.op(f"phi {e.mask} [{both}, %{before}], [{left}, %{loop}]")
        low = e.op(f"call {e.mask} @llvm.cttz.{e.mask}({e.mask} {rest}, i1 true)")
        e.chosen = Chosen(e, low, rest)
        part = self._push(updates, "", ordinal)
        e.chosen = None
        differs = e.op(f"xor {e.mask} {part}, -1")
        e.do(f"{left} = and {e.mask} {rest}, {differs}")
        more = e.op(f"icmp ne {e.mask} {left}, 0")
        e.do(f"br i1 {more}, label %{loop}, label %{done}")
        e.leave()
        e.label(done)

    def _conditions(self, term: Term) -> Iterator[TruthValue]:
        """Yield the truth values inside `term` that depend on tables; they are computed here."""
        if not self.e.tabled(term):
            return
        if term.boolean:
            found = self.e.truth(term)
            if found.masked:
                yield found
        else:
            for argument in term.arguments:
                yield from self._conditions(argument)

    def _push(self, updates: Mapping[int, Term], both: str, ordinal: str) -> str:
        """Write a candidate; return the family that goes with it."""
        e, packing, key = self.e, self.layout.packing, self.e.key
        kept, set_, moved = packing.masked(updates), 0, []
        for index, term in updates.items():
            [(_, value)] = e.number(term)
            value = e.with_bias(value, packing.low[index])
            if value.literal:
                set_ |= int(value.text) << packing.offset[index]
            else:
                wide = value.text if key == "i64" else e.op(f"zext i64 {value.text} to {key}")
                shifted = packing.offset[index]
                moved.append(e.op(f"shl {key} {wide}, {shifted}") if shifted else wide)
        after = e.op(f"and {key} %key, {~kept}") if kept else "%key"
        for text in (*([str(set_)] if set_ else ()), *moved):
            after = e.op(f"or {key} {after}, {text}")
        if e.chosen is not None:
            both = e.chosen.part
        cursor = e.op("load ptr, ptr %cursor")
        e.do(f"store {key} {after}, ptr {cursor}, align 1")
        place = e.op(f"getelementptr %candidate, ptr {cursor}, i32 0, i32 1")
        short = ordinal if not ordinal.startswith("%") else e.op(f"trunc i64 {ordinal} to i32")
        e.do(f"store i32 {short}, ptr {place}, align 1")
        if self.layout.masked:
            place = e.op(f"getelementptr %candidate, ptr {cursor}, i32 0, i32 2")
            e.do(f"store {e.mask} {both}, ptr {place}, align 1")
        place = e.op(f"getelementptr %candidate, ptr {cursor}, i32 1")
        e.do(f"store ptr {place}, ptr %cursor")
        return both
