"""Initial states, found as the system finds them, with conditions looked up by what they read."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from twinrom.proofs.engines.search.lookups import Truth, Truths
from twinrom.statemachine import Packing, terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.statemachine import TransitionSystem

MAX_LOOKED_AT = 50_000


def initial_families(system: TransitionSystem) -> Iterator[tuple[int, int]]:
    """Return the packed initial states with their families of table choices.

    Same order as `system.initial_families`, which is asked where there is much to look at: it
    knows how much is too much.
    """
    packing = Packing(system.variables)
    truths = Truths(system, packing)
    by_last: dict[int, list[Truth]] = {}
    for conjunct in system.init:
        last = max(terms.variables([conjunct.term]), default=-1)
        by_last.setdefault(last, []).append(truths.of(conjunct.term))
    values = [[packing.place(v.index, code) for code in v.sort.codes()] for v in system.variables]
    start = (0, truths.everything)
    found = list(itertools.islice(_extended(start, -1, values, by_last), MAX_LOOKED_AT + 1))
    if len(found) > MAX_LOOKED_AT:
        for state, family in system.initial_families():
            yield packing.pack(state), family
    else:
        yield from filter(None, found)


def _extended(
    prefix: tuple[int, int],
    last: int,
    values: Sequence[Sequence[int]],
    by_last: Mapping[int, Sequence[Truth]],
) -> Iterator[tuple[int, int] | None]:
    """Yield the initial states that begin with `prefix`, and None for every prefix looked at."""
    yield None
    packed, family = prefix
    for truth in by_last.get(last, ()):
        family &= truth.holds(packed)
    if not family:
        return
    if last + 1 == len(values):
        yield packed, family
        return
    for bits in values[last + 1]:
        yield from _extended((packed | bits, family), last + 1, values, by_last)
