"""Rules that share an event must exclude each other: the pairs to watch."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from twinrom.statemachine import InputError, RuleInstance, TransitionSystem, at_payloads, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine.terms import Term


class Overlap(NamedTuple):
    """Two rule instances of one event, and where both are enabled."""

    first: RuleInstance
    second: RuleInstance
    both: Term

    def at_payloads(self) -> Iterator[Term]:
        """Return where both are enabled for each choice of payloads, shared ones chosen once."""
        given = {g.name: g for g in (*self.first.given, *self.second.given)}
        yield from at_payloads(self.both, tuple(given.values()))

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

    Two instances of one event compete when no argument they share tells them apart; shared
    payloads are the same value.
    """
    found = []
    for first, second in itertools.combinations(system.written, 2):
        a, b = first.rule, second.rule
        if a.event != b.event or a is b or (a.nondeterministic and b.nondeterministic):
            continue
        fixed = {x.name: x.term for x in first.arguments}
        if any(fixed.get(x.name, x.term) is not x.term for x in second.arguments):
            continue
        both = terms.conjunction([first.guard, second.guard])
        if both is not terms.FALSE:
            found.append(Overlap(first, second, both))
    return found
