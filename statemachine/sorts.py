"""Sorts: the finite sets that variables range over, coded as integers.

Ordered values are coded as themselves, names by their position; `none` is coded one below the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinrom.statemachine import terms

if TYPE_CHECKING:
    from twinrom.statemachine.terms import Term

NUMBER = re.compile(r"0|-?[1-9][0-9]{0,9}")
FAR = 1 << 62
INTEGERS = "integers"


@dataclass(frozen=True)
class Sort:
    """A named range of integer codes; `labels` names them when they are not numbers.

    Two sorts compare when their names are equal. The empty name is a bare number, which
    compares with every ordered sort. An `unbounded` sort stands for all integers: it cannot be
    enumerated, and its `low` and `high` are beyond every number that a file can spell. Sums in a
    sort that `wraps` are taken modulo its size.
    """

    name: str
    low: int
    high: int
    labels: tuple[str, ...] | None = None
    optional: bool = False
    template: bool = False
    unbounded: bool = False
    wraps: bool = False

    @property
    def ordered(self) -> bool:
        """Say whether `<` means something."""
        return self.labels is None

    @property
    def boolean(self) -> bool:
        """Say whether the values are the truth values."""
        return self.name == BOOL.name

    @property
    def none(self) -> int:
        """Return the code of `none`."""
        return self.low - 1 if not self.optional else self.low

    @property
    def size(self) -> int:
        """Return the number of values, `none` included."""
        return self.high - self.low + 1

    def or_none(self) -> Sort:
        """Return the same sort with the value `none` added."""
        return self if self.optional else replace(self, low=self.low - 1, optional=True)

    def text(self, code: int) -> str:
        """Return the value as a reader writes it."""
        if self.optional and code == self.low:
            return "none"
        return str(code) if self.labels is None else self.labels[code]

    def value(self, code: int) -> int | str | bool:
        """Return the value as JSON keeps it: a number, a truth value or a name."""
        if self.boolean:
            return bool(code)
        return code if self.labels is None and code >= self.plain_low else self.text(code)

    def code(self, text: str) -> int | None:
        """Return the code of a value written as text, or None when there is no such value."""
        if self.optional and text == "none":
            return self.low
        if self.labels is not None:
            return self.labels.index(text) if text in self.labels else None
        code = int(text) if NUMBER.fullmatch(text) else self.low - 1
        return code if self.plain_low <= code <= self.high else None

    def constant(self, code: int) -> Term:
        """Return the value with this code as a term."""
        return terms.coded(code, boolean=self.boolean)

    @property
    def plain_low(self) -> int:
        """Return the smallest code that is not `none`."""
        return self.low + self.optional

    @property
    def plain_size(self) -> int:
        """Return the number of values that are not `none`."""
        return self.high - self.plain_low + 1

    def codes(self) -> range:
        """Return all codes, `none` included; raises `ValueError` when there is no end of them."""
        if self.unbounded:
            raise ValueError(f"{self} is any integer and cannot be enumerated")
        return range(self.low, self.high + 1)

    def __str__(self) -> str:
        name = self.name or "number"
        return name + "?" if self.optional else name

    def describe(self) -> str:
        """Return the sort with its values, for error texts and tables."""
        few = 8
        many = self.labels is not None and len(self.labels) > few
        values = ", ".join((self.labels or ())[:few]) + ", ..." if many else self.range_text()
        return f"{self} ({values})" if self.name else values

    def range_text(self) -> str:
        """Return the values the way a model file spells them."""
        if self.unbounded:
            return INTEGERS
        if self.labels is None:
            return f"{self.plain_low}..{self.high}" + " wraps" * self.wraps
        return ", ".join(self.labels)


BOOL = Sort("bool", 0, 1, ("False", "True"))


def integers(name: str) -> Sort:
    """Return the sort of all integers."""
    return Sort(name, -FAR, FAR, unbounded=True)


def number(low: int, high: int, name: str = "") -> Sort:
    """Return the sort of a computed number."""
    return Sort(name, low, high)
