"""The question at each number of machines of a template, and the number that is enough."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from twinrom.proofs.any_number.cutoff import Cutoff
from twinrom.proofs.any_number.template import AnyNumber, any_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.proofs.any_number.lifted import Home, LiftedClause
    from twinrom.proofs.spec.request import CheckRequest

MOST = 12  # machines that are looked at together
ANALYSED = 4  # with so many machines the rules have all their columns, or say so in their `each`


@dataclass(frozen=True)
class Numbers:
    """A request at each number of machines of a template, each posed once."""

    request: CheckRequest
    template: str
    known: dict[int, AnyNumber] = field(default_factory=dict, compare=False)

    def at(self, number: int) -> AnyNumber:
        """Return the question with so many machines, which may have no state to start in."""
        if number not in self.known:
            posed = self.request.at({f"machine.{self.template}": str(number)}).posed()
            self.known[number] = AnyNumber(posed, self.template)
        return self.known[number]

    @cached_property
    def cutoff(self) -> Cutoff:
        """Return what says which number is enough; raises `InputError` where none is."""
        own = self.request.of_all_sizes() if self.request.unbounded else self.request
        any_number(own.question(), self.template)
        return Cutoff(any_number(self.at(ANALYSED).question, self.template))

    def check(self) -> None:
        """Raise `InputError`, with its place, where the answer may be another for each number."""
        self.cutoff.of_goals  # noqa: B018 - it is asked for what it raises

    def reach(self, home: Home, clause: LiftedClause) -> int:
        """Return the cutoff for one clause."""
        return self.cutoff.of_clause(clause.machines, home.variables_of(clause))

    def enough(self, home: Home, clauses: Iterable[LiftedClause]) -> int:
        """Return the cutoff for clauses, the properties, and the model being without mistakes."""
        return max([self.cutoff.of_goals, *{self.reach(home, clause) for clause in clauses}])
