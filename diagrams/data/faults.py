"""Fault numbers as JSON; the format is described in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinrom.diagrams.data.heading import heading
from twinrom.statemachine import to_itf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs import Checked, FaultChange, FaultChanges, FaultNumber, Question

SCHEMA = "twinrom/faults/1"


def faults_json(
    counted: Sequence[tuple[Question, Sequence[FaultNumber]]], checked: Sequence[Checked] = ()
) -> dict[str, Any]:
    """Return the fault numbers of all models, and where these stand, as plain JSON data."""
    models = [_model(q, numbers) for q, numbers in counted]
    for model, one in zip(models, checked, strict=False):
        model["standing"] = one.standing
    return {"schema": SCHEMA, "models": models}


def fault_changes_json(found: FaultChanges) -> dict[str, Any]:
    """Return the fault numbers of two policies, and what differs, as plain JSON data."""
    counted = list(zip(found.questions, found.numbers, strict=True))
    changes = found.changes
    return faults_json(counted, found.checked) | {
        "against": {
            "worse": found.worse,
            "undecided": found.undecided,
            "ranked": found.ranked,
            "unchanged": sum(change.way == "same" for change in changes),
            "changes": [_change(change) for change in changes if change.way != "same"],
        }
    }


def _change(change: FaultChange) -> dict[str, Any]:
    prop = change.either.prop
    return {
        "name": prop.name,
        "kind": prop.kind.key,
        "clause": list(prop.clauses),
        "way": change.way,
        "worse": change.worse,
        "undecided": change.undecided,
        "before": None if change.before is None else _survives(change.before),
        "after": None if change.after is None else _survives(change.after),
        "fatal_now": [list(cut.faults) for cut in change.fatal_now],
        "fatal_no_more": [list(cut.faults) for cut in change.fatal_no_more],
    }


def _survives(number: FaultNumber) -> dict[str, Any]:
    return {
        "survives": "any" if number.survives is None else number.survives,
        "fatal": len(number.cuts[0].faults) if number.cuts else None,
        "stopped": number.stopped,
    }


def _model(question: Question, numbers: Sequence[FaultNumber]) -> dict[str, Any]:
    properties = [_property(question, number) for number in numbers]
    return heading(question) | {"standing": None, "properties": properties}


def _property(question: Question, number: FaultNumber) -> dict[str, Any]:
    return {
        "name": number.prop.name,
        "kind": number.prop.kind.key,
        "clause": list(number.prop.clauses),
        **_survives(number),
        "cuts": [
            {"faults": list(cut.faults), "trace": to_itf(question.system, cut.trace)}
            for cut in number.cuts
        ],
    }
