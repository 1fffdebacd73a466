"""Fault numbers as JSON; the format is described in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinrom.diagrams.data.heading import heading
from twinrom.statemachine import to_itf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs import Checked, FaultNumber, Question

SCHEMA = "twinrom/faults/1"


def faults_json(
    counted: Sequence[tuple[Question, Sequence[FaultNumber]]], checked: Sequence[Checked] = ()
) -> dict[str, Any]:
    """Return the fault numbers of all models, and where these stand, as plain JSON data."""
    models = [_model(q, numbers) for q, numbers in counted]
    for model, one in zip(models, checked, strict=False):
        model["standing"] = one.standing
    return {"schema": SCHEMA, "models": models}


def _model(question: Question, numbers: Sequence[FaultNumber]) -> dict[str, Any]:
    properties = [_property(question, number) for number in numbers]
    return heading(question) | {"standing": None, "properties": properties}


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
