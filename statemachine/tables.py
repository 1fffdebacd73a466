"""Tables: which choices there are, and what holds for a whole family of choices at once.

A choice is a number whose bit i says whether row i holds; a family is a set of choices, kept as a
bit mask. Evaluating a term looks at few rows, and its value is the same for every choice that
agrees on them: that splits a family into few parts.
"""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from twinrom.statemachine import terms
from twinrom.statemachine.source.diagnostics import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from twinrom.statemachine.model import Table
    from twinrom.statemachine.terms import Term

MAX_ROWS = 16


class TooLargeError(InputError):
    """The model is sound, but too large to be enumerated; other engines may still decide it."""


class TableChoices:
    """All choices of the free tables of a model."""

    Entry: TypeAlias = "Callable[[str, tuple[int, ...]], int]"

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        self.rows = [
            (table.name, row)
            for table in tables.values()
            if table.allow is None
            for row in itertools.product(*(sort.codes() for sort in table.of))
        ]
        self.position = {row: i for i, row in enumerate(self.rows)}

    @cached_property
    def everything(self) -> int:
        """Return the family of all choices; raises `TooLargeError` when there are too many."""
        if len(self.rows) > MAX_ROWS:
            raise TooLargeError.whole_file(
                f"table {self.rows[0][0]}",
                f"2^{len(self.rows)} table choices are too many to enumerate",
                "lower the sorts with `--sort`, or list the rows with `allow`",
            )
        return (1 << (1 << len(self.rows))) - 1

    @cached_property
    def holding(self) -> list[int]:
        """Return for each row the family of choices in which it holds."""
        size = 1 << len(self.rows)
        found = []
        for i in range(len(self.rows)):
            block = ((1 << (1 << i)) - 1) << (1 << i)
            width = 2 << i
            while width < size:
                block |= block << width
                width *= 2
            found.append(block)
        return found

    def entry(self, choice: int) -> Entry:
        """Return the look-up function of one choice."""

        def look_up(name: str, row: tuple[int, ...]) -> int:
            position = self.position.get((name, row))
            if position is None:
                allow = self.tables[name].allow
                return int(allow is not None and row in allow)
            return choice >> position & 1

        return look_up

    def members(self, family: int) -> Iterator[int]:
        """Return the choices of a family, lowest first."""
        while family:
            low = family & -family
            yield low.bit_length() - 1
            family ^= low

    def split(
        self,
        term: Term,
        family: int,
        state: Sequence[int],
        later: Sequence[int],
        given: Mapping[str, int],
    ) -> Iterator[tuple[int, int]]:
        """Return the parts of `family` on which `term` has one value, with that value."""
        while family:
            choice = (family & -family).bit_length() - 1
            part = family
            look_up = self.entry(choice)

            def entry(name: str, row: tuple[int, ...]) -> int:
                nonlocal part
                found = look_up(name, row)  # noqa: B023 - used within this turn of the loop only
                position = self.position.get((name, row))
                if position is not None:
                    holding = self.holding[position]
                    part &= holding if found else ~holding
                return found

            value = terms.evaluate(term, state, later, given, entry)
            yield part, value
            family &= ~part

    def text(self, choice: int) -> dict[str, list[tuple[str, ...]]]:
        """Return for each table the rows that hold, as text."""
        found: dict[str, list[tuple[str, ...]]] = {}
        look_up = self.entry(choice)
        for table in self.tables.values():
            rows = itertools.product(*(sort.codes() for sort in table.of))
            found[table.name] = [
                tuple(sort.text(code) for sort, code in zip(table.of, row, strict=True))
                for row in rows
                if look_up(table.name, row)
            ]
        return found
