"""What is asked of a closed space, against the plain way: fixpoints over sets of states."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

import pytest
from asked import SHIPPED, question, sampled, shipped
from plain import barred
from random_models import POWERED, REFERRING, WRAPPED, made

from twinrom.proofs import Property, Question, holds_at
from twinrom.proofs.engines.native import Closed, NativeSearch
from twinrom.proofs.engines.search.closed import Clock, OutOfTimeError
from twinrom.statemachine import State, Step, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twinrom.proofs.engines.search.back_tracing import Hit

# seeds whose state space the plain way can close in a moment
SMALL = (0, 5, 6, 8, 9, 10, 11, 13, 16, 18, 20, 21, 25, 27)
WITHOUT = ("[]", '["host"]', '["operator", "fault"]')
Place = tuple[int, State, Step | None]


class Plain:
    """All states with their successors, layer by layer."""

    def __init__(self, asked: Question) -> None:
        self.asked, self.system = asked, asked.system
        layer = list(self.system.initial())
        self.depth = dict.fromkeys(layer, 0)
        self.after: dict[State, list[tuple[Step, State]]] = {}
        while layer:
            new = []
            for state in layer:
                self.after[state] = list(self.system.successors(state))
                for _, later in self.after[state]:
                    if later not in self.depth:
                        self.depth[later] = self.depth[state] + 1
                        new.append(later)
            layer = new

    @cached_property
    def automatic(self) -> dict[State, list[State]]:
        """Return the states after the automatic steps."""
        automatic = self.asked.model.automatic
        return {
            s: [later for step, later in found if automatic(step.instance.rule)]
            for s, found in self.after.items()
        }

    def holds(self, term: terms.Term, state: State) -> bool:
        entry = self.system.entry(state.tables)
        return bool(terms.evaluate(term, state.values, (), {}, entry))

    def kept(self, goal: terms.Term, joins: Callable[[State, set[State]], bool]) -> set[State]:
        """Return the least set that has the goal's states and every state that joins it."""
        found: set[State] = set()
        new = {s for s in self.after if self.holds(goal, s)}
        while new:
            found |= new
            new = {s for s in self.after if s not in found and joins(s, found)}
        return found

    def unavoided(self, prop: Property) -> set[Place]:
        """Return where the response is pending and some automatic run avoids its goal."""
        kept = self.kept(
            prop.goal,
            lambda s, found: (
                bool(self.automatic[s]) and all(later in found for later in self.automatic[s])
            ),
        )
        if prop.stepwise:
            return {
                (self.depth[s], s, step)
                for s, found in self.after.items()
                for step, later in found
                if later not in kept
                and holds_at(prop.whenever, s, step, later, self.system.entry(s.tables))
            }
        return {
            (self.depth[s], s, None)
            for s in self.after
            if s not in kept and self.holds(prop.whenever, s)
        }

    def stranded(self, prop: Property) -> int | None:
        """Return how near the first state is from which the goal is out of reach."""
        kept = self.kept(
            prop.goal,
            lambda s, found: any(
                later in found for step, later in self.after[s] if not barred(step, prop.without)
            ),
        )
        return min(
            (self.depth[s] for s in self.after if s not in kept and self.holds(prop.whenever, s)),
            default=None,
        )


def closed(asked: Question, mask_rows: int = 6, slot_bits: int = 12) -> Closed:
    searching = NativeSearch(asked, mask_rows=mask_rows, slot_bits=slot_bits)
    assert searching.run(10**6, None, None, None) is None
    return Closed(searching, Clock(None))


def places(space: Closed, hits: Iterable[Hit]) -> list[Place]:
    unpack = space.layout.packing.unpack
    return [(h.depth, State(tuple(unpack(h.state)), h.choice), h.last) for h in hits]


def agree(asked: Question, space: Closed) -> int:
    """Check every response and possible property; return how many are broken."""
    plain, broken = Plain(asked), 0
    for prop in asked.properties:
        if prop.kind.key == "response":
            hits = list(space.unavoided(prop))
            found = places(space, hits)
            assert len(found) == len(set(found))
            assert set(found) == plain.unavoided(prop), prop.name
            assert [h.depth for h in hits] == sorted(h.depth for h in hits)
            for key, run in space.runs(dict(enumerate(hits[:3]))).items():
                assert run.length == hits[key].depth + (hits[key].last is not None)
            broken += bool(hits)
        if prop.kind.key == "possible":
            first = space.stranded(prop)
            assert (first.depth if first else None) == plain.stranded(prop), prop.name
            broken += first is not None
    return broken


