"""Three readers of one rule: the running machines, the successor function, the z3 step relation.

On random walks over every model: the same steps are enabled, and they lead to the same state.
"""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING

import pytest
import z3
from asked import SHIPPED, corpus, shipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modern import WITH_CUTS, modern
from relation import Solver, walked

from twinrom.proofs import holds_at
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from twinrom.proofs import Question
    from twinrom.statemachine import State, Step

MODELS = (*SHIPPED, "two_phase_commit", "tcommit", "peterson", *WITH_CUTS)


def asked(name: str) -> Question:
    if name in WITH_CUTS:
        return modern(name)
    return shipped(name) if name in SHIPPED else corpus(name)


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
    for state, step, after in walked(system, z, chance, chance.choice(starts(name))):
        successors = [after for _, after in system.successors(state)]
        other = chance.choice([*successors, chance.choice(starts(name))])
        assert z.holds(z.relation, state, step, other) == (other.values == after.values)
        agree_on_properties(name, state, step, after)


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
