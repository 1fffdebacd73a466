"""A question: a system with observers and budgets, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from twinrom.proofs.spec.symmetry import symmetric
from twinrom.statemachine import Conjunct, Model, Runtime, TransitionSystem, terms

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from twinrom.proofs.spec.reads import Mention
    from twinrom.proofs.spec.spec import Property, Spec
    from twinrom.statemachine import RunFound


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
    sets otherwise than the files, and `runs` those that the model says something of. `ends` says
    where standing still is meant; None: wherever a rule can happen. `no_columns` has not a single
    column of `each` at this size. `reads` are properties of the text, each with those who break
    it; no engine is asked for them.
    """

    model: Model
    spec: Spec
    system: TransitionSystem
    properties: tuple[Property, ...]
    budget: Mapping[str, int | None]
    availability: tuple[Property, ...] = ()
    settings: tuple[Setting, ...] = ()
    ends: tuple[Conjunct, ...] | None = None
    runs: tuple[RunFound, ...] = ()
    no_columns: tuple[str, ...] = ()
    reads: tuple[tuple[Property, tuple[Mention, ...]], ...] = ()
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
    def narrowed(self) -> tuple[str, ...]:
        """Return the open tables of which the initial condition lets only some choices be."""
        read = {leaf.value for leaf in terms.leaves(c.term for c in self.system.init)
                if leaf.operator == "table"}
        tables = self.model.tables.items()
        return tuple(name for name, t in tables if t.allow is None and name in read)

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
