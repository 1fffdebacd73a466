"""Distinguishing runs: where a mutant first does something else than its model, by one search.

Until then both do the same, so the reachable states of the model up to there are all that matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.spec.events import with_payload
from twinrom.proofs.spec.kinds import InvariantKind
from twinrom.proofs.spec.spec import Property
from twinrom.proofs.verdicts.replay import replayed
from twinrom.statemachine import Conjunct, Step, ground, terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import RuleInstance, State, TransitionSystem
    from twinrom.statemachine.terms import Term

NAME = "difference"


@dataclass(frozen=True)
class DistinguishingRun:
    """A shortest run that tells two systems apart; `last` says what its last step is in each.

    Without `steps` none was found; then there is none, unless `stopped` says why not.
    """

    steps: tuple[str, ...] = ()
    last: str = ""
    stopped: str | None = None


def distinguishing_run(
    question: Question, other: TransitionSystem, rules: Collection[str], options: Options,
    deadline: float | None,
) -> DistinguishingRun:
    """Return where one of the rules first does something else in `other` than in the model.

    All other rules are the same in both; one that only one of them has never happens in the other.
    It is one search of the model for a state in which a guard or an effect differs.
    """
    pairs = _pairs(ground(question.model), other, rules)
    where = terms.disjunction(term for a, b in pairs for term in _differs(question, a, b))
    asked = _without_more(question, where)
    run, stopped = _nearest(asked, options, deadline)
    if run is None:
        return DistinguishingRun(stopped=stopped)
    trace = replayed(asked, NAME, run)
    step, last = _last(asked.system, other, pairs, trace.states[-1])
    return DistinguishingRun((*map(str, trace.steps), str(step)), last)


def enabled(
    question: Question, rule: str, options: Options, deadline: float | None
) -> DistinguishingRun:
    """Return a shortest run to a state in which the rule can happen, and its step there."""
    own = [i for i in ground(question.model).instances if i.rule.name == rule]
    asked = _without_more(question, terms.disjunction(term for i in own for term in _guards(i)))
    run, stopped = _nearest(asked, options, deadline)
    if run is None:
        return DistinguishingRun(stopped=stopped)
    trace = replayed(asked, NAME, run)
    step = next(s for s in asked.system.enabled(trace.states[-1]) if s.instance in own)
    last = "it can be put off for ever in one of them only"
    return DistinguishingRun((*map(str, trace.steps), str(step)), last)


def _nearest(
    asked: Question, options: Options, deadline: float | None
) -> tuple[Run | None, str | None]:
    """Return a shortest run to where the question asks never to get, or why the search stopped."""
    report = explore(asked, max_states=options.max_states, deadline=deadline, plain=options.plain,
                     stop_at=(NAME,))  # fmt: skip
    return report.found[NAME].violation if NAME in report.found else None, report.stopped


def _without_more(question: Question, where: Term) -> Question:
    """Return the question whether the model, without observers or budget, never gets to `where`."""
    never = terms.negation(where)
    prop = Property(
        InvariantKind(), NAME, (), terms.TRUE, never, "always", (Conjunct("no difference", never),),
        None, expect_violated=False, because=None, place=question.spec.place,
    )  # fmt: skip
    return replace(question, system=ground(question.model), properties=(prop,), availability=())


def _pairs(
    system: TransitionSystem, other: TransitionSystem, rules: Collection[str]
) -> list[tuple[RuleInstance | None, RuleInstance | None]]:
    """Return the instances of the rules in both, and what cuts them; None where there is none."""
    mine, its = (
        {i.name: i for i in each.instances
         if i.rule.name in rules or (i.cut is not None and i.cut.rule.name in rules)}
        for each in (system, other)
    )  # fmt: skip
    return [(mine.get(name), its.get(name)) for name in dict.fromkeys([*mine, *its])]


def _guards(instance: RuleInstance) -> Iterator[Term]:
    for payload in instance.payloads():
        yield with_payload(instance.guard, Step(instance, payload).given())


def _differs(
    question: Question, a: RuleInstance | None, b: RuleInstance | None
) -> Iterator[Term]:
    if a is None or b is None:
        yield from (term for one in (a, b) if one is not None for term in _guards(one))
        return
    variables = ground(question.model).variables
    for payload in a.payloads():
        given = Step(a, payload).given()
        before, after = with_payload(a.guard, given), with_payload(b.guard, given)
        yield terms.conjunction([before, terms.negation(after)])
        yield terms.conjunction([after, terms.negation(before)])
        for index in {**a.updates, **b.updates}:
            own = variables[index].term()
            values = (with_payload(i.updates.get(index, own), given) for i in (a, b))
            yield terms.conjunction([before, after, terms.negation(terms.equal(*values))])


def _last(
    system: TransitionSystem, other: TransitionSystem,
    pairs: Sequence[tuple[RuleInstance | None, RuleInstance | None]], state: State,
) -> tuple[Step, str]:  # fmt: skip
    """Return the first step that is not the same in both, and what is different."""
    names = {one.name for pair in pairs for one in pair if one is not None}
    old, new = (
        {(s.instance.name, s.payload): s for s in each.enabled(state) if s.instance.name in names}
        for each in (system, other)
    )
    for key, step in old.items():
        if key not in new:
            return step, "the mutant cannot do the last step"
        change = _changes(system, system.after(state, step), other.after(state, new[key]))
        if change:
            return step, f"the last step makes {change}"
    return next(s for key, s in new.items() if key not in old), "only the mutant does the last step"


def _changes(system: TransitionSystem, mine: State, its: State) -> str:
    """Return the first variable that differs, with both values."""
    for v, a, b in system.changed(mine, its):
        return f"`{v.name}` {v.sort.text(b)} in the mutant, and not {v.sort.text(a)}"
    return ""
