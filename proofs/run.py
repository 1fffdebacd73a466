"""Runs as plain data, as engines find them: nothing of the model is kept in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Steps: TypeAlias = "tuple[tuple[int, tuple[int, ...]], ...]"


@dataclass(frozen=True)
class Run:
    """A run as plain data: initial values, table choice, rule instance and payload of each step.

    With a `loop` it goes on for ever: it ends in the state with that index, and repeats what
    follows there. Where that is the last state itself, nothing happens by itself any more.
    """

    initial: tuple[int, ...]
    tables: int
    steps: Steps
    loop: int | None = None

    @property
    def length(self) -> int:
        """Return the number of steps."""
        return len(self.steps)
