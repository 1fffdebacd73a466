"""The quotient of the reachable graph: states that agree on chosen variables are one.

The states are found as the search finds them: breadth first, rules by look-up, all table choices
at once. What is kept is what a picture needs: which folds lead to which, by which rules.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinrom.proofs.engines.search.expand import Expander

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinrom.statemachine import TransitionSystem

LOOK_AT_CLOCK = 256


@dataclass
class Folded:
    """A quotient of the reachable graph: each fold has the values of `by`, in the order found.

    `edges` has the indices of the rule instances that lead from one fold to another one; `inside`
    counts the rule instances that have a step within a fold. `stopped` says why not every state
    was seen, None when all were.
    """

    by: tuple[int, ...]
    counts: dict[tuple[int, ...], int] = field(default_factory=dict)
    initial: set[tuple[int, ...]] = field(default_factory=set)
    edges: dict[tuple[tuple[int, ...], tuple[int, ...]], set[int]] = field(default_factory=dict)
    inside: set[int] = field(default_factory=set)
    stopped: str | None = None

    @property
    def states(self) -> int:
        """Return how many states were seen."""
        return sum(self.counts.values())

    def coarser(self, by: Sequence[int]) -> Folded:
        """Return the same states folded by fewer variables, which must be among its own."""
        at = [self.by.index(v) for v in by]

        def fold(values: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(values[i] for i in at)

        found = Folded(tuple(by), inside=set(self.inside), stopped=self.stopped)
        for values, count in self.counts.items():
            found.counts[fold(values)] = found.counts.get(fold(values), 0) + count
        found.initial = {fold(values) for values in self.initial}
        for (source, target), rules in self.edges.items():
            found.note(fold(source), fold(target), rules)
        return found

    def note(self, source: tuple[int, ...], target: tuple[int, ...], rules: set[int]) -> None:
        """Note that these rules lead from one fold to another."""
        if source == target:
            self.inside |= rules
        else:
            self.edges.setdefault((source, target), set()).update(rules)


def fold_reachable(
    system: TransitionSystem, by: Sequence[int], max_states: int, seconds: float
) -> Folded:
    """Return the reachable graph folded by these variables (their indices).

    Stops after `max_states` states or `seconds`, and says so. Raises `InputError` when an
    assignment leaves its sort.
    """
    folding = _Folding(system, by)
    folding.run(max_states, time.monotonic() + seconds)
    return folding.found


class _Folding:
    def __init__(self, system: TransitionSystem, by: Sequence[int]) -> None:
        self.expander = Expander(system)
        self.mask = self.expander.packing.masked(by)
        self.packed: dict[tuple[int, int], set[int]] = {}
        self.found = Folded(tuple(by))

    def run(self, max_states: int, deadline: float) -> None:
        visited: dict[int, int] = {}
        for packed, family in self.expander.initial():
            visited[packed] = visited.get(packed, 0) | family
        self.found.initial = {self.fold(state & self.mask) for state in visited}
        frontier = dict(visited)
        while frontier and self.found.stopped is None:
            frontier = self.layer(frontier, visited, max_states, deadline)
        for state in visited:
            values = self.fold(state & self.mask)
            self.found.counts[values] = self.found.counts.get(values, 0) + 1
        for (source, target), rules in self.packed.items():
            self.found.note(self.fold(source), self.fold(target), rules)

    def layer(
        self, frontier: Mapping[int, int], visited: dict[int, int], most: int, deadline: float
    ) -> dict[int, int]:
        """Return the states that one more step leads to, with the families that are new."""
        new: dict[int, int] = {}
        for count, (state, family) in enumerate(frontier.items()):
            if len(visited) > most:
                self.found.stopped = f"after {most:,} states"
            elif not count % LOOK_AT_CLOCK and time.monotonic() > deadline:
                self.found.stopped = f"after {len(visited):,} states, for time was up"
            if self.found.stopped:
                return {}
            for after, part, instance, _ in self.expander.successors(state):
                both = family & part
                if not both:
                    continue
                ends = (state & self.mask, after & self.mask)
                self.packed.setdefault(ends, set()).add(instance.index)
                fresh = both & ~visited.get(after, 0)
                if fresh:
                    visited[after] = visited.get(after, 0) | fresh
                    new[after] = new.get(after, 0) | fresh
        return new

    def fold(self, packed: int) -> tuple[int, ...]:
        values = self.expander.packing.unpack(packed)
        return tuple(values[i] for i in self.found.by)


