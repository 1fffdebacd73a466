"""A traceability matrix in words: one clause and all that is traced to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.diagrams.words.clauses import WITHOUT_PROPERTIES, WORST, clause_words, evidence_words
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs import Reviewed, ReviewedGap, ReviewRow, Signed

FEW = 3
WORST_FIRST = (*WORST, *(word for word, _ in WITHOUT_PROPERTIES.values()))


def property_words(row: ReviewRow) -> str:
    """Return the property that speaks for a clause, and how many others carry it."""
    first, *others = row.properties
    return printable(first) + (f", and {len(others)} more" if others else "")


def shown_words(row: ReviewRow) -> str:
    """Return the evidence of a clause; empty where no property carries it."""
    return evidence_words(row.result.evidence) if row.properties else ""


def score_words(row: ReviewRow) -> str:
    """Return how many mutants the properties of a clause kill; empty where nobody counted."""
    score = row.score
    if score is None:
        return ""
    noun = "mutant" if score.killed == 1 else "mutants"
    return f"{score.killed} {noun} killed, {score.alone} by it alone"


def few_words(names: Sequence[str]) -> str:
    """Return some names, and how many more there are."""
    more = len(names) - FEW
    shown = names if more <= 1 else names[:FEW]
    return printable(", ".join(shown)) + (f", and {more} more" if more > 1 else "")


def signed_words(signed: Signed, digest: str) -> str:
    """Return who said what of a clause when, and whether it still is what was signed."""
    remark = signed.remark or ""
    said = remark if not signed.agreed else f"agreed ({remark})" if remark else "agreed"
    told = printable(f"{signed.who}, {signed.when}: {said}")
    if signed.state == "stale":
        return f"{told} (STALE: the hash was {printable(signed.hash or '')})"
    return told if signed.state == "current" else f'{told} (to sign it, add hash = "{digest}")'


def chosen_words(gap: ReviewedGap) -> str:
    """Return the reading of a gap that was chosen."""
    shape = gap.shape
    return "no reading chosen" if shape.chosen is None else printable(
        shape.readings[shape.chosen].says)


def summary_words(reviewed: Reviewed) -> str:
    """Return how many clauses have which verdict, and how many are signed off."""
    results = {r.prop.name: r for r in reviewed.checked.results}
    words = [clause_words(row.result, results)[0] for row in reviewed.rows]
    counts = {word: words.count(word) for word in WORST_FIRST if word in words}
    ends = ", ".join(f"{n} {word}" + "s" * (word == "finding" and n > 1)
                     for word, n in counts.items())
    noun = "clause" if len(words) == 1 else "clauses"
    signed = sum(any(s.agreed and s.state == "current" for s in row.signed)
                 for row in reviewed.rows)
    stale = len(reviewed.stale)
    told = f"{len(words)} {noun}" + (f": {ends}" if ends else "") + f"; {signed} signed off"
    return f"{told}, {stale} sign-off{'s' * (stale != 1)} stale" if stale else told
