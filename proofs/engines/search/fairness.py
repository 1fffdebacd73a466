"""Weak fairness: the automatic steps of a quiet environment, and the fair loops they make."""

from __future__ import annotations

from collections import deque
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from twinrom.statemachine import State, Step, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from twinrom.proofs.engines.search.closed import Clock
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import RuleInstance, TransitionSystem
    from twinrom.statemachine.terms import Term

Move: TypeAlias = "tuple[Step, State]"
Path: TypeAlias = "list[Move]"
Effects: TypeAlias = "list[tuple[Step, list[tuple[int, int]]]]"
Answer = TypeVar("Answer")


class FairRuns:
    """The automatic steps of a system that do not reach `goal`, state by state.

    `enabled` are the automatic rule instances that can happen in a state, `moves` the steps that
    lead to states which are not at the goal; of steps that differ in their payload only, the first.
    Whatever looks at many of them raises `OutOfTimeError` when the time of `clock` is up.
    """

    def __init__(self, question: Question, goal: Term, clock: Clock) -> None:
        self.system, self.clock = question.system, clock
        model = question.model
        instances = [i for i in self.system.instances if model.automatic(i.rule)]
        self.effects = [_Kept(partial(_effects, i, self.system), _read(i)) for i in instances]
        self.goal = _Kept(partial(_holds, goal, self.system), [goal])
        self.enabled: dict[State, frozenset[int]] = {}
        self.moves: dict[State, list[Move]] = {}

    def look(self, state: State) -> None:
        """Compute what can happen in `state`, once."""
        if state in self.enabled:
            return
        enabled = set()
        found: dict[tuple[int, State], Step] = {}
        for effects in self.effects:
            for step, changed in effects.at(state):
                values = list(state.values)
                for index, value in changed:
                    values[index] = value
                after = State(tuple(values), state.tables)
                enabled.add(step.instance.index)
                found.setdefault((step.instance.index, after), step)
        self.enabled[state] = frozenset(enabled)
        self.moves[state] = [
            (step, after) for (_, after), step in found.items() if not self.goal.at(after)
        ]

    def explore(self, start: State, known: Collection[State]) -> Explored:
        """Return what is reached from `start` without entering `known`, up to a first dead end."""
        found = Explored(start)
        todo = deque([start])
        while todo:
            self.clock.tick()
            state = todo.popleft()
            self.look(state)
            if not self.enabled[state]:
                found.stuck = state
                return found
            for step, after in self.moves[state]:
                if after not in found.origin and after not in known:
                    found.origin[after] = state, step
                    todo.append(after)
        return found

    def fair(self, component: AbstractSet[State]) -> bool:
        """Say whether a weakly fair run stays in a strongly connected component for ever.

        It does if each rule instance is disabled somewhere in it, or leads from it into it; a run
        that visits all of these again and again is fair.
        """
        owing = self.enabled[next(iter(component))]
        inner: set[int] = set()
        for state in component:
            self.clock.tick()
            owing &= self.enabled[state]
            inner.update(
                step.instance.index for step, after in self.moves[state] if after in component
            )
        return owing <= inner

    def loop(self, entry: State, component: AbstractSet[State]) -> Path:
        """Return a short closed walk from `entry` that is weakly fair; one must exist."""
        walk: Path = []
        owing = self.enabled[entry]
        now = entry
        while owing:
            left = owing

            def pays(step: Step, after: State, left: frozenset[int] = left) -> bool:
                return step.instance.index in left or not left <= self.enabled[after]

            for step, after in self._way(now, component, pays):
                walk.append((step, after))
                owing = (owing - {step.instance.index}) & self.enabled[after]
                now = after
        if now != entry or not walk:
            walk += self._way(now, component, lambda _, after: after == entry)
        return self._without_detours(walk)

    def _without_detours(self, walk: Path) -> Path:
        """Return a closed walk without the rounds inside it that fairness does not need."""
        visits: dict[State, list[int]] = {walk[-1][1]: [0]}
        for number, (_, state) in enumerate(walk, 1):
            visits.setdefault(state, []).append(number)
        rounds = [pair for at in visits.values() for pair in combinations(at, 2)]
        for first, last in sorted(rounds, key=lambda pair: (pair[0] - pair[1], pair[0])):
            self.clock.look()
            rest = walk[:first] + walk[last:]
            if rest and self._always_fair(rest):
                return self._without_detours(rest)
        return walk

    def _always_fair(self, walk: Path) -> bool:
        taken = {step.instance.index for step, _ in walk}
        return frozenset.intersection(*(self.enabled[state] for _, state in walk)) <= taken

    def _way(
        self, start: State, component: AbstractSet[State], last: Callable[[Step, State], bool]
    ) -> Path:
        """Return a shortest way from `start` inside the component whose last move is as asked."""
        origin: dict[State, tuple[State, Step]] = {}
        todo = deque([start])
        while todo:
            self.clock.tick()
            state = todo.popleft()
            for step, after in self.moves[state]:
                if after not in component:
                    continue
                if last(step, after):
                    return [*_path(origin, start, state), (step, after)]
                if after not in origin and after != start:
                    origin[after] = state, step
                    todo.append(after)
        raise AssertionError("the component is not strongly connected")


