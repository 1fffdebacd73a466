"""Fault budgets: how often faults may happen in a run, as counters that only faults read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from statemachine import terms
from statemachine.diagnostics import did_you_mean
from statemachine.sorts import number
from statemachine.system import Conjunct, TransitionSystem, Variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from statemachine.model import Model

TOTAL = "fault"
MAX_BUDGET = 255


def fault_kinds(model: Model) -> list[str]:
    """Return the kinds of fault that a budget can name."""
    return sorted({rule.kind for rule in model.rules.values() if rule.by == TOTAL})


def budget_problem(model: Model, kind: str, limit: int | None) -> tuple[str, str] | None:
    """Return what is wrong with a budget, and a hint; None when it is fine."""
    kinds = fault_kinds(model)
    if kind not in (TOTAL, *kinds):
        return f"no fault is of kind `{kind}`", did_you_mean(kind, [TOTAL, *kinds])
    if limit is not None and not 0 <= limit <= MAX_BUDGET:
        return f'a budget is 0 to {MAX_BUDGET}, or "unlimited"', ""
    return None


def with_budget(system: TransitionSystem, budget: Mapping[str, int | None]) -> TransitionSystem:
    """Return the system in which faults happen at most as often as `budget` says.

    Keys are kinds of fault, `fault` for all of them together; None means no limit.
    """
    limits = {kind: limit for kind, limit in budget.items() if limit is not None}
    if not any(instance.rule.by == TOTAL for instance in system.instances):
        limits = {}
    counters: dict[str, Variable] = {}
    for kind, limit in limits.items():
        index = len(system.variables) + len(counters)
        name = "faults left" if kind == TOTAL else f"faults left: {kind}"
        counters[kind] = Variable(index, name, number(0, limit), role="budget")
    init = [
        Conjunct(f"{c.name} == {limits[kind]}", terms.equal(c.term(), terms.constant(limits[kind])))
        for kind, c in counters.items()
    ]
    instances = []
    for instance in system.instances:
        spent = [
            c
            for kind, c in counters.items()
            if instance.rule.by == TOTAL and kind in (TOTAL, instance.rule.kind)
        ]
        one = terms.constant(1)
        guard = tuple(Conjunct(f"{c.name} > 0", terms.at_most(one, c.term())) for c in spent)
        updates = dict(instance.updates)
        for counter in spent:
            left = terms.minus(counter.term(), one)
            zero = terms.constant(0)
            updates[counter.index] = terms.choose(terms.at_most(one, counter.term()), left, zero)
        instances.append(
            replace(instance, conjuncts=(*instance.conjuncts, *guard), updates=updates)
        )
    return system.extended(tuple(counters.values()), init, instances)
