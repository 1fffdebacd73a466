"""The transition system of a model: variables, initial states, ground rules, implicit frame.

This is the one meaning that every reader shares: the running machines, the search and the solver.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from twinrom.statemachine import terms
from twinrom.statemachine.source.diagnostics import InputError
from twinrom.statemachine.tables import TableChoices, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.statemachine.model import Event, Model, Rule, Table
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.source.places import Place
    from twinrom.statemachine.terms import Term

MAX_INITIAL = 200_000
MAX_LOOKED_AT = 2_000_000


@dataclass(frozen=True)
class Variable:
    """A component of the state; `owner` is the machine that it belongs to, or is the state of."""

    index: int
    name: str
    sort: Sort
    owner: str | None = None
    role: str = "model"

    @cached_property
    def machine(self) -> str | None:
        """Return the machine whose state this is; None for any other variable."""
        return self.owner if self.owner == self.name else None

    @property
    def own_name(self) -> str:
        """Return the name without the owner's: `version` of `A.version`."""
        owned = self.owner is not None and self.machine is None
        return self.name.removeprefix(f"{self.owner}.") if owned else self.name

    def term(self) -> Term:
        """Return the variable as a term."""
        sort = self.sort
        return terms.variable(self.index, sort.low, sort.high, boolean=sort.boolean)

    def later(self) -> Term:
        """Return the variable in the state after the step, as a term."""
        sort = self.sort
        return terms.after(self.index, sort.low, sort.high, boolean=sort.boolean)


@dataclass(frozen=True)
class Argument:
    """A named argument of a rule instance: fixed by its column, or chosen with the payload."""

    name: str
    sort: Sort
    term: Term


@dataclass(frozen=True)
class Conjunct:
    """A part of a guard: its text, with the column's names filled in, and its meaning."""

    text: str
    term: Term


@dataclass(frozen=True)
class Obligation:
    """What must hold wherever a rule is enabled, or the model is wrong: `text` does what it says.

    By default it assigns a value that is not in the sort.
    """

    text: str
    term: Term
    place: Place = field(repr=False, compare=False)
    wrong: str = "leaves the sort of its variable"

    def __str__(self) -> str:
        return f"`{self.text}` {self.wrong}"


@dataclass(frozen=True)
class GroundMove:
    """A move of one machine (the index of its variable); `optional` when it stays if it cannot.

    `target` is what the file writes the move for: a machine, a name of `each`, or a template. A
    move through a reference is one for each machine that may be meant, `where` it is meant.
    """

    machine: int
    sources: tuple[int, ...] | None
    destination: int
    optional: bool
    target: str
    where: Term = terms.TRUE

    @property
    def required(self) -> bool:
        """Say whether the step cannot happen without this move."""
        return not self.optional and self.where is terms.TRUE

    def able(self, machine: Term) -> Term:
        """Return where `machine`, a term of its state, is meant and in one of the sources."""
        if self.sources is None:
            return self.where
        return terms.conjunction([self.where, terms.disjunction(
            terms.equal(machine, terms.constant(code)) for code in self.sources)])


@dataclass(frozen=True)
class Entry:
    """A write of a rule, the new values of what it writes; all terms read the state before.

    `torn` is what there is of these values instead when power fails within the write; empty if it
    is all or nothing. `places` say where the new values are written. What is written through a
    reference is written `where` it is meant, and some of it is torn where `tears` holds.
    """

    values: Mapping[int, Term]
    torn: Mapping[int, Term]
    places: Mapping[int, Place] = field(repr=False, compare=False)
    where: Mapping[int, Term] = field(default_factory=dict)
    tears: Term = terms.TRUE


@dataclass(frozen=True)
class CutPoint:
    """Where a fault interrupts a rule: after `written` of its `total` writes, or within the next.

    `own` are the names of the fault's own arguments; `words` are those that say where it is.
    """

    rule: Rule
    written: int
    total: int
    torn: bool
    own: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def told(self, fault: Rule, arguments: Mapping[str, str]) -> str:
        """Return what happens in words, with what is known of the arguments of the rule."""
        fails = "power fails" if fault.power is not None else f"`{fault.event}` comes"
        number = self.written + self.torn
        where = f"write {number} of {self.total}" if self.total > 1 else "the write"
        known = {n: v for n, v in arguments.items() if n not in (*self.own, *self.words)}
        rule = called(self.rule.name, known)
        return f"{fails} {'within' if self.torn else 'after'} {where} of `{rule}`"


def called(name: str, arguments: Mapping[str, str]) -> str:
    """Return an event with its arguments: `plug(this=A, version=1)`."""
    inner = ", ".join(f"{key}={value}" for key, value in arguments.items())
    return f"{name}({inner})" if inner else name


