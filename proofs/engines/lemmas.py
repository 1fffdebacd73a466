"""Lemmas: auxiliary invariants, found by guessing and proved by induction.

A guess is "these two values never occur together". Guesses come from a sample of reachable states
and may be wrong: z3 keeps those, together with the spec's own invariants, that hold at the start
and that one step from any state satisfying all of them preserves (Houdini: Flanagan and Leino,
FME 2001). What is kept needs no further check at any depth, and it spares the solver from
exploring states that no run reaches.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import z3

from twinrom.proofs.engines.search.breadth_first import sample
from twinrom.proofs.solver.step_relation import in_range
from twinrom.statemachine import Packing, TooLargeError, terms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.proofs.solver.step_relation import StepRelation
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import TransitionSystem, Variable
    from twinrom.statemachine.terms import Term

SAMPLE = 20_000
MAX_VALUES = 12
MAX_GUESSES = 3_000


@dataclass(frozen=True)
class Lemmas:
    """Terms that hold in every reachable state, and the properties that follow by induction."""

    terms: tuple[Term, ...]
    settled: frozenset[str]


def find_lemmas(question: Question, template: StepRelation) -> Lemmas:
    """Return proved facts; none is a matter of trust in the sample or in the search."""
    try:
        guesses = exclusions(question.system, sample(question, SAMPLE))
    except TooLargeError:  # no sample, so nothing to guess from
        guesses = []
    candidates: dict[str | int, Term] = dict(enumerate(guesses))
    invariants = [p for p in question.decidable if not p.kind.goal_in_step]
    candidates |= {p.name: terms.negation(p.bad) for p in invariants}
    kept = _inductive(template, _initially(template, candidates))
    proved = [candidates[key] for key in kept]
    steps = _steps(question, template, proved)
    return Lemmas(tuple(proved), frozenset(p.name for p in invariants if p.name in kept) | steps)


def exclusions(system: TransitionSystem, states: Iterable[int]) -> list[Term]:
    """Return "never both" for each two values that no state of the sample has together."""
    packing, states = Packing(system.variables), list(states)
    small = [v for v in system.variables if v.sort.size <= MAX_VALUES]
    found = []
    for a, b in itertools.combinations(small, 2):
        mask = packing.mask[a.index] | packing.mask[b.index]
        seen = {
            tuple(packing.unpack(bits)[i] for i in (a.index, b.index))
            for bits in {state & mask for state in states}
        }
        for x, y in itertools.product(a.sort.codes(), b.sort.codes()):
            if (x, y) not in seen:
                found.append(terms.negation(terms.conjunction([_has(a, x), _has(b, y)])))
    return found[:MAX_GUESSES]


def _has(v: Variable, code: int) -> Term:
    return terms.equal(v.term(), v.sort.constant(code))


def _initially(template: StepRelation, candidates: dict[str | int, Term]) -> dict[str | int, Any]:
    """Return the candidates, as formulas, that hold in every initial state."""
    alive = {key: template.term(term) for key, term in candidates.items()}
    solver = z3.SolverFor("QF_FD")
    solver.add(*template.initial())
    return _weeded(solver, alive, alive, {})


def _inductive(template: StepRelation, alive: dict[str | int, Any]) -> dict[str | int, Any]:
    """Return the largest part of the candidates that each step preserves."""
    solver = z3.SolverFor("QF_FD")
    solver.add(
        *(
            in_range(x, v.sort)
            for x, v in zip(template.before, template.system.variables, strict=True)
        )
    )
    solver.add(*template.step())
    assumed = {key: z3.Bool(f"assume {key}") for key in alive}
    for key, formula in alive.items():
        solver.add(z3.Implies(assumed[key], formula))
    pairs = list(zip(template.before, template.after, strict=True))
    later = {key: z3.substitute(formula, *pairs) for key, formula in alive.items()}
    return _weeded(solver, alive, later, assumed)


def _weeded(
    solver: Any,
    alive: dict[str | int, Any],
    goals: dict[str | int, Any],
    assumed: dict[str | int, Any],
) -> dict[str | int, Any]:
    """Drop every goal that a model breaks, with its assumption, until none is broken."""
    alive = dict(alive)
    for turn in itertools.count():
        literal = z3.Bool(f"broken {turn}")
        solver.add(z3.Implies(literal, z3.Or(*(z3.Not(goals[key]) for key in alive))))
        answer = solver.check(literal, *(assumed[key] for key in alive if key in assumed))
        if answer == z3.unsat:
            return alive
        if answer == z3.unknown:
            return {}
        model = solver.model()
        broken = [k for k in alive if not z3.is_true(model.eval(goals[k], model_completion=True))]
        for key in broken:
            del alive[key]
    raise AssertionError


def _steps(question: Question, template: StepRelation, proved: list[Term]) -> frozenset[str]:
    """Return the step properties that no step from a state with the proved facts breaks."""
    solver = z3.SolverFor("QF_FD")
    solver.add(
        *(
            in_range(x, v.sort)
            for x, v in zip(template.before, template.system.variables, strict=True)
        )
    )
    solver.add(*template.step(), *(template.term(t) for t in proved))
    settled = set()
    for number, prop in enumerate(p for p in question.decidable if p.kind.goal_in_step):
        literal = z3.Bool(f"step property {number}")
        solver.add(z3.Implies(literal, template.term(prop.bad)))
        if solver.check(literal) == z3.unsat:
            settled.add(prop.name)
    return frozenset(settled)
