"""k-induction: what holds at the start, and after every k states in a row in which it holds.

Facts about pairs of values come first (`engines.lemmas`); they strengthen the properties. The path
is simple: no state occurs twice (Sheeran, Singh, Stalmarck: Checking safety properties using
induction and a SAT-solver, FMCAD 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import z3

from twinrom.proofs.engines.bounded import Mistakes
from twinrom.proofs.engines.lemmas import Lemmas, find_lemmas
from twinrom.proofs.solver.step_relation import StepRelation, in_range
from twinrom.proofs.solver.unrolling import Unrolling
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine.terms import Term

MAX_K = 4


@dataclass(frozen=True)
class Induced:
    """Properties that induction proves, and the clauses that carry them, for k states in a row.

    `exclusive` says that it also proves that rules of one event exclude each other.
    """

    properties: tuple[Property, ...]
    clauses: tuple[Term, ...]
    k: int
    exclusive: bool


def induce(question: Question, goals: Sequence[Property], max_k: int = MAX_K) -> Induced:
    """Return which of `goals` are k-inductive together with the facts that were found."""
    template = StepRelation(question.system)
    lemmas = find_lemmas(question, template)
    mistakes = Mistakes(template, lemmas)
    if mistakes.duties:
        return Induced((), (), 1, exclusive=False)
    exclusive = not mistakes.overlaps
    proved = [p for p in goals if p.name in lemmas.settled]
    left = [p for p in goals if not p.kind.goal_in_step and p.name not in lemmas.settled]
    for k in range(2, max_k + 1 if left else 0):
        more = _k_inductive(template, lemmas, left, k)
        if len(more) == len(left):
            clauses = (*lemmas.terms, *(terms.negation(p.bad) for p in more))
            return Induced((*proved, *more), clauses, k, exclusive)
    clauses = _trimmed(template, lemmas, proved, exclusive=exclusive)
    return Induced(tuple(proved), clauses, 1, exclusive)


def _ranges(template: StepRelation) -> list[Any]:
    pairs = zip(template.before, template.system.variables, strict=True)
    return [in_range(x, v.sort) for x, v in pairs]


class _Path(Unrolling):
    """A path that starts anywhere and never comes back to where it was."""

    def __init__(self, template: StepRelation, facts: Sequence[Any]) -> None:
        super().__init__(template, facts, start=z3.And(*_ranges(template)))

    def new_step(self) -> None:
        super().new_step()
        last = self.states[-1]
        for earlier in self.states[:-1]:
            self.assume(z3.Or(*(a != b for a, b in zip(earlier, last, strict=True))))


def _k_inductive(
    template: StepRelation, lemmas: Lemmas, goals: Sequence[Property], k: int
) -> list[Property]:
    """Return the largest part of `goals` that is k-inductive as a whole."""
    facts = [template.term(t) for t in lemmas.terms]
    base, path = Unrolling(template, facts), _Path(template, facts)
    alive = {p.name: p for p in goals}
    formulas = {p.name: template.term(p.bad) for p in goals}
    for i in range(k):
        if i:
            base.new_step()
        path.new_step()
        _weed(base, formulas, alive, i, {})
    assumed = {name: z3.Bool(f"assume {name}") for name in alive}
    for name, literal in assumed.items():
        held = [z3.Not(path.at(formulas[name], i)) for i in range(k)]
        path.assume(z3.Implies(literal, z3.And(*held)))
    _weed(path, formulas, alive, k, assumed)
    return list(alive.values())


def _weed(
    unrolling: Unrolling,
    formulas: Mapping[str, Any],
    alive: dict[str, Property],
    i: int,
    assumed: Mapping[str, Any],
) -> None:
    """Drop the properties that can be broken in state `i`, until the others cannot be."""
    at = {name: unrolling.at(formulas[name], i) for name in alive}
    while alive:
        kept = [assumed[name] for name in alive if name in assumed]
        model = unrolling.ask([at[name] for name in alive], kept)
        if model is None:
            return
        for name in list(alive):
            if z3.is_true(model.eval(at[name], model_completion=True)):
                del alive[name]


def _trimmed(
    template: StepRelation, lemmas: Lemmas, proved: Sequence[Property], *, exclusive: bool
) -> tuple[Term, ...]:
    """Return clauses that suffice: only those that some unsatisfiable core asks for."""
    solver = z3.SolverFor("QF_FD")
    solver.add(*_ranges(template), *template.step())
    literals = [z3.Bool(f"fact {i}") for i in range(len(lemmas.terms))]
    formulas = [template.term(t) for t in lemmas.terms]
    for literal, formula in zip(literals, formulas, strict=True):
        solver.add(z3.Implies(literal, formula))
    later = list(zip(template.before, template.after, strict=True))
    position = {t: i for i, t in enumerate(lemmas.terms)}
    goals = {terms.negation(p.bad) for p in proved if not p.kind.goal_in_step}
    needed = {position[t] for t in goals if t in position}
    bad = [template.term(p.bad) for p in proved if p.kind.goal_in_step]
    rounds = 0
    while True:
        rounds += 1
        broken = [z3.Not(z3.substitute(formulas[i], *later)) for i in sorted(needed)]
        question_ = z3.Bool(f"round {rounds}")
        solver.add(z3.Implies(question_, z3.Or(*broken, *bad)))
        if solver.check(question_, *literals) != z3.unsat:
            return lemmas.terms
        core = {str(c) for c in solver.unsat_core()}
        more = {i for i, literal in enumerate(literals) if str(literal) in core}
        if more <= needed:
            break
        needed |= more
    clauses = tuple(lemmas.terms[i] for i in sorted(needed))
    left = Mistakes(template, Lemmas(clauses, frozenset()))
    return lemmas.terms if left.duties or (exclusive and left.overlaps) else clauses
