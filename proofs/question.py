"""A model and a spec put together: the system with observers and budgets, and ground properties."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from proofs.events import StepWords, at_instance
from proofs.spec import GOALS, Kind, Property, Spec, load_spec
from statemachine import (
    Conjunct,
    Model,
    Obligation,
    Problems,
    ResolveError,
    Resolver,
    TransitionSystem,
    Typed,
    Variable,
    Vocabulary,
    bind_column,
    budget_problem,
    check_name,
    conjuncts,
    filled,
    model_vocabulary,
    named_sort,
    parse_columns,
    parse_sort,
    read_definitions,
    terms,
    with_budget,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from proofs.schema import PropertyShape
    from statemachine import Column, Formula, Place
    from statemachine.terms import Term


@dataclass(frozen=True)
class Question:
    """What is to be decided: does `system` have each of `properties`?"""

    model: Model
    spec: Spec
    system: TransitionSystem
    properties: tuple[Property, ...]
    budget: Mapping[str, int | None]

    @property
    def decidable(self) -> tuple[Property, ...]:
        """Return the invariants and step properties."""
        return tuple(p for p in self.properties if p.kind in ("invariant", "step"))


def ask(model: Model, spec: str, faults: Mapping[str, int | None] | None = None) -> Question:
    """Return the question that the spec file puts to the model.

    `faults` overrides the spec's budget by kind. Raises `InputError` with every problem of the spec.
    """
    return pose(model, *load_spec(spec), faults)


def pose(model: Model, spec: Spec, problems: Problems,
         faults: Mapping[str, int | None] | None = None) -> Question:
    """Return the question; `problems` are those already found in the spec's shape."""
    return _Poser(model, spec, problems).question(dict(faults or {}))


