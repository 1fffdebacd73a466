"""Refinement: whether every behaviour of one system is a behaviour of another.

A behaviour is what an observer sees: values of variables, and between them events with their
arguments. The systems are run side by side; where the same observation can lead to several states
of the other system, all of them are kept (subset construction), so the answer is exact. Table
choices are parameters: both systems have the same one.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from proofs.lookups import RuleLookup, Truths
from proofs.observe import Observables, Observer
from proofs.results import Run
from statemachine import Packing, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofs.observe import Seen
    from statemachine import RuleInstance, TransitionSystem

Pair: TypeAlias = "tuple[int, frozenset[int]]"
Groups: TypeAlias = "dict[frozenset[int], int]"
MAX_PAIRS = 2_000_000
LOOK_AT_CLOCK = 512


@dataclass(frozen=True)
class Inclusion:
    """Whether every behaviour of one system is one of another.

    `run` is a shortest run of the first whose last step (or whose start, when it has none) the
    other cannot match; None: there is none among `pairs` pairs, which are all, unless `stopped`
    says why not.
    """

    run: Run | None
    pairs: int
    stopped: str | None = None

    @property
    def holds(self) -> bool:
        """Say whether it is proved that every behaviour is included."""
        return self.run is None and self.stopped is None


class Mover:
    """The steps of one system as an observer sees them, for all table choices at once."""

    def __init__(self, system: TransitionSystem, what: Observables) -> None:
        self.system = system
        self.packing = Packing(system.variables)
        self.observer = Observer(system, what)
        truths = Truths(system, self.packing)
        self.everything = truths.everything
        self.lookups = [RuleLookup(i, system, self.packing, truths) for i in system.instances]
        self.control = self.packing.masked(v.index for v in system.variables if v.machine)
        self.active: dict[int, list[RuleLookup]] = {}
        self.kept: dict[int, list[tuple[str | None, int, int]]] = {}

    def steps(self, state: int) -> list[tuple[str | None, int, int]]:
        """Return (label, state after, family) of every step from a state."""
        found = self.kept.get(state)
        if found is None:
            found = [(label, after, part) for label, after, part, *_ in self.named(state)]
            self.kept[state] = found
        return found

    def named(
        self, state: int
    ) -> Iterator[tuple[str | None, int, int, RuleInstance, tuple[int, ...]]]:
        """Yield the same, with the rule instance and the payload."""
        control = state & self.control
        lookups = self.active.get(control)
        if lookups is None:
            lookups = self.active[control] = [r for r in self.lookups if r.can_move(control)]
        for lookup in lookups:
            effects = lookup.cache.get(state & lookup.reads) or lookup.fill(state)
            for part, keep, bits, payload, _ in effects:
                label = self.observer.label(lookup.instance, payload)
                yield label, state & keep | bits, part, lookup.instance, payload

    def silent(self, state: int) -> Iterator[tuple[int, int]]:
        """Yield (state after, family) of the steps that nobody sees."""
        here = self.observer.state(state)
        for label, after, part in self.steps(state):
            if label is None and self.observer.state(after) == here:
                yield after, part

    def closed(self, states: frozenset[int], family: int) -> Groups:
        """Return what unseen steps add to `states`, for which table choices."""
        groups: Groups = {states: family}
        todo = list(states)
        seen = set(states)
        while todo:
            for after, part in self.silent(todo.pop()):
                groups = _split(groups, after, part)
                if after not in seen:
                    seen.add(after)
                    todo.append(after)
        return groups


def _split(groups: Groups, state: int, part: int) -> Groups:
    """Return the groups after `state` was added for the table choices of `part`."""
    found: Groups = {}
    for states, family in groups.items():
        inside, outside = family & part, family & ~part
        if inside:
            with_it = states | {state}
            found[with_it] = found.get(with_it, 0) | inside
        if outside:
            found[states] = found.get(states, 0) | outside
    return found


class _Found(Exception):  # noqa: N818 - not an error: the search has ended
    """A difference: the depth, the table choice."""


class Refinement:
    """Runs one system (`left`) beside another (`right`) that has to allow everything it does."""

    def __init__(
        self, left: TransitionSystem, right: TransitionSystem, what: Observables
    ) -> None:
        self.left, self.right = Mover(left, what), Mover(right, what)
        self.same_tables = left.choices.rows == right.choices.rows
        self.seen: dict[int, list[tuple[frozenset[int], int]]] = {}
        self.pairs = 0

    def run(self, deadline: float | None = None, max_pairs: int = MAX_PAIRS) -> Inclusion:
        """Return whether `right` allows every behaviour of `left`."""
        if not self.same_tables:
            return Inclusion(None, 0, "the free tables are not the same")
        try:
            layer = self._start(self.left.everything)
            while layer:
                layer, stopped = self._next(layer, deadline, max_pairs)
                if stopped:
                    return Inclusion(None, self.pairs, stopped)
        except _Found as found:
            return Inclusion(self._told(found.args[0]), self.pairs)
        except TooLargeError as error:
            return Inclusion(None, self.pairs, error.problems[0].message)
        return Inclusion(None, self.pairs)

    def _initial(self, mover: Mover) -> Iterator[tuple[int, int]]:
        for values, family in mover.system.initial_families():
            yield mover.packing.pack(values), family

    def _start(self, choices: int) -> dict[Pair, int]:
        allowed: dict[Seen, list[tuple[int, int]]] = {}
        for state, family in self._initial(self.right):
            allowed.setdefault(self.right.observer.state(state), []).append((state, family))
        layer: dict[Pair, int] = {}
        for state, family in self._initial(self.left):
            groups: Groups = {frozenset(): family & choices}
            for other, part in allowed.get(self.left.observer.state(state), ()):
                groups = _split(groups, other, part)
            self._arrive(layer, state, groups)
        return layer

    def _arrive(self, layer: dict[Pair, int], state: int, groups: Groups) -> None:
        """Note that `left` is in a state and `right` in one of a set; none is a difference."""
        for others, family in groups.items():
            if not family:
                continue
            if not others:
                raise _Found((family & -family).bit_length() - 1)
            for closed, part in self.right.closed(others, family).items():
                fresh = self._fresh(state, closed, part)
                if fresh:
                    layer[state, closed] = layer.get((state, closed), 0) | fresh

    def _fresh(self, state: int, others: frozenset[int], family: int) -> int:
        """Return for which choices this is new: a smaller set seen before says more."""
        known = self.seen.setdefault(state, [])
        for smaller, part in known:
            if smaller <= others:
                family &= ~part
        if family:
            known.append((others, family))
            self.pairs += family.bit_count()
        return family

    def _next(
        self, layer: dict[Pair, int], deadline: float | None, max_pairs: int
    ) -> tuple[dict[Pair, int], str | None]:
        following: dict[Pair, int] = {}
        for count, ((state, others), family) in enumerate(layer.items()):
            if not count % LOOK_AT_CLOCK:
                if deadline is not None and time.monotonic() > deadline:
                    return {}, "out of time"
                if self.pairs > max_pairs:
                    return {}, f"stopped at {self.pairs:,} pairs"
            self._step(following, state, others, family)
        return following, None

    def _step(
        self, following: dict[Pair, int], state: int, others: frozenset[int], family: int
    ) -> None:
        matches: dict[tuple[str | None, Seen], list[tuple[int, int]]] = {}
        for other in others:
            for label, after, part in self.right.steps(other):
                key = (label, self.right.observer.state(after))
                matches.setdefault(key, []).append((after, part))
        here = self.left.observer.state(state)
        for label, after, part in self.left.steps(state):
            both = family & part
            if not both:
                continue
            there = self.left.observer.state(after)
            if label is None and there == here:
                self._arrive(following, after, {others: both})
                continue
            groups: Groups = {frozenset(): both}
            for other, own in matches.get((label, there), ()):
                groups = _split(groups, other, own)
            self._arrive(following, after, groups)

    def _told(self, choice: int) -> Run:
        """Return a shortest run to a difference under one table choice, parents kept this time."""
        again = _Traced(self.left.system, self.right.system, self.left.observer.what)
        again.left, again.right = self.left, self.right
        return again.trace(choice)


class _Traced(Refinement):
    """The same for one table choice, with a parent for every pair."""

    def trace(self, choice: int) -> Run:
        only = 1 << choice
        parents: dict[Pair, tuple[Pair, int, tuple[int, ...]] | None] = {}
        queue: deque[Pair] = deque()
        try:
            layer = self._start(only)
        except _Found:
            return Run(self._lost_start(only), choice, ())
        for pair in layer:
            parents[pair] = None
            queue.append(pair)
        while queue:
            pair = queue.popleft()
            state, others = pair
            for label, after, part, instance, payload in self.left.named(state):
                if not part & only:
                    continue
                following: dict[Pair, int] = {}
                step = (pair, instance.index, payload)
                try:
                    self._one(following, (state, others), (label, after), only)
                except _Found:
                    return self._run(parents, step, choice)
                for fresh in following:
                    parents[fresh] = step
                    queue.append(fresh)
        raise AssertionError("a difference was found before")

    def _one(
        self, following: dict[Pair, int], pair: Pair, move: tuple[str | None, int], only: int
    ) -> None:
        (state, others), (label, after) = pair, move
        there = self.left.observer.state(after)
        if label is None and there == self.left.observer.state(state):
            self._arrive(following, after, {others: only})
            return
        groups: Groups = {frozenset(): only}
        for other in others:
            for own, following_state, part in self.right.steps(other):
                if own == label and self.right.observer.state(following_state) == there:
                    groups = _split(groups, following_state, part)
        self._arrive(following, after, groups)

    def _lost_start(self, only: int) -> tuple[int, ...]:
        allowed = {
            self.right.observer.state(s) for s, family in self._initial(self.right) if family & only
        }
        for state, family in self._initial(self.left):
            if family & only and self.left.observer.state(state) not in allowed:
                return tuple(self.left.packing.unpack(state))
        raise AssertionError("a difference was found before")

    def _run(
        self,
        parents: dict[Pair, tuple[Pair, int, tuple[int, ...]] | None],
        last: tuple[Pair, int, tuple[int, ...]],
        choice: int,
    ) -> Run:
        steps = []
        step: tuple[Pair, int, tuple[int, ...]] | None = last
        pair = last[0]
        while step is not None:
            pair = step[0]
            steps.append((step[1], step[2]))
            step = parents[pair]
        return Run(tuple(self.left.packing.unpack(pair[0])), choice, tuple(reversed(steps)))


def included(
    left: TransitionSystem,
    right: TransitionSystem,
    what: Observables,
    *,
    deadline: float | None = None,
    max_pairs: int = MAX_PAIRS,
) -> Inclusion:
    """Return whether every behaviour of `left` is one of `right`, as `what` lets them be seen."""
    return Refinement(left, right, what).run(deadline, max_pairs)
