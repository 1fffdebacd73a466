"""One step at one number of machines, for a SAT solver, with literals for lifted clauses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import z3
from pysat.solvers import Solver

from twinrom.proofs.engines.bounded import Mistakes
from twinrom.proofs.engines.lemmas import Lemmas
from twinrom.proofs.engines.taught.relation import SOLVER, as_clauses
from twinrom.proofs.solver.step_relation import StepRelation, in_range
from twinrom.proofs.spec.spec import bare
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from twinrom.proofs.any_number.lifted import Home, LiftedClause
    from twinrom.proofs.any_number.template import AnyNumber

MODEL = "the model"


class Steps:
    """A step, or none, from any state in which lifted clauses are assumed to hold.

    By symmetry it is enough to ask whether a clause is broken for the first machines. `goals` are
    the names of properties without their columns, and that of the model being without mistakes.
    """

    def __init__(self, home: Home, here: AnyNumber, clauses: Sequence[LiftedClause]) -> None:
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
        self.goals: dict[str, list[str]] = {}
        for prop in question.provable():
            broken = template.term(prop.bad)
            broken = z3.And(happens, broken) if prop.kind.goal_in_step else broken
            named[f"goal {prop.name}"] = broken
            self.goals.setdefault(bare(prop.name), []).append(f"goal {prop.name}")
        mistakes = Mistakes(template, Lemmas((), frozenset()))
        named |= {f"mistake {i}": f for i, (f, _) in enumerate(mistakes.found)}
        self.goals[MODEL] = [f"mistake {i}" for i in range(len(mistakes.found))]
        goal = z3.Goal()
        variables = zip(template.before, question.system.variables, strict=True)
        goal.add(*(in_range(x, v.sort) for x, v in variables), *template.step(idle=True))
        goal.add(*(z3.Bool(name) == formula for name, formula in named.items()))
        rules, self.top, self.numbers = as_clauses(goal)
        self.solver = Solver(name=SOLVER, bootstrap_with=rules)
        self.places = {clause: i for i, clause in enumerate(clauses)}

    def close(self) -> None:
        """Give the solver's memory back."""
        self.solver.delete()

    def outside(self, live: Collection[LiftedClause]) -> set[LiftedClause]:
        """Return the clauses that do not hold at the start, or that steps lead out of.

        What is found is left out on the way. One clause after the other is asked for: all of them
        in one question took a thousand times as long.
        """
        left = dict.fromkeys(live)
        for clause in live:
            while clause in left:
                broken = self._broken(left, "now", [self.numbers["start"]], clause)
                broken = broken or self._broken(left, "then", self._all(left), clause)
                if not broken:
                    break
                for other in broken:
                    del left[other]
        return {clause for clause in live if clause not in left}

    def _all(self, live: Iterable[LiftedClause]) -> list[int]:
        return [self.numbers[f"all {self.places[c]}"] for c in live]

    def _broken(
        self,
        live: Iterable[LiftedClause],
        when: str,
        assumed: list[int],
        clause: LiftedClause,
    ) -> list[LiftedClause]:
        """Return the clauses that are broken where one of them is; none if that cannot be."""
        own = self.numbers[f"{when} {self.places[clause]}"]
        if not self.solver.solve(assumptions=[*assumed, -own]):
            return []
        model = self.solver.get_model()
        return [c for c in live if model[self.numbers[f"{when} {self.places[c]}"] - 1] < 0]

    def broken(self, live: Collection[LiftedClause]) -> set[str]:
        """Return the goals that some state or step in all clauses breaks."""
        assumed = self._all(live)
        return {name for name, literals in self.goals.items()
                if any(self.solver.solve(assumptions=[*assumed, self.numbers[x]])
                       for x in literals)}

    def needed(
        self,
        live: Collection[LiftedClause],
        kept: Collection[LiftedClause],
        goals: Iterable[str],
    ) -> set[LiftedClause]:
        """Return the clauses because of which no goal is broken, and no step leads out of `kept`.

        That this is so was asked before.
        """
        assumed = dict(zip(self._all(live), live, strict=True))
        wrong = [self.numbers[x] for name in goals for x in self.goals.get(name, ())]
        wrong += [-self.numbers[f"then {self.places[c]}"] for c in kept]
        found: set[LiftedClause] = set()
        for literal in wrong:
            if self.solver.solve(assumptions=[*assumed, literal]):
                raise AssertionError("the lifted clauses do not carry what they carried")
            found |= {assumed[x] for x in self.solver.get_core() or () if x in assumed}
        return found
