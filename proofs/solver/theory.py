"""Terms as z3 expressions over a chosen theory: for proofs at all depths, and for certificates.

Numbers are integers, or bit-vectors of one width for all; labels (states of machines, unordered
sorts) are enumerations, or bit-vectors; a free table is an array, or an uninterpreted function.
The step is one function of the state, the chosen rule and its payload. Every theory has a context
of its own, so that names can be used again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

import z3

from twinrom.proofs.solver.dialect import number_width
from twinrom.proofs.solver.labels import Labels, plain
from twinrom.proofs.spec.events import at_instance
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinrom.proofs.solver.dialect import Dialect
    from twinrom.proofs.spec.overlaps import Overlap
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import RuleInstance, Sort, Table, TransitionSystem
    from twinrom.statemachine.terms import Term


class Theory:
    """The variables, payloads and rules of a system as z3 constants, and what terms mean there.

    `goals` are further terms that will be asked for; their numbers fit the theory, too.
    """

    def __init__(
        self, system: TransitionSystem, dialect: Dialect, goals: Iterable[Term] = ()
    ) -> None:
        self.system, self.dialect = system, dialect
        self.context = z3.Context()
        self.signed, self.width = number_width(system, goals)
        self.labels = Labels(
            self._sorts(), self.context, enumerations=dialect.enumerations
        )
        self.state = [self.constant(v.name, v.sort) for v in system.variables]
        self.later = [self.constant(f"{v.name}'", v.sort) for v in system.variables]
        self.payloads: dict[str, Any] = {}
        self.given = [self._given(i) for i in system.instances]
        self.rules, self.rule = self.labels.choice("rule", [i.name for i in system.instances])
        self.tables = {
            t.name: self._table(t) for t in system.tables.values() if t.allow is None
        }
        self.extra: list[Any] = []
        self.memos: dict[int, dict[Term, Any]] = {}

    # ------------------------------------------------------------ sorts and constants

    def _sorts(self) -> Iterator[Sort]:
        system = self.system
        for variable in system.variables:
            yield variable.sort
        for instance in system.instances:
            for argument in (*instance.arguments, *instance.given):
                yield argument.sort
        for table in system.tables.values():
            yield from table.of

    def sort(self, sort: Sort) -> Any:
        """Return the z3 sort of the values of `sort`."""
        if sort.boolean:
            return z3.BoolSort(self.context)
        if not sort.ordered:
            return self.labels.sort(sort)
        integers = self.dialect.integers
        return z3.IntSort(self.context) if integers else z3.BitVecSort(self.width, self.context)

    def constant(self, name: str, sort: Sort) -> Any:
        """Return a z3 constant of the given sort."""
        return z3.Const(plain(name), self.sort(sort))

    def _given(self, instance: RuleInstance) -> dict[str, Any]:
        """Return a constant for each payload; rules share them by sort."""
        used: dict[str, int] = {}
        found = {}
        for given in instance.given:
            sort = given.sort
            key = f"given {sort} {sort.low}..{sort.high}" if not sort.name else f"given {sort}"
            number = used[key] = used.get(key, 0) + 1
            name = f"{key} {number}"
            if name not in self.payloads:
                self.payloads[name] = self.constant(name, sort)
            found[given.name] = self.payloads[name]
        return found

    def _table(self, table: Table) -> Any:
        sorts = [self.sort(sort) for sort in table.of]
        if self.dialect.arrays:
            return z3.Const(plain(table.name), z3.ArraySort(*sorts, z3.BoolSort(self.context)))
        return z3.Function(plain(table.name), *sorts, z3.BoolSort(self.context))

    def number(self, value: int) -> Any:
        """Return a number of the theory."""
        if self.dialect.integers:
            return z3.IntVal(value, self.context)
        return z3.BitVecVal(value, self.width, self.context)

    def truth(self, *, value: bool) -> Any:
        """Return a constant truth value."""
        return z3.BoolVal(value, self.context)

    def every(self, parts: Iterable[Any]) -> Any:
        """Return the `and` of all parts."""
        found = list(parts)
        return z3.And(found) if len(found) > 1 else (found or [self.truth(value=True)])[0]

    def some(self, parts: Iterable[Any]) -> Any:
        """Return the `or` of all parts."""
        found = list(parts)
        return z3.Or(found) if len(found) > 1 else (found or [self.truth(value=False)])[0]

    # ------------------------------------------------------------ the transition system

    def in_range(self, value: Any, sort: Sort) -> list[Any]:
        """Return what says that a z3 value is one of `sort`."""
        if sort.boolean:
            return []
        if sort.unbounded:
            return [self.at_most(self.number(sort.low), value)] if self._far_needed() else []
        if sort.ordered:
            low, high = self.number(sort.low), self.number(sort.high)
            return [self.at_most(low, value), self.at_most(value, high)]
        return self.labels.in_range(value, sort)

    def _far_needed(self) -> bool:
        """Say whether a number far below all others stands for `none` somewhere."""
        return any(s.unbounded and s.optional for s in self._sorts())

    def in_ranges(self) -> list[Any]:
        """Return what says that every variable of the state has a value of its sort."""
        pairs = zip(self.state, self.system.variables, strict=True)
        return [r for x, v in pairs for r in self.in_range(x, v.sort)]

    def initial(self) -> list[Any]:
        """Return what holds in an initial state."""
        return [*self.in_ranges(), *(self.term(c.term) for c in self.system.init)]

    def enabled(self) -> list[Any]:
        """Return what says that the chosen rule can happen with the chosen payload."""
        found = [self.some(self.rules)]
        for instance, chosen in zip(self.system.instances, self.rules, strict=True):
            given = self.given[instance.index]
            ranges = [r for g in instance.given for r in self.in_range(given[g.name], g.sort)]
            guard = self.every([*ranges, self.term(instance.guard, instance)])
            found.append(z3.Implies(chosen, guard))
        return found

    def successor(self) -> list[Any]:
        """Return the value of each variable after the chosen step."""
        found = []
        for variable in self.system.variables:
            value = self.state[variable.index]
            for instance in reversed(self.system.instances):
                update = instance.updates.get(variable.index)
                if update is not None:
                    new = self.term(update, instance, variable.sort)
                    value = z3.If(self.rules[instance.index], new, value)
            found.append(value)
        return found

    def of_the_step(self, term: Term) -> Any:
        """Return what a step property's term says of the chosen step (weakest precondition)."""
        cases = []
        for instance, chosen in zip(self.system.instances, self.rules, strict=True):
            before = at_instance(term, instance, {}, updated=True)
            if before is not terms.FALSE:
                cases.append(z3.And(chosen, self.term(before, instance)))
        return self.some(cases)

    def broken(self, prop: Property) -> Any:
        """Return where an invariant is broken, or that the chosen step breaks a step property."""
        return self.of_the_step(prop.bad) if prop.kind.goal_in_step else self.term(prop.bad)

    def both(self, pair: Overlap) -> Any:
        """Return that both rules can happen at once, payloads of the same name chosen once."""
        shared: dict[str, Any] = {}
        for given in pair.given:
            shared[given.name] = self.constant(f"both {len(self.extra)}", given.sort)
            self.extra.append(shared[given.name])
        parts = [r for g in pair.given for r in self.in_range(shared[g.name], g.sort)]
        for instance, guard in zip((pair.first, pair.second), pair.guards, strict=True):
            own = self.given[instance.index]
            pairs = ((own[n], shared[n]) for n in own if n in shared)
            parts.append(z3.substitute(self.term(guard, instance), *pairs))
        return self.every(parts)

    # ------------------------------------------------------------ terms

    def at_most(self, a: Any, b: Any) -> Any:
        """Return `a <= b` of two numbers."""
        if self.dialect.integers or self.signed:
            return a <= b
        return z3.ULE(a, b)

    def term(
        self, t: Term, instance: RuleInstance | None = None, sort: Sort | None = None
    ) -> Any:
        """Return `t` over the state and the payload of `instance`; constants are of `sort`."""
        if t.operator == "constant":
            return self._constant(t, sort)
        if t.operator == "if":  # what its constants mean depends on where it stands
            c, a, b = t.arguments
            sort = sort or self._sort_of(t, instance)
            then, otherwise = (self.term(x, instance, sort) for x in (a, b))
            return z3.If(self.term(c, instance), then, otherwise)
        memo = self.memos.setdefault(-1 if instance is None else instance.index, {})
        found = memo.get(t)
        if found is None:
            found = memo[t] = self._term(t, instance)
        return found

    def _constant(self, t: Term, sort: Sort | None) -> Any:
        if t.boolean:
            return self.truth(value=bool(t.value))
        if sort is not None and not sort.ordered:
            return self.labels.values(sort)[t.value]
        return self.number(t.value)

    def _term(self, t: Term, instance: RuleInstance | None) -> Any:  # noqa: C901, PLR0911, PLR0912 - one match, a branch an operator
        a = t.arguments
        match t.operator:
            case "variable":
                return self.state[t.value]
            case "payload":
                assert instance is not None  # noqa: S101 - only a rule has a payload
                return self.given[instance.index][t.value]
            case "and":
                return self.every(self.term(x, instance) for x in a)
            case "or":
                return self.some(self.term(x, instance) for x in a)
            case "not":
                return z3.Not(self.term(a[0], instance))
            case "equal":
                sort = self._sort_of(a[0], instance) or self._sort_of(a[1], instance)
                return self.term(a[0], instance, sort) == self.term(a[1], instance, sort)
            case "at_most":
                sort = self._sort_of(a[0], instance) or self._sort_of(a[1], instance)
                x, y = (self.term(side, instance, sort) for side in a)
                if sort is not None and not sort.ordered:
                    return self.labels.at_most(x, y, sort)
                return self.at_most(x, y)
            case "plus":
                return self.term(a[0], instance) + self.term(a[1], instance)
            case "minus":
                return self.term(a[0], instance) - self.term(a[1], instance)
            case "modulo":
                x, y = (self.term(side, instance) for side in a)
                return x % y if self.dialect.integers or self.signed else z3.URem(x, y)
            case "table":
                return self._entry(t, instance)
            case "constant" | "if" | "after" | "event" | "argument" | "opaque":
                raise AssertionError(t.operator)  # told above, or no part of a state
            case _:
                assert_never(t.operator)

    def _entry(self, t: Term, instance: RuleInstance | None) -> Any:
        table = self.system.tables[t.value]
        row = [self.term(x, instance, s) for x, s in zip(t.arguments, table.of, strict=True)]
        if table.allow is None:
            array = self.tables[t.value]
            return z3.Select(array, *row) if self.dialect.arrays else array(*row)
        return self.some(
            self.every(
                x == self.term(sort.constant(code), None, sort)
                for x, code, sort in zip(row, codes, table.of, strict=True)
            )
            for codes in sorted(table.allow)
        )

    def _sort_of(self, t: Term, instance: RuleInstance | None) -> Sort | None:
        """Return the sort that the constants beside `t` have; None for plain numbers."""
        match t.operator:
            case "variable":
                return self.system.variables[int(t.value)].sort
            case "payload":
                assert instance is not None  # noqa: S101 - only a rule has a payload
                sorts = {g.name: g.sort for g in instance.given}
                return sorts[str(t.value)]
            case "if":
                first = self._sort_of(t.arguments[1], instance)
                return first or self._sort_of(t.arguments[2], instance)
            case _:
                return None

