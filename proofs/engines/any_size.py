"""Bounded model checking over all integers: what is found is then made concrete.

The runs are unrolled as in the bounded check, over integers and uninterpreted tables. What is found
is narrowed to the fewest values that show it, so that it can be replayed like any other run.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import z3

from twinrom.proofs.report import Found, Report
from twinrom.proofs.run import Run
from twinrom.proofs.solver.dialect import CERTIFIED_SYMBOLIC
from twinrom.proofs.solver.theory import Theory
from twinrom.statemachine import INTEGERS, TransitionSystem

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.request import CheckRequest
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import Sort

MOST_VALUES = 1024
FEW_VALUES = 12


@dataclass(frozen=True)
class Concrete:
    """A run at certain sizes: `sorts` are the ranges that it needs."""

    sorts: Mapping[str, str]
    run: SymbolicRun


@dataclass(frozen=True)
class SymbolicRun:
    """A run whose codes and rows are still those of the unbounded sorts; None stands for `none`."""

    initial: tuple[int | None, ...]
    rows: Mapping[tuple[str, tuple[int, ...]], bool]
    steps: tuple[tuple[int, tuple[int | None, ...]], ...]

    def at(self, system: TransitionSystem) -> Run:
        """Return the run over a system of the same model at concrete sizes."""
        initial = tuple(
            v.sort.low if code is None else code
            for v, code in zip(system.variables, self.initial, strict=True)
        )
        rows = system.choices.rows
        tables = sum(self.rows.get(row, False) << i for i, row in enumerate(rows))
        steps = tuple(
            (
                index,
                tuple(
                    g.sort.low if code is None else code
                    for g, code in zip(system.instances[index].given, given, strict=True)
                ),
            )
            for index, given in self.steps
        )
        return Run(initial, tables, steps)


class SymbolicRuns:
    """Runs of growing length, over integers and uninterpreted tables.

    `declared` are the ranges that the model's file gives to the unbounded sorts: what is made
    concrete covers them, since the file may name their values.
    """

    def __init__(
        self,
        question: Question,
        declared: Mapping[str, tuple[int, int]],
        deadline: float | None = None,
    ) -> None:
        self.question, self.deadline = question, deadline
        self.declared = declared
        self.theory = Theory(question.system, CERTIFIED_SYMBOLIC)
        t = self.theory
        self.solver = z3.Solver(ctx=t.context)
        self.states = [self._copy(t.state, 0)]
        self.choices: list[list[Any]] = []
        self.choice = [*t.payloads.values(), *([t.rule] if t.rules else [])]
        self.relation = t.every(
            [*t.enabled(), *(x == y for x, y in zip(t.later, t.successor(), strict=True))]
        )
        self.solver.add(self._at(t.every(t.initial()), 0))

    def find(self, goals: Sequence[Property], depth: int) -> dict[str, Concrete]:
        """Return a shortest run of at most `depth` steps that breaks each goal, if there is one."""
        found: dict[str, Concrete] = {}
        bad = {p.name: (self.theory.broken(p), p.kind.goal_in_step) for p in goals}
        self.clean = -1
        for k in range(depth + 1):
            if k:
                self._step()
            for name, (broken, in_step) in bad.items():
                i = k - in_step
                open_ = i >= 0 and name not in found
                concrete = self._ask(self._at(broken, i)) if open_ else None
                if concrete is not None:
                    found[name] = concrete
            late = self.deadline is not None and time.monotonic() > self.deadline
            self.clean = k - late
            if len(found) == len(bad) or late:
                break
        return found

    def _copy(self, constants: Sequence[Any], k: int) -> list[Any]:
        return [z3.Const(f"{c}@{k}", c.sort()) for c in constants]

    def _step(self) -> None:
        k = len(self.choices)
        self.states.append(self._copy(self.theory.state, k + 1))
        self.choices.append(self._copy(self.choice, k))
        self.solver.add(self._at(self.relation, k))

    def _at(self, formula: Any, k: int) -> Any:
        pairs = list(zip(self.theory.state, self.states[k], strict=True))
        if k < len(self.choices):
            pairs += zip(self.choice, self.choices[k], strict=True)
            pairs += zip(self.theory.later, self.states[k + 1], strict=True)
        return z3.substitute(formula, *pairs)

    def _ask(self, goal: Any) -> Concrete | None:
        self.solver.push()
        try:
            self.solver.add(goal)
            if self.deadline is not None:
                left = max(1, int((self.deadline - time.monotonic()) * 1000))
                self.solver.set(timeout=left)
            if self.solver.check() != z3.sat:
                return None
            return self._narrowed()
        finally:
            self.solver.pop()

    def _narrowed(self) -> Concrete:
        """Return the run that stands, with its integers in as small a range as is easily found."""
        model = self.solver.model()
        for size in range(1, FEW_VALUES + 1):
            self.solver.push()
            self.solver.add(*(self._within(x, s, size) for x, s in self._integers()))
            narrow = self.solver.check() == z3.sat
            found = self.solver.model() if narrow else None
            self.solver.pop()
            if found is not None:
                model = found
                break
        return self._concrete(model)

    def _within(self, constant: Any, sort: Sort, size: int) -> Any:
        low, high = self.declared[sort.name]
        high = max(high, low + size - 1)
        inside = z3.And(constant >= low, constant <= high)
        return z3.Or(constant == sort.none, inside) if sort.optional else inside

    def _integers(self) -> list[tuple[Any, Sort]]:
        """Return every constant of an unbounded sort, with that sort."""
        system = self.question.system
        found = [
            (x, v.sort)
            for state in self.states
            for x, v in zip(state, system.variables, strict=True)
            if v.sort.unbounded
        ]
        names = list(self.theory.payloads)
        for chosen in self.choices:
            for name, x in zip(names, chosen, strict=False):
                found += [
                    (x, g.sort)
                    for i in system.instances
                    for g in i.given
                    if g.sort.unbounded and str(self.theory.given[i.index][g.name]) == name
                ][:1]
        return found

    def _value(self, model: Any, constant: Any, sort: Sort) -> int | None:
        value = model.eval(constant, model_completion=True)
        if sort.boolean:
            return int(z3.is_true(value))
        if sort.ordered:
            code = int(value.as_long())
        else:
            labels = self.theory.labels.values(sort)
            code = next(c for c, z in labels.items() if z.eq(value))
        return None if sort.optional and code == sort.low else code

    def _concrete(self, model: Any) -> Concrete:
        system = self.question.system
        initial = tuple(
            self._value(model, x, v.sort)
            for x, v in zip(self.states[0], system.variables, strict=True)
        )
        names = list(self.theory.payloads)
        steps = []
        for chosen in self.choices:
            rule = next(
                i
                for i, is_it in zip(system.instances, self.theory.rules, strict=True)
                if z3.is_true(
                    model.eval(z3.substitute(is_it, (self.theory.rule, chosen[-1])), True)  # noqa: FBT003 - model completion
                )
            )
            own = self.theory.given[rule.index]
            given = tuple(
                self._value(model, chosen[names.index(str(own[g.name]))], g.sort)
                for g in rule.given
            )
            steps.append((rule.index, given))
        used = self._used(model)
        sorts = {name: f"{min(values)}..{max(values)}" for name, values in used.items()}
        return Concrete(sorts, SymbolicRun(initial, self._rows(model, used), tuple(steps)))

    def _used(self, model: Any) -> dict[str, set[int]]:
        """Return which values of each unbounded sort the run and the file need."""
        used = {name: {low, high} for name, (low, high) in self.declared.items()}
        for x, sort in self._integers():
            value = self._value(model, x, sort)
            if value is not None:
                used[sort.name].add(value)
        return used

    def _rows(
        self, model: Any, used: Mapping[str, set[int]]
    ) -> dict[tuple[str, tuple[int, ...]], bool]:
        found = {}
        for name, function in self.theory.tables.items():
            of = self.question.system.tables[name].of
            codes = [
                range(min(used[s.name]), max(used[s.name]) + 1)
                if s.unbounded
                else s.codes()
                for s in of
            ]
            for row in itertools.islice(itertools.product(*codes), MOST_VALUES * FEW_VALUES):
                values = [
                    self.theory.term(s.constant(c), None, s)
                    for c, s in zip(row, of, strict=True)
                ]
                holds = model.eval(function(*values), model_completion=True)
                found[name, row] = z3.is_true(holds)
        return found


def check_symbolic(
    question: Question,
    request: CheckRequest,
    depth: int,
    *,
    skip: Collection[str] = (),
    deadline: float | None = None,
) -> Report:
    """Return shortest violations of up to `depth` steps, at whatever sizes they need.

    A run belongs to the request at the sizes that stand beside it.
    """
    started = time.monotonic()
    finite = replace(request, sorts={n: s for n, s in request.sorts.items() if s != INTEGERS})
    declared = {
        s.name: (s.low, s.high) for s in finite.question().model.sorts.values() if s.ordered
    }
    symbolic = {s.name for s in question.model.sorts.values() if s.unbounded}
    runs = SymbolicRuns(
        question, {n: r for n, r in declared.items() if n in symbolic}, deadline
    )
    concrete = runs.find(question.provable(skip), depth)
    found, sizes = {}, {}
    for name, one in concrete.items():
        sizes[name] = one.sorts
        found[name] = Found(depth, one.run.at(finite.at(one.sorts).question().system))
    seconds = time.monotonic() - started
    return Report("symbolic", found, runs.clean, seconds=seconds, sizes=sizes)
