"""The bounded check as one would first write it, kept for comparison.

z3 integers for every variable, one implication per rule and step, a fresh solver for every depth,
every property asked at every depth, and nothing learnt from one depth to the next. The verdicts
are the same as the tool's; `benchmarks/bounded.py` compares the time.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import z3

from twinrom.proofs import request

if TYPE_CHECKING:
    from twinrom.proofs import Question
    from twinrom.statemachine import RuleInstance, Sort
    from twinrom.statemachine.terms import Term


class Naive:
    """The system at one step, over integers; `k` counts the steps."""

    def __init__(self, question: Question) -> None:
        self.system = question.system
        self.question = question

    def state(self, k: int) -> list[Any]:
        return [z3.Int(f"{v.name}@{k}") for v in self.system.variables]

    def ranges(self, k: int) -> list[Any]:
        pairs = zip(self.state(k), self.system.variables, strict=True)
        return [self.within(x, v.sort) for x, v in pairs]

    def within(self, x: Any, sort: Sort) -> Any:
        return z3.And(x >= sort.low, x <= sort.high)

    def given(self, instance: RuleInstance, name: str, k: int) -> Any:
        return z3.Int(f"{instance.index}.{name}@{k}")

    def step(self, k: int) -> list[Any]:
        rule, after = z3.Int(f"rule@{k}"), self.state(k + 1)
        found = [rule >= 0, rule < len(self.system.instances), *self.ranges(k + 1)]
        for instance in self.system.instances:
            effect = [self.within(self.given(instance, g.name, k), g.sort) for g in instance.given]
            effect.append(self.term(instance.guard, k, instance))
            for v in self.system.variables:
                update = instance.updates.get(v.index, v.term())
                effect.append(after[v.index] == self.number(update, k, instance))
            found.append(z3.Implies(rule == instance.index, z3.And(*effect)))
        return found

    def number(self, t: Term, k: int, instance: RuleInstance | None) -> Any:
        value = self.term(t, k, instance)
        return z3.If(value, 1, 0) if t.boolean else value

    def term(self, t: Term, k: int, instance: RuleInstance | None = None) -> Any:  # noqa: C901, PLR0911, PLR0912 - one match
        def inner(a: Term) -> Any:
            return self.term(a, k, instance)

        match t.operator:
            case "constant":
                return z3.BoolVal(bool(t.value)) if t.boolean else z3.IntVal(t.value)
            case "variable" | "after":
                x = self.state(k + (t.operator == "after"))[t.value]
                return x == 1 if t.boolean else x
            case "payload":
                x = self.given(instance, t.value, k)  # type: ignore[arg-type]
                return x == 1 if t.boolean else x
            case "event":
                return z3.Or(*(z3.Int(f"rule@{k}") == i for i in t.value))
            case "argument":
                return self.argument(t, k)
            case "and":
                return z3.And(*map(inner, t.arguments))
            case "or":
                return z3.Or(*map(inner, t.arguments))
            case "not":
                return z3.Not(inner(t.arguments[0]))
            case "equal":
                return inner(t.arguments[0]) == inner(t.arguments[1])
            case "at_most":
                return inner(t.arguments[0]) <= inner(t.arguments[1])
            case "plus":
                return inner(t.arguments[0]) + inner(t.arguments[1])
            case "minus":
                return inner(t.arguments[0]) - inner(t.arguments[1])
            case "if":
                return z3.If(*map(inner, t.arguments))
            case "table":
                function = z3.Function(t.value, *[z3.IntSort()] * len(t.arguments), z3.BoolSort())
                return function(*(self.number(a, k, instance) for a in t.arguments))
            case _:
                raise AssertionError(t.operator)

    def argument(self, t: Term, k: int) -> Any:
        value: Any = z3.BoolVal(val=False) if t.boolean else z3.IntVal(t.low)
        for instance in self.system.instances:
            for a in (*instance.arguments, *instance.given):
                if a.name == t.value:
                    own = self.term(a.term, k, instance)
                    value = z3.If(z3.Int(f"rule@{k}") == instance.index, own, value)
        return value

    def check(self, depth: int, limit: float) -> tuple[int, dict[str, int]]:
        """Return the depth that was finished within `limit` seconds, and where properties broke."""
        started, broken = time.monotonic(), dict[str, int]()
        for k in range(depth + 1):
            for prop in self.question.decidable:
                if prop.name in broken or (prop.kind.key == "step" and not k):
                    continue
                solver = z3.Solver()
                solver.add(*self.ranges(0), *(self.term(c.term, 0) for c in self.system.init))
                for j in range(k):
                    solver.add(*self.step(j))
                solver.add(self.term(prop.bad, k if prop.kind.key == "invariant" else k - 1))
                left = limit - (time.monotonic() - started)
                solver.set("timeout", max(1, int(left * 1000)))
                answer = solver.check()
                if answer == z3.unknown:
                    return k - 1, broken
                if answer == z3.sat:
                    broken[prop.name] = k
        return depth, broken


if __name__ == "__main__":
    name, deepest, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    begun = time.monotonic()
    done, violated = Naive(request(name).question()).check(deepest, seconds)
    print(done, round(time.monotonic() - begun, 2), len(violated))
