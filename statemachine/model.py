"""What a model file said: sorts, tables, machine templates and rules, frozen.

Rules are kept as they were written (one rule with its columns); `statemachine.system` makes the
ground transition system of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from twinrom.statemachine.sorts import BOOL, Sort

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinrom.statemachine.expression.formula import Formula
    from twinrom.statemachine.source.changes import PolicyChange
    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.source.places import Place

Column: TypeAlias = tuple[tuple[str, "str | int | bool"], ...]

STATE = "state"
ONLY_STATE = "present"
ALL_POWER = ("off",)
ACTORS = {
    "operator": "environment", "host": "environment", "fault": "environment",
    "controller": "automatic",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A yes/no matrix over sorts; `allow` lists its rows, None means every choice is checked."""

    name: str
    of: tuple[Sort, ...]
    allow: frozenset[tuple[int, ...]] | None


@dataclass(frozen=True)
class Template:
    """A machine template with its instances.

    What is not `persistent` is volatile: without power a variable has the value of its formula in
    `unpowered`, and a machine that does not keep its state moves as `off` says. A write that power
    interrupts leaves the value in `torn_values`, and the state `torn`. In `initials`, `unpowered`
    and `torn_values` the word `this` is the machine. `ranged` is how the instances are spelled
    when they are numbered: `s1..s3`. Variables in `own` name a part of their own machine.
    """

    name: str
    instances: tuple[str, ...]
    states: tuple[str, ...]
    initial: tuple[str, ...]
    variables: Mapping[str, Sort]
    persistent: tuple[str, ...]
    torn: str | None
    place: Place = field(repr=False, compare=False)
    keeps_state: bool = True
    off: Move | None = None
    initials: Mapping[str, Formula] = field(default_factory=dict)
    unpowered: Mapping[str, Formula] = field(default_factory=dict)
    torn_values: Mapping[str, Formula] = field(default_factory=dict)
    ranged: str | None = None
    own: frozenset[str] = frozenset()

    @cached_property
    def state_sort(self) -> Sort:
        """Return the states as a sort."""
        return Sort(f"state of {self.name}", 0, len(self.states) - 1, self.states)


class MoveSpans(NamedTuple):
    """Where the words of a move stand in its string."""

    target: Span
    sources: tuple[Span, ...]
    destination: Span


@dataclass(frozen=True)
class Move:
    """`target: sources -> destination`; `sources` is None for any state."""

    target: str
    sources: tuple[str, ...] | None
    destination: str
    place: Place = field(repr=False, compare=False)
    spans: MoveSpans = field(repr=False, compare=False)

    def named(self) -> Iterator[tuple[str, Span]]:
        """Yield the states that it names, each with its place in the string."""
        if self.sources is not None:
            yield from zip(self.sources, self.spans.sources, strict=False)  # a mutant has others
        yield self.destination, self.spans.destination

    def __str__(self) -> str:
        sources = "*" if self.sources is None else ", ".join(self.sources)
        return f"{self.target}: {sources} -> {self.destination}"


@dataclass(frozen=True)
class Assignment:
    """`owner.name = value`; `span` says where the words before the `=` stand in the string."""

    owner: str
    name: str
    value: Formula
    place: Place = field(repr=False, compare=False)
    span: Span = field(repr=False, compare=False)

    @property
    def target(self) -> str:
        """Return what is assigned to, as it is written."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    def __str__(self) -> str:
        return f"{self.target} = {self.value}"


@dataclass(frozen=True)
class Write:
    """One entry of `writes`: what becomes persistent together."""

    changes: tuple[Move | Assignment, ...]
    listed: bool
    place: Place = field(repr=False, compare=False)

    def __str__(self) -> str:
        return "; ".join(map(str, self.changes))


@dataclass(frozen=True)
class Rule:
    """One way the system can move, as written.

    `power` has the machines and templates that lose power (`ALL_POWER`: all), None means none.
    """

    name: str
    clauses: tuple[str, ...]
    by: str
    event: str
    columns: tuple[Column, ...]
    given: Mapping[str, Sort]
    moves: tuple[Move, ...]
    also: tuple[Move, ...]
    when: tuple[Formula, ...]
    sets: tuple[Assignment, ...]
    says: str | None
    kind: str
    atomic: str | None
    nondeterministic: bool
    place: Place = field(repr=False, compare=False)
    writes: tuple[Write, ...] = ()
    power: tuple[str, ...] | None = None
    cuts: bool = False

    @property
    def all_moves(self) -> tuple[Move, ...]:
        """Return `moves` and `also`, and the moves among its writes."""
        return (*self.moves, *self.also, *(c for c in self._written() if isinstance(c, Move)))

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Return `sets`, and the assignments among its writes."""
        return (*self.sets, *(c for c in self._written() if isinstance(c, Assignment)))

    def _written(self) -> tuple[Move | Assignment, ...]:
        return tuple(change for write in self.writes for change in write.changes)


