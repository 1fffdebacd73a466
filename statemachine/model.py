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
    from collections.abc import Mapping

    from twinrom.statemachine.expression.formula import Formula
    from twinrom.statemachine.source.changes import PolicyChange
    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.source.places import Place

Column: TypeAlias = tuple[tuple[str, "str | int | bool"], ...]

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
    """A machine template with its instances."""

    name: str
    instances: tuple[str, ...]
    states: tuple[str, ...]
    initial: tuple[str, ...]
    variables: Mapping[str, Sort]
    persistent: tuple[str, ...]
    torn: str | None
    place: Place = field(repr=False, compare=False)

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
class Rule:
    """One way the system can move, as written."""

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


@dataclass(frozen=True)
class Event:
    """A declared event; `can_happen` is empty when it has no duty to be answered."""

    name: str
    columns: tuple[Column, ...]
    can_happen: tuple[Formula, ...]
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True)
class Definition:
    """A named expression, expanded in place."""

    name: str
    parameters: tuple[str, ...]
    body: Formula


@dataclass(frozen=True, eq=False)
class Model:
    """A policy, checked: every name resolves and every expression has a sort.

    Identity is equality, so that its transition system is made once (`grounding.ground`).

    An overlay has the name of its `base`, its `changes`, and what it makes of the fault `budget`.
    `written` is what its files say together.
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

    @cached_property
    def machines(self) -> dict[str, Template]:
        """Return every machine with its template, in the order of the file."""
        return {name: t for t in self.templates.values() for name in t.instances}

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the files the model was read from, the main one first."""
        return tuple(document.path for document in self.place.documents)

    def automatic(self, rule: Rule) -> bool:
        """Say whether the rule happens by itself (weakly fair) rather than by the environment."""
        return self.actors[rule.by] == "automatic"

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
