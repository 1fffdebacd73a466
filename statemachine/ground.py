"""From a `Model` to its `TransitionSystem`: one ground rule per column, groups written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statemachine import terms
from statemachine.diagnostics import InputError, did_you_mean
from statemachine.expr import conjuncts
from statemachine.model import all_sorts
from statemachine.resolve import ResolveError, Resolver, Typed, Vocabulary
from statemachine.sorts import BOOL
from statemachine.system import (
    Argument,
    Conjunct,
    Duty,
    GroundMove,
    Obligation,
    RuleInstance,
    TransitionSystem,
    Variable,
)
from statemachine.write_out import filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from statemachine.diagnostics import Problem
    from statemachine.model import Assignment, Column, Model, Move, Rule, Template
    from statemachine.places import Formula, Place
    from statemachine.sorts import Sort
    from statemachine.terms import Term

MAX_INSTANCES = 4000


def ground(model: Model) -> TransitionSystem:
    """Return the transition system of `model`; raises `InputError` with all its problems."""
    return _Grounder(model).system()


def variables_of(model: Model) -> tuple[Variable, ...]:
    """Return the state variables: each machine's state, followed by the machine's variables."""
    found: list[Variable] = []
    for machine, template in model.machines.items():
        found.append(Variable(len(found), machine, template.state_sort, machine))
        for name, sort in template.variables.items():
            found.append(Variable(len(found), f"{machine}.{name}", sort))
    return tuple(found)


def model_vocabulary(model: Model) -> Vocabulary:
    """Return what names mean in the model's own expressions."""
    variables = {v.name: v for v in variables_of(model)}
    return Vocabulary(model, variables, all_sorts(model), model.definitions)


def bind_column(column: Column, place: Place, vocabulary: Vocabulary,
                problems: list[Problem]) -> dict[str, Typed] | None:
    """Return what the names of an `each` column mean, or None after noting why they do not."""
    bound: dict[str, Typed] = {}
    for name, value in column:
        sorts = [s for s in vocabulary.sorts.values() if s.code(str(value)) is not None]
        if isinstance(value, bool):
            sorts = [BOOL]
        elif isinstance(value, int):
            sorts = [s for s in sorts if s.ordered]
        if len(sorts) != 1:
            machines, labels = vocabulary.model.machines, [x for s in vocabulary.sorts.values() for x in s.labels or ()]
            why = "is a value of several sorts" if sorts else "is neither a machine nor a value of a sort"
            problems.append(place.at(name).problem(
                f"`{value}` {why}", did_you_mean(str(value), [*machines, *labels]) if not sorts else ""))
            return None
        sort = sorts[0]
        code = sort.code(str(value))
        term = terms.truth(code) if sort is BOOL else terms.constant(code or 0)
        bound[name] = Typed(term, sort, str(value) if sort.template else None)
    return bound


