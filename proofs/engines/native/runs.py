"""Back-tracing in compiled code: back through the layers of the log, for all hits at once."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, TypeVar

from twinrom.proofs.engines.native.code.kernel import FILTER_BITS, filter_place
from twinrom.proofs.engines.search.back_tracing import passes
from twinrom.proofs.run import Run

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from twinrom.proofs.engines.native.space import StateStore
    from twinrom.proofs.engines.search.back_tracing import Hit
    from twinrom.proofs.engines.search.closed import Clock
    from twinrom.statemachine import Step

    Place = tuple[int, int]
    Name = TypeVar("Name", bound=Hashable)


def runs_to(
    space: StateStore, hits: Mapping[Name, Hit], clock: Clock | None = None
) -> dict[Name, Run]:
    """Return the runs that `engines.search.back_tracing.runs_to` returns."""
    layout = space.layout
    steps: dict[Name, list[Step]] = {}
    wanted: dict[int, dict[Place, list[Name]]] = {}
    for name, hit in hits.items():
        steps[name] = [hit.last] if hit.last is not None else []
        place = layout.place(hit.state, hit.choice)
        wanted.setdefault(hit.depth, {}).setdefault(place, []).append(name)
    for depth in range(max(wanted, default=0), 0, -1):
        if clock is not None:
            clock.look()
        here = wanted.get(depth, {})
        for place, (before, step) in before_all(space, depth - 1, list(here)).items():
            names = here[place]
            for name in names:
                steps[name].append(step)
            wanted.setdefault(depth - 1, {}).setdefault(before, []).extend(names)
    found = {}
    for (key, bit), names in wanted.get(0, {}).items():
        start = tuple(layout.packing.unpack(layout.state(key)))
        for name in names:
            path = tuple((s.instance.index, s.payload) for s in reversed(steps[name]))
            found[name] = Run(start, layout.choice(key, bit), path)
    return {name: found[name] for name in hits}


def before_all(
    space: StateStore, depth: int, places: list[Place]
) -> dict[Place, tuple[Place, Step]]:
    """Return for each place the first one in a layer that leads to it, and the step from there."""
    layout = space.layout
    size = layout.key_bytes + 12 + layout.mask_bytes
    if not places:
        return {}
    hints, targets = ctypes.create_string_buffer(1 << FILTER_BITS), bytearray()
    for key, bit in places:
        hints[filter_place(layout, key)] = b"\1"
        targets += key.to_bytes(layout.key_bytes, "little") + bytes(12)
        targets += (1 << bit).to_bytes(layout.mask_bytes, "little") if layout.masked else b""
    rows = (ctypes.c_char * len(targets)).from_buffer(targets)
    buckets, left = space.buckets[depth], len(places)
    for bucket, kind in passes(len(buckets) - 1, space.program.system):
        first, last = buckets[bucket : bucket + 2]
        if left and first < last:
            left = space.functions.before(
                first, last, ctypes.addressof(hints), ctypes.addressof(rows), len(places),
                space.closed.address, space.no_gates.address, left, kind,
            )  # fmt: skip
    found = {}
    for number, (key, bit) in enumerate(places):
        own = targets[number * size + layout.key_bytes :]
        ordinal, entry = int.from_bytes(own[:4], "little"), int.from_bytes(own[4:12], "little")
        before, _ = space.entry(entry - 1)
        found[key, bit] = (before, bit), space.program.step(ordinal)
    return found
