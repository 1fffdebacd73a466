"""Fault numbers as JSON; the format is described in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinrom.diagrams.data.heading import heading
from twinrom.statemachine import to_itf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs import FaultNumber, Question

SCHEMA = "twinrom/faults/1"


def faults_json(counted: Sequence[tuple[Question, Sequence[FaultNumber]]]) -> dict[str, Any]:
    """Return the fault numbers of all models as plain JSON data."""
    return {"schema": SCHEMA, "models": [_model(q, numbers) for q, numbers in counted]}


def _model(question: Question, numbers: Sequence[FaultNumber]) -> dict[str, Any]:
    return heading(question) | {"properties": [_property(question, n) for n in numbers]}


def _property(question: Question, number: FaultNumber) -> dict[str, Any]:
    return {
        "name": number.prop.name,
        "kind": number.prop.kind.key,
        "clause": list(number.prop.clauses),
        "survives": "any" if number.survives is None else number.survives,
        "fatal": len(number.cuts[0].faults) if number.cuts else None,
        "cuts": [
            {"faults": list(cut.faults), "trace": to_itf(question.system, cut.trace)}
            for cut in number.cuts
        ],
        "stopped": number.stopped,
    }
