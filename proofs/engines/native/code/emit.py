"""Terms as text of LLVM's intermediate representation: branch-free, each node once per scope.

A truth value that reads no free table is one bit; one that does is a mask over the table choices.
A number is kept with what has to be added to it (`bias`). A number that depends on a table is a
list of cases, each with the mask of choices for which it is the value.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, assert_never

from twinrom.proofs.engines.native.code.fields import Fields
from twinrom.proofs.engines.native.code.layout import NativeUnavailableError
from twinrom.proofs.engines.native.code.values import NO, YES, NumberValue, TruthValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinrom.proofs.engines.native.code.lookup import TableWords
    from twinrom.statemachine import TransitionSystem
    from twinrom.statemachine.terms import Term

MAX_CASES = 64

Case = tuple[TruthValue | None, NumberValue]


class Emitter(Fields):
    """Writes what terms mean into the body of one function."""

    def __init__(self, system: TransitionSystem, tables: TableWords) -> None:
        super().__init__(system, tables.layout)
        self.tables = tables
        self.chosen: Chosen | None = None

    # ---- truth values

    def truth(self, term: Term) -> TruthValue:
        """Return the truth value of a term."""
        found = self.known(term)
        if found is None:
            chosen, self.chosen = self.chosen, None
            found = self.scopes[-1][term] = self._truth(term)
            self.chosen = chosen
        return found  # type: ignore[return-value]

    def _truth(self, term: Term) -> TruthValue:  # noqa: PLR0911 - one match, a branch an operator
        match term.operator:
            case "constant":
                return YES if term.value else NO
            case "variable":
                return self.among(term.value, 0b10)
            case "payload":
                return TruthValue(self.op(f"icmp ne i64 {self.payload[term.value]}, 0"))
            case "and" | "or":
                return self._junction(term)
            case "not":
                codes = self.codes(term)
                return self.among(*codes) if codes else self.negated(self.truth(term.arguments[0]))
            case "equal" | "at_most":
                return self._comparison(term)
            case "table":
                return self._entry(term)
            case "plus" | "minus" | "modulo" | "if" | "after" | "event" | "argument" | "opaque":
                raise AssertionError(term.operator)  # a number, or folded away before
            case _:
                assert_never(term.operator)

    def negated(self, value: TruthValue) -> TruthValue:
        """Return `not value`."""
        if value.literal:
            return NO if value == YES else YES
        if value.masked:
            everything = self.layout.everything
            return TruthValue(self.op(f"xor {self.mask} {value.text}, {everything}"), masked=True)
        return TruthValue(self.op(f"xor i1 {value.text}, true"))

    def _junction(self, term: Term) -> TruthValue:
        operator = term.operator
        parts: list[TruthValue] = []
        among: dict[int, int] = {}
        single: dict[int, Term] = {}
        for part in term.arguments:
            codes = self.codes(part)
            if codes is None:
                parts.append(self.truth(part))
                continue
            index, where = codes
            if index in among:
                single.pop(index, None)
                among[index] = among[index] | where if operator == "or" else among[index] & where
            else:
                among[index] = where
                single[index] = part
        for index, where in among.items():
            parts.append(self.truth(single[index]) if index in single else self.among(index, where))
        return self.joined(operator, parts)

    def joined(self, operator: str, parts: Iterable[TruthValue]) -> TruthValue:
        """Return the `and` or the `or` of truth values."""
        bit = mask = ""
        for value in parts:
            if value.masked:
                mask = (
                    self.op(f"{operator} {self.mask} {mask}, {value.text}")
                    if mask
                    else (value.text)
                )
            elif value.text == ("false" if operator == "and" else "true"):
                return value
            elif not value.literal:
                bit = self.op(f"{operator} i1 {bit}, {value.text}") if bit else value.text
        if mask and bit:
            yes, no = (mask, "0") if operator == "and" else (str(self.layout.everything), mask)
            return TruthValue(
                self.op(f"select i1 {bit}, {self.mask} {yes}, {self.mask} {no}"), masked=True
            )
        if mask or bit:
            return TruthValue(mask or bit, bool(mask))
        return YES if operator == "and" else NO

    def as_mask(self, value: TruthValue) -> str:
        """Return a truth value as a mask."""
        if value.masked or not self.layout.masked:
            return value.text
        everything = self.layout.everything
        if value.literal:
            return str(everything if value.text == "true" else 0)
        found = self.known(("mask", value.text))
        if found is None:
            found = self.op(f"select i1 {value.text}, {self.mask} {everything}, {self.mask} 0")
            self.scopes[-1]["mask", value.text] = found
        return str(found)

    # ---- comparisons

    def _comparison(self, term: Term) -> TruthValue:
        a, b = term.arguments
        if a.boolean and b.boolean:
            return self._same_truth(a, b)
        codes = self.codes(term)
        if codes is not None:
            return self.among(*codes)
        test = "eq" if term.operator == "equal" else "sle"
        found: list[TruthValue] = []
        for (where, x), (here, y) in itertools.product(self.number(a), self.number(b)):
            both = [t for t in (where, here) if t is not None]
            found.append(self.joined("and", [self._compared(test, x, y), *both]))
        return self.joined("or", found)

    def _same_truth(self, a: Term, b: Term) -> TruthValue:
        x, y = self.truth(a), self.truth(b)
        if not x.masked and not y.masked:
            return TruthValue(self.op(f"icmp eq i1 {x.text}, {y.text}"))
        differ = self.op(f"xor {self.mask} {self.as_mask(x)}, {self.as_mask(y)}")
        return self.negated(TruthValue(differ, masked=True))

    def _compared(self, test: str, x: NumberValue, y: NumberValue) -> TruthValue:
        if x.literal and y.literal:
            same, below = x.value == y.value, x.value <= y.value
            return YES if (same if test == "eq" else below) else NO
        x, y = self.aligned(x, y)
        return TruthValue(self.op(f"icmp {test} i64 {x.text}, {y.text}"))

    def aligned(self, x: NumberValue, y: NumberValue) -> tuple[NumberValue, NumberValue]:
        """Return two numbers with one bias."""
        if x.bias == y.bias:
            return x, y
        if x.literal:
            return self.with_bias(x, y.bias), y
        return x, self.with_bias(y, x.bias)

    def with_bias(self, x: NumberValue, bias: int) -> NumberValue:
        """Return a number with another bias."""
        more = x.bias - bias
        if not more:
            return x
        if x.literal:
            return NumberValue(str(int(x.text) + more), bias)
        return NumberValue(self.op(f"add i64 {x.text}, {more}"), bias)

    # ---- numbers

    def number(self, term: Term) -> list[Case]:
        """Return the value of a term; in a chosen table choice there is one case."""
        what = (term, self.chosen if self.tabled(term) else None)
        found = self.known(("number", what))
        if found is None:
            found = self._number(term)
            if len(found) > MAX_CASES:
                raise NativeUnavailableError("a number that depends on too many rows of tables")
            self.scopes[-1]["number", what] = found
        return found  # type: ignore[return-value]

    def _number(self, term: Term) -> list[Case]:  # noqa: C901, PLR0911 - as above
        arguments = term.arguments
        match term.operator:
            case _ if term.boolean:
                return self._as_number(self.decided(self.truth(term)))
            case "constant":
                return [(None, NumberValue(str(term.value)))]
            case "variable":
                low = self.layout.packing.low[term.value]
                return [(None, NumberValue(self.field(term.value), low))]
            case "payload":
                return [(None, NumberValue(self.payload[term.value]))]
            case "plus" | "minus":
                return self._sum(term)
            case "modulo":
                return self._remainder(*arguments)
            case "if":
                condition = self.decided(self.truth(arguments[0]))
                if condition.masked:
                    return self._either(condition, arguments[1], arguments[2])
                return self._selected(
                    condition, self.number(arguments[1]), self.number(arguments[2])
                )
            case "and" | "or" | "not" | "equal" | "at_most" | "table":
                raise AssertionError(term.operator)  # a truth value
            case "after" | "event" | "argument" | "opaque":
                raise AssertionError(term.operator)  # folded away before
            case _:
                assert_never(term.operator)

    def decided(self, value: TruthValue) -> TruthValue:
        """Return a truth value as a bit where one table choice has been picked."""
        return self.chosen.bit(value) if value.masked and self.chosen else value

    def _as_number(self, value: TruthValue) -> list[Case]:
        if value.masked:
            return [(value, NumberValue("1")), (self.negated(value), NumberValue("0"))]
        if value.literal:
            return [(None, NumberValue("1" if value == YES else "0"))]
        return [(None, NumberValue(self.op(f"zext i1 {value.text} to i64")))]

    def _sum(self, term: Term) -> list[Case]:
        found: list[Case] = []
        first, second = map(self.number, term.arguments)
        for (where, x), (here, y) in itertools.product(first, second):
            sign = 1 if term.operator == "plus" else -1
            if y.literal:
                value = NumberValue(x.text, x.bias + sign * y.value)
            else:
                word = "add" if sign > 0 else "sub"
                text = self.op(f"{word} i64 {x.text}, {y.text}")
                value = NumberValue(text, x.bias + sign * y.bias)
            found.append((self._meet(where, here), value))
        return found

    def _remainder(self, term: Term, divisor: Term) -> list[Case]:
        by, found = divisor.value, list[Case]()
        for where, x in self.number(term):
            if x.literal:
                found.append((where, NumberValue(str(x.value % by))))
                continue
            text = self.with_bias(x, 0).text
            if term.low < 0:  # the remainder of a negative number is negative, or nothing
                text = self.op(f"srem i64 {text}, {by}")
                text = self.op(f"add i64 {text}, {by}")
            found.append((where, NumberValue(self.op(f"urem i64 {text}, {by}"))))
        return found

    def _meet(self, x: TruthValue | None, y: TruthValue | None) -> TruthValue | None:
        return y if x is None else x if y is None else self.joined("and", [x, y])

    def _either(self, condition: TruthValue, a: Term, b: Term) -> list[Case]:
        other = self.negated(condition)
        return self._together(
            [
                *((self._meet(condition, where), x) for where, x in self.number(a)),
                *((self._meet(other, where), x) for where, x in self.number(b)),
            ]
        )

    def _selected(self, condition: TruthValue, a: list[Case], b: list[Case]) -> list[Case]:
        """Return one of two numbers, as a bit says; cases are met one by one."""
        if condition.literal:
            return a if condition.text == "true" else b
        found: list[Case] = []
        for (where, x), (here, y) in itertools.product(a, b):
            both = self.aligned(x, y)
            text = self.op(f"select i1 {condition.text}, i64 {both[0].text}, i64 {both[1].text}")
            found.append((self._meet(where, here), NumberValue(text, both[0].bias)))
        return found

    def _together(self, cases: Iterable[Case]) -> list[Case]:
        """Return the cases with equal values as one."""
        found: dict[NumberValue, TruthValue] = {}
        for where, x in cases:
            if where is not None:
                found[x] = self.joined("or", [found[x], where]) if x in found else where
        return [(where, x) for x, where in found.items()]

    def _entry(self, term: Term) -> TruthValue:
        rows = itertools.product(*map(self.number, term.arguments))
        parts = []
        for row in rows:
            entry = self._entry_of(term, [x for _, x in row])
            parts.append(self.joined("and", [entry, *(w for w, _ in row if w is not None)]))
        return self.joined("or", parts)

    def _entry_of(self, term: Term, row: Sequence[NumberValue]) -> TruthValue:
        """Return the entry of the table of `term` for a row of numbers."""
        if all(x.literal for x in row):
            mask, high = self.tables.constant(term.value, tuple(x.value for x in row))
            if high is not None:
                bit = self.op(f"and {self.key} %key, {1 << self.layout.packing.bits + high}")
                return TruthValue(self.op(f"icmp ne {self.key} {bit}, 0"))
            if mask in (0, self.layout.everything):
                return YES if mask else NO
            return TruthValue(str(mask), masked=True)
        ranges = [range(a.low, a.high + 1) for a in term.arguments]
        place = "0"
        for x, codes in zip(row, ranges, strict=True):
            own = self.with_bias(x, codes.start).text
            if place != "0":
                place = self.op(f"mul i64 {place}, {len(codes)}")
                place = self.op(f"add i64 {place}, {own}")
            else:
                place = own
        masks = self.tables.array(term.value, ranges, high=False)
        found = [self._masked(masks, place)] if masks else []
        above = self.tables.array(term.value, ranges, high=True)
        if above:
            found.append(self._in_key(above, place))
        return self.joined("or", found)

    def _masked(self, name: str, place: str) -> TruthValue:
        free = name.startswith("@free")
        kind = self.layout.mask if free else "i8"
        where = self.op(f"getelementptr {kind}, ptr {name}, i64 {place}")
        value = self.op(f"load {kind}, ptr {where}")
        if free:
            return TruthValue(value, masked=True)
        return TruthValue(self.op(f"trunc i8 {value} to i1"))

    def _in_key(self, name: str, place: str) -> TruthValue:
        where = self.op(f"getelementptr {self.key}, ptr {name}, i64 {place}")
        mask = self.op(f"load {self.key}, ptr {where}")
        bit = self.op(f"and {self.key} %key, {mask}")
        return TruthValue(self.op(f"icmp ne {self.key} {bit}, 0"))


class Chosen:
    """One table choice, picked at run time, and the part of the family that behaves like it."""

    def __init__(self, emitter: Emitter, low: str, part: str) -> None:
        self.emitter, self.low, self.part = emitter, low, part

    def bit(self, value: TruthValue) -> TruthValue:
        """Return the truth value at the choice; the part is cut down to where it is the same."""
        e, mask = self.emitter, self.emitter.mask
        known = e.known((self, value))
        if known is not None:
            return known  # type: ignore[return-value]
        shifted = e.op(f"lshr {mask} {value.text}, {self.low}")
        bit = e.op(f"trunc {mask} {shifted} to i1")
        other = e.negated(value)
        same = e.op(f"select i1 {bit}, {mask} {value.text}, {mask} {other.text}")
        self.part = e.op(f"and {mask} {self.part}, {same}")
        e.scopes[-1][self, value] = TruthValue(bit)
        return TruthValue(bit)
