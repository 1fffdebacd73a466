"""Fixpoints on a closed state graph: where every automatic run gets to a goal, and where none."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TypeAlias

from twinrom.proofs.allowance import ALLOWANCE
from twinrom.proofs.engines.search.back_tracing import Hit, Key, Layer, Successors, runs_to
from twinrom.proofs.engines.search.lookups import TargetLookup, Truths
from twinrom.proofs.spec.events import at_instance
from twinrom.statemachine import Step, terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property

LOOK_AT_CLOCK = 1024
Edges: TypeAlias = "list[tuple[int, int]]"


class OutOfTimeError(Exception):
    """The deadline has passed, or memory is full; what is not decided then stays undecided."""


class ClosedSpace(Protocol):
    """All reachable states of a question; a pair is a state with one table choice.

    Every method may raise `OutOfTimeError`. Pairs come nearest to the start first.
    """

    def unavoided(self, prop: Property) -> Iterator[Hit]:
        """Return each pair where `prop` asks for its goal and some maximal automatic run avoids it.

        Fairness is left aside. Where `prop` asks for it after a step, a hit is the pair before
        with that step, and runs go on from the state after it.
        """
        ...

    def stranded(self, prop: Property) -> Hit | None:
        """Return the first pair where `whenever` holds and from which no run reaches the goal.

        Only steps count that `prop` does not do `without`.
        """
        ...

    def runs(self, hits: Mapping[Key, Hit]) -> dict[Key, Run]:
        """Return a shortest run to each hit, its step included."""
        ...


class Clock:
    """Raises `OutOfTimeError` once a deadline of `time.monotonic` has passed, or memory is full."""

    def __init__(self, deadline: float | None) -> None:
        self.deadline = deadline
        self.ticks = 0

    def tick(self) -> None:
        """Count a small piece of work, and look at the time now and then."""
        self.ticks += 1
        if not self.ticks % LOOK_AT_CLOCK:
            self.look()

    def look(self) -> None:
        """Look at the time, between large pieces of work."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTimeError("out of time")
        if full := ALLOWANCE.over():
            raise OutOfTimeError(full)


