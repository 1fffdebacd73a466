"""Refinement by subset construction: whether one system has no behaviour that another lacks.

A behaviour is what an observer sees of a run: values of variables, and between them events with
their arguments. The systems are run side by side. Where the same behaviour can lead to several
states of the other system, all of them are kept together (subset construction), so the answer is
exact. Both systems have the same table choice. Of two sets of states that one state was paired
with, only the smaller is followed (antichains; De Wulf, Doyen, Henzinger and Raskin, CAV 2006).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from twinrom.proofs.allowance import ALLOWANCE
from twinrom.proofs.refinement.observed import NOBODY, ObservedSystem, Seen, States
from twinrom.proofs.run import Run
from twinrom.statemachine import TooLargeError

if TYPE_CHECKING:
    from twinrom.proofs.refinement.observed import Groups
    from twinrom.statemachine import Step

Pair: TypeAlias = tuple[int, States]
Layer: TypeAlias = dict[Pair, int]
MAX_PAIRS = 2_000_000
LOOK_AT_CLOCK = 16
OTHER_TABLES = "their free tables are not the same"


class Lost(NamedTuple):
    """A difference: after `run` the first system has done what the second cannot do.

    Before its last step the second could be in any of `others`; without a step, the first starts
    as the second cannot.
    """

    run: Run
    others: tuple[int, ...]


@dataclass(frozen=True)
class Inclusion:
    """Whether every behaviour of one system is one of another.

    `lost` is a shortest difference; None: there is none among `pairs` pairs (of states and sets of
    states, counted per table choice), which are all, unless `stopped` says why not.
    """

    lost: Lost | None
    pairs: int
    stopped: str | None = None

    @property
    def holds(self) -> bool:
        """Say whether it is proved that every behaviour is included."""
        return self.lost is None and self.stopped is None


class _FoundError(Exception):
    """A difference was found, for the table choice `choice`."""

    def __init__(self, choice: int) -> None:
        super().__init__()
        self.choice = choice


class Refinement:
    """Runs one system (`left`) beside another (`right`) that has to allow everything it does."""

    def __init__(self, left: ObservedSystem, right: ObservedSystem) -> None:
        self.left, self.right = left, right
        self.paired: dict[int, list[tuple[States, int]]] = {}
        self.pairs = 0

    def run(self, deadline: float | None, max_pairs: int) -> Inclusion:
        """Return whether `right` allows every behaviour of `left`."""
        try:
            layer = self.start(self.left.everything)
            while layer:
                following: Layer = {}
                for count, ((state, others), family) in enumerate(layer.items()):
                    if not count % LOOK_AT_CLOCK:
                        stopped = self._stopped(deadline, max_pairs)
                        if stopped:
                            return Inclusion(None, self.pairs, stopped)
                    self._step(following, (state, others), family)
                layer = following
        except _FoundError as found:
            again = Refinement(self.left, self.right)
            return Inclusion(again.retraced(found.choice), self.pairs)
        return Inclusion(None, self.pairs)

    def _stopped(self, deadline: float | None, max_pairs: int) -> str | None:
        if deadline is not None and time.monotonic() > deadline:
            return "out of time"
        if full := ALLOWANCE.over():
            return full
        return f"stopped at {self.pairs:,} pairs" if self.pairs > max_pairs else None

    def start(self, choices: int) -> Layer:
        """Return the pairs at the start."""
        starts: dict[int, list[tuple[int, int]]] = {}
        for state, family in self.right.initial():
            starts.setdefault(self.right.observer.view(state), []).append((state, family))
        layer: Layer = {}
        for state, family in self.left.initial():
            if family & choices:
                alike = starts.get(self.left.observer.view(state), ())
                self.arrive(layer, state, self.right.arrived(alike, family & choices))
        return layer

    def _step(self, following: Layer, pair: Pair, family: int) -> None:
        """Note every pair that a step of `left` leads to."""
        state, others = pair
        answers = self.right.answers(others)
        for seen, after, part in self.left.moves(state):
            both = family & part
            if both:
                self.arrive(following, after, _answered(seen, others, both, answers))

    def arrive(self, layer: Layer, state: int, groups: Groups) -> None:
        """Note that `left` is in a state and `right` in one of a set; none is a difference."""
        for others, family in groups.items():
            if not others:
                raise _FoundError((family & -family).bit_length() - 1)
            fresh = self._fresh(state, others, family)
            if fresh:
                layer[state, others] = layer.get((state, others), 0) | fresh

    def _fresh(self, state: int, others: States, family: int) -> int:
        """Return for which choices this is new: a smaller set seen before says more."""
        known = self.paired.setdefault(state, [])
        for smaller, part in known:
            if smaller <= others:
                family &= ~part
        if family:
            known.append((others, family))
            self.pairs += family.bit_count()
        return family

    def retraced(self, choice: int) -> Lost:
        """Return a shortest difference under one table choice, which has one."""
        only = 1 << choice
        try:
            layer = self.start(only)
        except _FoundError:
            return Lost(Run(self._lost_start(only), choice, ()), ())
        parents: dict[Pair, tuple[Pair, Step] | None] = dict.fromkeys(layer)
        while layer:
            following: Layer = {}
            for pair in layer:
                state, others = pair
                answers = self.right.answers(others)
                for (seen, after, part), step in self.left.named(state):
                    if not part & only:
                        continue
                    fresh: Layer = {}
                    try:
                        self.arrive(fresh, after, _answered(seen, others, only, answers))
                    except _FoundError:
                        return Lost(self._run(parents, (pair, step), choice), tuple(others))
                    parents.update(dict.fromkeys(fresh, (pair, step)))
                    following.update(fresh)
            layer = following
        raise AssertionError("a difference was found before")

    def _lost_start(self, only: int) -> tuple[int, ...]:
        alike = {self.right.observer.view(s) for s, part in self.right.initial() if part & only}
        return next(
            tuple(self.left.packing.unpack(state))
            for state, family in self.left.initial()
            if family & only and self.left.observer.view(state) not in alike
        )

    def _run(
        self, parents: dict[Pair, tuple[Pair, Step] | None], last: tuple[Pair, Step], choice: int
    ) -> Run:
        steps = []
        came: tuple[Pair, Step] | None = last
        state = last[0][0]
        while came is not None:
            (state, _), step = came
            steps.append((step.instance.index, step.payload))
            came = parents[came[0]]
        initial = tuple(self.left.packing.unpack(state))
        return Run(initial, choice, tuple(reversed(steps)))


def _answered(
    seen: Seen | None, others: States, family: int, answers: dict[Seen, Groups]
) -> Groups:
    """Return where the other system is after what was seen, for which table choices."""
    if seen is None:
        return {others: family}
    found = {together: part & family for together, part in answers.get(seen, {NOBODY: -1}).items()}
    return {together: part for together, part in found.items() if part}


def included(
    left: ObservedSystem,
    right: ObservedSystem,
    *,
    deadline: float | None = None,
    max_pairs: int = MAX_PAIRS,
) -> Inclusion:
    """Return whether every behaviour of `left` is one of `right`, seen through their one window.

    Stops early, and says so, at `max_pairs` pairs, at `deadline` (of `time.monotonic`), and where
    the systems cannot be enumerated or do not have the same free tables. Raises `InputError` when
    an assignment leaves its sort.
    """
    if left.system.choices.rows != right.system.choices.rows:
        return Inclusion(None, 0, OTHER_TABLES)
    try:
        return Refinement(left, right).run(deadline, max_pairs)
    except TooLargeError as error:
        return Inclusion(None, 0, error.problems[0].message)
