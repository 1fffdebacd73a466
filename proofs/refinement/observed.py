"""A labelled transition system: what an observer sees of steps, for all table choices at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from twinrom.proofs.engines.search.expand import Expander
from twinrom.proofs.spec.observables import Observer
from twinrom.statemachine import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinrom.proofs.spec.observables import Window
    from twinrom.statemachine import TransitionSystem

States: TypeAlias = frozenset[int]
Groups: TypeAlias = dict[States, int]
NOBODY: States = frozenset()


class Seen(NamedTuple):
    """What is seen of a step: the event (None: hidden), and the number of the view after it."""

    event: str | None
    view: int


class ObservedMove(NamedTuple):
    """A step for a family of table choices; `seen` is None where nobody notices it."""

    seen: Seen | None
    after: int
    family: int


class ObservedSystem:
    """The steps of one system; what it has worked out once is looked up."""

    def __init__(self, system: TransitionSystem, window: Window) -> None:
        self.system = system
        self.expander = Expander(system)
        self.packing = self.expander.packing
        self.observer = Observer(system, window)
        self.everything = self.expander.truths.everything
        self.known: dict[int, tuple[ObservedMove, ...]] = {}
        self.answered: dict[States, dict[Seen, Groups]] = {}

    def initial(self) -> Iterator[tuple[int, int]]:
        """Return each initial state with its family."""
        return self.expander.initial()

    def named(self, state: int) -> Iterator[tuple[ObservedMove, Step]]:
        """Yield every step from a state, as it is seen and as it is."""
        here = self.observer.view(state)
        for after, part, instance, payload in self.expander.successors(state):
            event = self.observer.event(instance, payload)
            there = self.observer.view(after)
            seen = None if event is None and there == here else Seen(event, there)
            yield ObservedMove(seen, after, part), Step(instance, payload)

    def moves(self, state: int) -> tuple[ObservedMove, ...]:
        """Return every step from a state as it is seen."""
        found = self.known.get(state)
        if found is None:
            found = self.known[state] = tuple(move for move, _ in self.named(state))
        return found

    def closed(self, states: States, family: int) -> Groups:
        """Return `states` with what unnoticed steps add to them, for which table choices."""
        if not self.observer.hides:
            return {states: family}
        found: Groups = {}
        work = [(states, tuple(states), family)]
        while work:
            reached, todo, choices = work.pop()
            if not todo:
                found[reached] = found.get(reached, 0) | choices
                continue
            *rest, state = todo
            unnoticed = ((m.after, m.family) for m in self.moves(state) if m.seen is None)
            for more, part in joined({reached: choices}, unnoticed).items():
                work.append((more, (*rest, *(more - reached)), part))
        return found

    def answers(self, states: States) -> dict[Seen, Groups]:
        """Return for all that can be seen next from some of `states` where the system then is."""
        found = self.answered.get(states)
        if found is None:
            ways: dict[Seen, list[tuple[int, int]]] = {}
            for state in states:
                for seen, after, part in self.moves(state):
                    if seen is not None:
                        ways.setdefault(seen, []).append((after, part))
            found = self.answered[states] = {
                seen: self.arrived(afters, self.everything) for seen, afters in ways.items()
            }
        return found

    def arrived(self, states: Iterable[tuple[int, int]], family: int) -> Groups:
        """Return the sets that these states (each with its family) make, closed."""
        found: Groups = {}
        for together, part in joined({NOBODY: family}, states).items():
            for closed, own in self.closed(together, part).items():
                found[closed] = found.get(closed, 0) | own
        return found


def joined(groups: Groups, states: Iterable[tuple[int, int]]) -> Groups:
    """Return the groups with each state added for the table choices of its family."""
    for state, part in states:
        following: Groups = {}
        for others, family in groups.items():
            inside, outside = family & part, family & ~part
            if inside:
                more = others | {state}
                following[more] = following.get(more, 0) | inside
            if outside:
                following[others] = following.get(others, 0) | outside
        groups = following
    return groups
