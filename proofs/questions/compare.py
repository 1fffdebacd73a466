"""What a policy change does: to the text, to the verdicts, and to what an observer can see."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinrom.proofs.engines.options import Options
from twinrom.proofs.engines.registry import SEARCH
from twinrom.proofs.questions.check import check
from twinrom.proofs.refinement.inclusion import MAX_PAIRS, Inclusion, included
from twinrom.proofs.refinement.observed import ObservedSystem
from twinrom.proofs.spec.observables import Observables, Window, observables
from twinrom.proofs.spec.request import request
from twinrom.proofs.spec.spec import spec_for
from twinrom.proofs.verdicts.replay import EngineDisagreementError, replayed
from twinrom.proofs.verdicts.verdict import ReadElsewhere, Vacuous, Violated, ranked
from twinrom.statemachine import TooLargeError, changes_between, find_model, ground, with_budget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.refinement.inclusion import Lost
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.verdicts.verdict import Checked, Result, Verdict
    from twinrom.statemachine import PolicyChange, Trace


@dataclass(frozen=True)
class VerdictChange:
    """A property with the verdict of the old policy and another one of the new policy."""

    before: Result
    after: Result

    @property
    def worse(self) -> bool:
        """Say whether it is known to be worse: newly violated, or newly vacuous.

        Where one of them is not decided, nothing of that is known.
        """
        before, after = self.before, self.after
        if not (before.decided and after.decided):
            return False
        otherwise = isinstance(after.verdict, Violated) and after.failed and not before.failed
        return not (after.prop.bookkeeping or after.other_reading) and (otherwise or any(
            isinstance(after.verdict, bad) and not isinstance(before.verdict, bad)
            and (after.failed or bad is not Vacuous)
            for bad in (Violated | ReadElsewhere, Vacuous)
        ))


@dataclass(frozen=True)
class Allowed:
    """What a policy allows where the other one did something that it does not.

    `event` is None for a hidden one; `sees` are the variables that it changes in view, as text.
    """

    event: str | None
    sees: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """A shortest run of one policy that the other one does not have, replayed.

    All but its last step can be seen of the other one as well; `instead` is what that one allows
    there, and `event` what is seen of the last step (None: hidden). Without a step, the other one
    does not start like that.
    """

    question: Question
    trace: Trace
    event: str | None
    instead: tuple[Allowed, ...]


@dataclass(frozen=True)
class OneWay:
    """Whether every behaviour of one policy is allowed by the other: proved, refuted or open."""

    inclusion: Inclusion
    difference: Difference | None

    @property
    def word(self) -> str:
        """Return the answer in one word: `allowed`, `not-allowed` or `undecided`."""
        if self.difference is not None:
            return "not-allowed"
        return "allowed" if self.inclusion.holds else "undecided"


@dataclass(frozen=True)
class Comparison:
    """Everything that a change of policy changes.

    `forward`: is what the new policy does allowed by the old one? `backward`: the reverse.
    """

    old: Checked
    new: Checked
    changes: tuple[PolicyChange, ...]
    verdicts: tuple[VerdictChange, ...]
    what: Observables
    forward: OneWay
    backward: OneWay

    @property
    def worse(self) -> bool:
        """Say whether anything is known to be worse: a verdict, a deadlock, or the standing."""
        worse = any(c.worse for c in self.verdicts) or any(r.failed for r in self.only_new)
        return worse or self.ranked == "worse" or self.stuck

    @property
    def undecided(self) -> bool:
        """Say whether a verdict on one of the two is open, or a way of their behaviours."""
        ways = (self.forward.word, self.backward.word)
        return "undecided" in ways or bool(unknown(self.old) or unknown(self.new))

    @property
    def unchanged(self) -> int:
        """Return how many verdicts are as before; what is open in both is not the same."""
        pairs = len(self.old.results) - len(self.only_old)
        return pairs - len(self.verdicts) - self.unknown_in_both

    @property
    def unknown_in_both(self) -> int:
        """Return how many verdicts are open, before and after."""
        return sum(not (a.decided or b.decided) for a, b in _pairs(self.old, self.new))

    @property
    def only_old(self) -> tuple[Result, ...]:
        """Return the verdicts that the old policy alone has: a column that the new one lacks."""
        return _without(self.old, self.new)

    @property
    def only_new(self) -> tuple[Result, ...]:
        """Return the verdicts that the new policy alone has."""
        return _without(self.new, self.old)

    @property
    def stuck(self) -> bool:
        """Say whether there is a deadlock only now."""
        old, new = self.old.deadlock, self.new.deadlock
        counts = any(result is new for result in self.new.judged)
        return bool(old and new and counts and VerdictChange(old, new).worse)

    @property
    def ranked(self) -> str:
        """Return how the new policy stands beside the old: `worse`, `same` or `better`.

        It is `undecided` where one of them is; other readings weigh nothing.
        """
        return ranked(self.old.standing, self.new.standing)

    @property
    def relation(self) -> str:
        """Return how their behaviours relate: `equivalent`, `fewer`, `more` or `different`.

        Where one way is undecided it is `not-equivalent` or, if nothing is known, `undecided`.
        """
        ways = (self.forward.word, self.backward.word)
        known = "not-equivalent" if "not-allowed" in ways else "undecided"
        return RELATIONS.get(ways, known)


def unknown(checked: Checked) -> tuple[Result, ...]:
    """Return the open verdicts, that on deadlocks among them."""
    one, counts = checked.deadlock, not checked.question.limited
    every = (*checked.results, one) if one is not None and counts else checked.results
    return tuple(r for r in every if not r.decided)


RELATIONS = {
    ("allowed", "allowed"): "equivalent",
    ("allowed", "not-allowed"): "fewer",
    ("not-allowed", "allowed"): "more",
    ("not-allowed", "not-allowed"): "different",
}


def compare(  # noqa: PLR0913 - one parameter per option
    old: str,
    new: str,
    spec: str | None = None,
    *,
    sorts: Mapping[str, str] | None = None,
    faults: Mapping[str, int | None] | None = None,
    options: Options | None = None,
) -> Comparison:
    """Return what changes from one model to the other; each is a file, or a shipped model.

    Both are searched against one spec: that of the old model, unless another is given. Raises
    `InputError` for mistakes in any of the files, `EngineDisagreementError` for our own.
    """
    options = replace(options or Options(), engines=(SEARCH.name,))
    against = spec_for(find_model(old), spec)
    requests = [request(name, against, sorts, faults) for name in (old, new)]
    before, after = check(requests, options)
    changed = [
        VerdictChange(a, b)
        for a, b in _pairs(before, after)
        if _differs(a.verdict, b.verdict) or a.failed != b.failed
    ]
    first, second = alone(before.question), alone(after.question)
    what = observables(first.system, second.system, before.question.spec.shape.observe)
    forward, backward = _both_ways(first, second, what, options)
    return Comparison(
        before, after,
        changes_between(before.question.model.written, after.question.model.written),
        tuple(changed), what, forward, backward,
    )  # fmt: skip


def _pairs(old: Checked, new: Checked) -> list[tuple[Result, Result]]:
    """Return the verdicts on what both are asked."""
    after = {r.prop.name: r for r in new.results}
    return [(r, after[r.prop.name]) for r in old.results if r.prop.name in after]


def _without(one: Checked, other: Checked) -> tuple[Result, ...]:
    """Return the verdicts on what the other policy is not asked."""
    asked = {r.prop.name for r in other.results}
    return tuple(r for r in one.results if r.prop.name not in asked)


def _differs(before: Verdict, after: Verdict) -> bool:
    """Say whether two verdicts differ in kind, or in how long it takes to break a property."""
    if isinstance(before, Violated) and isinstance(after, Violated):
        return len(before.trace.steps) != len(after.trace.steps)
    return type(before) is not type(after)


def alone(question: Question) -> Question:
    """Return the question without properties, observers and what they make of steps."""
    system = with_budget(ground(question.model), question.budget, question.counted_by)
    return replace(question, system=system, properties=(), availability=())


def _both_ways(
    old: Question, new: Question, what: Observables, options: Options
) -> tuple[OneWay, OneWay]:
    try:
        before, after = observed(old, new, what)
    except TooLargeError as error:
        return (OneWay(Inclusion(None, 0, error.problems[0].message), None),) * 2
    return _one_way(new, after, before, options), _one_way(old, before, after, options)


def observed(
    old: Question, new: Question, what: Observables
) -> tuple[ObservedSystem, ObservedSystem]:
    """Return the two systems as they are observed; raises `TooLargeError`."""
    window = Window(what)
    return ObservedSystem(old.system, window), ObservedSystem(new.system, window)


def limited(left: ObservedSystem, right: ObservedSystem, options: Options) -> Inclusion:
    """Return whether `right` allows what `left` does, as far as the limits let it be known."""
    deadline = time.monotonic() + options.timeout if options.timeout is not None else None
    most = min(options.max_states, MAX_PAIRS)
    return included(left, right, deadline=deadline, max_pairs=most)


def _one_way(
    question: Question, left: ObservedSystem, right: ObservedSystem, options: Options
) -> OneWay:
    """Return whether `right` allows what `left` does, whose question that is."""
    found = limited(left, right, options)
    if found.lost is None:
        return OneWay(found, None)
    trace = replayed(question, "compare", found.lost.run)
    _confirm(found.lost, trace, left, right)
    last = trace.steps[-1] if trace.steps else None
    event = left.observer.event(last.instance, last.payload) if last else None
    return OneWay(found, Difference(question, trace, event, _instead(found.lost, event, right)))


def _instead(lost: Lost, own: str | None, right: ObservedSystem) -> tuple[Allowed, ...]:
    """Return what the other policy allows instead of the last step, the same event first."""
    only = 1 << lost.run.tables
    found: dict[Allowed, None] = {}
    for state in lost.others:
        before = right.observer.values(state)
        for move in right.moves(state):
            if move.seen is not None and move.family & only:
                after = right.observer.values(move.after)
                sees = tuple(f"{n} = {v}" for n, v in after.items() if before[n] != v)
                found[Allowed(move.seen.event, sees)] = None
    return tuple(sorted(found, key=lambda a: (a.event != own, a.event or "", a.sees)))


def _confirm(lost: Lost, trace: Trace, left: ObservedSystem, right: ObservedSystem) -> None:
    """Check, state by state, that the other policy cannot follow the replayed run to its end.

    Raises `EngineDisagreementError` when it can, or when it loses the run before that.
    """
    only = 1 << lost.run.tables
    states = [left.packing.pack(state.values) for state in trace.states]
    view = left.observer.view
    here = {s for s, part in right.initial()
            if part & only and right.observer.view(s) == view(states[0])}  # fmt: skip
    for number, (step, before, after) in enumerate(
        zip(trace.steps, states, states[1:], strict=False), 1
    ):
        here = _unnoticed(here, only, right)
        event = left.observer.event(step.instance, step.payload)
        if event is not None or view(before) != view(after):
            seen = (event, view(after))
            here = {
                m.after for s in here for m in right.moves(s) if m.seen == seen and m.family & only
            }
        if not here and number < len(trace.steps):
            raise EngineDisagreementError(f"compare: lost after {number} steps, and not at the end")
    if here:
        raise EngineDisagreementError("compare: the other policy can follow to the end")


def _unnoticed(states: set[int], only: int, mover: ObservedSystem) -> set[int]:
    """Return the states with all that unnoticed steps lead to, under one table choice."""
    found, todo = set(states), list(states)
    while todo:
        for move in mover.moves(todo.pop()):
            if move.seen is None and move.family & only and move.after not in found:
                found.add(move.after)
                todo.append(move.after)
    return found
