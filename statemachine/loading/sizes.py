"""Sizes from outside a file: ranges of sorts, numbers of machines, values of definitions.

They come as one mapping. A sort stands in it by its name: `{"Version": "1..4"}`; a template and a
definition by their path in the file: `{"machine.Server": "8", "define.k": "3"}`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OPTIONS = {"machine": "--instances", "define": "--define"}
MACHINES = re.compile(r"([A-Za-z_]\w*?)(0|[1-9][0-9]{0,8})")


class Range(NamedTuple):
    """Machines that are numbered: `s1..s3`."""

    prefix: str
    low: int
    high: int

    @property
    def size(self) -> int:
        """Return how many they are."""
        return self.high - self.low + 1

    def names(self) -> Iterator[str]:
        """Yield their names."""
        return (f"{self.prefix}{number}" for number in range(self.low, self.high + 1))

    def __str__(self) -> str:
        return f"{self.prefix}{self.low}..{self.prefix}{self.high}"


def machine_range(text: str) -> Range | None:
    """Return the machines that `s1..s3` names; None for a text that is no range, or is empty."""
    first, dots, last = (part.strip() for part in text.partition(".."))
    low, high = MACHINES.fullmatch(first), MACHINES.fullmatch(last)
    if not dots or low is None or high is None or low[1] != high[1]:
        return None
    found = Range(low[1], int(low[2]), int(high[2]))
    return found if found.size > 0 else None


def size_option(name: str, value: str) -> tuple[str, str]:
    """Return the words of the command line that give a size."""
    section, _, inner = name.partition(".")
    return (OPTIONS[section], f"{inner}={value}") if inner else ("--sort", f"{name}={value}")


def sizes_of(sizes: Mapping[str, str], section: str) -> dict[str, str]:
    """Return the sizes of a section: `sort`, `machine` or `define`, by name."""
    if section == "sort":
        return {name: text for name, text in sizes.items() if "." not in name}
    return {name.partition(".")[2]: text for name, text in sizes.items()
            if name.startswith(f"{section}.")}
