"""Rules that share an event must exclude each other: the pairs to watch."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from twinrom.proofs.spec.events import with_payload
from twinrom.statemachine import InputError, RuleInstance, TransitionSystem, at_payloads, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine import Argument, Sort
    from twinrom.statemachine.terms import Term


class Overlap(NamedTuple):
    """Two rule instances of one event that may have the same arguments.

    `guards` are theirs for these, and `given` the payloads that are left open: those that both
    have once, with the values that both can have.
    """

    first: RuleInstance
    second: RuleInstance
    guards: tuple[Term, Term]
    given: tuple[Argument, ...]

    @property
    def both(self) -> Term:
        """Return where both are enabled."""
        return terms.conjunction(self.guards)

    def at_payloads(self) -> Iterator[Term]:
        """Return where both are enabled for each choice of payloads, shared ones chosen once."""
        yield from at_payloads(self.both, self.given)

    def error(self, state: str) -> InputError:
        """Return the error that shows the state in which both are enabled."""
        event = self.first.rule.event
        return InputError(
            [
                self.second.rule.place.problem(
                    f"`{self.second.name}` and `{self.first.name}` of event `{event}` "
                    "can both happen",
                    f"in the state {state}",
                    at_key=True,
                )
            ]
        )


def overlapping(system: TransitionSystem) -> list[Overlap]:
    """Return the pairs of rule instances that must exclude each other and do not do so plainly.

    Two instances of one event compete when no argument that both have tells them apart: neither
    its value, in a column or as a payload, nor its sort.
    """
    found = []
    for first, second in itertools.combinations(system.written, 2):
        a, b = first.rule, second.rule
        if a.event != b.event or a is b or (a.nondeterministic and b.nondeterministic):
            continue
        pair = _meeting(first, second)
        if pair is not None and pair.both is not terms.FALSE:
            found.append(pair)
    return found


def _meeting(first: RuleInstance, second: RuleInstance) -> Overlap | None:
    """Return the instances with the arguments that both can have; None if there are no such."""
    others = {a.name: a for a in (*second.arguments, *second.given)}
    given = {a.name: a for a in (*first.given, *second.given)}
    known: dict[str, int] = {}
    for mine in (*first.arguments, *first.given):
        other = others.get(mine.name)
        if other is None:
            continue
        sort = shared(mine, other)
        if sort is None:
            return None
        fixed = _fixed(mine, other)
        if fixed:
            given.pop(mine.name, None)
            known[mine.name] = fixed.pop()
        else:
            given[mine.name] = replace(given[mine.name], sort=sort)
    guards = with_payload(first.guard, known), with_payload(second.guard, known)
    return Overlap(first, second, guards, tuple(given.values()))


def shared(a: Argument, b: Argument) -> Sort | None:
    """Return the sort of the values that two arguments of one name can both have; None if none.

    Values of two sorts are no same ones, whatever they are called: machines of two templates.
    """
    one, other, fixed = a.sort, b.sort, _fixed(a, b)
    numbers = one.ordered and other.ordered and "" in (one.name, other.name)
    if len(fixed) > 1 or (one.name != other.name and not numbers):
        return None
    sort = one if one.name else other
    if one.unbounded or other.unbounded:
        return other if one.optional else one
    none = one.optional and other.optional and one.low == other.low
    low, high = max(one.plain_low, other.plain_low), min(one.high, other.high)
    found = replace(sort, low=one.low if none else low, high=high, optional=none)
    return found if found.size > 0 and all(code in found.codes() for code in fixed) else None


def _fixed(a: Argument, b: Argument) -> set[int]:
    """Return the values that the arguments have by their columns."""
    return {x.term.low for x in (a, b) if x.term.operator == "constant"}
