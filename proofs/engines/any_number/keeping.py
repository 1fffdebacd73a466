"""Which lifted clauses are inductive at every size up to their cutoff: the largest such set."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from twinrom.proofs.any_number.numbers import MOST
from twinrom.proofs.engines.any_number.steps import MODEL, Steps

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from twinrom.proofs.any_number.lifted import Home, LiftedClause
    from twinrom.proofs.any_number.numbers import Numbers


class UnkeptError(RuntimeError):
    """The clauses were not all looked at: the time is up, or too many machines are needed."""


class Keeping:
    """Lifted clauses and those of them that are kept; every other one is dropped (Houdini).

    It ends early, with the goals that are `broken`, where these do not follow at some number.
    """

    def __init__(self, home: Home, numbers: Numbers, clauses: Iterable[LiftedClause],
                 deadline: float | None, goals: Collection[str] = ()) -> None:
        self.home, self.numbers, self.deadline = home, numbers, deadline
        self.live = dict.fromkeys(clauses)
        self.goals = {MODEL, *goals}
        self.broken: set[str] = set()
        self.steps: dict[int, Steps] = {}
        self._drop()

    def close(self) -> None:
        """Give the solvers' memory back."""
        for steps in self.steps.values():
            steps.close()

    @property
    def reach(self) -> int:
        """Return the cutoff for what is left."""
        return self.numbers.enough(self.home, self.live)

    def _at(self, number: int) -> Steps:
        if number not in self.steps:
            self.steps[number] = Steps(self.home, self.numbers.at(number), list(self.live))
        return self.steps[number]

    def _drop(self) -> None:
        number = 1
        while number <= self.reach and not self.broken:
            if self.deadline is not None and time.monotonic() > self.deadline:
                raise UnkeptError("out of time")
            if number > MOST:
                raise UnkeptError(f"{self.reach} machines would have to be looked at")
            gone = self._at(number).outside(self.live) if self.live else set()
            for clause in gone:
                del self.live[clause]
            if not gone:  # what is dropped later makes no goal follow
                self.broken = self._at(number).broken(self.live) & self.goals
            number = 1 if gone and number > 1 else number + (not gone)

    def needed(self, goals: Collection[str]) -> list[LiftedClause]:
        """Return the clauses that are needed for the goals, and for each other."""
        found: set[LiftedClause] = set()
        new: set[LiftedClause] = set()
        asked = {MODEL, *goals}
        while asked or new:
            more = {c for n in range(1, self.reach + 1)
                    for c in self._at(n).needed(self.live, new, asked)}
            new, asked = more - found, set()
            found |= new
        return [clause for clause in self.live if clause in found]
