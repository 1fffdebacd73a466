"""From a `Model` to its `TransitionSystem`: one ground rule per column, groups written out."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from twinrom.statemachine import terms
from twinrom.statemachine.expression.syntax import conjuncts
from twinrom.statemachine.grounding.cuts import Cuts
from twinrom.statemachine.grounding.effects import Effects, own_part
from twinrom.statemachine.grounding.power import lose_power
from twinrom.statemachine.grounding.writes import Writes, entries
from twinrom.statemachine.meaning.columns import (
    bind_column,
    check_free,
    each_column,
    model_vocabulary,
    written_names,
)
from twinrom.statemachine.meaning.definitions import check_definitions
from twinrom.statemachine.meaning.resolve import Resolver
from twinrom.statemachine.meaning.scope import BROKEN, ResolveError, Typed, check_known
from twinrom.statemachine.meaning.substitute import filled
from twinrom.statemachine.source.diagnostics import InputError
from twinrom.statemachine.source.places import Problems
from twinrom.statemachine.system import Argument, Conjunct, Duty, RuleInstance, TransitionSystem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twinrom.statemachine.expression.formula import Formula
    from twinrom.statemachine.model import Column, Event, Model, Rule, Template
    from twinrom.statemachine.source.diagnostics import Problem
    from twinrom.statemachine.source.places import Place

MAX_INSTANCES = 4000
KEPT = 16


@lru_cache(maxsize=KEPT)
def ground(model: Model) -> TransitionSystem:
    """Return the transition system of `model`; raises `InputError` with all its problems.

    The latest few models keep theirs, so asking again costs nothing.
    """
    grounder = _Grounder(model, frozenset())
    system = grounder.system()
    if grounder.problems.found:
        raise DamagedModelError(grounder.problems.found, system, grounder.vocabulary.broken,
                                whole=True)
    return system


class DamagedModelError(InputError):
    """The model has mistakes; `system` is what is left of it, `broken` names what is not known.

    It is `whole` where nothing was taken out of the file: then only expressions are wrong.
    """

    def __init__(self, problems: Iterable[Problem], system: TransitionSystem,
                 broken: frozenset[str], *, whole: bool = False) -> None:
        super().__init__(problems)
        self.system, self.broken, self.whole = system, broken, whole

    @property
    def left(self) -> bool:
        """Say whether there is a machine left: of nothing, no expression means anything."""
        return bool(self.system.model.templates)


def ground_damaged(model: Model, problems: Problems) -> DamagedModelError:
    """Return everything that is wrong with a model of which `problems` are known."""
    grounder = _Grounder(model, frozenset(problems.broken))
    system = grounder.system()
    found = [*problems.found, *grounder.problems.found]
    return DamagedModelError(found, system, grounder.vocabulary.broken)


class _Grounder:
    def __init__(self, model: Model, broken: frozenset[str]) -> None:
        self.model = model
        self.vocabulary = model_vocabulary(model)
        self.vocabulary.broken = broken
        self.variables = tuple(self.vocabulary.variables.values())
        self.problems = Problems()
        self.problems.broken = set(broken)

    def system(self) -> TransitionSystem:
        check_definitions(self.model.definitions, self.vocabulary, self.problems)
        init = [c for template in self.model.templates.values() for c in self.starts(template)]
        for formula in self.model.init:
            init += self.conjuncts(formula, {})
        instances: list[RuleInstance] = []
        for rule in self.model.rules.values():
            for column in each_column(rule.columns, self.problems):
                made = self.instance(len(instances), rule, column)
                if made is not None:
                    instances.append(made)
            if self._too_many(len(instances), rule.place) or self.problems.enough:
                break
        if not self.problems.found:
            for cut in Cuts(self.model, self.variables, tuple(instances)).all():
                instances.append(cut)
                if self._too_many(len(instances), cut.rule.place):
                    break
        duties = [self.duty(event, column) for event in self.model.events.values()
                  for column in each_column(event.columns, self.problems)]
        return TransitionSystem(self.model, self.variables, tuple(init), tuple(instances),
                                tuple(d for d in duties if d), self.model.tables)

    def _too_many(self, found: int, place: Place) -> bool:
        if found > MAX_INSTANCES:
            self.problems.add(place.problem(
                f"a model may have {MAX_INSTANCES:,} rule instances", at_key=True))
        return found > MAX_INSTANCES

    def starts(self, template: Template) -> list[Conjunct]:
        codes = {template.states.index(s) for s in template.initial if s in template.states}
        found = []
        for machine in template.instances:
            state = self.vocabulary.variables[machine].term()
            text = f"{machine} in ({', '.join(template.initial)})"
            found.append(Conjunct(text, terms.disjunction(
                terms.equal(state, terms.constant(c)) for c in sorted(codes))))
            for name in (n for n in template.variables if n in template.own):
                variable = self.vocabulary.variables[f"{machine}.{name}"]
                found.append(Conjunct(f"{variable.name} is a part of {machine}",
                                      own_part(self.model, variable, variable.term())))
            effects = Effects(self.vocabulary, self.problems, {}, {})
            for name, formula in template.initials.items():
                variable = self.vocabulary.variables[f"{machine}.{name}"]
                value = effects.declared(formula, variable)
                if value is not None:
                    found.append(Conjunct(f"{variable.name} == {formula}",
                                          terms.equal(variable.term(), value)))
        return found

    def conjuncts(self, formula: Formula, bound: Mapping[str, Typed]) -> list[Conjunct]:
        found = []
        for part in () if self.problems.enough else conjuncts(formula.expr):
            try:
                term = Resolver(self.vocabulary, formula, bound).truth(part)
                check_known(term, formula, part.span)
            except ResolveError as error:
                self.problems.extend(error.problems)
                continue
            found.append(Conjunct(str(filled(part, bound)), term))
        return found

    def bound(self, column: Column, place: Place) -> dict[str, Typed]:
        """Return what the names of a column mean."""
        bound = bind_column(column, place.at("each"), self.vocabulary, self.problems)
        check_free(bound, place.at("each"), self.vocabulary, self.problems)
        return bound

    def duty(self, event: Event, column: Column) -> Duty | None:
        bound = self.bound(column, event.place)
        when = [c.term for formula in event.can_happen for c in self.conjuncts(formula, bound)]
        if not event.can_happen or BROKEN in bound.values():
            return None
        return Duty(event, _arguments(bound), terms.conjunction(when))

    def instance(self, index: int, rule: Rule, column: Column) -> RuleInstance | None:
        bound = self.bound(column, rule.place)
        payload = rule.place.at("given")
        given = tuple(Argument(
            name, sort, terms.payload(name, sort.low, sort.high, boolean=sort.boolean))
            for name, sort in rule.given.items())
        check_free(rule.given, payload, self.vocabulary, self.problems)
        names = dict.fromkeys(written_names(payload), BROKEN)
        names |= bound | {a.name: Typed(a.term, a.sort) for a in given}
        effects = Effects(self.vocabulary, self.problems, bound, names)
        moves = [*effects.moves(rule.moves, optional=False),
                 *effects.moves(rule.also, optional=True)]
        guard = effects.guards(moves)
        for formula in rule.when:
            guard += self.conjuncts(formula, names)
        for move, place in moves:
            effects.move(move, place)
        for assignment in rule.sets:
            effects.assign(assignment)
        writes = Writes(effects, rule)
        written = entries(effects, rule, moves, writes)
        guard = writes.guard + guard
        lost = lose_power(effects, rule)
        if BROKEN in names.values():
            return None
        return RuleInstance(
            index, rule, _arguments(bound), given,
            tuple(c for c in guard if c.term is not terms.TRUE),
            (*(m for m, _ in moves), *writes.moves(), *lost.moves),
            effects.updates, tuple(effects.obligations), written, lost.machines)


def _arguments(bound: Mapping[str, Typed]) -> tuple[Argument, ...]:
    return tuple(Argument(name, typed.sort, typed.term) for name, typed in bound.items())
