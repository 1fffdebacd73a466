"""Bounded model checking with z3: every event sequence up to a depth, shortest violations first.

At each depth one query asks for any violation; when there is none, that is asserted as a lemma for
the depths to come. Witnesses are looked for in a solver of their own: satisfiable questions leave
it in a state that slows the others down.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import z3

from twinrom.proofs.engines.lemmas import Lemmas, find_lemmas
from twinrom.proofs.report import Found, Report
from twinrom.proofs.solver.step_relation import StepRelation, in_range
from twinrom.proofs.solver.unrolling import SolverGaveUpError, Unrolling
from twinrom.proofs.spec.overlaps import Overlap, overlapping
from twinrom.statemachine import InputError, Obligation, RuleInstance, State, Step, terms

if TYPE_CHECKING:
    from twinrom.proofs.report import Progress
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine.terms import Term


def check_bounded(question: Question, depth: int, progress: Progress | None = None) -> Report:
    """Return shortest violations and witnesses of up to `depth` steps.

    The report covers every sequence of at most `clean` steps. Raises `InputError` when two rules
    of one event overlap in a state reached by then, or an assignment leaves its sort.
    """
    bounded = _Bounded(question)
    try:
        return bounded.run(depth, progress)
    except SolverGaveUpError as error:
        return bounded.report(stopped=f"z3 gave up at depth {bounded.clean + 1}: {error}")


class _Bounded:
    def __init__(self, question: Question) -> None:
        self.question = question
        self.started = time.monotonic()
        self.clean = -1
        self.template = StepRelation(question.system)
        self.violations: dict[str, Run] = {}
        self.witnesses: dict[str, Run] = {}
        self.lemmas = find_lemmas(question, self.template)
        self.mistakes = Mistakes(self.template, self.lemmas)

    def run(self, depth: int, progress: Progress | None) -> Report:
        facts = [self.template.term(t) for t in self.lemmas.terms]
        unrolling, witnessing = Unrolling(self.template, facts), Unrolling(self.template, facts)
        properties = self.question.decidable
        open_ = [p for p in properties if p.name not in self.lemmas.settled]
        for k in range(depth + 1):
            if k:
                unrolling.new_step()
            self.mistakes.look(unrolling, k)
            _look(unrolling, k, [(p, p.bad) for p in open_], self.violations)
            if len(self.witnesses) < len(properties):
                if k:
                    witnessing.new_step()
                _look(witnessing, k, [(p, p.exercise) for p in properties], self.witnesses)
            self.clean = k
            if progress is not None:
                progress(self.report())
        return self.report()

    def report(self, stopped: str | None = None) -> Report:
        """Return what is known so far."""
        found = {
            p.name: Found(self.clean, self.violations.get(p.name), self.witnesses.get(p.name))
            for p in self.question.decidable
        }
        return Report(
            "bounded", found, self.clean, stopped=stopped, seconds=time.monotonic() - self.started
        )


def _look(
    unrolling: Unrolling, k: int, goals: list[tuple[Property, Term]], found: dict[str, Run]
) -> None:
    """Find every property whose goal is reached first at depth `k`; no goal is reached before."""
    at = {
        p.name: unrolling.at(unrolling.template.term(goal), k - p.kind.goal_in_step)
        for p, goal in goals
        if p.name not in found and k >= p.kind.goal_in_step
    }
    while at:
        model = unrolling.ask(list(at.values()))
        if model is None:
            unrolling.assume(z3.Not(z3.Or(*at.values())))
            return
        run = unrolling.run(model)
        for name, formula in list(at.items()):
            if z3.is_true(model.eval(formula, model_completion=True)):
                found[name] = run
                del at[name]


class Mistakes:
    """Where the model itself would be wrong, leaving out what no state at all allows."""

    def __init__(self, template: StepRelation, lemmas: Lemmas) -> None:
        self.template = t = template
        found: list[tuple[Any, Overlap | tuple[RuleInstance, Obligation]]] = [
            (z3.Or(*(t.term(term) for term in pair.at_payloads())), pair)
            for pair in overlapping(t.system)
        ]
        for instance in t.system.instances:
            slots = list(zip(t.slots[instance.index], instance.given, strict=True))
            for duty in instance.obligations:
                wrong = terms.conjunction([instance.guard, terms.negation(duty.term)])
                ranges = [in_range(slot, given.sort) for slot, given in slots]
                found.append((z3.And(*ranges, t.term(wrong, instance)), (instance, duty)))
        solver = z3.SolverFor("QF_FD")
        solver.add(
            *(in_range(x, v.sort) for x, v in zip(t.before, t.system.variables, strict=True))
        )
        solver.add(*(t.term(lemma) for lemma in lemmas.terms))
        self.found = [(f, m) for i, (f, m) in enumerate(found) if _possible(solver, f, i)]

    @property
    def overlaps(self) -> bool:
        """Say whether two rules of one event may be enabled at once."""
        return any(isinstance(m, Overlap) for _, m in self.found)

    @property
    def duties(self) -> bool:
        """Say whether an assignment may leave its sort."""
        return any(not isinstance(m, Overlap) for _, m in self.found)

    def look(self, unrolling: Unrolling, k: int) -> None:
        """Raise the error of a mistake that is reached at depth `k`, if there is one."""
        if not self.found:
            return
        goals = [unrolling.at(f, k) for f, _ in self.found]
        model = unrolling.ask(goals)
        if model is None:
            return
        state = _last_state(self.template, unrolling.run(model))
        for formula, (_, mistake) in zip(goals, self.found, strict=True):
            if z3.is_true(model.eval(formula, model_completion=True)):
                raise self._error(mistake, state)

    def _error(
        self, mistake: Overlap | tuple[RuleInstance, Obligation], state: State
    ) -> InputError:
        system = self.template.system
        if isinstance(mistake, Overlap):
            return mistake.error(system.text(state.values))
        instance, duty = mistake
        entry = system.entry(state.tables)
        for payload in instance.payloads():
            given = Step(instance, payload).given()
            if terms.evaluate(
                instance.guard, state.values, (), given, entry
            ) and not terms.evaluate(duty.term, state.values, (), given, entry):
                return system.out_of_range(Step(instance, payload), duty, state)
        raise AssertionError(duty.text)


def _possible(solver: Any, formula: Any, number: int) -> bool:
    literal = z3.Bool(f"possible{number}")
    solver.add(z3.Implies(literal, formula))
    return bool(solver.check(literal) != z3.unsat)


def _last_state(template: StepRelation, run: Run) -> State:
    state = State(run.initial, run.tables)
    for index, payload in run.steps:
        state = template.system.after(state, Step(template.system.instances[index], payload))
    return state
