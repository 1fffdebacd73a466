"""What a rule does to the state: its moves and assignments as updates of variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.statemachine import terms
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
    from collections.abc import Iterator, Mapping

    from twinrom.statemachine.expression.formula import Formula
    from twinrom.statemachine.meaning.scope import Vocabulary
    from twinrom.statemachine.model import Assignment, Model, Move
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.source.places import Place, Problems
    from twinrom.statemachine.terms import Term


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
        self.obligations: list[Obligation] = []

    def moves(self, written: tuple[Move, ...], *, optional: bool) -> list[tuple[GroundMove, Place]]:
        """Return the moves of single machines, noting what they name and there is not."""
        found = []
        for move in written:
            unknown = False
            for machine in self.targets(move.target, move.spans.target, move.place):
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
                        index(move.destination), optional, move.target), move.place))
        return found

    def targets(self, path: str, span: Span | None, place: Place) -> list[str]:
        """Return the machines that a target names: one machine, or all of a template."""
        head, _, rest = path.partition(".")
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
            return [path]
        if path in self.model.templates:
            return list(self.model.templates[path].instances)
        if not (self.vocabulary.forgiven(head) or self.vocabulary.forgiven(path)):
            known = [*self.model.machines, *self.model.templates, *self.bound]
            self.problems.add(place.problem(f"unknown machine `{path}`", did_you_mean(path, known),
                                            span=span))
        return []

    def possible(self, move: GroundMove) -> Conjunct:
        """Return the part of the guard that the machine is in one of the move's sources."""
        variable = self.variables[move.machine]
        if move.sources is None:
            return Conjunct(f"{variable.name} exists", terms.TRUE)
        names = [variable.sort.text(code) for code in move.sources]
        several = f"{variable.name} in ({', '.join(names)})"
        text = f"{variable.name} is {names[0]}" if len(names) == 1 else several
        return Conjunct(text, move.able(variable.term()))

    def move(self, move: GroundMove, place: Place) -> None:
        """Add a move to the updates."""
        variable = self.variables[move.machine]
        before = self.updates.get(move.machine, variable.term())
        target = terms.constant(move.destination)
        fixed = before.operator == "constant" or not _keeps(before, variable, move)
        if move.machine in self.updates and (fixed or not move.optional):
            self.problems.add(place.problem(
                f"this moves `{variable.name}` a second time",
                "one step moves a machine once" if not move.optional else
                "its sources must differ from those of the other moves"))
        overlap = self.possible(move).term
        self.places.setdefault(move.machine, place)
        self.updates[move.machine] = (
            terms.choose(overlap, target, before) if move.optional else target)

    def assign(self, assignment: Assignment) -> None:
        """Add an assignment to the updates."""
        for variable, value in self.values(assignment):
            self.update(variable, value, assignment.place, assignment.span)

    def update(self, variable: Variable, value: Term, place: Place, span: Span | None) -> None:
        """Add the new value of a variable to the updates."""
        if variable.index in self.updates:
            does, one = ("moves", "moves a machine") if variable.machine else (
                "sets", "sets a variable")
            self.problems.add(place.problem(f"this {does} `{variable.name}` a second time",
                                            f"one step {one} once", span=span))
        self.places.setdefault(variable.index, place)
        self.updates[variable.index] = value

    def values(self, assignment: Assignment) -> Iterator[tuple[Variable, Term]]:
        """Yield each variable that is assigned to with its value, noting what it must keep to."""
        place = assignment.place
        owner, name, span = assignment.owner, assignment.name, assignment.span
        if not owner:
            machine = name in self.model.machines or name in self.model.templates or (
                name in self.names and self.names[name].machine)
            hint = f"`moves` changes the state of `{name}`" if machine else (
                "write `machine.variable = expression`")
            self.problems.add(place.problem(f"`{name}` is not a variable", hint, span=span))
            return
        for machine in self.targets(owner, (span[0], span[0] + len(owner)), place):
            variable = self.vocabulary.variables.get(f"{machine}.{name}")
            if variable is None or variable.machine:
                self._no_variable(machine, assignment)
                continue
            try:
                value = self._assigned(assignment.value, assignment.target, variable.sort,
                                       self.names)
            except ResolveError as error:
                self.problems.extend(error.problems)
                continue
            self._oblige(str(assignment), assignment.value, variable, value)
            yield variable, value.term

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
        """Note that the value has to be in the variable's sort, where that is not plain."""
        fits = in_sort(typed, variable.sort)
        if fits is terms.FALSE:
            self.problems.add(value.problem(
                f"`{value}` is never in {variable.sort.describe()}", value.expr.span))
        elif fits is not terms.TRUE:
            self.obligations.append(Obligation(text, fits, value.place))

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


def _keeps(before: Term, variable: Variable, move: GroundMove) -> bool:
    """Say whether an earlier optional move leaves every source of `move` alone."""
    if move.sources is None:
        return False
    for code in move.sources:

        def here(term: Term, code: int = code) -> Term | None:
            return terms.constant(code) if term is variable.term() else None

        values = terms.rebuild(before, here, {})
        if values is not terms.constant(code):
            return False
    return True
