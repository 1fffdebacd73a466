"""The z3 step relation beside the running machines and the successor function, on random walks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import z3

from twinrom.proofs.solver.step_relation import StepRelation
from twinrom.statemachine import Runtime, Step

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from twinrom.proofs import Question
    from twinrom.statemachine import State, TransitionSystem

WALK = 10


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


def walked(
    system: TransitionSystem, z: Solver, chance: random.Random, state: State
) -> Iterator[tuple[State, Step, State]]:
    """Yield the steps of a walk, at each of which the three have the same ones and the same end."""
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
        yield state, step, after
        state = after
