"""Checks of who carries which clause: every rule and property one, every clause something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.lint.findings import Finding
from twinrom.proofs.spec.kinds import carriers
from twinrom.statemachine import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs.spec.spec import Spec
    from twinrom.statemachine import Model


def check_clauses(model: Model, spec: Spec) -> Iterator[Finding]:
    """Yield what is missing between rules, properties and clauses; a spec may have no clauses."""
    if spec.clauses:
        yield from _uncarried(model, spec)
        yield from _nameless(model, spec)
    yield from _unknown(model, spec)


def _uncarried(model: Model, spec: Spec) -> Iterator[Finding]:
    carried = {clause for rule in model.rules.values() for clause in rule.clauses}
    for _, _, shape in carriers(spec.shape):
        carried.update(shape.clause)
    for name, clause in spec.clauses.items():
        if name not in carried and clause.kind == "requirement" and not clause.because:
            yield Finding("W401", spec.place.at("clause", name).problem(
                f"no rule and no property carries clause `{name}`",
                "add one, or say with `because` why there is none", at_key=True))


def _nameless(model: Model, spec: Spec) -> Iterator[Finding]:
    for name, rule in model.rules.items():
        if not rule.clauses:
            yield Finding("W402", rule.place.problem(
                f"rule `{name}` names no clause", "say which one it carries", at_key=True))
    for kind, name, shape in carriers(spec.shape):
        excused = getattr(shape, "bookkeeping", False) or getattr(shape, "gap", None)
        if not (shape.clause or excused):
            yield Finding("W403", spec.place.at(kind.key, name).problem(
                f"the {kind} property `{name}` names no clause".replace(
                    "invariant property", "invariant"),
                "say which one it carries", at_key=True))


def _unknown(model: Model, spec: Spec) -> Iterator[Finding]:
    for rule in model.rules.values():
        for i, clause in enumerate(rule.clauses):
            if clause not in spec.clauses:
                yield Finding("W404", rule.place.at("clause", i).problem(
                    f"the spec has no clause `{clause}`", did_you_mean(clause, spec.clauses)))