def random_question(seed: int) -> Question:
    maker = made(seed)
    model, spec, names = maker.model(), maker.spec(), ["A", "B"]
    for i in range(3):
        whenever = maker.pick(
            "event is r0", "event.by == host", "event is r0 and A is on", maker.truth(1, names)
        )
        spec += (
            f'\n[response.own_q{i}]\nwhenever = "{whenever}"\n'
            f'eventually = "{maker.truth(1, names)}"'
        )
        spec += f'\n[possible.own_p{i}]\nwhenever = "{maker.truth(1, names)}"'
        spec += f'\ncan = "{maker.truth(1, names)}"\nwithout = {WITHOUT[i]}\n'
    return question(model, spec)


@pytest.mark.parametrize(
    "seed", [*SMALL, *sampled(POWERED, 31), *sampled(WRAPPED, 31), *sampled(REFERRING, 31)])
def test_random_models_agree_with_the_plain_fixpoints(seed: int) -> None:
    asked = random_question(seed)
    found = agree(asked, closed(asked))
    assert found == agree(asked, closed(asked, mask_rows=1, slot_bits=5))


def test_random_models_break_some_of_their_properties() -> None:
    broken = 0
    for seed in SMALL[:5]:
        asked = random_question(seed)
        space = closed(asked)
        broken += sum(
            next(space.unavoided(p), None) is not None
            for p in asked.properties
            if p.kind.key == "response"
        )
        broken += sum(
            space.stranded(p) is not None for p in asked.properties if p.kind.key == "possible"
        )
    assert broken > 5


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_responses_are_kept_and_what_is_possible_stays_so(name: str) -> None:
    asked = shipped(name)
    space = closed(asked, slot_bits=16)
    for prop in asked.properties:
        if prop.kind.key == "response":
            assert next(space.unavoided(prop), None) is None, prop.name
        if prop.kind.key == "possible":
            assert space.stranded(prop) is None, prop.name


LIGHT = """
[machine.Lamp]
instances = ["lamp"]
states = ["off", "warming", "on", "broken", "blinking"]
initial = ["off"]
[rule.switch]
by = "operator"
moves = "lamp: off -> warming"
[rule.warm]
by = "controller"
moves = "lamp: warming -> on"
[rule.breaks]
by = "fault"
moves = "lamp: on -> broken"
[rule.blink]
by = "controller"
moves = "lamp: broken -> blinking"
[rule.blinks]
by = "controller"
moves = "lamp: blinking -> broken"
"""
LIGHT_SPEC = """
[budget]
fault = "unlimited"
[response.comes_on]
whenever = "lamp is warming"
eventually = "lamp is on"
[response.switched_on]
whenever = "event is switch"
eventually = "lamp is on"
[response.rests]
whenever = "event is breaks"
eventually = "lamp is off"
[response.leaves_off]
whenever = "lamp is off"
eventually = "lamp is warming"
[possible.goes_off]
whenever = "lamp is on"
can = "lamp is off"
[possible.breaks]
whenever = "lamp is off"
can = "lamp is blinking"
"""


def test_a_loop_and_a_stop_both_avoid_a_goal() -> None:
    asked = question(LIGHT, LIGHT_SPEC)
    space = closed(asked)
    of = {p.name: p for p in asked.properties}
    assert list(space.unavoided(of["comes_on"])) == list(space.unavoided(of["switched_on"])) == []
    [loop] = space.unavoided(of["rests"])
    assert (loop.depth, str(loop.last)) == (2, "breaks")
    assert space.runs({"x": loop})["x"].length == 3
    [stop] = space.unavoided(of["leaves_off"])
    assert (stop.depth, stop.last) == (0, None)
    stranded = space.stranded(of["goes_off"])
    assert stranded is not None
    assert stranded.depth == 2
    assert space.stranded(of["breaks"]) is None


def test_a_space_that_is_not_closed_is_refused() -> None:
    searching = NativeSearch(question(LIGHT, LIGHT_SPEC))
    searching.run(10**6, 1, None, None)
    with pytest.raises(ValueError, match="the search was stopped"):
        Closed(searching, Clock(None))


def test_a_closed_space_looks_at_the_clock() -> None:
    asked = question(LIGHT, LIGHT_SPEC)
    space, of = closed(asked), {p.name: p for p in asked.properties}
    [loop] = space.unavoided(of["rests"])
    space.clock.deadline = time.monotonic()
    with pytest.raises(OutOfTimeError):
        space.stranded(of["goes_off"])
    with pytest.raises(OutOfTimeError):
        space.runs({"x": loop})
