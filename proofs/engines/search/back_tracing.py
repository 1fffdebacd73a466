"""Back-tracing: from what a search found to the start, without parents having been kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from twinrom.proofs.run import Run
from twinrom.statemachine import Packing, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from twinrom.proofs.engines.search.expand import Successor

Key: TypeAlias = tuple[str, str]
Target: TypeAlias = tuple[int, int]
Successors: TypeAlias = "Callable[[int], Iterator[Successor]]"


class Hit(NamedTuple):
    """Something found in `state` of layer `depth`, or in the step `last` out of it."""

    depth: int
    state: int
    choice: int
    last: Step | None


def runs_to(
    hits: Mapping[Key, Hit],
    layers: Sequence[Mapping[int, int]],
    packing: Packing,
    successors: Successors,
) -> dict[Key, Run]:
    """Return a shortest run to each hit; all of them go back through the layers together."""
    steps: dict[Key, list[Step]] = {}
    wanted: dict[int, dict[Target, list[Key]]] = {}
    for key, hit in hits.items():
        steps[key] = [hit.last] if hit.last is not None else []
        wanted.setdefault(hit.depth, {}).setdefault((hit.state, hit.choice), []).append(key)
    for depth in range(max(wanted, default=0), 0, -1):
        here = wanted.get(depth, {})
        for target, (before, step) in _before(layers[depth - 1], set(here), successors).items():
            for key in here[target]:
                steps[key].append(step)
                wanted.setdefault(depth - 1, {}).setdefault((before, target[1]), []).append(key)
    found = {}
    for (state, choice), keys in wanted.get(0, {}).items():
        for key in keys:
            path = tuple((s.instance.index, s.payload) for s in reversed(steps[key]))
            found[key] = Run(tuple(packing.unpack(state)), choice, path)
    return found


def _before(
    layer: Mapping[int, int], targets: set[Target], successors: Successors
) -> dict[Target, tuple[int, Step]]:
    """Return for each (state, table choice) a predecessor in `layer`, and the step from it."""
    found: dict[Target, tuple[int, Step]] = {}
    choices: dict[int, list[int]] = {}
    for state, choice in targets:
        choices.setdefault(state, []).append(choice)
    for state, family in layer.items():
        if len(found) == len(targets):
            break
        for after, part, instance, payload in successors(state):
            for choice in choices.get(after, ()):
                if family & part & (1 << choice):
                    found.setdefault((after, choice), (state, Step(instance, payload)))
    return found
