"""Clauses in words: what became of one, and the run in which it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.diagrams.words.text import steps
from twinrom.diagrams.words.verdicts import verdict_words
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs import ClauseEvidence, ClauseResult, Result

WITHOUT_PROPERTIES = {
    "by-rules": ("by rules", "green"), "stated": ("stated", "dim"), "open": ("open", "yellow"),
}  # fmt: skip
WORST = (
    "VIOLATED", "VACUOUS", "HOLDS NOW", "unknown", "not checked", "finding", "untidy", "untested",
    "not seen", "holds", "proved",
)  # fmt: skip


def clause_words(clause: ClauseResult, results: Mapping[str, Result]) -> tuple[str, str]:
    """Return what became of a clause in a word, and its style.

    It is the worst of the words that tables have for its properties. Without any, or where it is no
    requirement, it is `by rules`, `stated` or `open`.
    """
    if clause.verdict in WITHOUT_PROPERTIES:
        return WITHOUT_PROPERTIES[clause.verdict]
    told = (verdict_words(results[name]) for name in clause.properties)
    words = {word: style for word, style, _ in told}
    return next((word, words[word]) for word in WORST if word in words)


def evidence_words(evidence: ClauseEvidence | None) -> str:
    """Return in one line how long the run is in which a clause matters, and where it leads."""
    if evidence is None:
        return "none known"
    last = "" if evidence.last is None else printable(evidence.last.told)
    if evidence.breaks:
        return f"broken in {steps(evidence.steps)}, by {last}" if last else "broken at the start"
    return f"{steps(evidence.steps)}, to {last}" if last else "from the start on"
