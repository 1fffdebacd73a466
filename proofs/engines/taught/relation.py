"""The step relation as clauses of a SAT solver, asked for counterexamples to induction.

z3 writes it out once; a plain SAT solver answers a thousand small questions faster than z3 does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import z3
from pysat.formula import CNF
from pysat.solvers import Solver

from twinrom.proofs.engines.bounded import Mistakes
from twinrom.proofs.engines.lemmas import Lemmas
from twinrom.proofs.solver.step_relation import StepRelation, in_range
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from twinrom.proofs.engines.taught.bit_sets import Cube
    from twinrom.proofs.engines.taught.features import Feature
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property

SOLVER = "glucose3"
TO_CLAUSES = ("simplify", "propagate-values", "bit-blast", "card2bv", "bit-blast", "tseitin-cnf")


class Relation:
    """One step from any state, or none, with literals for the values of features before and after.

    `goals` has a literal for each property that is broken there; `mistake` says that the model
    itself is wrong: rules overlap, or an assignment leaves its sort.
    """

    def __init__(
        self, question: Question, features: Sequence[Feature], goals: Sequence[Property]
    ) -> None:
        template = StepRelation(question.system)
        mistakes = Mistakes(template, Lemmas((), frozenset()))
        happens = z3.Or(*template.chosen)
        variables = question.system.variables
        named: dict[str, Any] = {}
        for number, feature in enumerate(features):
            for value in range(feature.size):
                holds = feature.has(value)
                named[f"now {number} {value}"] = template.term(holds)
                named[f"then {number} {value}"] = template.term(terms.later(holds))
        for number, prop in enumerate(goals):
            bad = template.term(prop.bad)
            named[f"goal {number}"] = z3.And(happens, bad) if prop.kind.goal_in_step else bad
        named["the model"] = z3.Or(*(formula for formula, _ in mistakes.found))
        goal = z3.Goal()
        goal.add(*(in_range(x, v.sort) for x, v in zip(template.before, variables, strict=True)))
        goal.add(*template.step(idle=True))
        goal.add(*(z3.Bool(name) == formula for name, formula in named.items()))
        self.clauses, self.top, numbers = as_clauses(goal)
        self.now, self.then = (
            [[numbers[f"{side} {i} {v}"] for v in range(f.size)] for i, f in enumerate(features)]
            for side in ("now", "then")
        )
        self.goals = {p.name: numbers[f"goal {i}"] for i, p in enumerate(goals)}
        self.mistake = numbers["the model"]


def as_clauses(goal: Any) -> tuple[list[list[int]], int, dict[str, int]]:
    """Return a goal of z3 as clauses, the number of its variables, and those that have names."""
    formula = CNF(from_string=z3.Then(*TO_CLAUSES)(goal)[0].dimacs())
    return formula.clauses, formula.nv, dict(map(_named, formula.comments))


def _named(comment: str) -> tuple[str, int]:
    """Return the name of a variable and its number, from the comment in which z3 tells them."""
    _, number, name = comment.split(" ", 2)
    return name.strip("|"), int(number)


class Asking:
    """A SAT solver with the relation in it, and with the cubes that no state is in."""

    def __init__(self, relation: Relation) -> None:
        self.relation, self.top = relation, relation.top
        self.solver = Solver(name=SOLVER, bootstrap_with=relation.clauses)

    def close(self) -> None:
        """Give the solver's memory back."""
        self.solver.delete()

    def literal(self) -> int:
        """Return a new variable."""
        self.top += 1
        return self.top

    def exclude(self, cube: Cube, unless: Iterable[int] = ()) -> None:
        """Say that the state before the step is not in the cube."""
        now = self.relation.now
        rest = [now[f][v] for f, values in cube for v in set(range(len(now[f]))) - set(values)]
        self.solver.add_clause([*unless, *rest])

    def entered(self, cube: Cube) -> int:
        """Return a literal that implies that the state after the step is in the cube."""
        found = self.literal()
        for feature, values in cube:
            self.solver.add_clause([-found, *(self.relation.then[feature][v] for v in values)])
        return found

    def some(self, literals: Collection[int]) -> int:
        """Return a literal that implies one of these."""
        found = self.literal()
        self.solver.add_clause([-found, *literals])
        return found

    def holds(self, *assumed: int) -> bool:
        """Say whether there is a step with all of these literals."""
        return bool(self.solver.solve(assumptions=assumed))

    def state(self) -> list[int]:
        """Return the values of all features before the step that was found."""
        model = self.solver.get_model()
        return [next(v for v, literal in enumerate(row) if model[literal - 1] > 0)
                for row in self.relation.now]

    def true(self, literals: Iterable[int]) -> list[int]:
        """Return those of the literals that hold in the step that was found."""
        model = self.solver.get_model()
        return [literal for literal in literals if model[literal - 1] > 0]

    def core(self) -> set[int]:
        """Return the assumed literals because of which there is no step."""
        return set(self.solver.get_core() or ())