@dataclass(frozen=True, eq=False)
class RuleInstance:
    """A rule with one column of its `each`; the payload is still open. Identity is equality.

    `updates` gives the new value of each variable that is named; all others keep theirs.
    `obligations` must hold wherever the guard does: each assigned value is in its sort.
    `entries` are its writes in their order, if power can fail between them; `powerless` are the
    machines whose power it takes. A `cut` is a step of the fault `rule` that interrupts another.
    """

    index: int
    rule: Rule
    arguments: tuple[Argument, ...]
    given: tuple[Argument, ...]
    conjuncts: tuple[Conjunct, ...]
    moves: tuple[GroundMove, ...]
    updates: Mapping[int, Term]
    obligations: tuple[Obligation, ...] = ()
    entries: tuple[Entry, ...] = ()
    powerless: frozenset[str] = frozenset()
    cut: CutPoint | None = None

    @property
    def says(self) -> str | None:
        """Return what happens in words, if anybody said it."""
        if self.cut is None:
            return self.rule.says
        return self.cut.told(self.rule, {a.name: a.sort.text(a.term.low) for a in self.arguments})

    @cached_property
    def guard(self) -> Term:
        """Return the whole guard."""
        return terms.conjunction(c.term for c in self.conjuncts)

    @cached_property
    def name(self) -> str:
        """Return the rule's name with its column: `hot_plug[this=A]`."""
        inner = ", ".join(f"{a.name}={a.sort.text(a.term.low)}" for a in self.arguments)
        return f"{self.rule.name}[{inner}]" if inner else self.rule.name

    def payloads(self) -> Iterator[tuple[int, ...]]:
        """Return every payload, as one code for each name in `given`."""
        yield from _product([a.sort.codes() for a in self.given])


class State(NamedTuple):
    """One state: the value of every variable, and which table choice was made at the start."""

    values: tuple[int, ...]
    tables: int


class Step(NamedTuple):
    """A rule instance and the payload it happens with."""

    instance: RuleInstance
    payload: tuple[int, ...]

    def given(self) -> dict[str, int]:
        """Return the payload by name."""
        return {a.name: code for a, code in zip(self.instance.given, self.payload, strict=True)}

    def arguments(self) -> dict[str, str]:
        """Return all arguments as text, the column's first."""
        fixed = {a.name: a.sort.text(a.term.low) for a in self.instance.arguments}
        chosen = zip(self.instance.given, self.payload, strict=True)
        return fixed | {a.name: a.sort.text(code) for a, code in chosen}

    @property
    def event(self) -> str:
        """Return the event an observer sees."""
        return self.instance.rule.event

    @property
    def told(self) -> str:
        """Return what happens as a story tells it: of a cut, what it interrupts."""
        cut, arguments = self.instance.cut, self.arguments()
        if cut is None:
            return str(self)
        event = called(self.event, {n: v for n, v in arguments.items() if n in cut.own})
        return f"{event}: {cut.told(self.instance.rule, arguments)}"

    def __str__(self) -> str:
        return called(self.event, self.arguments())


@dataclass(frozen=True)
class Duty:
    """Where `when` holds, some instance of the declared event must be enabled."""

    event: Event
    arguments: tuple[Argument, ...]
    when: Term


