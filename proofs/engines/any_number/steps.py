"""One step at one number of machines, for a SAT solver, with literals for lifted clauses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import z3
from pysat.solvers import Solver

from twinrom.proofs.engines.bounded import Mistakes
from twinrom.proofs.engines.lemmas import Lemmas
from twinrom.proofs.engines.taught.relation import SOLVER, as_clauses
from twinrom.proofs.solver.step_relation import StepRelation, in_range
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from twinrom.proofs.any_number.lifted import Home, Lifted
    from twinrom.proofs.any_number.template import AnyNumber

MODEL = "the model"


class Steps:
    """A step, or none, from any state in which lifted clauses are assumed to hold.

    By symmetry it is enough to ask whether a clause is broken for the first machines. `goals` are
    the names of properties without their columns, and that of the model being without mistakes.
    """

    def __init__(self, home: Home, here: AnyNumber, clauses: Sequence[Lifted]) -> None:
        question = here.question
        template = StepRelation(question.system)
        self.clauses = list(clauses)
        happens = z3.Or(*template.chosen)
        named: dict[str, Any] = {"start": z3.And(*template.initial())}
        for number, clause in enumerate(clauses):
            said = list(dict.fromkeys(home.said_in(here, clause)))
            first = said[0] if said else terms.TRUE
            named[f"all {number}"] = z3.And(*map(template.term, said))
            named[f"now {number}"] = template.term(first)
            named[f"then {number}"] = template.term(terms.later(first))
        bad: dict[str, list[Any]] = {}
        for prop in question.provable():
            broken = template.term(prop.bad)
            broken = z3.And(happens, broken) if prop.kind.goal_in_step else broken
            bad.setdefault(prop.name.partition("[")[0], []).append(broken)
        mistakes = Mistakes(template, Lemmas((), frozenset()))
        bad[MODEL] = [formula for formula, _ in mistakes.found]
        named |= {f"goal {name}": z3.Or(*found) for name, found in bad.items()}
        goal = z3.Goal()
        variables = zip(template.before, question.system.variables, strict=True)
        goal.add(*(in_range(x, v.sort) for x, v in variables), *template.step(idle=True))
        goal.add(*(z3.Bool(name) == formula for name, formula in named.items()))
        rules, self.top, self.numbers = as_clauses(goal)
        self.solver = Solver(name=SOLVER, bootstrap_with=rules)
        self.goals = [name for name in bad]
        self.places = {clause: i for i, clause in enumerate(clauses)}

    def close(self) -> None:
        """Give the solver's memory back."""
        self.solver.delete()

    def outside(self, live: Collection[Lifted]) -> set[Lifted]:
        """Return some of the clauses that do not hold at the start, or that a step leads out of."""
        started = self._broken(live, "now", [self.numbers["start"]])
        return started or self._broken(live, "then", self._all(live))

    def _all(self, live: Iterable[Lifted]) -> list[int]:
        return [self.numbers[f"all {self.places[c]}"] for c in live]

    def _broken(self, live: Collection[Lifted], when: str, assumed: list[int]) -> set[Lifted]:
        literals = {self.numbers[f"{when} {self.places[c]}"]: c for c in live}
        if not self.solver.solve(assumptions=[*assumed, self._some(-x for x in literals)]):
            return set()
        model = self.solver.get_model()
        return {c for x, c in literals.items() if model[x - 1] < 0}

    def _some(self, literals: Iterable[int]) -> int:
        """Return a new literal that implies one of these."""
        self.top += 1
        self.solver.add_clause([-self.top, *literals])
        return self.top

    def broken(self, live: Collection[Lifted]) -> set[str]:
        """Return the goals that some state or step in all clauses breaks."""
        assumed = self._all(live)
        return {name for name in self.goals
                if self.solver.solve(assumptions=[*assumed, self.numbers[f"goal {name}"]])}

    def needed(self, live: Collection[Lifted], kept: Collection[Lifted], goals: Iterable[str],
               ) -> set[Lifted]:
        """Return the clauses because of which no goal is broken, and no step leads out of `kept`.

        That this is so was asked before.
        """
        literals = dict(zip(self._all(live), live, strict=True))
        wrong = [self.numbers[f"goal {name}"] for name in goals]
        wrong += [-self.numbers[f"then {self.places[c]}"] for c in kept]
        if self.solver.solve(assumptions=[*literals, self._some(wrong)]):
            raise AssertionError("the lifted clauses do not carry what they carried")
        return {literals[x] for x in self.solver.get_core() or () if x in literals}
