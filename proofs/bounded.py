"""Bounded model checking with z3: every event sequence up to a depth, shortest violations first.

One incremental solver for all properties of a question. At each depth one query asks for any
violation under an assumption; when there is none, that is asserted as a lemma for the depths
to come. Bit-vector state, functional step and z3's finite-domain solver measured fastest.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import z3

from proofs.encode import Template, in_range
from proofs.overlaps import Overlap, overlapping
from proofs.results import Found, Report, Run
from statemachine import InputError, Obligation, RuleInstance, State, Step, terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofs.question import Question
    from proofs.results import Progress


def check_bounded(question: Question, depth: int, progress: Progress | None = None) -> Report:
    """Return shortest violations and witnesses of up to `depth` steps.

    The report is complete for every sequence of at most `clean` steps. Raises `InputError` when
    two rules of one event overlap in a state reached by then, or an assignment leaves its sort.
    """
    return _Bounded(question).run(depth, progress)


class _Bounded:
    def __init__(self, question: Question) -> None:
        self.question = question
        self.template = template = Template(question.system)
        self.solver = z3.SolverFor("QF_FD")
        self.states: list[list[Any]] = []
        self.chosen: list[Any] = []
        self.payloads: list[list[Any]] = []
        self.step_relation = template.step()
        self.violations: dict[str, Run] = {}
        self.witnesses: dict[str, Run] = {}
        self.clean = -1
        self.started = time.monotonic()
        self.mistakes = self._mistakes()

    def run(self, depth: int, progress: Progress | None) -> Report:
        self._new_state()
        self.solver.add(*(self._at(f, 0) for f in self.template.initial()))
        for k in range(depth + 1):
            if k:
                self._new_step()
            self._model_mistakes(k)
            self._look("violation", k, self.violations)
            self._look("witness", k, self.witnesses)
            self.clean = k
            if progress is not None:
                progress(self._report())
        return self._report()

    def _report(self) -> Report:
        found = {p.name: Found(self.clean, self.violations.get(p.name), self.witnesses.get(p.name))
                 for p in self.question.decidable}
        return Report("bounded", found, self.clean, seconds=time.monotonic() - self.started)

    def _new_state(self) -> None:
        k = len(self.states)
        self.states.append([z3.Const(f"{x}@{k}", x.sort()) for x in self.template.before])

    def _new_step(self) -> None:
        k = len(self.chosen)
        self._new_state()
        self.chosen.append(z3.Const(f"rule@{k}", self.template.chosen.sort()))
        self.payloads.append([z3.Const(f"{p}@{k}", p.sort()) for p in self.template.payload.values()])
        self.solver.add(*(self._at(f, k) for f in self.step_relation))

    def _at(self, formula: Any, k: int) -> Any:
        """Return a formula of the template with its constants at step `k`."""
        t = self.template
        pairs = list(zip(t.before, self.states[k], strict=True))
        if k < len(self.chosen):
            pairs += zip(t.after, self.states[k + 1], strict=True)
            pairs += zip(t.payload.values(), self.payloads[k], strict=True)
            pairs.append((t.chosen, self.chosen[k]))
        return z3.substitute(formula, *pairs)

    def _look(self, what: str, k: int, found: dict[str, Run]) -> None:
        """Find every property that is violated (or exercised) first at depth `k`."""
        open_ = [p for p in self.question.decidable if p.name not in found and (k or p.kind == "invariant")]
        at = {p.name: self._at(self.template.term(p.bad if what == "violation" else p.whenever),
                               k if p.kind == "invariant" else k - 1) for p in open_}
        turn = 0
        while at:
            model = self._solve(f"{what}@{k}.{turn}", list(at.values()))
            if model is None:
                self.solver.add(z3.Not(z3.Or(*at.values())))
                return
            run = self._extract(model, k)
            hit = [name for name, formula in at.items() if z3.is_true(model.eval(formula, model_completion=True))]
            for name in hit:
                found[name] = run
                del at[name]
            turn += 1

    def _solve(self, name: str, goals: Sequence[Any]) -> Any | None:
        literal = z3.Bool(name)
        self.solver.add(z3.Implies(literal, z3.Or(*goals)))
        answer = self.solver.check(literal)
        if answer == z3.unknown:
            raise SolverGaveUpError(self.solver.reason_unknown())
        return self.solver.model() if answer == z3.sat else None

    def _extract(self, model: Any, k: int) -> Run:
        system = self.question.system
        values = tuple(_code(model, x) + (0 if z3.is_bool(x) else v.sort.low)
                       for x, v in zip(self.states[0], system.variables, strict=True))
        tables = 0
        for i, row in enumerate(self.template.rows.values()):
            tables |= _code(model, row) << i
        steps = []
        for j in range(k):
            instance = system.instances[_code(model, self.chosen[j])]
            payload = dict(zip(map(str, self.template.payload.values()), self.payloads[j], strict=True))
            codes = (_code(model, payload[str(slot)]) + (0 if z3.is_bool(slot) else given.sort.low)
                     for slot, given in zip(self.template.slots[instance.index], instance.given, strict=True))
            steps.append((instance.index, tuple(codes)))
        return Run(values, tables, tuple(steps))

    def _mistakes(self) -> list[tuple[Any, Overlap | tuple[RuleInstance, Obligation]]]:
        """Return where the model would be wrong, leaving out what no state at all allows."""
        t, system = self.template, self.question.system
        found: list[tuple[Any, Overlap | tuple[RuleInstance, Obligation]]] = []
        for pair in overlapping(system):
            both = z3.Or(*(t.term(term) for term in pair.at_payloads()))
            found.append((both, pair))
        for instance in system.instances:
            for duty in instance.obligations:
                ranges = [in_range(s, g.sort) for s, g in zip(t.slots[instance.index], instance.given, strict=True)]
                wrong = terms.conjunction([instance.guard, terms.negation(duty.term)])
                found.append((z3.And(*ranges, t.term(wrong, instance)), (instance, duty)))
        solver = z3.SolverFor("QF_FD")
        solver.add(*(in_range(x, v.sort) for x, v in zip(t.before, system.variables, strict=True)))
        return [(f, m) for i, (f, m) in enumerate(found) if _possible(solver, f, i)]

    def _model_mistakes(self, k: int) -> None:
        if not self.mistakes:
            return
        # payloads at depth k belong to a step that is not taken, so they are left free
        goals = [self._at(f, k) for f, _ in self.mistakes]
        model = self._solve(f"mistake@{k}", goals)
        if model is None:
            self.solver.add(z3.Not(z3.Or(*goals)))
            return
        run = self._extract(model, k)
        state = _state_after(self.question, run)
        for formula, (_, mistake) in zip(goals, self.mistakes, strict=True):
            if z3.is_true(model.eval(formula, model_completion=True)):
                raise self._mistake_error(mistake, state)

    def _mistake_error(self, mistake: Overlap | tuple[RuleInstance, Obligation], state: State) -> InputError:
        system = self.question.system
        if isinstance(mistake, Overlap):
            return mistake.error(system.text(state.values))
        instance, duty = mistake
        entry = system.entry(state.tables)
        for payload in instance.payloads():
            step = Step(instance, payload)
            given = step.given()
            if terms.evaluate(instance.guard, state.values, (), given, entry) and not terms.evaluate(
                    duty.term, state.values, (), given, entry):
                return system.out_of_range(step, duty, state)
        raise AssertionError(duty.text)


class SolverGaveUpError(RuntimeError):
    """z3 answered `unknown`; the reason is its own."""


def _possible(solver: Any, formula: Any, number: int) -> bool:
    literal = z3.Bool(f"possible{number}")
    solver.add(z3.Implies(literal, formula))
    return bool(solver.check(literal) != z3.unsat)


def _code(model: Any, constant: Any) -> int:
    value = model.eval(constant, model_completion=True)
    return int(z3.is_true(value)) if z3.is_bool(value) else int(value.as_long())


def _state_after(question: Question, run: Run) -> State:
    state = State(run.initial, run.tables)
    for index, payload in run.steps:
        state = question.system.after(state, Step(question.system.instances[index], payload))
    return state


