"""Exhaustive breadth-first search over packed states: the independent oracle.

Rules are not interpreted state by state: each reads few variables, so its effect is looked up by
the bits it reads and computed only when those are new. All table choices are searched at once: a
state is kept with the family of choices under which it is reached. No parents are kept; a run is
found by going back through the layers. Within a layer, what fewer steps of the environment reach
comes first.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from twinrom.proofs.allowance import ALLOWANCE
from twinrom.proofs.engines.options import DEFAULT_STATES
from twinrom.proofs.engines.search.back_tracing import Hit, Layer, passes, runs_to
from twinrom.proofs.engines.search.closed import Clock, SearchedSpace
from twinrom.proofs.engines.search.expand import Expander
from twinrom.proofs.engines.search.liveness import decided
from twinrom.proofs.engines.search.lookups import TargetLookup
from twinrom.proofs.engines.search.overlaps import Overlaps
from twinrom.proofs.engines.search.targets import (
    DEADLOCK,
    UNTOLD,
    Target,
    Untold,
    found_of,
    targets,
    unanswered,
    untold,
)
from twinrom.proofs.report import Counts, Report
from twinrom.proofs.spec.events import at_instance, reads_payload
from twinrom.proofs.spec.overlaps import overlapping
from twinrom.statemachine import Step, terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from twinrom.proofs.engines.search.lookups import Hits, RuleLookup
    from twinrom.proofs.report import Progress
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question

LOOK_AT_CLOCK = 1024
Movable: TypeAlias = "tuple[tuple[RuleLookup, ...], tuple[RuleLookup, ...]]"
STOPPED_AT_VIOLATION = "stopped at a violation"


def search(  # noqa: PLR0913 - the limits of a search
    question: Question,
    *,
    max_states: int = DEFAULT_STATES,
    max_depth: int | None = None,
    deadline: float | None = None,
    progress: Progress | None = None,
    stop_at: Collection[str] = (),
) -> Report:
    """Return shortest violations and witnesses over every reachable state.

    When every one was seen, responses and possible properties are decided too. Stops early, and
    says so, at `max_states` states (tables apart), after `max_depth` steps, at `deadline` (of
    `time.monotonic`) or when one of the properties in `stop_at` is violated. Raises `InputError`
    when two rules of one event overlap in a reachable state, or an assignment leaves its sort.
    """
    searching = _Search(question, targets(question))
    searching.stop_at = frozenset(("violation", name) for name in stop_at)
    report = searching.run(max_states, max_depth, deadline, progress)
    if not report.complete:
        return report
    clock = Clock(deadline)
    report = decided(question, report, searching.space(clock), clock)
    return replace(report, seconds=time.monotonic() - searching.started)


def sample(question: Question, size: int) -> list[int]:
    """Return about `size` reachable states, packed, nearest to the start first.

    Raises `InputError` for a mistake of the model that shows in them.
    """
    searching = _Search(question, ())
    searching.run(size, None, None, None)
    return list(searching.visited)


def reached(
    question: Question, *, max_states: int, deadline: float | None = None
) -> Mapping[int, int] | None:
    """Return every reachable state, packed, with its family of table choices; None if stopped."""
    searching = _Search(question, ())
    report = searching.run(max_states, None, deadline, None)
    return searching.visited if report.complete else None


class _Search:
    def __init__(self, question: Question, looking_for: Iterable[Target]) -> None:
        self.question = question
        self.system = system = question.system
        self.expander = Expander(system)
        self.packing, self.truths = self.expander.packing, self.expander.truths
        self.lookups, self.control = self.expander.lookups, self.expander.control
        self.on_states: list[TargetLookup] = []
        self.on_any_step: list[tuple[TargetLookup, frozenset[int]]] = []
        self.looking_for = tuple(looking_for)
        self._prepare()
        self.overlaps = overlapping(system)
        self.active: dict[int, tuple[Movable, Overlaps | None]] = {}
        self.visited: dict[int, int] = {}
        self.layers: list[Layer] = []
        self.transitions = self.size = 0
        self.hits: dict[tuple[str, str], Hit] = {}
        self.stop_at: frozenset[tuple[str, str]] = frozenset()
        self.started = time.monotonic()

    def _prepare(self) -> None:
        """Distribute what is sought: to states, to steps of some rules, to steps of any rule."""
        self.memos: list[dict[terms.Term, terms.Term]] = [{} for _ in self.lookups]
        for name, what, term, stepwise in self.looking_for:
            if stepwise:
                self._prepare_step(name, what, term)
            else:
                self.on_states.append(self._check(name, what, term))
        for lookup in self.lookups:
            lookup.on_states = [c for c in self.on_states if c.reads & lookup.writes]

    def _prepare_step(self, name: str, what: str, term: terms.Term) -> None:
        """Check once for all rules that write nothing the property reads later: one common term."""
        at = [
            at_instance(term, lookup.instance, memo, updated=True)
            for lookup, memo in zip(self.lookups, self.memos, strict=True)
        ]
        common, count = Counter(at).most_common(1)[0] if at else (terms.FALSE, 0)
        shared = common if count > 2 and not reads_payload(common) else terms.FALSE  # noqa: PLR2004 - worth sharing
        if shared is not terms.FALSE:
            indices = frozenset(
                lookup.instance.index
                for lookup, t in zip(self.lookups, at, strict=True)
                if t is shared
            )
            self.on_any_step.append((self._check(name, what, shared), indices))
        for lookup, own in zip(self.lookups, at, strict=True):
            if own is not shared and own is not terms.FALSE:
                lookup.watch(self._check(name, what, own))

    def _check(self, name: str, what: str, term: terms.Term) -> TargetLookup:
        return TargetLookup(name, what, term, self.truths)

    def run(
        self,
        max_states: int,
        max_depth: int | None,
        deadline: float | None,
        progress: Progress | None,
    ) -> Report:
        frontier = self._initial()
        stopped = None
        while frontier and stopped is None:
            self.layers.append(frontier)
            if progress is not None:
                progress(Report("search", {}, -1, counts=self._counts()))
            if max_depth is not None and len(self.layers) > max_depth:
                stopped = f"stopped at depth {max_depth}"
                break
            if not self.stop_at.isdisjoint(self.hits):
                stopped = STOPPED_AT_VIOLATION
                break
            self._forget_settled()
            frontier, stopped = self._expand(frontier, max_states, deadline)
        sought = {key: hit for key, hit in self.hits.items() if key[0] not in UNTOLD}
        runs = runs_to(
            sought, self.layers, self.packing, self.expander.successors, self.system
        )
        return self._report(stopped, runs)

    def _initial(self) -> Layer:
        frontier = dict(self.expander.initial())
        for state, family in frontier.items():
            self._check_state(state, family, self.on_states, 0)
        self.visited = dict(frontier)
        self.size = sum(f.bit_count() for f in frontier.values())
        return [frontier] if frontier else []

    def _expand(
        self, layer: Layer, max_states: int, deadline: float | None
    ) -> tuple[Layer, str | None]:
        """Return the next layer; or why the search stops (then there is none)."""
        following: Layer = [{} for _ in range(len(layer) + 1)]
        for bucket, kind in passes(len(layer), self.system):
            new = following[bucket + kind]
            stopped = self._take(layer[bucket], new, max_states, deadline, kind=kind)
            if stopped is not None:
                return [], stopped
        while following and not following[-1]:
            following.pop()
        return following, None

    def _take(  # noqa: C901, PLR0912 - the hot loop: a call per step would double its time
        self,
        frontier: Mapping[int, int],
        new: dict[int, int],
        max_states: int,
        deadline: float | None,
        *,
        kind: int,
    ) -> str | None:
        """Add to `new` what steps of one kind lead to; or say why the search stops.

        It has `Expander.successors` written out.
        """
        visited, control, active, depth = self.visited, self.control, self.active, len(self.layers)
        for count, (state, family) in enumerate(frontier.items()):
            if not count % LOOK_AT_CLOCK:
                if deadline is not None and time.monotonic() > deadline:
                    return "out of time"
                if len(visited) > max_states:
                    return f"stopped at {len(visited):,} states"
                if full := ALLOWANCE.over():
                    return full
            found = active.get(state & control)
            lookups, overlaps = found if found is not None else self._activate(state)
            if overlaps is not None and kind == self.system.kinds[0]:
                overlaps.check(state, family)
            common = self._common_hits(state, family)
            for lookup in lookups[kind]:
                effects = lookup.cache.get(state & lookup.reads)
                if effects is None:
                    effects = lookup.fill(state)
                for part, keep, bits, payload, hits in effects:
                    both = family & part
                    if not both:
                        continue
                    self.transitions += both.bit_count()
                    if hits or lookup.on_steps or common:
                        self._check_step(state, both, payload, lookup, hits, common)
                    after = state & keep | bits
                    known = visited.get(after)
                    if known is None:
                        visited[after] = new[after] = fresh = both
                    else:
                        fresh = both & ~known
                        if not fresh:
                            continue
                        visited[after] = known | fresh
                        new[after] = new.get(after, 0) | fresh
                    self.size += fresh.bit_count()
                    if lookup.on_states:
                        self._check_state(after, fresh, lookup.on_states, depth)
        return None

    def _activate(self, state: int) -> tuple[Movable, Overlaps | None]:
        """Return the rules whose machines can move from here, and the pairs to watch here."""
        lookups = self.expander.movable(state)
        names = {lookup.instance.index for lookup in lookups}
        pairs = [o for o in self.overlaps if o.first.index in names and o.second.index in names]
        overlaps = Overlaps(pairs, self.system, self.packing, self.truths) if pairs else None
        environment = self.system.environment
        automatic = tuple(x for x in lookups if x.instance.index not in environment)
        found = (automatic, lookups[len(automatic) :]), overlaps
        self.active[state & self.control] = found
        return found

    def _common_hits(
        self, state: int, family: int
    ) -> list[tuple[TargetLookup, int, frozenset[int]]]:
        return [
            (check, hit, indices)
            for check, indices in self.on_any_step
            if (hit := check.holds(state) & family)
        ]

    def _check_state(
        self, state: int, family: int, checks: Iterable[TargetLookup], depth: int
    ) -> None:
        for check in checks:
            hit = check.holds(state) & family
            if hit and (check.what, check.name) not in self.hits:
                self._note(check, depth, state, hit, None)

    def _check_step(  # noqa: PLR0913, PLR0917 - called from the hot loop with its locals
        self,
        state: int,
        family: int,
        payload: tuple[int, ...],
        lookup: RuleLookup,
        hits: Hits,
        common: list[tuple[TargetLookup, int, frozenset[int]]],
    ) -> None:
        depth, instance = len(self.layers) - 1, lookup.instance
        for check in lookup.on_steps:
            hit = check.holds_at(state, payload, instance) & family
            if hit and (check.what, check.name) not in self.hits:
                self._note(check, depth, state, hit, Step(instance, payload))
        for check, where in hits:
            if where & family and (check.what, check.name) not in self.hits:
                self._note(check, depth, state, where & family, Step(instance, payload))
        for check, where, indices in common:
            if (
                where & family
                and instance.index in indices
                and (check.what, check.name) not in self.hits
            ):
                self._note(check, depth, state, where & family, Step(instance, payload))

    def _note(
        self, check: TargetLookup, depth: int, state: int, family: int, last: Step | None
    ) -> None:
        choice = (family & -family).bit_length() - 1
        self.hits[check.what, check.name] = Hit(depth, state, choice, last)

    def _forget_settled(self) -> None:
        """Stop checking for what has been found: its first occurrence is the shortest."""

        def still(check: TargetLookup) -> bool:
            return (check.what, check.name) not in self.hits

        self.on_any_step = [(c, i) for c, i in self.on_any_step if still(c)]
        for lookup in self.lookups:
            lookup.on_steps = [c for c in lookup.on_steps if still(c)]
            lookup.on_states = [c for c in lookup.on_states if still(c)]

    def _report(
        self, stopped: str | None, runs: Mapping[tuple[str, str], Run] | None = None
    ) -> Report:
        complete, runs = stopped is None, runs or {}
        clean = len(self.layers) - 1
        found = found_of(self.question, runs, None if complete else clean)
        seconds = time.monotonic() - self.started
        more = untold(self.question, self.hits) if complete else Untold()
        return Report(
            "search", found, clean, complete, stopped, self._counts(), seconds,
            idle=more.idle, deadlock=runs.get(DEADLOCK), uncut=more.uncut,
            unanswered=unanswered(runs), unasked=more.unasked,
        )  # fmt: skip

    def space(self, clock: Clock) -> SearchedSpace:
        """Return the states that were found, once all are."""
        successors = self.expander.successors
        return SearchedSpace(self.question, self.truths, self.layers, successors, clock)

    def _counts(self) -> Counts:
        first = self.layers[0][0] if self.layers else {}
        initial = sum(f.bit_count() for f in first.values())
        depth = len(self.layers) - 1
        return Counts(self.size, self.transitions, depth, len(self.visited), initial)
