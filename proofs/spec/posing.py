"""A model and a spec put together: every expression of the spec gets its meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.spec.added import without_effect
from twinrom.proofs.spec.antecedents import asking_definitions, conditions
from twinrom.proofs.spec.events import StepWords, WordsOfDamaged, says_of_steps, with_updates
from twinrom.proofs.spec.kinds import READS, written_properties
from twinrom.proofs.spec.observables import check_observed
from twinrom.proofs.spec.question import Question
from twinrom.proofs.spec.reads import check_reads, readers
from twinrom.proofs.spec.spec import Expected, Property, Spec, load_spec, read_spec
from twinrom.proofs.spec.start import blocking
from twinrom.statemachine import (
    BOOL,
    BROKEN,
    NOTHING,
    Conjunct,
    DamagedModelError,
    Family,
    InputError,
    Model,
    Obligation,
    Problems,
    ResolveError,
    Resolver,
    TransitionSystem,
    Typed,
    Variable,
    Vocabulary,
    argument_problem,
    assigned,
    bind_column,
    budget_problem,
    build_model,
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
    known_runs,
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
    from collections.abc import Iterator, Mapping

    from twinrom.proofs.spec.kinds import Kind
    from twinrom.proofs.spec.schema import ObserverShape, PropertyShape
    from twinrom.statemachine import (
        Column,
        Document,
        Each,
        Formula,
        Place,
        Problem,
        Sort,
    )
    from twinrom.statemachine.terms import Term


def ask(model: Model, spec: str, faults: Mapping[str, int | None] | None = None) -> Question:
    """Return the question that the spec file puts to the model.

    `faults` overrides the spec's budget by kind. Raises `InputError` with all problems of the spec.
    """
    return pose(model, *load_spec(spec), faults)


def pose(model: Model, spec: Spec, problems: Problems,
         faults: Mapping[str, int | None] | None = None) -> Question:
    """Return the question; `problems` are those already found in the shape of the spec."""
    return _Poser(model, spec, problems).question(dict(faults or {}))


def pose_read(document: Document, spec: Document, sorts: Mapping[str, str] | None = None,
              faults: Mapping[str, int | None] | None = None,
              includes: Mapping[str, str] | None = None) -> Question:
    """Return the question of two parsed files; raises `InputError` with the problems of both."""
    try:
        model = build_model(document, sorts, includes)
    except InputError as error:
        damaged = error if isinstance(error, DamagedModelError) and error.left else None
        raise InputError([*error.problems, *spec_problems(spec, damaged)]) from None
    return pose(model, *read_spec(spec), faults)


def spec_problems(document: Document, damaged: DamagedModelError | None) -> list[Problem]:
    """Return what is wrong with a spec, as far as what is left of its model, if anything, tells."""
    try:
        spec, problems = read_spec(document)
    except InputError as error:
        return list(error.problems)
    if damaged is not None:
        _Poser(damaged.system.model, spec, problems, damaged).properties()
    for kind, name, shape in written_properties(spec.shape) if damaged is None else ():
        for key, texts in (("whenever", shape.whenever), (kind.goal, shape.goal)):
            read_formulas(texts, spec.place.at(kind.key, name, key), problems)
    return problems.found


class _Poser:
    def __init__(self, model: Model, spec: Spec, problems: Problems,
                 damaged: DamagedModelError | None = None) -> None:
        self.model, self.spec, self.problems = model, spec, problems
        self.root = spec.place
        self.damaged = damaged
        self.starting: list[Obligation] = []  # what observers need of every initial state
        self.no_columns = [f"rule.{r.name}" for r in model.rules.values() if not r.columns]
        self.no_columns += [f"event.{e.name}" for e in model.events.values() if not e.columns]
        base = model_vocabulary(model)
        if damaged is not None:
            base.broken = damaged.broken
            problems.broken |= damaged.broken
        self.own = read_definitions(spec.shape.define, self.root.at("define"), problems)
        for name, definition in self.own.items():
            if base.taken(name):
                problems.add(definition.body.place.problem(
                    f"`{name}` already has a meaning in the model", "choose another name",
                    at_key=True))
        definitions = {**self.own, **model.definitions}
        self.vocabulary = Vocabulary(model, dict(base.variables), base.sorts, definitions,
                                     broken=base.broken)
        self.vocabulary.rules = (ground(model) if damaged is None else damaged.system).written
        self.columns: dict[str, list[tuple[Variable, dict[str, Typed]]]] = {}
        families = self._observers()
        observers = [(name, v) for name, found in self.columns.items() for v, _ in found]
        self.observers = {v.name: v for _, v in observers}
        self.vocabulary.variables = {**base.variables, **{
            name: v for name, v in observers if name not in families}}
        self.vocabulary.families = families
        words = StepWords(model, ground(model).instances) if damaged is None else (
            WordsOfDamaged(model, damaged.system.instances, whole=damaged.whole))
        self.stepping = replace(self.vocabulary, events=words, expanded={})
        check_definitions(self.own, self.stepping, problems)
        self.vocabulary.broken = self.stepping.broken
        self.asking = asking_definitions(definitions)

    def question(self, faults: dict[str, int | None]) -> Question:
        budget, counted_by = self._budget(faults), self._counted_by()
        system, properties = self.properties()
        ends, runs = self._ends(), known_runs(self.model, self.problems)
        reads = list(self._reads())
        check_observed(self.spec.shape.observe, self.model, self.root.at("observe"), self.problems)
        if not self.problems.found:
            self.problems.extend(without_effect(self.model, self.spec))
            self.problems.extend(blocking(self.model, self.starting))
        self.problems.finish()
        return Question(
            self.model, self.spec, with_budget(system, budget, counted_by),
            tuple(p for p in properties if p.availability != "only"), budget,
            tuple(p for p in properties if p.availability), ends=ends, runs=runs,
            no_columns=tuple(self.no_columns), counted_by=counted_by,
            reads=tuple((p, readers(self.model, self.spec.shape.reads[p.name])) for p in reads))

    def properties(self) -> tuple[TransitionSystem, list[Property]]:
        """Return the system with its observers, and the properties."""
        system = self._observed(ground(self.model) if self.damaged is None else self.damaged.system)
        return system, [p for kind, name, shape in written_properties(self.spec.shape)
                        for p in self._property(kind, name, shape)]

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
        if self.problems.found or self.damaged is not None:
            return system
        return system.extended(tuple(self.observers.values()), init,
                               [with_updates(i, updates) for i in system.instances])

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
            self.starting += [duty for duty in start[1] if duty.wrong != NOTHING]
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

    def _ends(self) -> tuple[Conjunct, ...] | None:
        """Return where standing still is meant, if the spec says so."""
        if self.spec.shape.ends is None:
            return None
        place = self.root.at("ends", "when")
        return self._conjuncts(
            read_formulas(self.spec.shape.ends.when, place, self.problems), {}, self.vocabulary)

    def _reads(self) -> Iterator[Property]:
        """Yield the properties of the text."""
        for name, shape in self.spec.shape.reads.items():
            place = self.root.at(READS.key, name)
            check_reads(self.model, shape, place, self.problems)
            who = f"only {' and '.join(shape.only)}" if shape.only else "no rule"
            text = f"{who} may name {' or '.join(shape.of)}"
            yield Property(
                READS, name, tuple(shape.clause), terms.TRUE, terms.TRUE, "always",
                (Conjunct(text, terms.TRUE),), shape.says,
                expect_violated=False, because=None, place=place, departure=True)

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
        self._barred(shape, place)
        expected = self._expected(shape, place)
        columns = parse_columns(shape.each, place.at("each"), problems, self.vocabulary.sorts)
        if not columns:
            self.no_columns.append(f"{kind.key}.{name}")
        for column in each_column(columns, problems):
            bound = bind_column(column, place.at("each"), self.vocabulary, problems)
            check_free(bound, place.at("each"), self.vocabulary, problems)
            given = self._conjuncts(whenever, bound, self._words(in_step=kind.whenever_in_step))
            words = self._words(in_step=kind.goal_in_step)
            parts = self._conjuncts(goal, bound, words)
            if given is None or parts is None or BROKEN in bound.values():
                continue
            yield Property(
                kind, _named(name, column), tuple(shape.clause),
                terms.conjunction(c.term for c in given), terms.conjunction(c.term for c in parts),
                " and ".join(_grouped(c.text) for c in given) or "always", parts, shape.says,
                shape.expect is not None, shape.because, place, shape.departure,
                shape.bookkeeping, shape.availability, expected, shape.may_be_untested, shape.gap,
                shape.principal, tuple(dict.fromkeys(shape.barred)),
                says_of_steps(kind, self.vocabulary, whenever, bound),
                tuple(self._antecedents(goal, bound, words)) if kind.safety else ())

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

    def _barred(self, shape: PropertyShape, place: Place) -> None:
        """Note names of `without` that are neither an actor nor a kind of fault."""
        known = [*self.model.actors, *fault_kinds(self.model)]
        for i, name in enumerate(shape.barred):
            if name not in known:
                self.problems.add(place.at("without", i).problem(
                    f"`{name}` is neither an actor nor a kind of fault",
                    did_you_mean(name, known)))

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

    def _antecedents(self, formulas: tuple[Formula, ...], bound: Mapping[str, Typed],
                     vocabulary: Vocabulary) -> Iterator[Conjunct | None]:
        """Yield the condition of each conjunct, of which all mean something."""
        known = {**vocabulary.definitions, **self.asking}
        vocabulary = replace(vocabulary, definitions=known)
        for formula in formulas:
            for part in conjuncts(formula.expr):
                condition = conditions(part, self.asking)
                yield None if condition is None else Conjunct(
                    str(filled(condition, bound)),
                    Resolver(vocabulary, formula, bound).truth(condition))


def _grouped(text: str) -> str:
    return f"({text})" if " or " in text or " if " in text else text


def _named(name: str, column: Column) -> str:
    return f"{name}[{', '.join(f'{k}={v}' for k, v in column)}]" if column else name
