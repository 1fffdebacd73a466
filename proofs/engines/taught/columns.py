"""Columns: the value of every feature in every reachable pair of a state and a table choice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from twinrom.proofs.engines.native import NativeSearch, NativeUnavailableError
from twinrom.proofs.engines.search.breadth_first import reached
from twinrom.statemachine import Packing, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from twinrom.proofs.engines.taught.features import FeatureSet
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import TransitionSystem
    from twinrom.statemachine.terms import Term

Column = Any  # of numpy: one number or truth value for each pair, or the same for all
WORD = 64
MOST_BITS = 1 << 31


class UntaughtError(RuntimeError):
    """There is nothing to learn from: not every state was seen, or there are too many."""


def columns(
    question: Question, known: FeatureSet, *, max_states: int, deadline: float | None
) -> Iterator[NDArray[np.bool_]]:
    """Yield for each value of each feature in which reachable pairs it has that value.

    Raises `UntaughtError`, and `InputError` for a mistake of the model that shows in a state.
    """
    values, rows = _reached(question, max_states, deadline)
    pairs = len(rows[0]) if rows else len(values[0]) if values else 1
    if pairs * known.literals > MOST_BITS:
        raise UntaughtError(f"{pairs:,} states are too many to learn from")
    evaluate = _Evaluator(question.system, values, rows)
    for feature in known.features:
        column = evaluate(feature.term)
        for number in range(feature.size):
            yield np.broadcast_to(np.asarray(column == feature.low + number), (pairs,))


def _reached(
    question: Question, max_states: int, deadline: float | None
) -> tuple[list[Column], list[Column]]:
    """Return the values of the variables, and the truth of the table rows, in every pair."""
    bare = replace(question, properties=(), availability=())
    try:
        searching = NativeSearch(bare)
        stopped = searching.run(max_states, None, deadline, None)
        if stopped is not None:
            raise UntaughtError(f"the search was {stopped}")
        return _from_log(searching)
    except NativeUnavailableError:
        found = reached(bare, max_states=max_states, deadline=deadline)
    except TooLargeError as error:
        raise UntaughtError(error.problems[0].message) from None
    if found is None:
        raise UntaughtError("the search was stopped")
    choices, packing = question.system.choices, Packing(question.system.variables)
    pairs = [(packing.unpack(s), c) for s, family in found.items() for c in choices.members(family)]
    values = np.array([values for values, _ in pairs], dtype=np.int64).reshape(len(pairs), -1)
    chosen = [choice for _, choice in pairs]
    rows = [np.array([c >> i & 1 for c in chosen], dtype=bool) for i in range(len(choices.rows))]
    return list(values.T), rows


def _from_log(searching: NativeSearch) -> tuple[list[Column], list[Column]]:
    """Return the same, from the log of a compiled search: keys, and masks of table choices."""
    space, layout, system = searching.space, searching.layout, searching.system
    words = layout.key_bytes // 8
    keys = np.frombuffer(space.keys.map, np.uint64, space.length * words).copy()
    keys = keys.reshape(space.length, words)
    low: list[Column] = []
    if layout.masked:
        size = space.length * layout.mask_bytes
        masks = np.frombuffer(space.masks.map, np.uint8, size).reshape(space.length, -1).copy()
        holds = np.unpackbits(masks, axis=1, bitorder="little")[:, : layout.choices]
        entries, choices = np.nonzero(holds)
        keys = keys[entries]
        low = [(choices >> i & 1).astype(bool) for i in range(layout.mask_rows)]
    packing = layout.packing
    values = [
        _bits(keys, packing.offset[v.index], packing.mask[v.index] >> packing.offset[v.index])
        + v.sort.low for v in system.variables
    ]
    high = [_bits(keys, packing.bits + i, 1) == 1 for i in range(layout.rows - layout.mask_rows)]
    return values, [*low, *high]


def _bits(keys: NDArray[np.uint64], offset: int, mask: int) -> NDArray[np.int64]:
    """Return a number out of each key, which may be two words."""
    word, shift = divmod(offset, WORD)
    found = keys[:, word] >> np.uint64(shift)
    if shift + mask.bit_length() > WORD:
        found = found | keys[:, word + 1] << np.uint64(WORD - shift)
    return (found & np.uint64(mask)).astype(np.int64)


class _Evaluator:
    """Evaluates features in all pairs at once."""

    def __init__(
        self, system: TransitionSystem, values: Sequence[Column], rows: Sequence[Column]
    ) -> None:
        self.system, self.values, self.rows = system, values, rows

    def __call__(self, t: Term) -> Column:  # noqa: PLR0911 - one match, a branch an operator
        a = [self(argument) for argument in t.arguments]
        match t.operator:
            case "constant":
                return np.asarray(t.value)
            case "variable":
                return self.values[t.value]
            case "and":
                return np.logical_and.reduce(np.broadcast_arrays(*a))
            case "not":
                return np.logical_not(a[0])
            case "equal":
                return a[0] == a[1]
            case "at_most":
                return a[0] <= a[1]
            case "table":
                return self._table(t, a)
            case _:
                raise AssertionError(t.operator)  # no feature has it

    def _table(self, t: Term, arguments: list[Column]) -> Column:
        table, choices = self.system.tables[t.value], self.system.choices
        always = np.asarray(True)  # noqa: FBT003 - a truth value
        rows: dict[tuple[int, ...], Column] = dict.fromkeys(table.allow or (), always)
        if table.allow is None:
            rows = {row: self.rows[i] for (name, row), i in choices.position.items()
                    if name == t.value}
        found: Column = ~always
        for row, holds in rows.items():
            fits = [argument == code for argument, code in zip(arguments, row, strict=True)]
            found = found | np.logical_and.reduce(np.broadcast_arrays(*fits, holds))
        return found