class _Kept(Generic[Answer]):
    """A function of a state, computed once for each combination of the variables it reads."""

    def __init__(self, compute: Callable[[State], Answer], read: Iterable[Term]) -> None:
        self.compute = compute
        self.reads = sorted(terms.variables(read))
        self.known: dict[tuple[int, ...], Answer] = {}

    def at(self, state: State) -> Answer:
        """Return the answer for `state`."""
        values = state.values
        key = (state.tables, *[values[index] for index in self.reads])
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self.compute(state)
        return found


def _read(instance: RuleInstance) -> list[Term]:
    return [instance.guard, *instance.updates.values()]


def _holds(goal: Term, system: TransitionSystem, state: State) -> bool:
    return bool(terms.evaluate(goal, state.values, (), {}, system.entry(state.tables)))


def _effects(instance: RuleInstance, system: TransitionSystem, state: State) -> Effects:
    """Return the enabled steps of a rule instance, each with the variables it sets."""
    entry = system.entry(state.tables)
    found = []
    for payload in instance.payloads():
        step = Step(instance, payload)
        given = step.given()
        if terms.evaluate(instance.guard, state.values, (), given, entry):
            changed = [
                (index, terms.evaluate(term, state.values, (), given, entry))
                for index, term in instance.updates.items()
            ]
            found.append((step, changed))
    return found


class Explored:
    """The states that an exploration reached, nearest first, and how; `stuck` is a dead end."""

    def __init__(self, start: State) -> None:
        self.start = start
        self.origin: dict[State, tuple[State, Step] | None] = {start: None}
        self.stuck: State | None = None

    def way(self, state: State) -> Path:
        """Return a shortest way from the start to `state`."""
        return _path({s: o for s, o in self.origin.items() if o is not None}, self.start, state)


def _path(origin: dict[State, tuple[State, Step]], start: State, state: State) -> Path:
    path: Path = []
    while state != start:
        before, step = origin[state]
        path.append((step, state))
        state = before
    return path[::-1]


def components(  # noqa: C901 - one method, whole
    states: Iterable[State], after: Callable[[State], Iterator[State]], clock: Clock
) -> Iterator[set[State]]:
    """Return the strongly connected components that have an inner step.

    `after` gives the states one step on; those that are not among `states` are left out. The
    method is Tarjan's (SIAM J. Computing 1972), without recursion.
    """
    number: dict[State, int] = dict.fromkeys(states, -1)
    low: dict[State, int] = {}
    stack: list[State] = []
    open_: set[State] = set()
    for root in list(number):
        if number[root] >= 0:
            continue
        todo = [(root, after(root))]
        low[root] = number[root] = len(low)
        stack.append(root)
        open_.add(root)
        while todo:
            clock.tick()
            state, rest = todo[-1]
            for following in rest:
                if number.get(following, 0) < 0:
                    low[following] = number[following] = len(low)
                    stack.append(following)
                    open_.add(following)
                    todo.append((following, after(following)))
                    break
                if following in open_:
                    low[state] = min(low[state], number[following])
            else:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[state])
                if low[state] == number[state]:
                    component = {state}
                    while (member := stack.pop()) != state:
                        component.add(member)
                    open_ -= component
                    if len(component) > 1 or state in after(state):
                        yield component
