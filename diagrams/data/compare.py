"""A comparison of two policies as JSON; the format is described in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinrom.diagrams.data.check import deadlock_json, readers_json
from twinrom.diagrams.data.heading import heading
from twinrom.proofs import Violated, unknown, word
from twinrom.statemachine import to_itf

if TYPE_CHECKING:
    from twinrom.proofs import Checked, Comparison, OneWay, Result, VerdictChange

SCHEMA = "twinrom/compare/1"


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Return everything that a comparison found as plain JSON data."""
    return {
        "schema": SCHEMA,
        "old": _model(found.old),
        "new": _model(found.new),
        "spec": list(found.old.question.spec.paths),
        "worse": found.worse,
        "undecided": found.undecided,
        "ranked": found.ranked,
        "relation": found.relation,
        "changes": [
            {"kind": c.kind, "key": c.path, "before": _plain(c.before), "after": _plain(c.after),
             "lost": list(c.lost), "gained": list(c.gained)}
            for c in found.changes
        ],
        "verdicts": [_verdict(change) for change in found.verdicts],
        "deadlock": {"before": deadlock_json(found.old), "after": deadlock_json(found.new)},
        "unchanged": found.unchanged,
        "unknown_in_both": found.unknown_in_both,
        "only_old": {r.prop.name: _one(r) for r in found.only_old},
        "only_new": {r.prop.name: _one(r) for r in found.only_new},
        "observed": {
            "events": {name: sorted(seen) for name, seen in sorted(found.what.events.items())},
            "variables": list(found.what.variables),
        },
        "new_allowed_by_old": _way(found.forward),
        "old_allowed_by_new": _way(found.backward),
    }


def _model(checked: Checked) -> dict[str, Any]:
    question = checked.question
    return {
        **heading(question),
        "files": list(question.model.paths),
        "faults": question.limits,
        "standing": checked.standing,
        "unknown": {r.prop.name: r.reason for r in unknown(checked)},
    }


def _plain(value: Any) -> Any:
    """Return what TOML said as JSON; a date becomes text."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def _verdict(change: VerdictChange) -> dict[str, Any]:
    after, system = change.after.verdict, change.after.question.system
    return {
        "name": change.after.prop.name,
        "kind": change.after.prop.kind.key,
        "clause": list(change.after.prop.clauses),
        "worse": change.worse,
        "undecided": not (change.before.decided and change.after.decided),
        "before": _one(change.before),
        "after": _one(change.after),
        "trace": to_itf(system, after.trace) if isinstance(after, Violated) else None,
        "readers": readers_json(after),
    }


def _one(result: Result) -> dict[str, Any]:
    verdict = result.verdict
    length = len(verdict.trace.steps) if isinstance(verdict, Violated) else None
    return {"verdict": word(verdict), "depth": length, "as_expected": not result.failed}


def _way(way: OneWay) -> dict[str, Any]:
    difference = way.difference
    return {
        "answer": way.word,
        "pairs": way.inclusion.pairs,
        "stopped": way.inclusion.stopped,
        "trace": None if difference is None else to_itf(
            difference.question.system, difference.trace
        ),
        "instead": None if difference is None else [
            {"event": allowed.event, "sees": list(allowed.sees)} for allowed in difference.instead
        ],
    }  # fmt: skip
