"""Three readers of one rule: the running machines, the successor function, the z3 step relation.

On random walks over every model: the same steps are enabled, and they lead to the same state.
"""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import z3
from asked import SHIPPED, corpus, shipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modern import WITH_CUTS, modern

from twinrom.proofs import holds_at
from twinrom.proofs.solver.step_relation import StepRelation
from twinrom.statemachine import Runtime, Step, terms

if TYPE_CHECKING:
    from twinrom.proofs import Question
    from twinrom.statemachine import State

MODELS = (*SHIPPED, "two_phase_commit", "tcommit", "peterson", *WITH_CUTS)
WALK = 10


def asked(name: str) -> Question:
    if name in WITH_CUTS:
        return modern(name)
    return shipped(name) if name in SHIPPED else corpus(name)


class Solver:
    """The z3 step relation, asked about one concrete step at a time."""

    def __init__(self, question: Question) -> None:
        self.system = question.system
        self.template = StepRelation(question.system)
        self.relation = z3.And(*self.template.step())

    def pairs(self, state: State, step: Step | None, after: State | None) -> list[tuple[Any, Any]]:
        t = self.template
        found = list(self.values(t.before, state))
        found += [
            (row, z3.BoolVal(bool(state.tables >> i & 1))) for i, row in enumerate(t.rows.values())
        ]
        if step is not None and after is not None:
            found += self.values(t.after, after)
            found += [(c, z3.BoolVal(i == step.instance.index)) for i, c in enumerate(t.chosen)]
            slots = {slot: literal(slot, 0, 0) for slot in t.payload.values()}
            found += (slots | self.given(step)).items()
        return found

    def given(self, step: Step) -> dict[Any, Any]:
        own = self.template.slots[step.instance.index]
        triples = zip(own, step.instance.given, step.payload, strict=True)
        return {slot: literal(slot, g.sort.low, code) for slot, g, code in triples}

    def values(self, constants: list[Any], state: State) -> list[tuple[Any, Any]]:
        triples = zip(constants, self.system.variables, state.values, strict=True)
        return [(x, literal(x, v.sort.low, code)) for x, v, code in triples]

    def holds(
        self, formula: Any, state: State, step: Step | None = None, after: State | None = None
    ) -> bool:
        return self.hold([formula], state, step, after)[0]

    def hold(
        self, formulas: list[Any], state: State, step: Step | None, after: State | None
    ) -> list[bool]:
        """Return whether each formula holds; together, because substituting is what takes long."""
        both = z3.substitute(z3.And(*formulas), *self.pairs(state, step, after))
        found = [z3.simplify(formula) for formula in both.children()]
        assert len(found) == len(formulas)
        assert all(z3.is_true(value) or z3.is_false(value) for value in found)
        return [z3.is_true(value) for value in found]

    def steps(self, state: State) -> set[tuple[int, tuple[int, ...]]]:
        """Return the steps whose guard z3 finds true, without asking where they lead."""
        terms_ = [self.template.term(i.guard, i) for i in self.system.instances]
        guards = z3.substitute(z3.And(*terms_), *self.pairs(state, None, None)).children()
        found = set()
        for instance, guard in zip(self.system.instances, map(z3.simplify, guards), strict=True):
            for payload in instance.payloads():
                given_ = self.given(Step(instance, payload)).items()
                value = z3.simplify(z3.substitute(guard, *given_))
                assert z3.is_true(value) or z3.is_false(value)
                if z3.is_true(value):
                    found.add((instance.index, payload))
        return found


def literal(constant: Any, low: int, code: int) -> Any:
    return (
        z3.BoolVal(bool(code))
        if z3.is_bool(constant)
        else z3.BitVecVal(code - low, constant.size())
    )


@cache
def solver(name: str) -> Solver:
    return Solver(asked(name))


@cache
def starts(name: str) -> list[State]:
    return list(asked(name).system.initial())


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_the_three_agree_on_a_random_walk(name: str, seed: int) -> None:
    system, z = asked(name).system, solver(name)
    chance = random.Random(seed)
    state = chance.choice(starts(name))
    runtime = Runtime(system)
    runtime.start(state)
    for _ in range(WALK):
        successors = dict(system.successors(state))
        assert runtime.enabled() == list(successors)
        assert z.steps(state) == {(s.instance.index, s.payload) for s in successors}
        if not successors:
            break
        step = chance.choice(list(successors))
        after = runtime.fire(step)
        assert after == successors[step]
        assert z.holds(z.relation, state, step, after)
        other = chance.choice([*successors.values(), chance.choice(starts(name))])
        assert z.holds(z.relation, state, step, other) == (other.values == after.values)
        agree_on_properties(name, state, step, after)
        state = after


def agree_on_properties(name: str, state: State, step: Step, after: State) -> None:
    z = solver(name)
    entry = asked(name).system.entry(state.tables)
    conditions, concrete = [], []
    for prop in asked(name).decidable:
        for term in (prop.whenever, prop.goal, prop.bad):
            if prop.kind.key == "invariant":
                value = bool(terms.evaluate(term, state.values, (), {}, entry))
            else:
                value = holds_at(term, state, step, after, entry)
            conditions.append(z.template.term(term))
            concrete.append((prop.name, value))
    symbolic = z.hold(conditions, state, step, after)
    assert [(n, v) for (n, _), v in zip(concrete, symbolic, strict=True)] == concrete


@pytest.mark.parametrize("name", MODELS)
def test_the_initial_states_are_the_same(name: str) -> None:
    z, known = solver(name), {(s.values, s.tables) for s in starts(name)}
    asking = z3.SolverFor("QF_FD")
    asking.add(*z.template.initial())
    constants = [*z.template.before, *z.template.rows.values()]
    found = set()
    while asking.check() == z3.sat:
        model = asking.model()
        picked = [model.eval(x, model_completion=True) for x in constants]
        asking.add(z3.Or(*(x != v for x, v in zip(constants, picked, strict=True))))
        codes = [int(z3.is_true(v)) if z3.is_bool(v) else v.as_long() for v in picked]
        count = len(z.template.before)
        low = [0 if v.sort.name == "bool" else v.sort.low for v in z.system.variables]
        values = tuple(code + base for code, base in zip(codes[:count], low, strict=True))
        found.add((values, sum(bit << i for i, bit in enumerate(codes[count:]))))
    assert found == known
