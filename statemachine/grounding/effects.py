"""What a rule does to the state: its moves and assignments as updates of variables."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from twinrom.statemachine import terms
from twinrom.statemachine.expression import syntax as e
from twinrom.statemachine.expression.formula import Formula
from twinrom.statemachine.grounding.moves import at_state
from twinrom.statemachine.meaning.references import machines_of
from twinrom.statemachine.meaning.resolve import Resolver
from twinrom.statemachine.meaning.scope import (
    BROKEN,
    ResolveError,
    Typed,
    check_known,
    in_sort,
    kind_of,
)
from twinrom.statemachine.source.diagnostics import did_you_mean
from twinrom.statemachine.system import Conjunct, GroundMove, Obligation, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.statemachine.meaning.scope import Vocabulary
    from twinrom.statemachine.model import Assignment, Model, Move
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.source.diagnostics import Problem
    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.source.places import Place, Problems
    from twinrom.statemachine.terms import Term


NOTHING = "assigns nothing"


class Meant(NamedTuple):
    """A machine that a path may mean, and where it means that."""

    machine: str
    where: Term


class Effects:
    """The updates and obligations of one rule instance, as its moves and assignments come in."""

    def __init__(self, vocabulary: Vocabulary, problems: Problems, bound: Mapping[str, Typed],
                 names: Mapping[str, Typed]) -> None:
        self.vocabulary, self.problems = vocabulary, problems
        self.model: Model = vocabulary.model
        self.bound, self.names = bound, names
        self.variables = list(vocabulary.variables.values())
        self.updates: dict[int, Term] = {}
        self.places: dict[int, Place] = {}
        self.changes: dict[int, list[tuple[Term, Term]]] = {}  # where meant, where it takes effect
        self.through: dict[int, dict[str, Term]] = {}  # what may be meant by a reference, and where
        self.obligations: list[Obligation] = []

    def moves(self, written: tuple[Move, ...], *, optional: bool) -> list[tuple[GroundMove, Place]]:
        """Return the moves of single machines, noting what they name and there is not."""
        found = []
        for move in written:
            unknown = False
            for machine, where in self.targets(move.target, move.spans.target, move.place):
                template = self.model.machines[machine]
                for state, span in move.named():
                    if state in template.states:
                        continue
                    unknown = True
                    if not self.vocabulary.may_have(template):
                        self.problems.add(move.place.problem(
                            f"`{template.name}` has no state `{state}`",
                            did_you_mean(state, template.states), span=span))
                if not unknown:
                    index = template.states.index
                    sources = tuple(map(index, move.sources)) if move.sources is not None else None
                    found.append((GroundMove(
                        self.vocabulary.variables[machine].index, sources,
                        index(move.destination), optional, move.target, where), move.place))
        return found

    def targets(self, path: str, span: Span | None, place: Place) -> list[Meant]:
        """Return the machines that a target names: one machine, or all of a template.

        A path through a variable means one of several.
        """
        written, (head, _, rest) = path, path.partition(".")
        if head in self.names:
            typed = self.names[head]
            if typed is BROKEN:
                return []
            if not typed.machine:
                self.problems.add(place.problem(
                    f"`{head}` is not a machine but {kind_of(typed.sort)}", span=span))
                return []
            path = ".".join(p for p in (typed.machine, rest) if p)
        if path in self.model.machines:
            return [Meant(path, terms.TRUE)]
        if path in self.model.templates:
            return [Meant(m, terms.TRUE) for m in self.model.templates[path].instances]
        starts = [".".join(path.split(".")[:end]) for end in range(2, path.count(".") + 2)]
        variables = [v for v in map(self.vocabulary.variables.get, starts) if v is not None]
        if head in self.vocabulary.definitions or any(v.sort.template for v in variables):
            return self._behind(written, span or (0, len(written)), place)
        if not (self.vocabulary.forgiven(head) or self.vocabulary.forgiven(path)):
            known = [*self.model.machines, *self.model.templates, *self.bound]
            self.problems.add(place.problem(f"unknown machine `{path}`", did_you_mean(path, known),
                                            span=span))
        return []

    def _behind(self, path: str, span: Span, place: Place) -> list[Meant]:
        """Return the machines that a path through a variable may mean."""
        node = e.Name(tuple(path.split(".")), span)
        try:
            typed = Resolver(self.vocabulary, Formula(node, place), self.names).value(node)
        except ResolveError as error:
            self.problems.extend(error.problems)
            return []
        if not typed.sort.template:
            self.problems.add(place.problem(
                f"`{path}` is not a machine but {kind_of(typed.sort)}", span=span))
            return []
        return [Meant(machine, terms.conjunction([typed.defined, where]))
                for where, machine in machines_of(typed, self.vocabulary)]

    def guards(self, moves: Sequence[tuple[GroundMove, Place]]) -> list[Conjunct]:
        """Return the parts of the guard that all that must move can; through nothing, none can."""
        found: list[Conjunct] = []
        for _, written in groupby(moves, lambda made: made[1]):
            group = [move for move, _ in written if not move.optional]
            if any(move.where is not terms.TRUE for move in group):
                found.append(self.possible(*group))
            else:
                found += map(self.possible, group)
        return found

    def possible(self, move: GroundMove, *others: GroundMove) -> Conjunct:
        """Return that the machine (the one that is meant) is in one of the move's sources."""
        variable = self.variables[move.machine]
        head, *rest = move.target.split(".")
        bound = self.names[head].machine if head in self.names else head
        name = variable.name if move.where is terms.TRUE else ".".join([str(bound), *rest])
        term = terms.disjunction(m.able(self.variables[m.machine].term()) for m in (move, *others))
        if move.sources is None:
            return Conjunct(f"{name} exists", term)
        names = [variable.sort.text(code) for code in move.sources]
        several = f"{name} in ({', '.join(names)})"
        return Conjunct(f"{name} is {names[0]}" if len(names) == 1 else several, term)

    def move(self, move: GroundMove, place: Place) -> None:
        """Add a move to the updates."""
        variable = self.variables[move.machine]
        before = self.updates.get(move.machine, variable.term())
        target = terms.constant(move.destination)
        hint = "one step moves a machine once" if not move.optional else (
            "its sources must differ from those of the other moves")
        problem = place.problem(f"this moves `{variable.name}` a second time", hint)
        applies = move.able(variable.term()) if move.optional else move.where
        self._once(variable, (move.where, applies), problem, place)
        earlier = self.changes.setdefault(move.machine, [])
        earlier.append((move.where, applies))
        if move.where is not terms.TRUE:
            self.through.setdefault(move.machine, {})[move.target] = move.where
        self.places.setdefault(move.machine, place)
        self.updates[move.machine] = terms.choose(applies, target, before)

    def _once(self, variable: Variable, change: tuple[Term, Term], problem: Problem,
              place: Place) -> None:
        """Note that nothing is changed twice, under one name or under two."""
        for where, applies in self.changes.get(variable.index, ()):
            both = terms.conjunction([applies, change[1]])
            codes = variable.sort.codes() if variable.machine else ()
            apart = codes and all(at_state(both, variable, c) is terms.FALSE for c in codes)
            if apart or both is terms.FALSE:
                continue
            if where is change[0]:
                self.problems.add(problem)
                return
            self.obligations.append(Obligation(
                variable.name, terms.negation(both), place, "is changed under two names"))

    def assign(self, assignment: Assignment) -> None:
        """Add an assignment to the updates."""
        for variable, value, where in self.values(assignment):
            self.update(variable, value, assignment.place, assignment.span, where)

    def update(self, variable: Variable, value: Term, place: Place, span: Span | None,
               where: Term = terms.TRUE) -> None:
        """Add the new value of a variable, where it is meant, to the updates."""
        does, one = ("moves", "moves a machine") if variable.machine else (
            "sets", "sets a variable")
        self._once(variable, (where, where), place.problem(
            f"this {does} `{variable.name}` a second time", f"one step {one} once", span=span),
            place)
        before = self.updates.get(variable.index, variable.term())
        self.changes.setdefault(variable.index, []).append((where, where))
        self.places.setdefault(variable.index, place)
        self.updates[variable.index] = terms.choose(where, value, before)

    def values(self, assignment: Assignment) -> Iterator[tuple[Variable, Term, Term]]:
        """Yield each variable that is assigned to with its value, noting what it must keep to.

        The last of the three says where it is this variable.
        """
        place = assignment.place
        owner, name, span = assignment.owner, assignment.name, assignment.span
        if not owner:
            machine = name in self.model.machines or name in self.model.templates or (
                name in self.names and self.names[name].machine)
            hint = f"`moves` changes the state of `{name}`" if machine else (
                "write `machine.variable = expression`")
            self.problems.add(place.problem(f"`{name}` is not a variable", hint, span=span))
            return
        targets = self.targets(owner, (span[0], span[0] + len(owner)), place)
        meant = terms.disjunction(where for _, where in targets)
        if targets and meant is not terms.TRUE:
            self.obligations.append(Obligation(str(assignment), meant, place,
                                               "sets a variable of nothing"))
        for machine, where in targets:
            variable = self.vocabulary.variables.get(f"{machine}.{name}")
            through, first = where is not terms.TRUE, machine == targets[0].machine
            if variable is None or variable.machine:
                if first or not through:
                    self._no_variable(machine, assignment)
                continue
            try:
                value = self._assigned(assignment.value, assignment.target, variable.sort,
                                       self.names)
            except ResolveError as error:
                self.problems.extend(error.problems if first or not through else ())
                continue
            if first or not through:
                self._oblige(str(assignment), assignment.value, variable, value)
            self._own(str(assignment), assignment.value, variable, value, where)
            if through:
                self.through.setdefault(variable.index, {})[owner] = where
            yield variable, value.term, where

    def declared(self, formula: Formula, variable: Variable) -> Term | None:
        """Return a value that the declaration of a variable gives it: `this` is the machine."""
        machine = str(variable.owner)
        sort = self.vocabulary.sorts[self.model.machines[machine].name]
        this = {"this": Typed(sort.constant(sort.code(machine) or 0), sort, machine)}
        try:
            value = self._assigned(formula, variable.own_name, variable.sort, this)
        except ResolveError as error:
            self.problems.extend(error.problems)
            return None
        self._oblige(f"{variable.name} = {formula}", formula, variable, value)
        self._own(f"{variable.name} = {formula}", formula, variable, value, terms.TRUE)
        return value.term

    def _no_variable(self, machine: str, assignment: Assignment) -> None:
        name, end = assignment.name, assignment.span[1]
        template = self.model.machines[machine]
        if self.vocabulary.forgiven(f"{template.name}.{name}"):
            return
        hint = did_you_mean(name, template.variables)
        if f"{machine}.{name}" in self.model.machines:
            hint = f"it is a machine: `moves` changes the state of `{assignment.target}`"
        elif name in template.states:
            hint = "it is a state: `moves` changes the state of a machine"
        self.problems.add(assignment.place.problem(
            f"`{template.name}` has no variable `{name}`", hint, span=(end - len(name), end)))

    def _oblige(self, text: str, value: Formula, variable: Variable, typed: Typed) -> None:
        """Note that the value has to be something in the variable's sort, if that is not plain."""
        if in_sort(typed, variable.sort) is terms.FALSE:
            self.problems.add(value.problem(
                f"`{value}` is never in {variable.sort.describe()}", value.expr.span))
        else:
            self.obligations += assigned(text, typed, variable.sort, value.place)

    def _own(self, text: str, value: Formula, variable: Variable, typed: Typed,
             where: Term) -> None:
        """Note that the value has to be a part of the variable's own machine, if that is asked."""
        own = own_part(self.model, variable, typed.term)
        if own is terms.FALSE and where is terms.TRUE:
            self.problems.add(value.problem(
                f"`{value}` is never a part of `{variable.owner}`", value.expr.span))
            return
        inside = terms.disjunction([terms.negation(where), terms.negation(typed.defined), own])
        if inside is not terms.TRUE:
            self.obligations.append(Obligation(text, inside, value.place))

    def _assigned(self, formula: Formula, target: str, sort: Sort,
                  names: Mapping[str, Typed]) -> Typed:
        typed = Resolver(self.vocabulary, formula, names).value(formula.expr, sort)
        if str(formula) == "none" and not sort.optional:
            declared = f"declare it as `{sort.name}?`" if not sort.boolean else ""
            raise ResolveError(formula.problem(f"`{target}` is never `none`", formula.expr.span,
                                               declared))
        check_known(typed.term, formula, formula.expr.span)
        number = not typed.sort.name and typed.sort.ordered and sort.ordered and not sort.optional
        if typed.sort.name != sort.name and not number:
            raise ResolveError(formula.problem(
                f"`{target}` is {kind_of(sort)}, and `{formula}` is {kind_of(typed.sort)}",
                formula.expr.span))
        return typed


def assigned(text: str, typed: Typed, sort: Sort, place: Place) -> list[Obligation]:
    """Return what a value must be to be assigned: something, and in the sort."""
    inside = terms.disjunction([terms.negation(typed.defined), in_sort(typed, sort)])
    found = [Obligation(text, typed.defined, place, NOTHING), Obligation(text, inside, place)]
    return [duty for duty in found if duty.term is not terms.TRUE]


def own_part(model: Model, variable: Variable, value: Term) -> Term:
    """Return that a value is a part of the machine of a variable that may name no other."""
    owner = str(variable.owner)
    if variable.machine or variable.own_name not in model.machines[owner].own:
        return terms.TRUE
    parts = model.templates[variable.sort.name].instances
    codes = [code for code, part in enumerate(parts) if part.startswith(f"{owner}.")]
    codes += [variable.sort.none] * variable.sort.optional
    return terms.disjunction(terms.equal(value, terms.constant(code)) for code in codes)
