"""A traceability matrix as one page that stands alone, to be read and printed on A4."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from twinrom.diagrams.page.templates import environment
from twinrom.diagrams.words.clauses import clause_words
from twinrom.diagrams.words.review import (
    chosen_words,
    shown_words,
    signed_words,
    summary_words,
)
from twinrom.diagrams.words.text import short_file
from twinrom.diagrams.words.verdicts import (
    budget_words,
    engine_line,
    standing_words,
    z3_line,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinrom.proofs import Result, Reviewed, ReviewedGap, ReviewRow

TONES = {
    "bold red": "bad", "green": "good", "yellow": "known", "magenta": "open", "dim": "plain",
}  # fmt: skip


def review_page(found: Sequence[Reviewed], version: str) -> str:
    """Return the matrices of some models as HTML; the same findings give the same page."""
    return environment().get_template("review.html.j2").render(
        models=[_model(one) for one in found], version=version,
    )


def _model(reviewed: Reviewed) -> dict[str, Any]:
    checked = reviewed.checked
    question = checked.question
    results = {r.prop.name: r for r in checked.results}
    return {
        "name": question.model.name,
        "title": question.model.title,
        "source": question.spec.shape.source or question.model.source,
        "standing": standing_words(checked),
        "tone": "bad" if checked.failed else "open" if checked.undecided else "good",
        "summary": summary_words(reviewed),
        "files": [
            {"name": short_file(d.path), "digest": hashlib.sha256(d.text.encode()).hexdigest()[:12]}
            for d in (*question.model.place.documents, *question.spec.place.documents)
        ],
        "sizes": ", ".join(f"{n} {text}" for n, text in question.sizes.items()) or "no sorts",
        "faults": budget_words(checked),
        "engines": [engine_line(report) for report in checked.reports.values()],
        "z3": z3_line(checked).replace("checked", "Checked", 1),
        "rows": [_row(row, results) for row in reviewed.rows],
        "scored": any(row.score for row in reviewed.rows),
        "gaps": [_gap(gap) for gap in reviewed.gaps],
    }  # fmt: skip


def _row(row: ReviewRow, results: Mapping[str, Result]) -> dict[str, Any]:
    word, style = clause_words(row.result, results)
    return {
        "id": row.result.id,
        "page": row.shape.page or "",
        "at": row.shape.at or "",
        "kind": row.result.kind,
        "says": row.shape.says,
        "because": None if row.properties else row.shape.because,
        "verdict": word,
        "tone": TONES[style],
        "principal": bool(row.result.principal),
        "properties": row.properties,
        "evidence": shown_words(row),
        "rules": row.result.rules,
        "gaps": row.gaps,
        "score": row.score,
        "signed": [{"state": s.state, "text": signed_words(s, row.digest)} for s in row.signed],
        "digest": row.digest,
    }


def _gap(gap: ReviewedGap) -> dict[str, Any]:
    return {
        "id": gap.name,
        "asks": gap.shape.asks,
        "chosen": chosen_words(gap),
        "open": gap.shape.chosen is None,
        "because": gap.shape.because,
        "properties": gap.properties,
        "clauses": gap.clauses,
    }
