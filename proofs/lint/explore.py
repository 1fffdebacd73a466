"""Every reachable state of a model, kept, to answer whether anything like this occurs.

Unlike the engine `search` it never stops at a mistake of the model: overlapping rules all happen,
and a step that would leave a sort does not. It sees the model alone: no observers, and no budget.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twinrom.proofs.engines.search.lookups import RuleLookup, Truths
from twinrom.statemachine import Conjunct, Packing, terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.statemachine import RuleInstance, TransitionSystem
    from twinrom.statemachine.terms import Term

LINTED_STATES = 300_000


@dataclass
class Reached:
    """The states that were reached, in the order of the steps they take, each with its family.

    `complete` says that there are no others; otherwise all that take up to `steps` steps are here.
    `size` counts pairs of state and table choice, as a search does; `apart` says what a search of
    the spec's question has in its states besides.
    """

    system: TransitionSystem
    truths: Truths
    states: dict[int, int] = field(default_factory=dict)
    size: int = 0
    steps: int = 0
    complete: bool = False
    fired: set[int] = field(default_factory=set)
    apart: str = ""

    def example(self, term: Term) -> str | None:
        """Return a state, as text, in which `term` holds, of those that take fewest steps."""
        truth = self.truths.of(term)
        holds = {b for b in {s & truth.reads for s in self.states} if truth.holds(b)}
        for state, family in self.states.items() if holds else ():
            if state & truth.reads in holds and (both := truth.holds(state) & family):
                return self.text(state, (both & -both).bit_length() - 1)
        return None

    def text(self, state: int, choice: int) -> str:
        """Return a state as text, followed by what the tables hold when that was a choice."""
        choices = self.system.choices
        chosen = {name for name, _ in choices.rows}
        parts = [self.system.text(self.truths.packing.unpack(state))]
        for name, rows in choices.text(choice).items():
            if name in chosen:
                inner = ", ".join(f"{name}({', '.join(row)})" for row in rows)
                parts.append(f"with {inner}" if inner else f"without any {name}")
        return ", ".join(parts)

    def codes(self, index: int) -> set[int]:
        """Return every value that the variable with this index has in some state."""
        packing = self.truths.packing
        mask = packing.mask[index]
        return {packing.unpack(bits)[index] for bits in {s & mask for s in self.states}}


def explore(system: TransitionSystem, max_states: int = LINTED_STATES) -> Reached:
    """Return the reachable states, at most about `max_states` pairs of state and table choice.

    Raises `InputError` when there are too many initial states or table choices to begin with.
    """
    return _Explorer(system).run(max_states)


class _Explorer:
    def __init__(self, system: TransitionSystem) -> None:
        packing = Packing(system.variables)
        self.found = Reached(system, Truths(system, packing))
        self.control = packing.masked(v.index for v in system.variables if v.machine)
        self.lookups = [RuleLookup(_within_sorts(i), system, packing, self.found.truths)
                        for i in system.instances]
        self.movable: dict[int, Sequence[RuleLookup]] = {}

    def run(self, max_states: int) -> Reached:
        found, layer = self.found, {}
        for values, family in found.system.initial_families():
            layer[found.truths.packing.pack(values)] = family
        found.states.update(layer)
        found.size = sum(family.bit_count() for family in layer.values())
        while layer:
            new: dict[int, int] = {}
            for state, family in layer.items():
                if found.size > max_states:
                    return found
                self._expand(state, family, new)
            layer = new
            found.steps += 1
        found.complete = True
        return found

    def _expand(self, state: int, family: int, new: dict[int, int]) -> None:
        states = self.found.states
        for after, both in self._steps(state, family):
            known = states.get(after, 0)
            fresh = both & ~known
            if fresh:
                states[after] = known | fresh
                new[after] = new.get(after, 0) | fresh
                self.found.size += fresh.bit_count()

    def _steps(self, state: int, family: int) -> Iterator[tuple[int, int]]:
        control = state & self.control
        lookups = self.movable.get(control)
        if lookups is None:
            lookups = self.movable[control] = [x for x in self.lookups if x.can_move(control)]
        for lookup in lookups:
            effects = lookup.cache.get(state & lookup.reads)
            for part, keep, bits, *_ in lookup.fill(state) if effects is None else effects:
                if both := family & part:
                    self.found.fired.add(lookup.instance.index)
                    yield state & keep | bits, both


def _within_sorts(instance: RuleInstance) -> RuleInstance:
    """Return the rule instance that happens only where each value it assigns is in its sort."""
    duties = tuple(Conjunct(o.text, o.term) for o in instance.obligations)
    return replace(instance, conjuncts=(*instance.conjuncts, *duties), obligations=())


def possible(instance: RuleInstance, system: TransitionSystem) -> Term:
    """Return where every machine that the rule must move is in a state it can move from."""
    return terms.conjunction(
        terms.disjunction(terms.equal(system.variables[move.machine].term(), terms.constant(code))
                          for code in move.sources)
        for move in instance.moves if move.sources is not None and move.required)
