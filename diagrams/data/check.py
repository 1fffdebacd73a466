"""Verdicts as JSON for other programs; the format is described in docs/json.md."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from twinrom.diagrams.data.heading import heading
from twinrom.proofs import (
    Bounded,
    Proved,
    ReadElsewhere,
    Unknown,
    Vacuous,
    Violated,
    word,
)
from twinrom.statemachine import to_itf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs import (
        Certificate,
        Checked,
        ClauseResult,
        Counts,
        Property,
        Question,
        Result,
        Verdict,
    )
    from twinrom.statemachine import RunFound

SCHEMA = "twinrom/check/1"


def checked_json(checked: Sequence[Checked]) -> dict[str, Any]:
    """Return the verdicts on all models as plain JSON data."""
    return {"schema": SCHEMA, "models": [_model(c) for c in checked]}


def _model(checked: Checked) -> dict[str, Any]:
    question = checked.question
    return {
        **heading(question),
        "symbolic": list(checked.request.unbounded),
        "symmetric": list(question.symmetric),
        "no_columns": list(question.no_columns),
        "narrowed": list(question.narrowed),
        "unmoved": list(question.system.unmoved),
        "faults": question.limits,
        "depth": checked.depth,
        "failed": checked.failed,
        "undecided": checked.undecided,
        "standing": checked.standing,
        "limited": {setting.name: setting.value for setting in question.limited},
        "uncut": list(checked.uncut),
        "rest": _rest(checked),
        "deadlock": deadlock_json(checked),
        "duties": [_duty(r) for r in checked.duties],
        "engines": {name: _engine(report) for name, report in checked.reports.items()},
        "properties": [
            *(_property(checked, r) for r in checked.results),
            *(_run(question, found) for found in question.runs),
        ],
        "clauses": [_clause(question, c) for c in checked.clauses],
        "gaps": [_gap(checked, name) for name in question.spec.gaps],
        "seconds": round(checked.seconds, 3),
    }


def _clause(question: Question, clause: ClauseResult) -> dict[str, Any]:
    shape, shown = question.spec.clauses[clause.id], clause.evidence
    return {
        "id": clause.id, "kind": clause.kind,
        "page": shape.page, "at": shape.at, "says": shape.says, "because": shape.because,
        "verdict": clause.verdict,
        "properties": list(clause.properties),
        "rules": list(clause.rules),
        "principal": list(clause.principal),
        "witness": clause.witness,
        "evidence": None if shown is None else {
            "property": shown.property,
            "breaks": shown.breaks,
            "steps": shown.steps,
            "event": None if shown.last is None else str(shown.last),
            "trace": None if shown.trace is None else to_itf(question.system, shown.trace),
        },
    }  # fmt: skip


def _gap(checked: Checked, name: str) -> dict[str, Any]:
    gap = checked.question.spec.gaps[name]
    return {
        "id": name, "asks": gap.asks, "because": gap.because, "chosen": gap.chosen,
        "readings": [{"says": r.says, "policy": r.policy} for r in gap.readings],
        "properties": [r.prop.name for r in checked.results if r.prop.gap == name],
    }


def _certificate(certificate: Certificate | None) -> dict[str, Any] | None:
    if certificate is None:
        return None
    return {
        "method": certificate.method, "k": certificate.k, "symbolic": certificate.symbolic,
        "any": None if certificate.any is None else certificate.any.template,
        "clauses": len(certificate.invariant), "confirmed_by": list(certificate.solvers),
    }  # fmt: skip


def _rest(checked: Checked) -> dict[str, Any] | None:
    """Return whether the system can come to a dead end, or never comes to rest by itself."""
    rest = checked.dead_ends
    if rest is None:
        return None
    system = checked.question.system
    return {
        what: None if trace is None else to_itf(system, trace) for what, trace in rest.items()
    }


def deadlock_json(checked: Checked) -> dict[str, Any] | None:
    """Return the verdict on deadlocks, and where standing still is meant."""
    result, ends = checked.deadlock, checked.question.ends
    if result is None:
        return None
    trace = result.verdict.trace if isinstance(result.verdict, Violated) else None
    return {
        "verdict": word(result.verdict),
        "reason": result.reason,
        "ends": None if ends is None else [part.text for part in ends],
        "trace": None if trace is None else to_itf(result.question.system, trace),
    }  # fmt: skip


def _duty(result: Result) -> dict[str, Any]:
    """Return the verdict on whether a declared event is answered."""
    trace = result.verdict.trace if isinstance(result.verdict, Violated) else None
    return {
        "event": result.prop.name.removeprefix("event "), "verdict": word(result.verdict),
        "file": result.prop.place.path, "line": result.prop.place.line,
        "trace": None if trace is None else to_itf(result.question.system, trace),
    }  # fmt: skip


def _engine(report: Any) -> dict[str, Any]:
    counts = report.counts
    return {
        "depth": report.clean, "complete": report.complete, "stopped": report.stopped,
        "seconds": round(report.seconds, 3),
        "states": counts.states if counts else None,
        "transitions": counts.transitions if counts else None,
        "diameter": counts.diameter if counts and report.complete else None,
        "tier": report.tier or None,
        "certificates": len(report.certificates),
    }  # fmt: skip


def _mark(prop: Property) -> str | None:
    """Return how little it weighs when it is broken, where the spec says so."""
    if prop.bookkeeping:
        return "bookkeeping"
    return "departure" if prop.departure else None


def _stands(question: Question, prop: Property) -> dict[str, str | None]:
    """Return where on the page the first of its clauses stands."""
    clause = next((question.spec.clauses[name] for name in prop.clauses), None)
    return {"page": None, "at": None} if clause is None else {"page": clause.page, "at": clause.at}


def _run(question: Question, found: RunFound) -> dict[str, Any]:
    """Return a known run as a property of the model: it is as the model says."""
    trace = found.example
    nothing = dict.fromkeys((
        "depth", "complete", "expect", "expected", "mark", "may_be_untested", "gap", "reason",
        "certificate", "fair", "trace", "page", "at",
    ))  # fmt: skip
    return nothing | {
        "name": found.run.name, "kind": "run", "clause": [], "verdict": "proved",
        "says": found.run.says, "file": found.run.place.path, "line": found.run.place.line,
        "exercised_at": None if trace is None else len(trace.steps),
        "otherwise": False, "as_expected": True, "principal": False, "without": [], "readers": [],
        "unasked": [],
        "sizes": question.sizes, "seconds": 0.0,
        "witness": None if trace is None else to_itf(question.system, trace),
    }


def readers_json(verdict: Verdict) -> list[dict[str, Any]]:
    """Return who names what only others may."""
    return [
        {"rule": r.rule, "names": r.named, "where": r.where,
         "file": r.place.path, "line": r.place.line}
        for r in (verdict.readers if isinstance(verdict, ReadElsewhere) else ())
    ]  # fmt: skip


def _property(checked: Checked, result: Result) -> dict[str, Any]:
    prop, verdict = result.prop, result.verdict
    depth: int | None = None
    complete: Counts | None = None
    trace = None
    match verdict:
        case Bounded():
            depth = verdict.depth
        case Proved() | Vacuous():
            depth, complete = verdict.depth, verdict.complete
        case Violated(found):
            depth = len(found.steps)
            trace = to_itf(result.question.system, found)
        case Unknown():
            depth = verdict.clean
    witness = (
        to_itf(checked.question.system, result.witness) if result.witness is not None else None
    )
    return {
        "name": prop.name,
        "kind": prop.kind.key,
        "clause": list(prop.clauses),
        **_stands(checked.question, prop),
        "says": prop.says,
        "file": prop.place.path,
        "line": prop.place.line,
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
        "unasked": [prop.parts[part].text for part in result.unasked],
        "expect": "violated" if prop.expect_violated else None,
        "expected": None if prop.expected is None else asdict(prop.expected),
        "otherwise": result.otherwise,
        "as_expected": not result.failed,
        "mark": _mark(prop),
        "may_be_untested": prop.may_be_untested,
        "gap": prop.gap,
        "principal": prop.principal,
        "without": list(prop.without),
        "readers": readers_json(verdict),
        "reason": result.reason,
        "certificate": _certificate(verdict.certificate) if isinstance(verdict, Proved) else None,
        "fair": verdict.fair if isinstance(verdict, Proved) else None,
        "sizes": result.question.sizes,
        "seconds": round(result.seconds, 3),
        "trace": trace,
        "witness": witness,
    }