@dataclass(frozen=True)
class TransitionSystem:
    """Variables, initial condition and ground rules; immutable, extended by copying."""

    model: Model
    variables: tuple[Variable, ...]
    init: tuple[Conjunct, ...]
    instances: tuple[RuleInstance, ...]
    duties: tuple[Duty, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> dict[str, Variable]:
        """Return the variables by name."""
        return {v.name: v for v in self.variables}

    @cached_property
    def written(self) -> tuple[RuleInstance, ...]:
        """Return the instances of the rules as they are written: all but the cuts."""
        return tuple(i for i in self.instances if i.cut is None)

    @cached_property
    def environment(self) -> frozenset[int]:
        """Return the indices of the instances that do not happen by themselves, faults included."""
        return frozenset(i.index for i in self.instances if not self.model.automatic(i.rule))

    @cached_property
    def kinds(self) -> tuple[int, ...]:
        """Return which kinds of rules there are: 0 for automatic ones, 1 for the environment's."""
        return tuple(sorted({int(i.index in self.environment) for i in self.instances}))

    @cached_property
    def pinned(self) -> dict[int, int]:
        """Return the variables that have one value at the start, with it, as far as that is plain.

        A truth value is 0 or 1.
        """
        found: dict[int, int] = {}
        for term in terms.separated(conjunct.term for conjunct in self.init):
            match term.operator, term.arguments:
                case "variable", _:
                    found[term.value] = 1
                case "not", (inner,) if inner.operator == "variable":
                    found[inner.value] = 0
                case "equal", (a, b):
                    for one, other in ((a, b), (b, a)):
                        if one.operator == "variable" and other.operator == "constant":
                            found[one.value] = other.value
        return found

    @cached_property
    def unmoved(self) -> tuple[str, ...]:
        """Return the machines of several states that no rule takes out of the one they are in."""
        moved = {index for i in self.instances for index, term in i.updates.items()
                 if term is not self.variables[index].term()}
        return tuple(v.name for v in self.variables
                     if v.machine and v.sort.size > 1 and v.index not in moved)

    @cached_property
    def choices(self) -> TableChoices:
        """Return the table choices."""
        return TableChoices(self.tables)

    def entry(self, tables: int) -> TableChoices.Entry:
        """Return the look-up function of one table choice."""
        return self.choices.entry(tables)

    def initial(self) -> Iterator[State]:
        """Return every initial state, with every table choice."""
        for values, family in self.initial_families():
            for choice in self.choices.members(family):
                yield State(values, choice)

    def initial_families(self) -> Iterator[tuple[tuple[int, ...], int]]:
        """Return the initial values with the family of table choices for which they are initial."""
        by_last: dict[int, list[Term]] = {}
        for part in terms.separated(c.term for c in self.init):
            by_last.setdefault(max(terms.variables([part]), default=-1), []).append(part)
        families = self._extend_initial([], self.choices.everything, by_last, itertools.count())
        for count, found in enumerate(families, 1):
            if found is None or count > MAX_INITIAL:
                place = self.model.place.at("init")
                hint = "pin variables down in `[init] require`"
                text = "the initial states are too many to enumerate"
                raise TooLargeError([place.problem(text, hint, at_key=True)])
            yield found

    def _extend_initial(
        self,
        values: list[int],
        family: int,
        by_last: dict[int, list[Term]],
        looked_at: Iterator[int],
    ) -> Iterator[tuple[tuple[int, ...], int] | None]:
        """Yield initial states that begin with `values`; None once too much was looked at."""
        if next(looked_at) > MAX_LOOKED_AT:
            yield None
            return
        for term in by_last.get(len(values) - 1, ()):
            for part, holds in self.choices.split(term, family, values, (), {}):
                if not holds:
                    family &= ~part
        if not family:
            return
        if len(values) == len(self.variables):
            yield tuple(values), family
            return
        for code in self.variables[len(values)].sort.codes():
            yield from self._extend_initial([*values, code], family, by_last, looked_at)

    def enabled(self, state: State) -> Iterator[Step]:
        """Return every step that can happen in `state`, in the order of the file."""
        entry = self.entry(state.tables)
        for instance in self.instances:
            for chosen in instance.payloads():
                step = Step(instance, chosen)
                if terms.evaluate(instance.guard, state.values, (), step.given(), entry):
                    yield step

    def after(self, state: State, step: Step) -> State:
        """Return the state after `step`, which must be enabled; `InputError` when out of range."""
        given, entry = step.given(), self.entry(state.tables)
        for duty in step.instance.obligations:
            if not terms.evaluate(duty.term, state.values, (), given, entry):
                raise self.out_of_range(step, duty, state)
        values = list(state.values)
        for index, term in step.instance.updates.items():
            values[index] = terms.evaluate(term, state.values, (), given, entry)
        return State(tuple(values), state.tables)

    def successors(self, state: State) -> Iterator[tuple[Step, State]]:
        """Return every step with the state after it."""
        for step in self.enabled(state):
            yield step, self.after(state, step)

    def out_of_range(self, step: Step, duty: Obligation, state: State) -> InputError:
        """Return the error for what a rule must not do, above all leave a variable's sort."""
        return InputError(
            [
                duty.place.problem(
                    str(duty),
                    f"at `{step}` in the state {self.text(state.values)}",
                )
            ]
        )

    def text(self, values: Sequence[int]) -> str:
        """Return a state on one line, machines with their variables in the order of the file."""
        return ", ".join(
            f"{v.name}={v.sort.text(c)}"
            for v, c in zip(self.variables, values, strict=True)
            if v.role == "model"
        )

    def changed(self, before: State, after: State) -> Iterator[tuple[Variable, int, int]]:
        """Yield every variable that differs between two states, with its codes in both."""
        for v, a, b in zip(self.variables, before.values, after.values, strict=True):
            if a != b:
                yield v, a, b

    def extended(
        self,
        variables: Sequence[Variable],
        init: Sequence[Conjunct],
        instances: Sequence[RuleInstance],
    ) -> TransitionSystem:
        """Return a copy with more variables and initial conditions, and `instances` instead."""
        return replace(
            self,
            variables=(*self.variables, *variables),
            init=(*self.init, *init),
            instances=tuple(instances),
        )


def _product(ranges: Sequence[range]) -> Iterator[tuple[int, ...]]:
    if not ranges:
        yield ()
        return
    for head in ranges[0]:
        for tail in _product(ranges[1:]):
            yield (head, *tail)