class _Grounder:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.vocabulary = model_vocabulary(model)
        self.variables = tuple(self.vocabulary.variables.values())
        self.problems: list[Problem] = []

    def system(self) -> TransitionSystem:
        self.definitions()
        init = [c for template in self.model.templates.values() for c in self.starts(template)]
        for formula in self.model.init:
            init += self.conjuncts(formula, {})
        instances: list[RuleInstance] = []
        for rule in self.model.rules.values():
            for column in rule.columns:
                if len(instances) >= MAX_INSTANCES:
                    raise InputError([*self.problems, rule.place.problem(
                        f"a model may have {MAX_INSTANCES:,} rule instances", at_key=True)])
                made = self.instance(len(instances), rule, column)
                if made is not None:
                    instances.append(made)
        duties = [d for event in self.model.events.values() for column in event.columns
                  for d in self.duty(event.name, column)]
        if self.problems:
            raise InputError(self.problems)
        return TransitionSystem(self.model, self.variables, tuple(init), tuple(instances),
                                tuple(duties), self.model.tables)

    def definitions(self) -> None:
        for definition in self.model.definitions.values():
            if not definition.parameters:
                try:
                    Resolver(self.vocabulary, definition.body, {}, stack=(definition.name,)).value(definition.body.expr)
                except ResolveError as error:
                    self.problems.append(error.problem)

    def starts(self, template: Template) -> list[Conjunct]:
        codes = {template.states.index(s) for s in template.initial if s in template.states}
        found = []
        for machine in template.instances:
            variable = self.vocabulary.variables[machine]
            text = f"{machine} in ({', '.join(template.initial)})"
            term = terms.disjunction(terms.equal(variable.term(), terms.constant(c)) for c in sorted(codes))
            found.append(Conjunct(text, term))
        return found

    def conjuncts(self, formula: Formula, bound: Mapping[str, Typed]) -> list[Conjunct]:
        found = []
        for part in conjuncts(formula.expr):
            try:
                term = Resolver(self.vocabulary, formula, bound).truth(part)
            except ResolveError as error:
                self.problems.append(error.problem)
                continue
            found.append(Conjunct(str(filled(part, bound)), term))
        return found

    def duty(self, name: str, column: Column) -> list[Duty]:
        event = self.model.events[name]
        bound = bind_column(column, event.place.at("each"), self.vocabulary, self.problems)
        if bound is None or not event.can_happen:
            return []
        when = [c.term for formula in event.can_happen for c in self.conjuncts(formula, bound)]
        return [Duty(event, _arguments(bound), terms.conjunction(when))]

    def instance(self, index: int, rule: Rule, column: Column) -> RuleInstance | None:
        bound = bind_column(column, rule.place.at("each"), self.vocabulary, self.problems)
        if bound is None:
            return None
        given = tuple(Argument(name, sort, terms.payload(name, sort.low, sort.high, boolean=sort is BOOL))
                      for name, sort in rule.given.items())
        for name in (*bound, *rule.given):
            self.free_name(name, rule)
        names = bound | {a.name: Typed(a.term, a.sort) for a in given}
        moves = [*self.moves(rule.moves, bound, optional=False), *self.moves(rule.also, bound, optional=True)]
        guard = [self.possible(move) for move in moves if not move.optional]
        for formula in rule.when:
            guard += self.conjuncts(formula, names)
        updates: dict[int, Term] = {}
        for move in moves:
            self.moved(rule, move, updates)
        duties: list[Obligation] = []
        for assignment in rule.sets:
            self.assign(assignment, names, updates, duties)
        return RuleInstance(index, rule, _arguments(bound), given, tuple(c for c in guard if c.term is not terms.TRUE),
                            tuple(moves), updates, tuple(duties))

    def free_name(self, name: str, rule: Rule) -> None:
        v = self.vocabulary
        if name in v.model.machines or name in v.definitions or any(v.labelled(name)):
            section = "each" if name not in rule.given else "given"
            self.problems.append(rule.place.at(section, name).problem(
                f"`{name}` already means something else", "choose another name", at_key=True))

    def targets(self, path: str, bound: Mapping[str, Typed], place: Place) -> list[str]:
        """Return the machines that a target names: one machine, or all of a template."""
        head, _, rest = path.partition(".")
        if head in bound and bound[head].machine:
            path = ".".join(p for p in (bound[head].machine, rest) if p)
        if path in self.model.machines:
            return [path]
        if path in self.model.templates:
            return list(self.model.templates[path].instances)
        known = [*self.model.machines, *self.model.templates, *bound]
        start = place_offset(place, head)
        self.problems.append(place.problem(f"unknown machine `{path}`", did_you_mean(path, known),
                                           span=(start, start + len(path)) if start >= 0 else None))
        return []

    def moves(self, written: tuple[Move, ...], bound: Mapping[str, Typed], *, optional: bool) -> list[GroundMove]:
        found = []
        for move in written:
            for machine in self.targets(move.target, bound, move.place):
                template = self.model.machines[machine]
                names = (*(move.sources or ()), move.destination)
                unknown = [n for n in names if n not in template.states]
                for name in unknown:
                    self.problems.append(move.place.problem(
                        f"`{machine}` has no state `{name}`", did_you_mean(name, template.states)))
                if not unknown:
                    codes = [template.states.index(n) for n in names]
                    sources = tuple(codes[:-1]) if move.sources is not None else None
                    found.append(GroundMove(self.vocabulary.variables[machine].index, sources, codes[-1], optional))
        return found

    def possible(self, move: GroundMove) -> Conjunct:
        variable = self.variables[move.machine]
        if move.sources is None:
            return Conjunct(f"{variable.name} exists", terms.TRUE)
        names = [variable.sort.text(code) for code in move.sources]
        text = f"{variable.name} is {names[0]}" if len(names) == 1 else f"{variable.name} in ({', '.join(names)})"
        return Conjunct(text, terms.disjunction(
            terms.equal(variable.term(), terms.constant(code)) for code in move.sources))

    def moved(self, rule: Rule, move: GroundMove, updates: dict[int, Term]) -> None:
        variable = self.variables[move.machine]
        before = updates.get(move.machine, variable.term())
        target = terms.constant(move.destination)
        if not move.optional:
            if move.machine in updates:
                self.problems.append(rule.place.problem(f"moves `{variable.name}` twice in one step", at_key=True))
            updates[move.machine] = target
            return
        overlap = self.possible(move).term
        if move.machine in updates and (before.operator == "constant" or not _keeps(before, variable, move)):
            self.problems.append(rule.place.problem(f"moves `{variable.name}` twice in one step", at_key=True))
        updates[move.machine] = terms.choose(overlap, target, before)

    def assign(self, assignment: Assignment, bound: Mapping[str, Typed], updates: dict[int, Term],
               duties: list[Obligation]) -> None:
        owner, _, name = assignment.target.rpartition(".")
        place = assignment.place
        if not owner:
            self.problems.append(place.problem(f"`{name}` is not a variable", "write `machine.variable = ...`",
                                               span=_target_span(assignment)))
            return
        for machine in self.targets(owner, bound, place):
            variable = self.vocabulary.variables.get(f"{machine}.{name}")
            if variable is None or variable.machine:
                template = self.model.machines[machine]
                self.problems.append(place.problem(f"`{machine}` has no variable `{name}`",
                                                   did_you_mean(name, template.variables),
                                                   span=_target_span(assignment)))
                continue
            if variable.index in updates:
                self.problems.append(place.problem(f"sets `{variable.name}` twice in one step"))
            try:
                value = self.assigned(assignment, bound, variable.sort)
            except ResolveError as error:
                self.problems.append(error.problem)
                continue
            updates[variable.index] = value
            low, high = terms.constant(variable.sort.low), terms.constant(variable.sort.high)
            fits = terms.TRUE if value.boolean else terms.conjunction(
                [terms.at_most(low, value), terms.at_most(value, high)])
            if fits is terms.FALSE:
                self.problems.append(place.problem(f"`{assignment}` is never in {variable.sort.describe()}"))
            elif fits is not terms.TRUE:
                duties.append(Obligation(str(assignment), fits, place))

    def assigned(self, assignment: Assignment, bound: Mapping[str, Typed], sort: Sort) -> Term:
        formula = assignment.value
        typed = Resolver(self.vocabulary, formula, bound).value(formula.expr, sort)
        number = not typed.sort.name and typed.sort.ordered and sort.ordered and not sort.optional
        if typed.sort.name != sort.name and not number:
            raise ResolveError(formula.problem(
                f"`{assignment.target}` is a {sort}, and `{formula}` is a {typed.sort}", formula.expr.span))
        return typed.term


def _keeps(before: Term, variable: Variable, move: GroundMove) -> bool:
    """Say whether an earlier optional move leaves every source of `move` alone."""
    if move.sources is None:
        return False
    for code in move.sources:
        values = terms.rebuild(before, lambda t, c=code: terms.constant(c) if t is variable.term() else None, {})  # type: ignore[misc]
        if values is not terms.constant(code):
            return False
    return True


def _arguments(bound: Mapping[str, Typed]) -> tuple[Argument, ...]:
    return tuple(Argument(name, typed.sort, typed.term) for name, typed in bound.items())


def _target_span(assignment: Assignment) -> tuple[int, int] | None:
    start = place_offset(assignment.place, assignment.target)
    return (start, start + len(assignment.target)) if start >= 0 else None


def place_offset(place: Place, word: str) -> int:
    """Return where `word` stands in the string at `place`, -1 when it does not."""
    text: object = None
    for document in place.documents:
        if document.has(place.key):
            text = document.data
            for part in place.key:
                text = text[part]  # type: ignore[index]
            break
    return text.find(word) if isinstance(text, str) else -1
