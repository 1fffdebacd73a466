"""What an outside observer sees of a run: events with their arguments, values of variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinrom.statemachine import Packing, Step, did_you_mean, ground

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twinrom.proofs.spec.schema import ObserveShape
    from twinrom.statemachine import (
        Model,
        Place,
        Problems,
        RuleInstance,
        TransitionSystem,
        Variable,
    )


@dataclass(frozen=True)
class Observables:
    """Which events (with which of their arguments) and variables are seen.

    A hidden event may still change what is seen.
    """

    events: Mapping[str, frozenset[str]]
    variables: tuple[str, ...]


def observables(
    old: TransitionSystem, new: TransitionSystem, wanted: ObserveShape | None = None
) -> Observables:
    """Return what is seen of two systems: all events, and the variables that both have.

    An argument is seen where every rule of its event has it, in both. `wanted` chooses some events
    and variables; what it does not speak of stays.
    """
    events: dict[str, frozenset[str]] = {}
    for instance in (*old.instances, *new.instances):
        own = frozenset(a.name for a in (*instance.arguments, *instance.given))
        events[instance.rule.event] = own & events.get(instance.rule.event, own)
    variables: Iterable[Variable] = [
        v for v in new.variables if v.role == "model" and v.name in old.by_name
    ]
    if wanted is not None and wanted.events is not None:
        events = {name: seen for name, seen in events.items() if name in wanted.events}
    if wanted is not None and wanted.variables is not None:
        chosen = set(wanted.variables)
        variables = [v for v in variables if v.name in chosen or v.owner in chosen]
    return Observables(events, tuple(v.name for v in variables))


def check_observed(wanted: ObserveShape, model: Model, place: Place, problems: Problems) -> None:
    """Note every event and variable of an `[observe]` that the model does not have."""
    events = {r.event for r in model.rules.values()} | model.events.keys()
    variables = {v.name for v in ground(model).variables}
    known = {"events": ("event", events), "variables": ("variable or machine", variables)}
    for key, (what, names) in known.items():
        for i, name in enumerate(getattr(wanted, key) or ()):
            if name not in names and not problems.forgiven(name):
                problems.add(
                    place.at(key, i).problem(f"unknown {what} `{name}`", did_you_mean(name, names))
                )


class Window:
    """What can be seen, with a number for every view: the values of all variables seen."""

    def __init__(self, what: Observables) -> None:
        self.what = what
        self.views: dict[tuple[str, ...], int] = {}

    def number(self, view: tuple[str, ...]) -> int:
        """Return the number of a view; equal views of two systems have the same."""
        return self.views.setdefault(view, len(self.views))


class Observer:
    """Sees states and steps of one system; what it has seen once is looked up."""

    def __init__(self, system: TransitionSystem, window: Window) -> None:
        self.window = window
        self.packing = Packing(system.variables)
        self.watched = [system.by_name[name] for name in window.what.variables]
        self.mask = self.packing.masked(v.index for v in self.watched)
        self.hides = any(i.rule.event not in window.what.events for i in system.instances)
        self.views: dict[int, int] = {}
        self.events: dict[tuple[int, tuple[int, ...]], str | None] = {}

    def view(self, packed: int) -> int:
        """Return the number of what is seen of a state."""
        bits = packed & self.mask
        found = self.views.get(bits)
        if found is None:
            found = self.views[bits] = self.window.number(tuple(self.values(packed).values()))
        return found

    def values(self, packed: int) -> dict[str, str]:
        """Return the variables that are seen, with their values as text."""
        values = self.packing.unpack(packed)
        return {v.name: v.sort.text(values[v.index]) for v in self.watched}

    def event(self, instance: RuleInstance, payload: tuple[int, ...]) -> str | None:
        """Return the event with its arguments; None for a hidden event."""
        key = (instance.index, payload)
        if key not in self.events:
            self.events[key] = self._event(Step(instance, payload))
        return self.events[key]

    def _event(self, step: Step) -> str | None:
        shown = self.window.what.events.get(step.event)
        if shown is None:
            return None
        inner = ", ".join(f"{n}={value}" for n, value in step.arguments().items() if n in shown)
        return f"{step.event}({inner})" if inner else step.event
