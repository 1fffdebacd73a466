"""What an outside observer sees of a run: events with their arguments, values of variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from statemachine import Packing, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from statemachine import RuleInstance, TransitionSystem

Seen = tuple[str, ...]


@dataclass(frozen=True)
class Observables:
    """Which events and variables are seen; a hidden event may still change what is seen."""

    events: frozenset[str]
    variables: tuple[str, ...]


def shared(old: TransitionSystem, new: TransitionSystem) -> Observables:
    """Return everything that both systems have: all their events, and the variables of both."""
    events = {i.rule.event for s in (old, new) for i in s.instances}
    names = [v.name for v in new.variables if v.role == "model" and v.name in old.by_name]
    return Observables(frozenset(events), tuple(names))


class Observer:
    """Sees states and steps of one system; what it has seen once is looked up."""

    def __init__(self, system: TransitionSystem, what: Observables) -> None:
        self.system, self.what = system, what
        self.packing = Packing(system.variables)
        self.watched = [system.by_name[name] for name in what.variables]
        self.mask = self.packing.masked(v.index for v in self.watched)
        self.states: dict[int, Seen] = {}
        self.labels: dict[tuple[int, tuple[int, ...]], str | None] = {}

    def state(self, packed: int) -> Seen:
        """Return the values of the variables that are seen, as text."""
        bits = packed & self.mask
        found = self.states.get(bits)
        if found is None:
            values = self.packing.unpack(packed)
            found = tuple(v.sort.text(values[v.index]) for v in self.watched)
            self.states[bits] = found
        return found

    def label(self, instance: RuleInstance, payload: tuple[int, ...]) -> str | None:
        """Return the event with its arguments; None for a hidden event."""
        key = (instance.index, payload)
        if key not in self.labels:
            hidden = instance.rule.event not in self.what.events
            self.labels[key] = None if hidden else str(Step(instance, payload))
        return self.labels[key]


def narrowed(
    what: Observables, events: Collection[str] | None, variables: Collection[str] | None
) -> Observables:
    """Return what is left of the observables when only some are to be seen (None: all)."""
    keep: Callable[[str], bool] = (
        (lambda _: True) if variables is None else lambda name: _chosen(name, variables)
    )
    return Observables(
        what.events if events is None else what.events & frozenset(events),
        tuple(name for name in what.variables if keep(name)),
    )


def _chosen(name: str, wanted: Collection[str]) -> bool:
    """Say whether a variable is wanted, by its own name or with its whole machine."""
    return name in wanted or any(name.startswith(f"{machine}.") for machine in wanted)
