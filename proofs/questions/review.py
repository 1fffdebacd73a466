"""Review: the traceability matrix of a spec, from each clause of the page to its evidence.

A row has the clause, what carries it, what became of it, the run in which it matters, and who has
signed it off. A hash names what is signed: the clause, its properties and the verdict.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twinrom.proofs.questions.check import check
from twinrom.proofs.questions.signoffs import Signoffs
from twinrom.proofs.spec.spec import bare, read_spec
from twinrom.proofs.spec.texts import clause_text, digest, property_text, written_at
from twinrom.statemachine import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.engines.task import Key
    from twinrom.proofs.questions.scores import ClauseScores, ScoreShape
    from twinrom.proofs.questions.signoffs import Signed
    from twinrom.proofs.report import Report
    from twinrom.proofs.spec.request import CheckRequest
    from twinrom.proofs.spec.schema import ClauseShape, GapShape
    from twinrom.proofs.spec.spec import Spec
    from twinrom.proofs.verdicts.verdict import Checked, ClauseResult, Result


@dataclass(frozen=True)
class ReviewRow:
    """One clause with all that is traced to it.

    `properties` are the names of those that carry it, without their columns, the one that says it
    first. `gaps` are those whose texts, or whose properties, speak of it, or of which it speaks.
    `digest` names what is signed off; `signed` says by whom.
    """

    shape: ClauseShape
    result: ClauseResult
    properties: tuple[str, ...]
    gaps: tuple[str, ...]
    digest: str
    score: ScoreShape | None = None
    signed: tuple[Signed, ...] = ()


@dataclass(frozen=True)
class ReviewedGap:
    """A gap with the reading that was chosen, what holds it, and the clauses that it touches."""

    name: str
    shape: GapShape
    properties: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Reviewed:
    """The traceability matrix of one model: a row per clause, in the order of the page."""

    checked: Checked
    rows: tuple[ReviewRow, ...]
    gaps: tuple[ReviewedGap, ...]

    @property
    def stale(self) -> tuple[Signed, ...]:
        """Return the sign-offs of something that has changed since."""
        return tuple(s for row in self.rows for s in row.signed if s.state == "stale")


def review(
    requests: Sequence[CheckRequest],
    options: Options,
    signoffs: Signoffs | None = None,
    scores: Sequence[ClauseScores] = (),
    progress: Callable[[Key, Report], None] | None = None,
) -> list[Reviewed]:
    """Return the traceability matrix of each model, in order, after checking it as `check` does.

    Raises what `check` raises, and `InputError` for sign-offs and scores of unknown clauses.
    """
    signoffs = signoffs or Signoffs()
    known = {Path(r.model[0]).stem: read_spec(Document(*r.spec))[0].clauses for r in requests}
    signoffs.refuse_unknown({name for clauses in known.values() for name in clauses})
    for one in scores:
        one.refuse_unknown(known)
    checked = check(requests, options, progress)
    digests = [{c.id: _digest(one, c) for c in one.clauses} for one in checked]
    every = [(name, found) for each in digests for name, found in each.items()]
    return [
        _reviewed(one, own, every, signoffs,
                  next((s.scores for s in scores if s.model == one.question.model.name), {}))
        for one, own in zip(checked, digests, strict=True)
    ]  # fmt: skip


def _reviewed(
    checked: Checked, digests: Mapping[str, str], every: Sequence[tuple[str, str]],
    signoffs: Signoffs, scores: Mapping[str, ScoreShape],
) -> Reviewed:
    spec, results = checked.question.spec, {c.id: c for c in checked.clauses}
    touched = _touched(spec, checked.results)
    rows = []
    for name in page_order(spec.clauses):
        others = {found for other, found in every if other == name}
        rows.append(ReviewRow(
            spec.clauses[name], results[name], _properties(results[name]),
            tuple(gap for gap, clauses in touched.items() if name in clauses), digests[name],
            scores.get(name), tuple(signoffs.of(name, digests[name], others)),
        ))  # fmt: skip
    gaps = tuple(
        ReviewedGap(name, gap, tuple(r.prop.name for r in checked.results if r.prop.gap == name),
                    touched[name])
        for name, gap in spec.gaps.items()
    )  # fmt: skip
    return Reviewed(checked, tuple(rows), gaps)


def page_order(clauses: Mapping[str, ClauseShape]) -> list[str]:
    """Return the names of clauses page by page, by what `at` says where all of a page have it.

    Numbers in it count as numbers. Otherwise the order is that of the spec.
    """
    pages: dict[str | None, list[str]] = {}
    for name, clause in clauses.items():
        pages.setdefault(clause.page, []).append(name)
    ordered = []
    for names in pages.values():
        places = [clauses[name].at for name in names]
        if None not in places:
            names.sort(key=lambda name: _natural(clauses[name].at or ""))
        ordered += names
    return ordered


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """Return what sorts texts by the numbers in them, and by their words."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part.lower())
            for part in re.split(r"(\d+)", text)]


def _properties(clause: ClauseResult) -> tuple[str, ...]:
    shown = (clause.evidence.property,) if clause.evidence is not None else ()
    names = (*clause.principal, *shown, *clause.properties)
    return tuple(dict.fromkeys(map(bare, names)))


def _digest(checked: Checked, clause: ClauseResult) -> str:
    spec, carried = checked.question.spec, set(clause.properties)
    said = {".".join(written_at(r.prop)): property_text(spec, r.prop)
            for r in checked.results if r.prop.name in carried}
    return digest([clause_text(spec, clause.id), said, clause.verdict])


def _touched(spec: Spec, results: Sequence[Result]) -> dict[str, tuple[str, ...]]:
    """Return for each gap the clauses that it speaks of, or that speak of it."""
    of_clauses = {name: [clause.says, clause.because] for name, clause in spec.clauses.items()}
    of_gaps = {name: list(_said(gap)) for name, gap in spec.gaps.items()}
    for prop in (r.prop for r in results):
        texts = [prop.says, prop.because, prop.may_be_untested]
        for name in prop.clauses:
            of_clauses[name] += texts
        if prop.gap is not None:
            of_gaps[prop.gap] += texts
    return {
        gap: tuple(clause for clause, own in of_clauses.items()
                   if _names(texts, clause) or _names(own, gap))
        for gap, texts in of_gaps.items()
    }  # fmt: skip


def _said(gap: GapShape) -> Iterator[str | None]:
    yield from (gap.asks, gap.because, *(reading.says for reading in gap.readings))


def _names(texts: Sequence[str | None], name: str) -> bool:
    """Say whether one of the texts has the name as a whole word."""
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return any(word.search(text) for text in texts if text)
