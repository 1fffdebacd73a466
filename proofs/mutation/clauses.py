"""A score for each clause of a spec: which mutants its properties kill, and which they alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.proofs.mutation.outcome import MutantOutcome
    from twinrom.proofs.spec.question import Question

Thin: TypeAlias = Literal["kills none", "none alone"]


@dataclass(frozen=True)
class ClauseScore:
    """How many mutants fail some of the `properties` of a clause.

    `alone`: how many of these fail no property of another clause, so that nobody else would notice.
    """

    id: str
    kind: str
    properties: int
    killed: int
    alone: int

    @property
    def thin(self) -> Thin | None:
        """Say whether the clause is a requirement that kills no mutant, or none alone."""
        if self.kind != "requirement" or self.alone:
            return None
        return "none alone" if self.killed else "kills none"


def clause_scores(
    question: Question, outcomes: Iterable[MutantOutcome]
) -> tuple[ClauseScore, ...]:
    """Return the score of each clause, in their order; the outcomes have all that fails.

    A clause without properties is left out where it asks for none, or says why it has none.
    """
    properties = [*question.properties, *(prop for prop, _ in question.reads)]
    carried = {prop.name: prop.clauses for prop in properties}
    own = Counter(clause for clauses in carried.values() for clause in dict.fromkeys(clauses))
    killed: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for outcome in outcomes:
        noticed = {clause for name in outcome.fails for clause in carried.get(name, ())}
        killed.update(noticed)
        alone.update(noticed if len(noticed) == 1 else ())
    return tuple(
        ClauseScore(name, clause.kind, own[name], killed[name], alone[name])
        for name, clause in question.spec.clauses.items()
        if own[name] or (clause.kind == "requirement" and not clause.because)
    )
