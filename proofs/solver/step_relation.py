"""Terms as z3 expressions: one step of a system over bit-vectors, as a template for every depth.

A number in `low..high` is the bit-vector of `value - low`, as narrow as the interval allows; truth
values are z3's own. The step is functional: each next value is an if-then-else over the rule that
was chosen, which measured far faster than one implication per rule. Exactly one of a row of truth
values says which rule that is, a quarter faster than a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

import z3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.statemachine import RuleInstance, Sort, TransitionSystem
    from twinrom.statemachine.terms import Term


def width(low: int, high: int) -> int:
    """Return how many bits an interval needs, at least one."""
    return max(1, (high - low).bit_length())


def in_range(value: Any, sort: Sort) -> Any:
    """Return that the bit-vector of a variable stands for a value of its sort."""
    if sort.boolean or sort.size == 1 << width(sort.low, sort.high):
        return z3.BoolVal(val=True)
    return z3.ULE(value, z3.BitVecVal(sort.high - sort.low, value.size()))


def fresh(name: str, sort: Sort) -> Any:
    """Return a z3 constant for a variable of `sort`."""
    return z3.Bool(name) if sort.boolean else z3.BitVec(name, width(sort.low, sort.high))


class StepRelation:
    """One step: constants for the state before, the choice, the payload, the state after."""

    def __init__(self, system: TransitionSystem) -> None:
        self.system = system
        self.before = [fresh(f"x{v.index}", v.sort) for v in system.variables]
        self.after = [fresh(f"y{v.index}", v.sort) for v in system.variables]
        self.chosen = [z3.Bool(f"rule{i.index}") for i in system.instances]
        self.payload: dict[tuple[str, int, int, int], Any] = {}
        self.slots: list[tuple[Any, ...]] = [self._slots(i) for i in system.instances]
        self.rows = {row: z3.Bool(f"row{i}") for i, row in enumerate(system.choices.rows)}
        self.memo: dict[Term, Any] = {}
        self.memos: list[dict[Term, Any]] = [{} for _ in system.instances]

    def _slots(self, instance: RuleInstance) -> tuple[Any, ...]:
        """Return a constant for each payload of a rule; rules share them by sort."""
        used: dict[tuple[str, int, int], int] = {}
        found = []
        for given in instance.given:
            sort = given.sort
            key = (str(sort), sort.low, sort.high)
            number = used[key] = used.get(key, -1) + 1
            slot = (*key, number)
            if slot not in self.payload:
                self.payload[slot] = fresh(f"p{len(self.payload)}", sort)
            found.append(self.payload[slot])
        return tuple(found)

    def is_chosen(self, instance: RuleInstance) -> Any:
        """Return that the step is by this rule instance."""
        return self.chosen[instance.index]

    def initial(self) -> list[Any]:
        """Return what holds of the state `before` when it is initial."""
        ranges = [
            in_range(x, v.sort) for x, v in zip(self.before, self.system.variables, strict=True)
        ]
        return [*ranges, *(self.term(c.term) for c in self.system.init)]

    def step(self, *, idle: bool = False) -> list[Any]:
        """Return the step relation between `before` and `after`.

        With `idle` it may also be that nothing happens and all stays as it is.
        """
        instances = self.system.instances
        found = [] if idle else [z3.Or(*self.chosen)]
        found += [z3.AtMost(*self.chosen, 1)] if self.chosen else []
        for instance in instances:
            ranges = [
                in_range(slot, given.sort)
                for slot, given in zip(self.slots[instance.index], instance.given, strict=True)
            ]
            guard = z3.And(*ranges, self.term(instance.guard, instance))
            found.append(z3.Implies(self.is_chosen(instance), guard))
        for variable in self.system.variables:
            value = self.before[variable.index]
            for instance in reversed(instances):
                update = instance.updates.get(variable.index)
                if update is not None:
                    new = self.aligned(
                        self.term(update, instance), update, variable.sort.low, variable.sort.high
                    )
                    value = z3.If(self.is_chosen(instance), new, value)
            found.append(self.after[variable.index] == value)
        return found

    def term(self, term: Term, instance: RuleInstance | None = None) -> Any:
        """Return `term` over the template's constants; payloads are those of `instance`."""
        memo = self.memo if instance is None else self.memos[instance.index]
        found = memo.get(term)
        if found is None:
            found = memo[term] = self._term(term, instance)
        return found

    def _term(self, t: Term, instance: RuleInstance | None) -> Any:  # noqa: C901, PLR0911, PLR0912 - one match, a branch an operator
        def inner(a: Term) -> Any:
            return self.term(a, instance)

        match t.operator:
            case "constant":
                return z3.BoolVal(bool(t.value)) if t.boolean else z3.BitVecVal(0, 1)
            case "variable":
                return self.before[t.value]
            case "after":
                return self.after[t.value]
            case "payload" | "argument" | "event":
                return self._of_the_step(t, instance)
            case "and":
                return z3.And(*map(inner, t.arguments))
            case "or":
                return z3.Or(*map(inner, t.arguments))
            case "not":
                return z3.Not(inner(t.arguments[0]))
            case "equal" | "at_most":
                return self._comparison(t, instance)
            case "if":
                c, a, b = t.arguments
                return z3.If(
                    inner(c),
                    self.aligned(inner(a), a, t.low, t.high),
                    self.aligned(inner(b), b, t.low, t.high),
                )
            case "plus" | "minus" | "modulo":
                return self._arithmetic(t, instance)
            case "table":
                return self._table(t, instance)
            case "opaque":
                raise AssertionError(t.operator)  # only sorts without end have them
            case _:
                assert_never(t.operator)

    def aligned(self, value: Any, term: Term, low: int, high: int) -> Any:
        """Return the bit-vector of `term` as one of the interval `low..high`, wider or narrower."""
        if term.boolean:
            return value
        if term.operator == "constant":
            return z3.BitVecVal(term.value - low, width(low, high))
        shift = term.low - low
        wide = max(width(low, high), width(min(low, term.low), max(high, term.high)))
        value = z3.ZeroExt(wide - value.size(), value) if wide > value.size() else value
        value = value + z3.BitVecVal(shift, wide) if shift else value
        narrow = width(low, high)
        return z3.Extract(narrow - 1, 0, value) if narrow < wide else value

    def _comparison(self, t: Term, instance: RuleInstance | None) -> Any:
        a, b = t.arguments
        x, y = self.term(a, instance), self.term(b, instance)
        if a.boolean and b.boolean:
            return x == y
        low, high = min(a.low, b.low), max(a.high, b.high)
        x, y = self.aligned(x, a, low, high), self.aligned(y, b, low, high)
        return x == y if t.operator == "equal" else z3.ULE(x, y)

    def _arithmetic(self, t: Term, instance: RuleInstance | None) -> Any:
        a, b = t.arguments
        low, high = min(0, t.low, a.low, b.low), max(0, t.high, a.high, b.high)
        bits = width(low, high) + 1
        x = _signed(self.term(a, instance), a, bits)
        y = _signed(self.term(b, instance), b, bits)
        total = x % y if t.operator == "modulo" else x + y if t.operator == "plus" else x - y
        shifted = total - z3.BitVecVal(t.low, bits)
        return z3.Extract(width(t.low, t.high) - 1, 0, shifted)

    def _table(self, t: Term, instance: RuleInstance | None) -> Any:
        table = self.system.tables[t.value]
        cases = []
        for row in _rows(t.arguments):
            if any(code not in sort.codes() for code, sort in zip(row, table.of, strict=True)):
                continue
            holds = self.rows.get((t.value, row))
            if holds is None:
                if table.allow is None or row not in table.allow:
                    continue
                holds = z3.BoolVal(val=True)
            fits = [self._is(a, code, instance) for a, code in zip(t.arguments, row, strict=True)]
            cases.append(z3.And(*fits, holds))
        return z3.Or(*cases) if cases else z3.BoolVal(val=False)

    def _is(self, t: Term, code: int, instance: RuleInstance | None) -> Any:
        value = self.term(t, instance)
        if t.boolean:
            return value if code else z3.Not(value)
        return value == self.aligned(None, _Constant(code), t.low, t.high)  # type: ignore[arg-type]

    def _of_the_step(self, t: Term, instance: RuleInstance | None) -> Any:
        if t.operator == "payload":
            assert instance is not None  # noqa: S101 - only a rule has a payload
            names = [g.name for g in instance.given]
            return self.slots[instance.index][names.index(t.value)]
        if t.operator == "event":
            return z3.Or(*(self.is_chosen(self.system.instances[i]) for i in sorted(t.value)))
        value = z3.BoolVal(val=False) if t.boolean else z3.BitVecVal(0, width(t.low, t.high))
        for i in self.system.instances:
            for a in (*i.arguments, *i.given):
                if a.name == t.value:
                    own = self.aligned(self.term(a.term, i), a.term, t.low, t.high)
                    value = z3.If(self.is_chosen(i), own, value)
        return value


class _Constant:
    """A code that is aligned like a constant term."""

    boolean, operator = False, "constant"

    def __init__(self, value: int) -> None:
        self.value = value


def _signed(value: Any, t: Term, bits: int) -> Any:
    """Return a number itself, in two's complement, instead of its distance from the lowest."""
    if t.operator == "constant":
        return z3.BitVecVal(t.value, bits)
    wide = z3.ZeroExt(bits - value.size(), value) if bits > value.size() else value
    return wide + z3.BitVecVal(t.low, bits)


def _rows(arguments: Sequence[Term]) -> list[tuple[int, ...]]:
    rows: list[tuple[int, ...]] = [()]
    for a in arguments:
        codes = [a.value] if a.operator == "constant" else range(a.low, a.high + 1)
        rows = [(*row, code) for row in rows for code in codes]
    return rows
