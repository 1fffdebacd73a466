"""Verdicts as JSON for other programs; the format is described in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofs import Bounded, Unknown, Vacuous, Violated, word
from statemachine import to_itf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofs import Checked, Counts, Result

SCHEMA = "twinrom/check/1"


def checked_json(checked: Sequence[Checked]) -> dict[str, Any]:
    """Return the verdicts on all models as plain JSON data."""
    return {"schema": SCHEMA, "models": [_model(c) for c in checked]}


def _model(checked: Checked) -> dict[str, Any]:
    question = checked.question
    return {
        "name": question.model.name,
        "title": question.model.title,
        "files": {"model": list(question.model.paths), "spec": list(question.spec.paths)},
        "sorts": {s.name: s.range_text() for s in question.model.sorts.values()},
        "faults": {kind: "unlimited" if n is None else n for kind, n in question.budget.items()},
        "depth": checked.depth,
        "failed": checked.failed,
        "undecided": checked.undecided,
        "engines": {name: _engine(report) for name, report in checked.reports.items()},
        "properties": [_property(checked, r) for r in checked.results],
        "clauses": [
            {
                "id": c.id,
                "kind": c.kind,
                "verdict": c.verdict,
                "properties": list(c.properties),
                "rules": list(c.rules),
            }
            for c in checked.clauses
        ],
        "seconds": round(checked.seconds, 3),
    }


def _engine(report: Any) -> dict[str, Any]:
    counts = report.counts
    return {
        "depth": report.clean, "complete": report.complete, "stopped": report.stopped,
        "seconds": round(report.seconds, 3),
        "states": counts.states if counts else None,
        "transitions": counts.transitions if counts else None,
        "diameter": counts.diameter if counts and report.complete else None,
    }  # fmt: skip


def _property(checked: Checked, result: Result) -> dict[str, Any]:
    prop, verdict = result.prop, result.verdict
    depth: int | None = None
    complete: Counts | None = None
    trace = None
    match verdict:
        case Bounded() | Vacuous():
            depth, complete = verdict.depth, verdict.complete
        case Violated(found):
            depth = len(found.steps)
            trace = to_itf(checked.question.system, found)
        case Unknown():
            depth = verdict.clean
    witness = (
        to_itf(checked.question.system, result.witness) if result.witness is not None else None
    )
    return {
        "name": prop.name,
        "kind": prop.kind,
        "clause": list(prop.clauses),
        "verdict": word(verdict),
        "depth": depth,
        "complete": None
        if complete is None
        else {
            "states": complete.states,
            "transitions": complete.transitions,
            "diameter": complete.diameter,
        },
        "exercised_at": result.exercised_at,
        "expect": "violated" if prop.expect_violated else None,
        "as_expected": not result.failed,
        "reason": verdict.reason if isinstance(verdict, Unknown) else None,
        "seconds": round(result.seconds, 3),
        "trace": trace,
        "witness": witness,
    }


__all__ = ["SCHEMA", "checked_json"]
