"""Onsets: of which properties a run is wanted that brings `whenever` about.

A clause is shown by a run with at least one step. What may hold at the start has a witness without
any; where nothing else speaks for the clause, a search looks for the step that brings it about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine.terms import Term


def onsets(question: Question) -> frozenset[str]:
    """Return the names of those that speak for a clause for which all that do may start with it."""
    carried: dict[str, list[Property]] = {}
    for prop in question.properties:
        for clause in prop.clauses:
            carried.setdefault(clause, []).append(prop)
    known = question.system.pinned
    memo: dict[Term, Term] = {}
    found: set[str] = set()
    for every in carried.values():
        speaking = [p for p in every if p.principal] or every
        if not any(p.stepwise or _at_start(p.exercise, known, memo) is terms.FALSE
                   for p in speaking):
            found |= {p.name for p in speaking}
    return frozenset(found)


def _at_start(term: Term, known: Mapping[int, int], memo: dict[Term, Term]) -> Term:
    """Return what is left of a term in the initial states."""

    def leaf(t: Term) -> Term | None:
        if t.operator != "variable" or t.value not in known:
            return None
        return terms.coded(known[t.value], boolean=t.boolean)

    return terms.rebuild(term, leaf, memo)
