"""Clauses: what became of each, and its evidence, an interesting witness.

A property that nothing triggers is vacuously true, and one that the start triggers is hardly less
so. An interesting witness (Beer, Ben-David, Eisner and Rodeh) shows it at work: a run with a step
that brings about what it speaks of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.verdicts.verdict import ClauseEvidence, ClauseResult, Violated, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.schema import ClauseShape
    from twinrom.proofs.verdicts.verdict import Result

SEVERITY = ("violated", "vacuous", "unknown", "not-checked", "bounded", "proved")
FINE = ("bounded", "proved")


def clause_results(question: Question, results: Sequence[Result]) -> tuple[ClauseResult, ...]:
    """Return what became of each clause of the spec, in its order."""
    found = []
    for name, clause in question.spec.clauses.items():
        carried = [r for r in results if name in r.prop.clauses]
        rules = tuple(n for n, rule in question.model.rules.items() if name in rule.clauses)
        principal = [r for r in carried if r.prop.principal]
        witness = min(((steps, r.prop.name) for r in principal or carried
                       if (steps := r.exercised_at) is not None), default=(0, None))[1]
        found.append(ClauseResult(
            name, clause.kind, _verdict(clause, carried, rules),
            tuple(r.prop.name for r in carried), rules, tuple(r.prop.name for r in principal),
            witness, _evidence(carried, principal or carried),
        ))  # fmt: skip
    return tuple(found)


def worst_word(carried: Iterable[Result]) -> str | None:
    """Return the worst verdict on some properties; None without any."""
    words = {word(r.verdict) for r in carried}
    return next((w for w in SEVERITY if w in words), None)


def _verdict(clause: ClauseShape, carried: Sequence[Result], rules: Sequence[str]) -> str:
    worst = worst_word(carried)
    if clause.kind != "requirement" and (worst is None or worst in FINE):
        return "stated"
    if worst is not None:
        return worst
    return "by-rules" if rules else "stated" if clause.because else "open"


def _evidence(carried: Sequence[Result], speaking: Sequence[Result]) -> ClauseEvidence | None:
    """Return the shortest run that breaks something; else of those that speak for the clause."""
    broken = [
        ClauseEvidence(r.prop.name, v.trace, v.length, v.last, breaks=True)
        for r in carried if isinstance(v := r.verdict, Violated)
    ]
    runs = [
        ClauseEvidence(r.prop.name, trace, len(trace.steps), trace.steps[-1])
        for r in speaking for trace in (r.witness, r.onset) if trace is not None and trace.steps
    ]
    start = [ClauseEvidence(r.prop.name) for r in speaking if r.exercised_at == 0 and r.seen_all]
    return min(broken or runs or start, key=lambda e: (e.steps, e.property), default=None)
