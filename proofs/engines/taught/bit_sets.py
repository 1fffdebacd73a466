"""Bit-sets: for each value of each feature, in which reachable pairs it has that value.

A cube is a set of values for some features. It is empty when no reachable pair is in it; then its
negation is a clause that holds in every reachable state.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from twinrom.proofs.engines.taught.features import Feature

Cube: TypeAlias = "tuple[tuple[int, tuple[int, ...]], ...]"
Bits: TypeAlias = "NDArray[np.uint64]"

STARTS = 8
TAKEN = np.iinfo(np.int64).max


class BitSets:
    """The reachable pairs, and the cubes that none of them is in.

    `columns` say for each value of each feature, in their order, in which pairs it has that value.
    """

    def __init__(
        self, features: Sequence[Feature], columns: Iterable[NDArray[np.bool_]]
    ) -> None:
        self.features = features
        sizes = [f.size for f in features]
        self.first = np.cumsum([0, *sizes])[:-1]
        self.bits: Bits = np.stack([_packed(c) for c in columns])
        self.counts = np.bitwise_count(self.bits).sum(axis=1, dtype=np.int64)
        self.plain = np.array([not f.observed for f in features])

    def empty(self, cube: Cube) -> bool:
        """Say whether no reachable pair is in the cube."""
        return not self._meet([self._any(f, values) for f, values in cube]).any()

    def pairs(self, second: int) -> Iterator[Cube]:
        """Yield empty cubes of two of the first `second` features, the second as wide as it goes.

        Values of the first that exclude the same of the second are one cube.
        """
        for a in range(second):
            for b in range(a + 1, second):
                excluded: dict[tuple[int, ...], list[int]] = {}
                block = self._block(b)
                for value in range(self.features[a].size):
                    meets = (block & self._any(a, (value,))).any(axis=1)
                    if meets.any() and not meets.all():
                        others = tuple(np.flatnonzero(~meets).tolist())
                        excluded.setdefault(others, []).append(value)
                for others, values in excluded.items():
                    yield (a, tuple(values)), (b, others)

    def around(self, state: Sequence[int]) -> Cube | None:
        """Return an empty cube that holds an unreachable state, as large as several tries find it.

        The state has one value for each feature. None if it is reachable. Observers are left out
        where the rest is unreachable by itself: the rules do not read them, so no clause about
        the rest needs one.
        """
        literals = self.first + np.asarray(state)
        own, counts = self.bits[literals], self.counts[literals]
        usable = self.plain
        if np.bitwise_and.reduce(own[usable], axis=0).any():
            usable = np.ones(len(own), dtype=bool)
            if np.bitwise_and.reduce(own, axis=0).any():
                return None
        order = [int(i) for i in np.argsort(counts, kind="stable") if usable[i]]
        cubes = {self._widened(self._shrunk(self._chosen(own, counts, usable, start), own), state)
                 for start in order[:STARTS]}
        return max(sorted(cubes), key=self._volume)

    def _chosen(
        self, own: Bits, counts: NDArray[np.int64], usable: NDArray[np.bool_], start: int
    ) -> list[int]:
        """Return features whose values no pair has together, each one the rarest beside the others.

        Words without a pair that is left are dropped on the way.
        """
        chosen, free = [start], usable.copy()
        free[start] = False
        rest, left, count = own, own[start], counts[start]
        while count:
            words = np.flatnonzero(left)
            left, rest = left[words], rest[:, words]
            both = rest & left
            numbers = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
            numbers[~free] = TAKEN
            best = int(numbers.argmin())
            chosen.append(best)
            free[best], left, count = False, both[best], numbers[best]
        return chosen

    def _shrunk(self, chosen: list[int], own: Bits) -> list[int]:
        """Return the features without those that are not needed for the cube to be empty."""
        needed = list(chosen)
        for feature in chosen:
            rest = [f for f in needed if f != feature]
            if rest and not np.bitwise_and.reduce(own[rest], axis=0).any():
                needed = rest
        return needed

    def _widened(self, chosen: Sequence[int], state: Sequence[int]) -> Cube:
        """Return the cube with as many values of each feature as keep it empty, in their order."""
        cube: dict[int, tuple[int, ...]] = {f: (int(state[f]),) for f in chosen}
        for feature in sorted(chosen, key=lambda f: -self.features[f].size):
            block = self._block(feature)
            others = [self._any(f, values) for f, values in cube.items() if f != feature]
            meets = (block & self._meet(others)).any(axis=1) if others else block.any(axis=1)
            cube[feature] = tuple(np.flatnonzero(~meets).tolist())
        return tuple(sorted(cube.items()))

    def _volume(self, cube: Cube) -> float:
        """Return which part of all combinations of values is in the cube."""
        return prod(len(values) / self.features[f].size for f, values in cube)

    def _block(self, feature: int) -> Bits:
        first = self.first[feature]
        found: Bits = self.bits[first : first + self.features[feature].size]
        return found

    def _any(self, feature: int, values: Sequence[int]) -> Bits:
        block = self._block(feature)
        found: Bits = block[values[0]]
        for value in values[1:]:
            found = found | block[value]
        return found

    def _meet(self, sets: Sequence[Bits]) -> Bits:
        found: Bits = np.bitwise_and.reduce(sets, axis=0)
        return found


def _packed(column: NDArray[np.bool_]) -> Bits:
    """Return a column as words; the last is filled up with pairs that are in no set."""
    padded = np.concatenate([column, np.zeros(-len(column) % 64, dtype=bool)])
    return np.packbits(padded).view(np.uint64)
