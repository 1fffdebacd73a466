"""A model and a spec put together: the system with observers and budgets, and ground properties."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from twinrom.proofs.spec.added import without_effect
from twinrom.proofs.spec.events import StepWords, at_instance
from twinrom.proofs.spec.kinds import written_properties
from twinrom.proofs.spec.observables import check_observed
from twinrom.proofs.spec.spec import Expected, Property, Spec, load_spec
from twinrom.proofs.spec.symmetry import symmetric
from twinrom.statemachine import (
    BOOL,
    BROKEN,
    NOTHING,
    Conjunct,
    Family,
    Model,
    Obligation,
    Problems,
    ResolveError,
    Resolver,
    Runtime,
    TransitionSystem,
    Typed,
    Variable,
    Vocabulary,
    argument_problem,
    assigned,
    bind_column,
    budget_problem,
    check_definitions,
    check_free,
    check_known,
    check_name,
    conjuncts,
    did_you_mean,
    each_column,
    fault_kinds,
    filled,
    ground,
    in_sort,
    kind_of,
    model_vocabulary,
    named_sort,
    parse_columns,
    parse_sort,
    read_definitions,
    read_formula,
    read_formulas,
    terms,
    with_budget,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from twinrom.proofs.spec.kinds import Kind
    from twinrom.proofs.spec.schema import ObserverShape, PropertyShape
    from twinrom.statemachine import Column, Each, Formula, Place, RuleInstance, Sort
    from twinrom.statemachine.terms import Term


class Setting(NamedTuple):
    """A size or a budget that is not the one of the files; `less`: less can happen than there."""

    name: str
    value: str
    less: bool

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


@dataclass(frozen=True)
class Question:
    """What is to be decided: whether `system` has each of `properties`.

    `availability` are those of which it is asked how many faults they survive; some of them are
    asked for nothing else, and are not among `properties`. `settings` are what the command line
    sets otherwise than the files; `no_columns` has not a single column of `each` at this size.
    """

    model: Model
    spec: Spec
    system: TransitionSystem
    properties: tuple[Property, ...]
    budget: Mapping[str, int | None]
    availability: tuple[Property, ...] = ()
    settings: tuple[Setting, ...] = ()
    no_columns: tuple[str, ...] = ()
    counted_by: Mapping[str, str] = field(default_factory=dict)

    @property
    def limited(self) -> tuple[Setting, ...]:
        """Return the settings that let less happen than the files."""
        return tuple(setting for setting in self.settings if setting.less)

    @property
    def elsewhere(self) -> bool:
        """Say whether the sizes or budgets are others than those that the spec was written for."""
        own = self.model.budget or any(c.path.startswith("sort.") for c in self.model.changes)
        return bool(self.settings or own)

    @cached_property
    def machines(self) -> Runtime:
        """Return the running machines, built once: runs are replayed on them."""
        return Runtime(self.system)

    @property
    def decidable(self) -> tuple[Property, ...]:
        """Return the invariants and step properties."""
        return tuple(p for p in self.properties if p.kind.safety)

    def provable(self, skip: Collection[str] = ()) -> tuple[Property, ...]:
        """Return the invariants and step properties, save `skip`, that z3 can say at all."""
        return tuple(
            p for p in self.decidable if p.name not in skip and not terms.unknowable(p.bad)
        )

    @property
    def symbolic(self) -> bool:
        """Say whether some sort stands for all integers, so that nothing can be enumerated."""
        return any(s.unbounded for s in self.model.sorts.values())

    @property
    def sizes(self) -> dict[str, str]:
        """Return the values of each sort as text."""
        return self.model.sizes

    @cached_property
    def symmetric(self) -> tuple[str, ...]:
        """Return the templates whose machines are interchangeable."""
        return symmetric(self.model, self.spec)

    @property
    def limits(self) -> dict[str, int | str]:
        """Return how often each kind of fault may happen: its budget as plain data."""
        return {kind: "unlimited" if n is None else f"{n}{self.for_each(kind)}"
                if self.for_each(kind) else n for kind, n in self.budget.items()}

    def for_each(self, kind: str) -> str:
        """Return what the budget of a kind is for: nothing more, or ` for each this`."""
        return f" for each {self.counted_by[kind]}" if kind in self.counted_by else ""


def ask(model: Model, spec: str, faults: Mapping[str, int | None] | None = None) -> Question:
    """Return the question that the spec file puts to the model.

    `faults` overrides the spec's budget by kind. Raises `InputError` with all problems of the spec.
    """
    return pose(model, *load_spec(spec), faults)


def pose(model: Model, spec: Spec, problems: Problems,
         faults: Mapping[str, int | None] | None = None) -> Question:
    """Return the question; `problems` are those already found in the shape of the spec."""
    return _Poser(model, spec, problems).question(dict(faults or {}))


class _Poser:
    def __init__(self, model: Model, spec: Spec, problems: Problems) -> None:
        self.model, self.spec, self.problems = model, spec, problems
        self.root = spec.place
        self.no_columns = [f"rule.{r.name}" for r in model.rules.values() if not r.columns]
        self.no_columns += [f"event.{e.name}" for e in model.events.values() if not e.columns]
        base = model_vocabulary(model)
        self.own = read_definitions(spec.shape.define, self.root.at("define"), problems)
        for name, definition in self.own.items():
            if base.taken(name):
                problems.add(definition.body.place.problem(
                    f"`{name}` already has a meaning in the model", "choose another name",
                    at_key=True))
        definitions = {**self.own, **model.definitions}
        self.vocabulary = Vocabulary(model, dict(base.variables), base.sorts, definitions)
        self.columns: dict[str, list[tuple[Variable, dict[str, Typed]]]] = {}
        families = self._observers()
        observers = [(name, v) for name, found in self.columns.items() for v, _ in found]
        self.observers = {v.name: v for _, v in observers}
        self.vocabulary.variables = {**base.variables, **{
            name: v for name, v in observers if name not in families}}
        self.vocabulary.families = families
        words = StepWords(model, ground(model).instances)
        self.stepping = replace(self.vocabulary, events=words, expanded={})
        check_definitions(self.own, self.stepping, problems)
        self.vocabulary.broken = self.stepping.broken

    def question(self, faults: dict[str, int | None]) -> Question:
        system = self._observed(ground(self.model))
        budget, counted_by = self._budget(faults), self._counted_by()
        properties = [p for kind, name, shape in written_properties(self.spec.shape)
                      for p in self._property(kind, name, shape)]
        check_observed(self.spec.shape.observe, self.model, self.root.at("observe"), self.problems)
        if not self.problems.found:
            self.problems.extend(without_effect(self.model, self.spec))
        self.problems.finish()
        return Question(
            self.model, self.spec, with_budget(system, budget, counted_by),
            tuple(p for p in properties if p.availability != "only"), budget,
            tuple(p for p in properties if p.availability), no_columns=tuple(self.no_columns),
            counted_by=counted_by)

    def _budget(self, faults: dict[str, int | None]) -> dict[str, int | None]:
        budget = {**self.spec.budget(), **self.model.budget, **faults}
        kinds = ("fault", *fault_kinds(self.model))
        for kind, limit in budget.items():
            wrong = budget_problem(self.model, kind, limit)
            if wrong:
                own = self.model.place if kind in self.model.budget else self.root
                place = own.at("budget", kind) if kind not in faults else self.root
                text = f"`--faults`: {wrong[0]}" if kind in faults else wrong[0]
                self.problems.add(place.problem(text, wrong[1], at_key=kind not in kinds))
        return budget

    def _damaged(self, name: str, key: str = "") -> bool:
        """Say whether something of an observer (or just its `key`) was taken out as wrong."""
        whole = ("observer", name)
        return any(pruned[:2] == whole and key in ("", *pruned[2:])
                   for pruned in self.problems.pruned)

    def _observers(self) -> dict[str, Family]:
        """Make the observers, and return those that there are several of, one for each column."""
        families: dict[str, Family] = {}
        for name, shape in self.spec.shape.observer.items():
            place = self.root.at("observer", name)
            named = check_name(name, place, self.problems)
            if self.vocabulary.taken(name):
                self.problems.add(place.problem(f"`{name}` already has a meaning",
                                                "choose another name", at_key=True))
            sort = None
            if not self._damaged(name, "sort"):
                sort = parse_sort("", shape.sort, place.at("sort"), self.problems) if (
                    ".." in shape.sort) else named_sort(
                    shape.sort, self.vocabulary.sorts, place.at("sort"), self.problems)
            bound = self._bound(shape.each, place)
            found = self.columns[name] = []
            if not named or sort is None or self._damaged(name):
                self.problems.broken.add(name)
                continue
            for names in bound:
                index = len(self.vocabulary.variables) + sum(map(len, self.columns.values()))
                values = ",".join(t.sort.text(t.term.low) for t in names.values())
                found.append((Variable(index, f"{name}({values})" if names else name, sort,
                                       role="observer"), names))
            if shape.each:
                self.vocabulary.families = families = {
                    **families, name: self._family(shape.each, place, sort, found)}
        return families

    def _counted_by(self) -> dict[str, str]:
        """Return the arguments by which faults are counted, noting those that some fault lacks."""
        changed, found = self.model.budget, dict[str, str]()
        for kind, argument in self.spec.counted_by().items():
            if kind not in changed and kind in ("fault", *fault_kinds(self.model)):
                wrong = argument_problem(self.model, kind, argument)
                if wrong:
                    self.problems.add(self.root.at("budget", kind, "each").problem(*wrong))
                else:
                    found[kind] = argument
        return found

    def _bound(self, each: Each, place: Place) -> list[dict[str, Typed]]:
        """Return what the names of each column of an observer mean."""
        columns = parse_columns(each, place.at("each"), self.problems, self.vocabulary.sorts)
        if not columns:
            self.no_columns.append(".".join(map(str, place.key)))
        found = []
        for column in each_column(columns, self.problems):
            bound = bind_column(column, place.at("each"), self.vocabulary, self.problems)
            check_free(bound, place.at("each"), self.vocabulary, self.problems)
            if BROKEN not in bound.values():
                found.append(bound)
        return found

    def _family(self, each: Each, place: Place, sort: Sort,
                found: list[tuple[Variable, dict[str, Typed]]]) -> Family:
        sorts = []
        for key, values in each.items():  # there may be no column to look at
            kind = self.vocabulary.sorts.get(str(values).rpartition(".")[2])
            bound = {} if kind or not values else bind_column(
                ((key, values[0]),), place.at("each"), self.vocabulary, Problems())
            sorts.append(kind or (bound[key].sort if key in bound else BOOL))
        return Family(tuple(sorts), sort, {
            tuple(typed.term.low for typed in names.values()): v for v, names in found})

    def _observed(self, system: TransitionSystem) -> TransitionSystem:
        init: list[Conjunct] = []
        updates: dict[int, tuple[Term, list[Obligation]]] = {}
        for name, shape in self.spec.shape.observer.items():
            before = len(self.problems.found)
            columns: list[tuple[Variable | None, dict[str, Typed]]] = [*self.columns[name]]
            for variable, bound in columns or [(None, dict.fromkeys(shape.each, BROKEN))]:
                conjunct, later = self._started(name, shape, variable, bound)
                if conjunct is not None:
                    init.append(conjunct)
                if later is not None and variable is not None:
                    updates[variable.index] = later
                if len(self.problems.found) > before:
                    break
        if self.problems.found:
            return system
        return system.extended(tuple(self.observers.values()), init,
                               [_with_updates(i, updates) for i in system.instances])

    def _started(self, name: str, shape: ObserverShape, variable: Variable | None,
                 bound: Mapping[str, Typed],
                 ) -> tuple[Conjunct | None, tuple[Term, list[Obligation]] | None]:
        """Return how an observer starts, and what it is after a step."""
        place = self.root.at("observer", name)
        start, later = (
            None if self._damaged(name, key) else self._observed_value(
                text, place.at(key), variable, bound, vocabulary)
            for key, text, vocabulary in (("initial", shape.initial, self.vocabulary),
                                          ("update", shape.update, self.stepping)))
        if variable is None:
            return None, None
        conjunct = None
        if start is not None:
            if any(duty.wrong == NOTHING for duty in start[1]):
                self.problems.add(place.at("initial").problem(
                    "`initial` is nothing where this goes through `none`",
                    "write `a if machine != none else b`"))
            if self._watches(start[0], "variable"):
                self.problems.add(place.at("initial").problem(
                    "`initial` cannot read an observer"))
            conjunct = Conjunct(f"{variable.name} == {shape.initial}",
                                terms.equal(variable.term(), start[0]))
        if later is not None and self._watches(later[0], "after"):
            self.problems.add(place.at("update").problem(
                "`next` of an observer cannot be read here", "the updates decide what it is"))
        return conjunct, later

    def _watches(self, term: Term, operator: str) -> bool:
        watched = {o.index for o in self.observers.values()}
        return any(t.operator == operator and t.value in watched for t in terms.leaves([term]))

    def _observed_value(self, text: str, place: Place, variable: Variable | None,
                        bound: Mapping[str, Typed],
                        vocabulary: Vocabulary) -> tuple[Term, list[Obligation]] | None:
        formula = read_formula(text, place, self.problems)
        if formula is None:
            return None
        sort = variable.sort if variable else None
        try:
            typed = Resolver(vocabulary, formula, bound).value(formula.expr, sort)
            check_known(typed.term, formula, formula.expr.span)
        except ResolveError as error:
            self.problems.extend(error.problems)
            return None
        if sort is None or variable is None:
            return None
        number = sort.ordered and typed.sort.ordered and "" in (sort.name, typed.sort.name)
        if typed.sort.name != sort.name and not number:
            self.problems.add(formula.problem(
                f"`{variable.name}` is {kind_of(sort)}, and `{formula}` is {kind_of(typed.sort)}",
                formula.expr.span))
            return None
        fits = in_sort(typed, sort)
        if fits is terms.FALSE:
            self.problems.add(formula.problem(
                f"`{formula}` is never in {sort.describe()}", formula.expr.span))
        return typed.term, assigned(f"{variable.name} = {formula}", typed, sort, place)

    def _property(self, kind: Kind, name: str, shape: PropertyShape) -> Iterator[Property]:
        place = self.root.at(kind.key, name)
        problems = self.problems
        whenever = read_formulas(shape.whenever, place.at("whenever"), problems)
        goal = read_formulas(shape.goal, place.at(kind.goal), problems)
        other = shape.clause or shape.departure or shape.expect or shape.availability
        if shape.bookkeeping and other:
            problems.add(place.at("bookkeeping").problem(
                "what is bookkeeping has no `clause`, `departure`, `expect` or `availability`",
                at_key=True))
        expected = self._expected(shape, place)
        columns = parse_columns(shape.each, place.at("each"), problems, self.vocabulary.sorts)
        if not columns:
            self.no_columns.append(f"{kind.key}.{name}")
        for column in each_column(columns, problems):
            bound = bind_column(column, place.at("each"), self.vocabulary, problems)
            check_free(bound, place.at("each"), self.vocabulary, problems)
            given = self._conjuncts(whenever, bound, self._words(in_step=kind.whenever_in_step))
            parts = self._conjuncts(goal, bound, self._words(in_step=kind.goal_in_step))
            if given is None or parts is None or BROKEN in bound.values():
                continue
            yield Property(
                kind, _named(name, column), tuple(shape.clause),
                terms.conjunction(c.term for c in given), terms.conjunction(c.term for c in parts),
                " and ".join(_grouped(c.text) for c in given) or "always", parts, shape.says,
                shape.expect is not None, shape.because, place, shape.departure,
                shape.bookkeeping, shape.availability, expected, shape.may_be_untested, shape.gap,
                shape.principal)

    def _expected(self, shape: PropertyShape, place: Place) -> Expected | None:
        """Return how the property is violated, if that is said; its event must be known."""
        how, names = shape.expect, self.model.event_names()
        if how is None or (how.length, how.event) == (None, None):
            return None
        if how.event is not None and how.event not in names and not self.problems.forgiven(
                how.event):
            self.problems.add(place.at("expect", "event").problem(
                f"unknown event `{how.event}`", did_you_mean(how.event, names)))
        return Expected(how.length, how.event)

    def _words(self, *, in_step: bool) -> Vocabulary:
        return self.stepping if in_step else self.vocabulary

    def _conjuncts(self, formulas: tuple[Formula, ...], bound: Mapping[str, Typed],
                   vocabulary: Vocabulary) -> tuple[Conjunct, ...] | None:
        found, failed = [], False
        for formula in formulas:
            for part in conjuncts(formula.expr):
                try:
                    term = Resolver(vocabulary, formula, bound).truth(part)
                except ResolveError as error:
                    self.problems.extend(error.problems)
                    failed = True
                    continue
                found.append(Conjunct(str(filled(part, bound)), term))
        return None if failed else tuple(found)


def _with_updates(instance: RuleInstance,
                  updates: Mapping[int, tuple[Term, list[Obligation]]]) -> RuleInstance:
    """Return the rule instance with what it makes of the observers."""
    memo: dict[Term, Term] = {}
    values = {i: at_instance(term, instance, memo, updated=True)
              for i, (term, _) in updates.items()}
    duties = [replace(duty, term=at_instance(duty.term, instance, memo, updated=True))
              for _, found in updates.values() for duty in found]
    open_duties = tuple(d for d in duties if d.term is not terms.TRUE)
    return replace(instance, updates={**instance.updates, **values},
                   obligations=(*instance.obligations, *open_duties))


def _grouped(text: str) -> str:
    return f"({text})" if " or " in text or " if " in text else text


def _named(name: str, column: Column) -> str:
    return f"{name}[{', '.join(f'{k}={v}' for k, v in column)}]" if column else name
