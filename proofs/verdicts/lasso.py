"""Lassos and stranded runs: what a counterexample must show that is no single state or step."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.spec.kinds import InvariantKind
from twinrom.proofs.verdicts.replay import holds_at, holds_in
from twinrom.statemachine import Conjunct, Step, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import RuleInstance, State, Table, Trace

RECHECKED = 2_000_000
BARRED = Conjunct("it does not count", terms.FALSE)


def owed_since(question: Question, prop: Property, trace: Trace) -> int | None:
    """Return from which state on a trace owes the goal of a response, to its end; None if never.

    That is the first state where `whenever` holds (or that follows a step of which it holds) such
    that no state from there on is at the goal, and all further steps are automatic.
    """
    entry = question.system.entry(trace.states[0].tables)
    quiet = len(trace.states)
    for index in range(len(trace.states) - 1, -1, -1):
        if holds_in(prop.goal, trace.states[index], entry):
            break
        if index < len(trace.steps) and not _automatic(question, trace.steps[index]):
            break
        quiet = index
    steps = list(zip(trace.states, trace.steps, trace.states[1:], strict=False))
    for index in range(quiet, len(trace.states)):
        if not prop.stepwise:
            asked = holds_in(prop.whenever, trace.states[index], entry)
        else:
            asked = index > 0 and holds_at(prop.whenever, *steps[index - 1], entry)
        if asked:
            return index
    return None


def _automatic(question: Question, step: Step) -> bool:
    return question.model.automatic(step.instance.rule)


def not_for_ever(question: Question, prop: Property, trace: Trace) -> str | None:
    """Return why a run does not owe the goal for ever by automatic steps; None when it does."""
    since, loop = owed_since(question, prop, trace), trace.loop
    if since is None:
        return "the goal is not owed at the end, or not by automatic steps alone"
    if loop is None or loop < since:
        return "the goal is not owed for ever"
    return None


def unfair(question: Question, trace: Trace) -> str | None:
    """Return which automatic rule a lasso puts off for ever; None when it is weakly fair."""
    automatic = [i for i in question.system.instances if question.model.automatic(i.rule)]
    taken = {step.instance.index for step in trace.steps[trace.loop :]}
    for instance in automatic:
        put_off = all(_enabled(question, instance, s) for s in trace.states[trace.loop :])
        if put_off and instance.index not in taken:
            return f"`{instance.name}` could happen all the time, and never does"
    return None


def _enabled(question: Question, instance: RuleInstance, state: State) -> bool:
    entry = question.system.entry(state.tables)
    given = (Step(instance, payload).given() for payload in instance.payloads())
    return any(terms.evaluate(instance.guard, state.values, (), g, entry) for g in given)


def not_stranded(question: Question, prop: Property, trace: Trace) -> str | None:
    """Return why the goal may be possible after all from the last state of a run.

    That no run leads on to what is possible is searched for again, from the last state alone;
    beyond two million states this is left open.
    """
    last = trace.states[-1]
    if not holds_in(prop.whenever, last, question.system.entry(last.tables)):
        return "`whenever` does not hold at the end"
    never = replace(prop, kind=InvariantKind(), whenever=terms.TRUE, goal=terms.negation(prop.goal))
    onwards = _only(question, last, (never,))
    system = replace(onwards.system, instances=tuple(
        i if prop.counts(i.rule) else replace(i, conjuncts=(*i.conjuncts, BARRED))
        for i in onwards.system.instances))
    onwards = replace(onwards, system=system)
    found = search(onwards, max_states=RECHECKED).found[prop.name]
    return None if found.violation is None else "the goal is reached after all"


def _only(question: Question, state: State, properties: Iterable[Property]) -> Question:
    """Return what is asked of the runs from one state with its table choice."""
    system = question.system
    entry = system.entry(state.tables)

    def rows(table: Table) -> Iterator[tuple[int, ...]]:
        return itertools.product(*(sort.codes() for sort in table.of))

    tables = {
        name: replace(table, allow=frozenset(row for row in rows(table) if entry(name, row)))
        for name, table in system.tables.items()
    }
    init = tuple(
        Conjunct(v.name, terms.equal(v.term(), terms.constant(code)))
        for v, code in zip(system.variables, state.values, strict=True)
    )
    pinned = replace(system, tables=tables, init=init)
    return replace(question, system=pinned, properties=tuple(properties))
