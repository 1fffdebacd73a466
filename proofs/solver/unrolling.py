"""The step relation written out once per depth, in one incremental z3 solver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import z3

from twinrom.proofs.run import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs.solver.step_relation import StepRelation


class SolverGaveUpError(RuntimeError):
    """z3 answered `unknown`; the reason is its own."""


class Unrolling:
    """All runs of `depth` steps from an initial state (or one where `start` holds).

    Questions about them are asked one by one.

    `facts` are known to hold in every reachable state and are asserted for each.
    """

    def __init__(
        self, template: StepRelation, facts: Sequence[Any] = (), start: Any | None = None
    ) -> None:
        self.template = template
        self.facts = z3.And(*facts)
        self.relation = z3.And(*template.step())
        self.solver = z3.SolverFor("QF_FD")
        self.states: list[list[Any]] = []
        self.chosen: list[list[Any]] = []
        self.payloads: list[list[Any]] = []
        self.questions = 0
        self._new_state()
        self.assume(self.at(z3.And(*template.initial()) if start is None else start, 0))

    @property
    def depth(self) -> int:
        """Return the number of steps written out."""
        return len(self.chosen)

    def _new_state(self) -> None:
        k = len(self.states)
        self.states.append([z3.Const(f"{x}@{k}", x.sort()) for x in self.template.before])
        self.assume(self.at(self.facts, k))

    def new_step(self) -> None:
        """Write out one more step."""
        k = self.depth
        self._new_state()
        self.chosen.append([z3.Bool(f"{c}@{k}") for c in self.template.chosen])
        self.payloads.append(
            [z3.Const(f"{p}@{k}", p.sort()) for p in self.template.payload.values()]
        )
        self.assume(self.at(self.relation, k))

    def assume(self, *formulas: Any) -> None:
        """Assert formulas for good."""
        self.solver.add(*formulas)

    def at(self, formula: Any, k: int) -> Any:
        """Return a formula of the template with its constants at step `k`."""
        t = self.template
        pairs = list(zip(t.before, self.states[k], strict=True))
        if k < self.depth:
            pairs += zip(t.after, self.states[k + 1], strict=True)
            pairs += zip(t.payload.values(), self.payloads[k], strict=True)
            pairs += zip(t.chosen, self.chosen[k], strict=True)
        return z3.substitute(formula, *pairs)

    def ask(self, goals: Sequence[Any], assumed: Sequence[Any] = ()) -> Any | None:
        """Return a model in which one of `goals` holds, or None; raises `SolverGaveUpError`.

        `assumed` are literals that hold for this question only.
        """
        self.questions += 1
        literal = z3.Bool(f"question{self.questions}")
        self.assume(z3.Implies(literal, z3.Or(*goals)))
        answer = self.solver.check(literal, *assumed)
        if answer == z3.unknown:
            raise SolverGaveUpError(self.solver.reason_unknown())
        return self.solver.model() if answer == z3.sat else None

    def run(self, model: Any) -> Run:
        """Return the run that a model describes, as plain data."""
        t, system = self.template, self.template.system
        values = tuple(
            code(model, x, v.sort.low)
            for x, v in zip(self.states[0], system.variables, strict=True)
        )
        tables = sum(code(model, row, 0) << i for i, row in enumerate(t.rows.values()))
        steps = []
        for chosen, payloads in zip(self.chosen, self.payloads, strict=True):
            instance = next(
                i for i, c in zip(system.instances, chosen, strict=True) if code(model, c, 0)
            )
            named = dict(zip(map(str, t.payload.values()), payloads, strict=True))
            slots = zip(t.slots[instance.index], instance.given, strict=True)
            steps.append(
                (instance.index, tuple(code(model, named[str(s)], g.sort.low) for s, g in slots))
            )
        return Run(values, tables, tuple(steps))


def code(model: Any, constant: Any, low: int) -> int:
    """Return the code that a model gives to a constant of a sort that starts at `low`."""
    value = model.eval(constant, model_completion=True)
    return int(z3.is_true(value)) if z3.is_bool(value) else int(value.as_long()) + low