@dataclass(frozen=True)
class Event:
    """A declared event; `can_happen` is empty when it has no duty to be answered."""

    name: str
    columns: tuple[Column, ...]
    can_happen: tuple[Formula, ...]
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True)
class KnownRun:
    """A run that is known to be `possible`, or not to be; `script` has its events as written."""

    name: str
    script: tuple[str, ...]
    possible: bool
    says: str | None
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True)
class Definition:
    """A named expression, expanded in place; `replaced` if its body is not that of the file."""

    name: str
    parameters: tuple[str, ...]
    body: Formula
    replaced: bool = False


@dataclass(frozen=True, eq=False)
class Model:
    """A policy, checked: every name resolves and every expression has a sort.

    Identity is equality, so that its transition system is made once (`grounding.ground`).

    An overlay has the name of its `base`, its `changes`, and what it makes of the fault `budget`.
    `written` is what its files say together; `runs` are told of the sizes in them.
    """

    name: str
    title: str
    source: str | None
    sorts: Mapping[str, Sort]
    tables: Mapping[str, Table]
    templates: Mapping[str, Template]
    init: tuple[Formula, ...]
    actors: Mapping[str, str]
    definitions: Mapping[str, Definition]
    rules: Mapping[str, Rule]
    events: Mapping[str, Event]
    place: Place = field(repr=False, compare=False)
    base: str | None = None
    changes: tuple[PolicyChange, ...] = ()
    budget: Mapping[str, int | None] = field(default_factory=dict)
    written: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    absent: Mapping[str, Sort] = field(default_factory=dict, repr=False, compare=False)
    runs: Mapping[str, KnownRun] = field(default_factory=dict)

    @cached_property
    def machines(self) -> dict[str, Template]:
        """Return every machine with its template, in the order of the file."""
        return {name: t for t in self.templates.values() for name in t.instances}

    @property
    def sizes(self) -> dict[str, str]:
        """Return what can be chosen from outside, as a file spells it.

        These are the values of sorts, the machines of templates that are ranges, and the
        definitions that were replaced.
        """
        return {
            **{s.name: s.range_text() for s in self.sorts.values()},
            **{t.name: t.ranged for t in self.templates.values() if t.ranged is not None},
            **{d.name: str(d.body) for d in self.definitions.values() if d.replaced},
        }

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the files the model was read from, the main one first."""
        return tuple(document.path for document in self.place.documents)

    def automatic(self, rule: Rule) -> bool:
        """Say whether the rule happens by itself (weakly fair) rather than by the environment."""
        return self.actors[rule.by] == "automatic"

    @property
    def loses_power(self) -> bool:
        """Say whether a rule speaks of power or of cuts, so that the order of writes matters."""
        return any(r.power is not None or r.cuts for r in self.rules.values())

    def event_names(self) -> list[str]:
        """Return the names of all events and rules."""
        return sorted({r.event for r in self.rules.values()} | set(self.rules) | set(self.events))


def all_sorts(model: Model) -> dict[str, Sort]:
    """Return the declared sorts, `bool`, and one sort per template."""
    templates = {t.name: instance_sort(t.name, t.instances) for t in model.templates.values()}
    return {**model.sorts, "bool": BOOL, **templates}


def instance_sort(name: str, instances: tuple[str, ...]) -> Sort:
    """Return the sort whose values are the instances of the template `name`."""
    return Sort(name, 0, len(instances) - 1, instances, template=True)
