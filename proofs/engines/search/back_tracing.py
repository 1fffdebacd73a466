"""Back-tracing: from what a search found to the start, without parents having been kept.

A layer is kept in buckets: the states that so many steps of the environment are needed to reach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from twinrom.proofs.run import Run
from twinrom.statemachine import Packing, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from twinrom.proofs.engines.search.expand import Successor
    from twinrom.statemachine import TransitionSystem

Key: TypeAlias = tuple[str, str]
Target: TypeAlias = tuple[int, int]
Successors: TypeAlias = "Callable[[int], Iterator[Successor]]"
Layer: TypeAlias = "list[dict[int, int]]"


class Hit(NamedTuple):
    """Something found in `state` of layer `depth`, or in the step `last` out of it."""

    depth: int
    state: int
    choice: int
    last: Step | None


def passes(buckets: int, system: TransitionSystem) -> Iterator[tuple[int, int]]:
    """Yield in which order to take steps from a layer: the bucket, and the kind of the rules.

    What has been reached before is left out, so that every state comes into the first bucket that
    it belongs to, and what is found first is found with the fewest steps of the environment.
    """
    for bucket in range(buckets + 1):
        for kind in reversed(system.kinds):
            if 0 <= bucket - kind < buckets:
                yield bucket - kind, kind


def runs_to(
    hits: Mapping[Key, Hit],
    layers: Sequence[Layer],
    packing: Packing,
    successors: Successors,
    system: TransitionSystem,
) -> dict[Key, Run]:
    """Return a shortest run to each hit; all of them go back through the layers together.

    Of equally short ones it has the fewest steps of the environment, and then it is the first.
    """
    steps: dict[Key, list[Step]] = {}
    wanted: dict[int, dict[Target, list[Key]]] = {}
    for key, hit in hits.items():
        steps[key] = [hit.last] if hit.last is not None else []
        wanted.setdefault(hit.depth, {}).setdefault((hit.state, hit.choice), []).append(key)
    for depth in range(max(wanted, default=0), 0, -1):
        here = wanted.get(depth, {})
        tracing = _Before(set(here), successors, system)
        for target, (before, step) in tracing.found(layers[depth - 1]).items():
            for key in here[target]:
                steps[key].append(step)
                wanted.setdefault(depth - 1, {}).setdefault((before, target[1]), []).append(key)
    found = {}
    for (state, choice), keys in wanted.get(0, {}).items():
        for key in keys:
            path = tuple((s.instance.index, s.payload) for s in reversed(steps[key]))
            found[key] = Run(tuple(packing.unpack(state)), choice, path)
    return found


class _Before:
    """Finds predecessors of the `targets`, each a state with a table choice."""

    def __init__(
        self, targets: set[Target], successors: Successors, system: TransitionSystem
    ) -> None:
        self.left = len(targets)
        self.successors, self.system = successors, system
        self.choices: dict[int, list[int]] = {}
        for state, choice in targets:
            self.choices.setdefault(state, []).append(choice)

    def found(self, layer: Layer) -> dict[Target, tuple[int, Step]]:
        """Return for each target the first predecessor in `layer`, and the step from it."""
        found: dict[Target, tuple[int, Step]] = {}
        for bucket, kind in passes(len(layer), self.system):
            for state, family in layer[bucket].items():
                if len(found) == self.left:
                    return found
                for target, step in self._reached(state, family, kind):
                    found.setdefault(target, (state, step))
        return found

    def _reached(self, state: int, family: int, kind: int) -> Iterator[tuple[Target, Step]]:
        for after, part, instance, payload in self.successors(state):
            if after in self.choices and (instance.index in self.system.environment) == kind:
                for choice in self.choices[after]:
                    if family & part & (1 << choice):
                        yield (after, choice), Step(instance, payload)
