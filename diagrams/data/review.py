"""Traceability matrices as CSV, and the sign-offs that somebody could paste into a file."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from twinrom.diagrams.words.clauses import clause_words
from twinrom.diagrams.words.review import shown_words, signed_words
from twinrom.proofs import signed_by
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from twinrom.proofs import Result, Reviewed, ReviewRow

COLUMNS = (
    "model", "page", "at", "clause", "kind", "says", "verdict", "property", "others", "evidence",
    "steps", "event", "rules", "gaps", "killed", "alone", "signed", "hash",
)  # fmt: skip
COMPUTED = ("=", "+", "-", "@", "\t", "\r")


def review_csv(found: Sequence[Reviewed]) -> str:
    """Return the matrices as one table, a line per clause; entries of a list stand apart by `; `.

    A cell that a spreadsheet would compute begins with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for reviewed in found:
        results = {r.prop.name: r for r in reviewed.checked.results}
        for row in reviewed.rows:
            cells = _cells(row, results) | {"model": reviewed.checked.question.model.name}
            writer.writerow({name: _inert(text) for name, text in cells.items()})
    return out.getvalue()


def _cells(row: ReviewRow, results: Mapping[str, Result]) -> dict[str, str]:
    shape, clause, score, shown = row.shape, row.result, row.score, row.result.evidence
    first, others = (row.properties[0], len(row.properties) - 1) if row.properties else ("", 0)
    return {
        "page": shape.page or "", "at": shape.at or "", "clause": clause.id, "kind": clause.kind,
        "says": shape.says, "verdict": clause_words(clause, results)[0],
        "property": first, "others": str(others),
        "evidence": shown_words(row),
        "steps": "" if shown is None else str(shown.steps),
        "event": "" if shown is None or shown.last is None else str(shown.last),
        "rules": "; ".join(clause.rules), "gaps": "; ".join(row.gaps),
        "killed": "" if score is None else str(score.killed),
        "alone": "" if score is None else str(score.alone),
        "signed": "; ".join(signed_words(s, row.digest) for s in row.signed),
        "hash": row.digest,
    }  # fmt: skip


def _inert(text: str) -> str:
    tidy = " ".join(text.split())
    return f"'{tidy}" if tidy.startswith(COMPUTED) else tidy


def signoff_toml(found: Sequence[Reviewed], who: str, when: date) -> str:
    """Return a sign-off for each clause that somebody has not signed as it is, to be pasted."""
    return "\n".join(text for reviewed in found for text in _signoffs(reviewed, who, when))


def _signoffs(reviewed: Reviewed, who: str, when: date) -> Iterator[str]:
    results = {r.prop.name: r for r in reviewed.checked.results}
    for row in reviewed.rows:
        if signed_by(who, row.signed):
            continue
        name, (word, _) = row.result.id, clause_words(row.result, results)
        yield (
            f"# {printable(reviewed.checked.question.model.name)}, {word}: "
            f"{printable(row.shape.says)}\n"
            f"[[signoff]]\nclause = {_quoted(name)}\nwho = {_quoted(who)}\nwhen = {when}\n"
            f'verdict = "agreed"\nhash = "{row.digest}"\n'
        )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
