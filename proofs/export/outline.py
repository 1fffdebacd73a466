"""What all formats write: variables, steps with their payload filled in, and what breaks what.

An open row of a table is one more truth value that never changes. A step property is a condition on
the state before each step: what the step would break is worked out from what the step does.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinrom.proofs.spec.events import at_instance, with_payload
from twinrom.proofs.spec.kinds import PossibleKind
from twinrom.statemachine import BOOL, InputError, Step, Variable, terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import RuleInstance, TransitionSystem
    from twinrom.statemachine.terms import Term

LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Transition:
    """One rule instance with one payload.

    `duties` must hold wherever the guard does: each assigned value is in its sort. `broken` gives
    the step properties that this step breaks, and where.
    """

    instance: RuleInstance
    name: str
    guard: Term
    updates: dict[int, Term]
    duties: tuple[tuple[str, Term], ...]
    broken: tuple[tuple[Property, Term], ...]


@dataclass(frozen=True)
class Outline:
    """A question without payloads and tables; `variables` ends with the open rows of tables."""

    question: Question
    variables: tuple[Variable, ...]
    init: tuple[Term, ...]
    transitions: tuple[Transition, ...]
    invariants: tuple[tuple[Property, Term], ...]
    possible: tuple[tuple[Property, Term, Term], ...]

    @property
    def rigid(self) -> tuple[Variable, ...]:
        """Return the open rows of tables."""
        return self.variables[len(self.question.system.variables) :]

    def by_instance(self) -> Iterator[tuple[RuleInstance, tuple[Transition, ...]]]:
        """Return every rule instance with its transitions; there may be none."""
        for instance in self.question.system.instances:
            yield instance, tuple(t for t in self.transitions if t.instance is instance)


def outline(question: Question) -> Outline:
    """Return the outline of a question.

    Raises `InputError` when a number of it is too large for 32 bits, which is what the tools have.
    """
    system = question.system
    maker = _Maker(system)
    found = Outline(
        question,
        (*system.variables, *maker.rows.values()),
        tuple(_conjuncts([maker.unfold(c.term) for c in system.init])),
        tuple(maker.transitions(question)),
        tuple((p, maker.unfold(p.bad)) for p in question.decidable if not p.kind.goal_in_step),
        tuple(
            (p, maker.unfold(p.whenever), maker.unfold(p.goal))
            for p in question.properties
            if isinstance(p.kind, PossibleKind) and not p.without
        ),
    )
    if any(not -LARGEST <= t.low <= t.high <= LARGEST for t in maker.memo.values()):
        raise InputError.whole_file(
            question.model.paths[0], "computes with numbers of more than 32 bits",
            "no other tool would count that far: use smaller numbers",
        )  # fmt: skip
    return found


def broken_by_steps(plan: Outline) -> Iterator[tuple[Property, list[tuple[int, Term]]]]:
    """Yield the step properties, each with the transitions that break it, by position, and where.

    Where a transition cannot happen it breaks nothing: its guard is not repeated here.
    """
    for prop in plan.question.decidable:
        if prop.kind.goal_in_step:
            yield prop, [
                (i, bad)
                for i, t in enumerate(plan.transitions)
                for own, bad in t.broken
                if own is prop
            ]


def outside(plan: Outline) -> Iterator[tuple[str, int, Term]]:
    """Yield each assignment that may leave its sort: its text, the transition, and where it does.

    Where the transition cannot happen nothing is assigned: its guard is not repeated here.
    """
    for i, transition in enumerate(plan.transitions):
        for text, duty in transition.duties:
            if duty is not terms.TRUE:
                yield text, i, terms.negation(duty)


def _conjuncts(parts: Sequence[Term]) -> Iterator[Term]:
    for part in parts:
        if part.operator == "and":
            yield from _conjuncts(part.arguments)
        elif part.operator == "not" and part.arguments[0].operator == "or":
            yield from _conjuncts([terms.negation(a) for a in part.arguments[0].arguments])
        elif part is not terms.TRUE:
            yield part


class _Maker:
    def __init__(self, system: TransitionSystem) -> None:
        self.system = system
        self.memo: dict[Term, Term] = {}
        self.rows: dict[tuple[str, tuple[int, ...]], Variable] = {}
        for index, (name, row) in enumerate(system.choices.rows, len(system.variables)):
            sorts = system.tables[name].of
            inner = ".".join(s.text(code) for s, code in zip(sorts, row, strict=True))
            self.rows[name, row] = Variable(index, f"{name}.{inner}", BOOL, role="table")

    def transitions(self, question: Question) -> Iterator[Transition]:
        steps = [p for p in question.decidable if p.kind.goal_in_step]
        for instance in self.system.instances:
            memo: dict[Term, Term] = {}
            bad = [(p, at_instance(p.bad, instance, memo, updated=True)) for p in steps]
            for payload in instance.payloads():
                step = Step(instance, payload)
                given = step.given()
                guard = self.unfold(with_payload(instance.guard, given))
                if guard is terms.FALSE:
                    continue
                inner = ", ".join(f"{k}={v}" for k, v in step.arguments().items())
                broken = [(p, self.unfold(with_payload(term, given))) for p, term in bad]
                yield Transition(
                    instance,
                    f"{instance.rule.name}({inner})" if inner else instance.rule.name,
                    guard,
                    {i: self.unfold(with_payload(t, given)) for i, t in instance.updates.items()},
                    tuple(
                        (d.text, self.unfold(with_payload(d.term, given)))
                        for d in instance.obligations
                    ),
                    tuple((p, term) for p, term in broken if term is not terms.FALSE),
                )

    def unfold(self, term: Term) -> Term:
        """Return the term without table look-ups: a row holds where its arguments are those."""
        found = self.memo.get(term)
        if found is None:
            arguments = [self.unfold(a) for a in term.arguments]
            if term.operator == "table":
                found = self._looked_up(term.value, arguments)
            else:
                found = terms.built(term, arguments)
            self.memo[term] = found
        return found

    def _looked_up(self, name: str, arguments: Sequence[Term]) -> Term:
        table = self.system.tables[name]
        found = []
        for row in itertools.product(*(sort.codes() for sort in table.of)):
            holds = self.rows[name, row].term() if table.allow is None else (
                terms.truth(row in table.allow))  # fmt: skip
            here = [
                terms.equal(a, terms.coded(c, boolean=a.boolean))
                for a, c in zip(arguments, row, strict=True)
            ]
            found.append(terms.conjunction([*here, holds]))
        return terms.disjunction(found)
