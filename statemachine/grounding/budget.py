"""Fault budgets: how often faults may happen in a run, as counters that only faults read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from twinrom.statemachine import terms
from twinrom.statemachine.grounding.ground import ground
from twinrom.statemachine.sorts import number
from twinrom.statemachine.source.diagnostics import did_you_mean
from twinrom.statemachine.system import Conjunct, TransitionSystem, Variable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinrom.statemachine.model import Model
    from twinrom.statemachine.system import RuleInstance
    from twinrom.statemachine.terms import Term

TOTAL = "fault"
MAX_BUDGET = 255
ONE = terms.constant(1)


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


def unlimited(model: Model) -> dict[str, int | None]:
    """Return the budget that limits no fault of any kind."""
    return dict.fromkeys((TOTAL, *fault_kinds(model)))


def argument_problem(model: Model, kind: str, argument: str) -> tuple[str, str] | None:
    """Return what is wrong with counting faults of a kind by an argument; None if nothing is."""
    of_kind = [r for r in model.rules.values() if r.by == TOTAL and kind in (TOTAL, r.kind)]
    names = [[*(r.place.at("each").value or {}), *r.given] for r in of_kind]
    lacks = next((r.name for r, own in zip(of_kind, names, strict=True) if argument not in own), "")
    if lacks:
        known = set.intersection(*map(set, names))
        return f"`{lacks}` is of this kind and has no `{argument}`", did_you_mean(argument, known)
    sorts = {a.sort.name: a.sort for i in ground(model).instances if i.rule in of_kind
             for a in (*i.arguments, *i.given) if a.name == argument}
    if len(sorts) > 1:
        kinds = " and ".join(f"a `{name}`" for name in sorted(sorts))
        return f"`{argument}` is {kinds}, in different rules", ""
    if any(sort.unbounded for sort in sorts.values()):
        return f"`{argument}` is any integer, and cannot be counted by", ""
    return None


class Count(NamedTuple):
    """Faults that are counted together: of a kind, with one value of an argument of theirs."""

    kind: str
    argument: str | None = None
    code: int = 0

    def where(self, instance: RuleInstance) -> Term:
        """Return where a step of the instance is one of them."""
        if instance.rule.by != TOTAL or self.kind not in (TOTAL, instance.rule.kind):
            return terms.FALSE
        value = next((a for a in (*instance.arguments, *instance.given)
                      if a.name == self.argument), None)
        if value is None:
            return terms.TRUE
        return terms.equal(value.term, value.sort.constant(self.code))


def with_budget(system: TransitionSystem, budget: Mapping[str, int | None],
                each: Mapping[str, str] | None = None) -> TransitionSystem:
    """Return the system in which faults happen at most as often as `budget` says.

    Keys are kinds of fault, `fault` for all of them together; None means no limit. Those in `each`
    have their limit for each value of an argument.
    """
    limits: dict[str, int] = {}
    counts: list[Count] = []
    faults = any(instance.rule.by == TOTAL for instance in system.instances)
    for kind, limit in budget.items() if faults else ():
        if limit is not None:
            named = _counts(system, kind, (each or {}).get(kind))
            counts += named.values()
            limits |= dict.fromkeys(named, limit)
    counters = _counters(system, limits)
    init = [_starts_at(c, limit) for c, limit in zip(counters, limits.values(), strict=True)]
    instances = []
    for instance in system.instances:
        guard, counted = [], {}
        for count, c in zip(counts, counters, strict=True):
            where = count.where(instance)
            if where is not terms.FALSE:
                left = terms.disjunction([terms.negation(where), terms.at_most(ONE, c.term())])
                guard.append(Conjunct(f"{c.name} > 0", left))
                counted[c] = terms.choose(where, _one_less(c), c.term())
        instances.append(_counting(instance, tuple(guard), counted))
    return system.extended(counters, init, instances)


def _counts(system: TransitionSystem, kind: str, argument: str | None) -> dict[str, Count]:
    """Return what is counted of a kind, by the names of the counters."""
    if argument is None:
        return {_left(kind): Count(kind)}
    found: dict[str, Count] = {}
    for instance in system.instances:
        if Count(kind).where(instance) is terms.TRUE:
            fixed = {a.sort.text(a.term.low): a.term.low for a in instance.arguments
                     if a.name == argument}
            given = {a.sort.text(code): code for a in instance.given if a.name == argument
                     for code in a.sort.codes()}
            found |= {f"{_left(kind)} {text}": Count(kind, argument, code)
                      for text, code in (fixed or given).items()}
    return found


def with_barred_faults(
    system: TransitionSystem, total: int, barred: Sequence[Mapping[int, int]]
) -> TransitionSystem:
    """Return the system with at most `total` faults, and without some combinations of so many.

    Each of `barred` says how often which fault (by the index of its rule instance) happens,
    `total` times together; the step that would complete such a combination cannot happen.
    """
    members = sorted({index for combination in barred for index in combination})
    names = {f"faults: {system.instances[index].name}": total for index in members}
    left, *others = _counters(system, {_left(TOTAL): total} | names)
    used = dict(zip(members, others, strict=True))
    init = [_starts_at(left, total), *(_starts_at(c, 0) for c in others)]
    instances = []
    for instance in system.instances:
        if instance.rule.by != TOTAL:
            instances.append(instance)
            continue
        guard = [Conjunct(f"{left.name} > 0", terms.at_most(ONE, left.term()))]
        guard += [
            Conjunct(
                "another combination of faults", terms.negation(_completes(m, instance, left, used))
            )
            for m in barred
            if instance.index in m
        ]
        counted = {left: _one_less(left)}
        if instance.index in used:
            own = used[instance.index]
            full = terms.at_most(terms.constant(total), own.term())
            counted[own] = terms.choose(full, own.term(), terms.plus(own.term(), ONE))
        instances.append(_counting(instance, tuple(guard), counted))
    return system.extended((left, *others), init, instances)


def _completes(
    combination: Mapping[int, int],
    last: RuleInstance,
    left: Variable,
    used: Mapping[int, Variable],
) -> Term:
    """Return where one more fault, of the instance `last`, makes the combination complete."""
    return terms.conjunction(
        [
            terms.equal(left.term(), ONE),
            *(
                terms.equal(used[index].term(), terms.constant(count - (index == last.index)))
                for index, count in combination.items()
            ),
        ]
    )


def _left(kind: str) -> str:
    return "faults left" if kind == TOTAL else f"faults left: {kind}"


def _counters(system: TransitionSystem, limits: Mapping[str, int]) -> tuple[Variable, ...]:
    first = len(system.variables)
    return tuple(
        Variable(first + i, name, number(0, limit), role="budget")
        for i, (name, limit) in enumerate(limits.items())
    )


def _starts_at(counter: Variable, value: int) -> Conjunct:
    return Conjunct(
        f"{counter.name} == {value}", terms.equal(counter.term(), terms.constant(value))
    )


def _one_less(counter: Variable) -> Term:
    left = terms.minus(counter.term(), ONE)
    return terms.choose(terms.at_most(ONE, counter.term()), left, terms.constant(0))


def _counting(
    instance: RuleInstance, guard: tuple[Conjunct, ...], counted: Mapping[Variable, Term]
) -> RuleInstance:
    updates = {**instance.updates, **{c.index: term for c, term in counted.items()}}
    return replace(instance, conjuncts=(*instance.conjuncts, *guard), updates=updates)