class _Poser:
    def __init__(self, model: Model, spec: Spec, problems: Problems) -> None:
        self.model, self.spec, self.problems = model, spec, problems
        self.root = spec.place
        base = model_vocabulary(model)
        own = read_definitions(spec.shape.define, self.root.at("define"), problems)
        for name in own:
            if name in model.definitions or name in base.sorts or name in model.machines:
                problems.add(self.root.at("define", name).problem(
                    f"`{name}` already has a meaning in the model", "choose another name", at_key=True))
        self.vocabulary = Vocabulary(model, dict(base.variables), base.sorts, {**model.definitions, **own})
        self.observers = self._observers()
        self.own = own

    def question(self, faults: dict[str, int | None]) -> Question:
        words = StepWords(self.model, self.model.system.instances)
        stepping = replace(self.vocabulary, events=words, expanded={})
        self._definitions(stepping)
        system = self._observed(self.model.system, stepping)
        budget = self.spec.budget() | faults
        for kind, limit in budget.items():
            wrong = budget_problem(self.model, kind, limit)
            if wrong:
                place = self.root.at("budget", kind) if kind not in faults else self.root
                text = f"`--faults`: {wrong[0]}" if kind in faults else wrong[0]
                self.problems.add(place.problem(text, wrong[1], at_key=True))
        properties = [p for kind in GOALS for name, shape in getattr(self.spec.shape, kind).items()
                      for p in self._property(kind, name, shape, stepping)]
        self.problems.finish()
        return Question(self.model, self.spec, with_budget(system, budget), tuple(properties), budget)

    def _definitions(self, stepping: Vocabulary) -> None:
        for definition in self.own.values():
            if not definition.parameters:
                self._resolve(definition.body, {}, stepping)

    def _resolve(self, formula: Formula, bound: Mapping[str, Typed], vocabulary: Vocabulary) -> Typed | None:
        try:
            return Resolver(vocabulary, formula, bound).value(formula.expr)
        except ResolveError as error:
            self.problems.add(error.problem)
            return None

    def _observers(self) -> dict[str, Variable]:
        found = {}
        for name, shape in self.spec.shape.observer.items():
            place = self.root.at("observer", name)
            check_name(name, place, self.problems)
            if name in self.vocabulary.variables or name in self.vocabulary.definitions or name in self.vocabulary.sorts:
                self.problems.add(place.problem(f"`{name}` already has a meaning", at_key=True))
            sort = named_sort(shape.sort, self.vocabulary.sorts, place.at("sort"), self.problems) \
                if ".." not in shape.sort else parse_sort("", shape.sort, place.at("sort"), self.problems)
            if sort is not None:
                index = len(self.vocabulary.variables)
                found[name] = Variable(index, name, sort, role="observer")
                self.vocabulary.variables[name] = found[name]  # type: ignore[index]  # ours, not yet shared
        return found

    def _observed(self, system: TransitionSystem, stepping: Vocabulary) -> TransitionSystem:
        init: list[Conjunct] = []
        updates: dict[int, tuple[Term, Obligation | None]] = {}
        for name, variable in self.observers.items():
            shape, place = self.spec.shape.observer[name], self.root.at("observer", name)
            start = self._observed_value(shape.initial, place.at("initial"), variable, self.vocabulary)
            if start is not None:
                init.append(Conjunct(f"{name} == {shape.initial}", terms.equal(variable.term(), start[0])))
            later = self._observed_value(shape.update, place.at("update"), variable, stepping)
            if later is not None:
                watched = {o.index for o in self.observers.values()}
                if any(t.operator == "after" and t.value in watched for t in terms.leaves([later[0]])):
                    self.problems.add(place.at("update").problem("`next` of an observer cannot be read here"))
                    continue
                updates[variable.index] = later
        instances = []
        for instance in system.instances:
            memo: dict[Term, Term] = {}
            values = {i: at_instance(term, instance, memo, updated=True) for i, (term, _) in updates.items()}
            duties = [replace(duty, term=at_instance(duty.term, instance, memo, updated=True))
                      for _, duty in updates.values() if duty]
            open_duties = tuple(d for d in duties if d.term is not terms.TRUE)
            instances.append(replace(instance, updates={**instance.updates, **values},
                                     obligations=(*instance.obligations, *open_duties)))
        return system.extended(tuple(self.observers.values()), init, instances)

    def _observed_value(self, text: str, place: Place, variable: Variable,
                        vocabulary: Vocabulary) -> tuple[Term, Obligation | None] | None:
        formula = self.problems.formula(text, place)
        if formula is None:
            return None
        try:
            typed = Resolver(vocabulary, formula, {}).value(formula.expr, variable.sort)
        except ResolveError as error:
            self.problems.add(error.problem)
            return None
        sort = variable.sort
        number = sort.ordered and typed.sort.ordered and "" in (sort.name, typed.sort.name)
        if typed.sort.name != sort.name and not number:
            self.problems.add(place.problem(f"`{variable.name}` is a {sort}, and `{formula}` is a {typed.sort}"))
            return None
        value = typed.term
        fits = terms.TRUE if value.boolean else terms.conjunction([
            terms.at_most(terms.constant(sort.low), value), terms.at_most(value, terms.constant(sort.high))])
        duty = None if fits is terms.TRUE else Obligation(f"{variable.name} = {formula}", fits, place)
        return value, duty

    def _property(self, kind: Kind, name: str, shape: PropertyShape, stepping: Vocabulary) -> Iterator[Property]:
        place = self.root.at(kind, name)
        whenever = self.problems.formulas(shape.whenever, place.at("whenever"))
        goal = self.problems.formulas(getattr(shape, GOALS[kind]), place.at(GOALS[kind]))
        in_step = stepping if kind in ("step", "response") else self.vocabulary
        for column in parse_columns(shape.each, place.at("each"), self.problems):
            noted: list = []  # type: ignore[type-arg]
            bound = bind_column(column, place.at("each"), self.vocabulary, noted)
            for problem in noted:
                self.problems.add(problem)
            if bound is None:
                continue
            given = self._conjuncts(whenever, bound, in_step)
            parts = self._conjuncts(goal, bound, stepping if kind == "step" else self.vocabulary)
            if given is None or parts is None:
                continue
            yield Property(
                kind, _named(name, column), tuple(shape.clause),
                terms.conjunction(c.term for c in given), terms.conjunction(c.term for c in parts),
                " and ".join(_grouped(c.text) for c in given) or "always", parts, shape.says,
                shape.expect == "violated", shape.because, place)

    def _conjuncts(self, formulas: tuple[Formula, ...], bound: Mapping[str, Typed],
                   vocabulary: Vocabulary) -> tuple[Conjunct, ...] | None:
        found, failed = [], False
        for formula in formulas:
            for part in conjuncts(formula.expr):
                try:
                    term = Resolver(vocabulary, formula, bound).truth(part)
                except ResolveError as error:
                    self.problems.add(error.problem)
                    failed = True
                    continue
                found.append(Conjunct(str(filled(part, bound)), term))
        return None if failed else tuple(found)


def _grouped(text: str) -> str:
    return f"({text})" if " or " in text or " if " in text else text


def _named(name: str, column: Column) -> str:
    return f"{name}[{', '.join(f'{k}={v}' for k, v in column)}]" if column else name
