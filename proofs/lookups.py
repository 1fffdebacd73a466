"""Look-up tables over packed states: what a rule does, and where a term holds.

Each table is keyed by the bits that are read and filled on demand, so an expression is evaluated
once per combination of the variables it mentions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from statemachine import Packing, RuleInstance, Step, TransitionSystem, terms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from statemachine.terms import Term

Effect: TypeAlias = tuple[int, int, int, tuple[int, ...]]


def reads(read: Iterable[Term], packing: Packing) -> int:
    """Return the mask of the state bits that the terms read."""
    return packing.masked(t.value for t in terms.leaves(read) if t.operator == "variable")


class Check:
    """The family of table choices for which a term holds in a state (and with a payload)."""

    def __init__(self, name: str, what: str, term: Term, system: TransitionSystem, packing: Packing) -> None:
        self.name, self.what, self.term = name, what, term
        self.choices, self.packing = system.choices, packing
        self.reads = reads([term], packing)
        self.with_payload = any(t.operator == "payload" for t in terms.leaves([term]))
        self.cache: dict[int | tuple[int, tuple[int, ...]], int] = {}

    def holds(self, state: int, payload: tuple[int, ...] = (), instance: RuleInstance | None = None) -> int:
        """Return the family for which the term holds."""
        bits = state & self.reads
        key = (bits, payload) if self.with_payload else bits
        found = self.cache.get(key)
        if found is None:
            given = Step(instance, payload).given() if instance is not None and self.with_payload else {}
            found = 0
            values = self.packing.unpack(bits)
            for part, value in self.choices.split(self.term, self.choices.everything, values, (), given):
                if value:
                    found |= part
            self.cache[key] = found
        return found


class RuleLookup:
    """The effects of one rule instance: family, bits kept, bits set, payload."""

    def __init__(self, instance: RuleInstance, system: TransitionSystem, packing: Packing) -> None:
        self.instance, self.system, self.packing = instance, system, packing
        duties = [d.term for d in instance.obligations]
        self.reads = reads([instance.guard, *instance.updates.values(), *duties], packing)
        self.writes = packing.masked(instance.updates)
        self.cache: dict[int, tuple[Effect, ...]] = {}
        self.on_steps: list[Check] = []
        self.on_states: list[Check] = []
        self.sources = [
            (packing.mask[m.machine], {packing.place(m.machine, code) for code in m.sources})
            for m in instance.moves if m.sources is not None and not m.optional
        ]

    def can_move(self, control: int) -> bool:
        """Say whether every machine that must move is in a state it can move from."""
        return all(control & mask in codes for mask, codes in self.sources)

    def fill(self, state: int) -> tuple[Effect, ...]:
        """Compute and keep the effects for the bits that `state` has where the rule reads."""
        values = self.packing.unpack(state & self.reads)
        found = []
        for payload in self.instance.payloads():
            family = self.system.choices.everything
            while family:
                part, bits = self._effect(values, payload, family)
                if bits is not None:
                    found.append((part, ~self.writes, bits, payload))
                family &= ~part
        effects = self.cache[state & self.reads] = tuple(found)
        return effects

    def _effect(self, values: list[int], payload: tuple[int, ...], family: int) -> tuple[int, int | None]:
        """Return a part of the family that agrees, and the bits it sets (None where not enabled)."""
        choices = self.system.choices
        choice = (family & -family).bit_length() - 1
        part = family
        look_up = choices.entry(choice)

        def entry(name: str, row: tuple[int, ...]) -> int:
            nonlocal part
            holds = look_up(name, row)
            position = choices.position.get((name, row))
            if position is not None:
                holding = choices.holding[position]
                part &= holding if holds else ~holding
            return holds

        step = Step(self.instance, payload)
        given = step.given()
        if not terms.evaluate(self.instance.guard, values, (), given, entry):
            return part, None
        for duty in self.instance.obligations:
            if not terms.evaluate(duty.term, values, (), given, entry):
                raise OutOfRangeError(step, duty, values)
        bits = 0
        for index, term in self.instance.updates.items():
            bits |= self.packing.place(index, terms.evaluate(term, values, (), given, entry))
        return part, bits


class OutOfRangeError(Exception):
    """An assignment left its sort; the search turns it into an error about the model."""


class Overlap(NamedTuple):
    """Two rule instances of one event, and where both are enabled."""

    first: RuleInstance
    second: RuleInstance
    both: Check


def overlapping(system: TransitionSystem) -> list[tuple[RuleInstance, RuleInstance, Term]]:
    """Return the pairs of rule instances that must exclude each other, with where they do not.

    Two instances of one event compete when no argument they share tells them apart; shared
    payloads are the same value.
    """
    found = []
    for i, a in enumerate(system.instances):
        for b in system.instances[i + 1 :]:
            if a.rule.event != b.rule.event or a.rule is b.rule:
                continue
            if a.rule.nondeterministic and b.rule.nondeterministic:
                continue
            fixed = {x.name: x.term for x in a.arguments}
            if any(fixed.get(x.name, x.term) is not x.term for x in b.arguments):
                continue
            both = terms.conjunction([a.guard, b.guard])
            if both is not terms.FALSE:
                found.append((a, b, both))
    return found
