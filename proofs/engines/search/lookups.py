"""Look-up tables over packed states: where a term holds, and what a rule does.

Each table is keyed by the bits that are read and filled on demand, so an expression is evaluated
once per combination of the variables it mentions. Sub-terms are shared between all properties and
rules. Truth is a family: the set of table choices for which a term holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from twinrom.proofs.spec.events import reads_payload, with_payload
from twinrom.statemachine import Packing, RuleInstance, State, Step, TransitionSystem, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twinrom.statemachine.terms import Term

Hits: TypeAlias = "tuple[tuple[TargetLookup, int], ...]"
Effect: TypeAlias = "tuple[int, int, int, tuple[int, ...], Hits]"
WORTH_READING = 5
WORTH_KEEPING = 26


def reads(read: Iterable[Term], packing: Packing) -> int:
    """Return the mask of the state bits that the terms read."""
    return packing.masked(terms.variables(read))


class Truth:
    """The family for which a term without payload holds, as a function of the packed state."""

    __slots__ = ("cache", "holds", "parts", "reads", "term", "truths")

    def __init__(self, term: Term, truths: Truths) -> None:
        self.term, self.truths = term, truths
        self.reads = reads([term], truths.packing)
        self.cache: dict[int, int] = {}
        self.parts: list[Truth] = []
        if term.operator in ("and", "or", "not"):
            self.parts = sorted(map(truths.of, term.arguments), key=lambda t: t.reads.bit_count())
        keep = self.reads.bit_count() <= WORTH_KEEPING
        self.holds: Callable[[int], int] = self._kept if keep else self._computed

    def _kept(self, state: int) -> int:
        bits = state & self.reads
        found = self.cache.get(bits)
        if found is None:
            found = self.cache[bits] = self._computed(bits)
        return found

    def _computed(self, state: int) -> int:
        everything = self.truths.everything
        match self.term.operator:
            case "and":
                family = everything
                for part in self.parts:
                    family &= part.holds(state)
                    if not family:
                        break
                return family
            case "or":
                family = 0
                for part in self.parts:
                    family |= part.holds(state)
                    if family == everything:
                        break
                return family
            case "not":
                return everything & ~self.parts[0].holds(state)
            case _:
                values = self.truths.packing.unpack(state & self.reads)
                split = self.truths.choices.split(self.term, everything, values, (), {})
                return sum(part for part, value in split if value)


class Truths:
    """All truths of one search, one for each term."""

    def __init__(self, system: TransitionSystem, packing: Packing) -> None:
        self.choices, self.packing = system.choices, packing
        self.everything = system.choices.everything
        self.known: dict[Term, Truth] = {}

    def of(self, term: Term) -> Truth:
        """Return the truth of `term`."""
        found = self.known.get(term)
        if found is None:
            found = self.known[term] = Truth(term, self)
        return found


class TargetLookup:
    """Something to look for in a state, or in a step with a payload: a property's term."""

    def __init__(self, name: str, what: str, term: Term, truths: Truths) -> None:
        self.name, self.what, self.term = name, what, term
        self.reads = reads([term], truths.packing)
        self.truths = truths
        self.with_payload = reads_payload(term)
        self.by_payload: dict[tuple[int, ...], Truth] = {}
        self.truth = truths.of(terms.FALSE if self.with_payload else term)
        self.holds = self.truth.holds

    def holds_at(self, state: int, payload: tuple[int, ...], instance: RuleInstance) -> int:
        """Return the family for which the term holds with this payload of the rule."""
        if not self.with_payload:
            return self.truth.holds(state)
        found = self.by_payload.get(payload)
        if found is None:
            term = with_payload(self.term, Step(instance, payload).given())
            found = self.by_payload[payload] = self.truths.of(term)
        return found.holds(state)


class RuleLookup:
    """The effects of one rule instance: family, bits kept, bits set, payload, checks that hold.

    Checks that read little beyond what the rule reads (`inline`) are looked up with the effect;
    the others (`on_steps`) are looked up step by step.
    """

    def __init__(
        self, instance: RuleInstance, system: TransitionSystem, packing: Packing, truths: Truths
    ) -> None:
        self.instance, self.system, self.packing = instance, system, packing
        duties = [d.term for d in instance.obligations]
        self.reads = reads([instance.guard, *instance.updates.values(), *duties], packing)
        self.writes = packing.masked(instance.updates)
        self.cache: dict[int, tuple[Effect, ...]] = {}
        self.inline: list[TargetLookup] = []
        self.on_steps: list[TargetLookup] = []
        self.on_states: list[TargetLookup] = []
        self.guards = [
            (payload, truths.of(with_payload(instance.guard, Step(instance, payload).given())))
            for payload in instance.payloads()
        ]
        self.sources = [
            (packing.mask[m.machine], {packing.place(m.machine, code) for code in m.sources})
            for m in instance.moves
            if m.sources is not None and m.required
        ]

    def can_move(self, control: int) -> bool:
        """Say whether every machine that must move is in a state it can move from."""
        return all(control & mask in codes for mask, codes in self.sources)

    def watch(self, check: TargetLookup) -> None:
        """Check every step of this rule for `check`."""
        extra = (check.reads & ~self.reads).bit_count()
        if extra <= WORTH_READING:
            self.reads |= check.reads
            self.inline.append(check)
        else:
            self.on_steps.append(check)

    def fill(self, state: int) -> tuple[Effect, ...]:
        """Compute and keep the effects for the bits that `state` has where the rule reads.

        Raises `InputError` when an assignment leaves its sort.
        """
        found: list[Effect] = []
        values: list[int] = []
        for payload, guard in self.guards:
            family = guard.holds(state)
            values = values or (self.packing.unpack(state & self.reads) if family else values)
            while family:
                part, bits = self._effect(state, values, payload, family)
                found.append((part, ~self.writes, bits, payload, self._hits(state, payload, part)))
                family &= ~part
        effects = self.cache[state & self.reads] = tuple(found)
        return effects

    def _hits(self, state: int, payload: tuple[int, ...], part: int) -> Hits:
        held = (
            (check, check.holds_at(state, payload, self.instance) & part) for check in self.inline
        )
        return tuple((check, family) for check, family in held if family)

    def _effect(
        self, state: int, values: list[int], payload: tuple[int, ...], family: int
    ) -> tuple[int, int]:
        """Return a part of the family for which the step does the same, and the bits it sets."""
        choices = self.system.choices
        part = family
        choice = (family & -family).bit_length() - 1
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
        for duty in self.instance.obligations:
            if not terms.evaluate(duty.term, values, (), given, entry):
                whole = State(tuple(self.packing.unpack(state)), choice)
                raise self.system.out_of_range(step, duty, whole)
        bits = 0
        for index, term in self.instance.updates.items():
            bits |= self.packing.place(index, terms.evaluate(term, values, (), given, entry))
        return part, bits
