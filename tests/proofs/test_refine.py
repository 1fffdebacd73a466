"""Refinement against a brute-force oracle: explicit subset construction, choice by choice."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING, TypeAlias

import pytest
from asked import included, sampled
from random_models import made

from twinrom.proofs.spec.observables import Observables, observables
from twinrom.statemachine import State, Step, ground, parse_model, replay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.statemachine import TransitionSystem

Label: TypeAlias = "tuple[object, ...] | None"
# seeds with states enough, and not too many; about half of them have a free table
SEEDS = (2, 7, 15, 23, 25, 26, 28, 30, 33, 37, 42, 47, 48, 52, 55, 56, 59, 64, 71, 73, 76, 78,
         98, 100, 105, 106, 109, 117, 118, 121, 125, 149)  # fmt: skip


class Plain:
    """One system for the oracle: states and steps as the plain enumeration has them."""

    def __init__(self, system: TransitionSystem, what: Observables) -> None:
        self.system, self.what = system, what
        self.known: dict[State, list[tuple[Label, State]]] = {}

    def view(self, state: State) -> tuple[str, ...]:
        watched = [self.system.by_name[name] for name in self.what.variables]
        return tuple(v.sort.text(state.values[v.index]) for v in watched)

    def label(self, step: Step) -> Label:
        if step.event not in self.what.events:
            return None
        seen = self.what.events[step.event]
        return step.event, *((n, v) for n, v in step.arguments().items() if n in seen)

    def steps(self, state: State) -> list[tuple[Label, State]]:
        if state not in self.known:
            self.known[state] = [(self.label(s), t) for s, t in self.system.successors(state)]
        return self.known[state]

    def closed(self, states: Iterable[State]) -> frozenset[State]:
        found = set(states)
        while True:
            more = {t for s in found for label, t in self.steps(s)
                    if label is None and self.view(t) == self.view(s)} - found  # fmt: skip
            if not more:
                return frozenset(found)
            found |= more


def shortest_difference(
    left: TransitionSystem, right: TransitionSystem, what: Observables
) -> int | None:
    """Return how many steps it takes `left` to do what `right` cannot do; None when never."""
    a, b = Plain(left, what), Plain(right, what)
    starts = list(right.initial())
    layer: set[tuple[State, frozenset[State]]] = set()
    for state in left.initial():
        alike = b.closed(
            s for s in starts if s.tables == state.tables and b.view(s) == a.view(state)
        )
        if not alike:
            return 0
        layer.add((state, alike))
    seen, depth = set(layer), 0
    while layer:
        depth += 1
        following = set()
        for state, others in layer:
            for label, after in a.steps(state):
                if label is None and a.view(after) == a.view(state):
                    there = others
                else:
                    there = b.closed(t for s in others for own, t in b.steps(s)
                                     if own == label and b.view(t) == a.view(after)
                                     and not (own is None and b.view(t) == b.view(s)))  # fmt: skip
                if not there:
                    return depth
                following.add((after, there))
        layer = following - seen
        seen |= following
    return None


def model(seed: int) -> str:
    """Return a random model with one start, so that differences come later than at once."""
    maker = made(seed)
    low = maker.levels[0]
    pins = [f"A.level == {low} and B.level == {low}", f"part.level == {low}",
            "A is off and B is on",
            "A.flag and not B.flag", "A.peer == none and B.peer == none and part is whole",
            "A.colour == red and B.colour == red"]  # fmt: skip
    return re.sub(r"(?<=\nrequire = ).*", json.dumps(pins), maker.model())


def hidden(what: Observables, chance: random.Random) -> Observables:
    """Return the observables with some events and some variables left out."""
    events = {name: seen for name, seen in what.events.items() if chance.random() < 0.6}
    return Observables(events, tuple(v for v in what.variables if chance.random() < 0.4))


def changed(text: str, chance: random.Random) -> str:
    """Return a model with one rule dropped, doubled as another event's or loosened."""
    rules = re.findall(r"^\[rule\.r\d\]\n.*?(?=\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    rule = chance.choice(rules).rstrip()
    match chance.choice(("drop", "loosen", "rename")):
        case "drop" if len(rules) > 1:
            return text.replace(rule, "")
        case "rename":
            return text.replace(rule, re.sub(r"^by", 'on = "r0"\nby', rule, flags=re.MULTILINE))
        case _:
            return text.replace(rule, re.sub(r"^when = .*\n", "", rule, flags=re.MULTILINE))


@pytest.mark.parametrize("seed", sampled(SEEDS, 3))
def test_inclusion_is_what_plain_subset_construction_says(seed: int) -> None:
    chance = random.Random(seed)
    text = model(seed)
    old = ground(parse_model(text))
    new = ground(parse_model(changed(text, chance)))
    for what in (observables(old, new), *(hidden(observables(old, new), chance) for _ in "123")):
        for left, right in ((new, old), (old, new)):
            found = included(left, right, what)
            assert found.stopped is None
            length = None if found.lost is None else found.lost.run.length
            assert length == shortest_difference(left, right, what), (what, text)
            if found.lost is not None:  # it is a run of the one that has it
                run = found.lost.run
                steps = [Step(left.instances[i], payload) for i, payload in run.steps]
                states = list(replay(left, State(run.initial, run.tables), steps))
                assert len(states) == len(steps) + 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_model_is_equivalent_to_itself_whatever_is_hidden(seed: int) -> None:
    chance = random.Random(seed)
    text = model(seed)
    old, new = ground(parse_model(text)), ground(parse_model(text))
    for what in (observables(old, new), hidden(observables(old, new), chance)):
        assert included(old, new, what).holds
        assert included(new, old, what).holds


@pytest.mark.parametrize("seed", SEEDS)
def test_dropping_a_rule_leaves_nothing_new(seed: int) -> None:
    text = model(seed)
    for rule in re.findall(r"^\[rule\.r\d\]\n.*?(?=\n\n|\Z)", text, re.MULTILINE | re.DOTALL):
        if text.count("[rule.") > 1:
            old, new = ground(parse_model(text)), ground(parse_model(text.replace(rule, "")))
            assert included(new, old, observables(old, new)).holds


COUNTER = """
[sort]
N = "0..3"
[table.wide]
of = ["N"]
[machine.Box]
instances = ["box"]
states = ["on"]
vars = { n = "N", m = "N" }
[init]
require = "box.n == 0 and box.m == 0"
[rule.tick]
by = "host"
when = "box.n < 3"
sets = "box.n = box.n + 1"
[rule.show]
by = "host"
%s
"""


def counter(show: str) -> TransitionSystem:
    return ground(parse_model(COUNTER % show))


def test_unnoticed_steps_belong_to_the_choices_that_allow_them() -> None:
    # What ticks lead to is seen only through `show`; in one of them a table decides about ticks.
    free = counter('when = "box.n == 2"\nsets = "box.m = 1"')
    bound = ground(parse_model(
        (COUNTER % 'when = "box.n == 2"\nsets = "box.m = 1"').replace(
            "box.n < 3", "box.n < 3 and (box.n == 1 or wide(box.n))"
        )
    ))
    what = Observables({"show": frozenset()}, ("box.m",))
    assert included(bound, free, what).holds
    lost = included(free, bound, what).lost
    assert lost is not None
    assert lost.run.length == 3
    assert lost.run.length == shortest_difference(free, bound, what)
    assert not lost.run.tables & 1  # row 0 of the table, without which nothing ticks


def test_a_chain_of_unnoticed_steps_is_cut_where_the_table_cuts_it() -> None:
    cut = ground(parse_model(
        (COUNTER % 'when = "box.n == 3"\nsets = "box.m = 1"').replace(
            "box.n < 3", "box.n == 0 or box.n == 2 or box.n == 1 and wide(1)"
        )
    ))
    free = counter('when = "box.n == 3"\nsets = "box.m = 1"')
    what = Observables({"show": frozenset()}, ("box.m",))
    lost = included(free, cut, what).lost
    assert lost is not None
    assert not lost.run.tables & 2
    assert included(cut, free, what).holds


def test_it_stops_in_time_and_says_so() -> None:
    system = counter('sets = "box.m = box.n"')
    what = observables(system, system)
    assert included(system, system, what).holds
    assert included(system, system, what, max_pairs=3).stopped == "stopped at 16 pairs"
    assert included(system, system, what, deadline=0.0).stopped == "out of time"
    assert not included(system, system, what, deadline=0.0).holds


def test_other_tables_cannot_be_compared() -> None:
    system = counter('sets = "box.m = box.n"')
    text = COUNTER % 'sets = "box.m = box.n"'
    other = ground(parse_model(text.replace('of = ["N"]', 'of = ["N", "N"]')))
    found = included(system, other, observables(system, other))
    assert found.stopped == "their free tables are not the same"
    assert not found.holds