class SearchedSpace:
    """The `ClosedSpace` that a complete search leaves behind: its layers, its look-up tables.

    Edges are computed when they are first asked for, and kept. All table choices are treated at
    once: what is known of a state is a family.
    """

    def __init__(
        self,
        question: Question,
        truths: Truths,
        layers: Sequence[Layer],
        successors: Successors,
        clock: Clock,
    ) -> None:
        self.question, self.truths, self.layers = question, truths, layers
        self.successors, self.clock = successors, clock
        model = question.model
        self.automatic = frozenset(
            i.index for i in question.system.instances if model.automatic(i.rule)
        )
        self.after: dict[int, Edges] = {}
        self.before: dict[tuple[str, ...], dict[int, Edges]] = {}

    def runs(self, hits: Mapping[Key, Hit]) -> dict[Key, Run]:
        """Return a shortest run to each hit, its step included."""
        packing, system = self.truths.packing, self.question.system
        return runs_to(hits, self.layers, packing, self.successors, system)

    def _pairs(self) -> Iterator[tuple[int, int, int]]:
        """Yield depth, state and family of all pairs."""
        for depth, layer in enumerate(self.layers):
            for bucket in layer:
                for state, family in bucket.items():
                    self.clock.tick()
                    yield depth, state, family

    def unavoided(self, prop: Property) -> Iterator[Hit]:
        """Return the pairs (or steps) from which some maximal automatic run avoids the goal."""
        starts = list(self._starts_after_steps(prop) if prop.stepwise else self._starts(prop))
        owed: dict[int, int] = {}
        for _, target, family in starts:
            owed[target] = owed.get(target, 0) | family
        owed = self._closure(owed, prop)
        good = self._settled(owed)
        for hit, target, family in starts:
            for choice in self.truths.choices.members(family & ~good[target]):
                yield hit._replace(choice=choice)

    def _starts(self, prop: Property) -> Iterator[tuple[Hit, int, int]]:
        owing = self.truths.of(prop.bad)
        for depth, state, family in self._pairs():
            owed = owing.holds(state) & family
            if owed:
                yield Hit(depth, state, 0, None), state, owed

    def _starts_after_steps(self, prop: Property) -> Iterator[tuple[Hit, int, int]]:
        goal = self.truths.of(prop.goal)
        checks = {}
        for instance in self.question.system.instances:
            term = at_instance(prop.whenever, instance, {}, updated=True)
            if term is not terms.FALSE:
                checks[instance.index] = TargetLookup(prop.name, "start", term, self.truths)
        for depth, state, family in self._pairs():
            for target, part, instance, payload in self.successors(state):
                check = checks.get(instance.index)
                if check is None:
                    continue
                owed = check.holds_at(state, payload, instance) & family & part
                owed &= owed and ~goal.holds(target)
                if owed:
                    yield Hit(depth, state, 0, Step(instance, payload)), target, owed

    def _automatic(self, state: int) -> Edges:
        """Return the automatic steps: where they lead, and for which table choices."""
        found = self.after.get(state)
        if found is None:
            found = self.after[state] = [
                (after, part)
                for after, part, instance, _ in self.successors(state)
                if instance.index in self.automatic
            ]
        return found

    def _closure(self, owed: dict[int, int], prop: Property) -> dict[int, int]:
        """Return `owed` with everything that automatic steps reach before the goal."""
        goal = self.truths.of(prop.goal)
        todo = list(owed)
        while todo:
            self.clock.tick()
            state = todo.pop()
            family = owed[state]
            for after, part in self._automatic(state):
                known = owed.get(after, 0)
                fresh = family & part & ~known
                fresh &= fresh and ~goal.holds(after)
                if fresh:
                    owed[after] = known | fresh
                    todo.append(after)
        return owed

    def _settled(self, owed: Mapping[int, int]) -> dict[int, int]:
        """Return the least part of `owed` in which steps are enabled, and lead there or to a goal.

        What automatic steps lead to from `owed` and is not in it, is at the goal.
        """
        good = dict.fromkeys(owed, 0)
        before: dict[int, list[int]] = {}
        for state in owed:
            self.clock.tick()
            for after, _ in self._automatic(state):
                if after in owed:
                    before.setdefault(after, []).append(state)
        todo = list(owed)
        while todo:
            self.clock.tick()
            state = todo.pop()
            enabled = open_ = 0
            for after, part in self._automatic(state):
                enabled |= part
                if after in owed:
                    open_ |= part & owed[after] & ~good[after]
            now = owed[state] & enabled & ~open_
            if now != good[state]:
                good[state] = now
                todo += before.get(state, ())
        return good

    def stranded(self, prop: Property) -> Hit | None:
        """Return the first pair where `whenever` holds and from which no run reaches the goal."""
        lost = self._lost(prop)
        for depth, state, family in self._pairs() if lost else ():
            here = lost.get(state, 0) & family
            if here:
                return Hit(depth, state, (here & -here).bit_length() - 1, None)
        return None

    def _lost(self, prop: Property) -> dict[int, int]:
        """Return where the goal is asked for and no run reaches it, going back from the goal."""
        asked, goal = self.truths.of(prop.bad), self.truths.of(prop.goal)
        lost: dict[int, int] = {}
        found: dict[int, int] = {}
        for _, state, family in self._pairs():
            if there := asked.holds(state) & family:
                lost[state] = lost.get(state, 0) | there
            if there := goal.holds(state) & family:
                found[state] = found.get(state, 0) | there
        fresh, before = dict(found), self._steps_to(prop) if lost else {}
        while fresh and lost:
            following: dict[int, int] = {}
            for state, family in fresh.items():
                self.clock.tick()
                for origin, part in before.get(state, ()):
                    known = found.get(origin, 0)
                    if new := family & part & ~known:
                        found[origin] = known | new
                        following[origin] = following.get(origin, 0) | new
                        if origin in lost:
                            lost[origin] &= ~new
                            if not lost[origin]:
                                del lost[origin]
            fresh = following
        return lost

    def _steps_to(self, prop: Property) -> dict[int, Edges]:
        """Return for each state the steps that count and lead to it: from where, for which choices.

        They are kept by whose steps do not count.
        """
        before = self.before.get(prop.without)
        if before is None:
            before = self.before[prop.without] = {}
            for state in {state for _, state, _ in self._pairs()}:
                self.clock.tick()
                after: dict[int, int] = {}
                for target, part, instance, _ in self.successors(state):
                    if prop.counts(instance.rule):
                        after[target] = after.get(target, 0) | part
                for target, part in after.items():
                    before.setdefault(target, []).append((state, part))
        return before
