"""Replay: a run goes through the running machines, and what they do is what the system says."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from twinrom.statemachine import State, Step, TransitionSystem, ground, parse_model, terms
from twinrom.statemachine.running.runtime import ReplayError, replay

LAMPS = """
[sort]
Level = "1..3"
[machine.Lamp]
instances = ["A", "B"]
states = ["absent", "off", "on"]
vars = { level = "Level" }
[init]
require = ["A.level == 1 and B.level == 2"]
[rule.swap]
by = "operator"
sets = ["A.level = B.level", "B.level = A.level"]
[rule.trip]
by = "fault"
moves = ["A: on -> off"]
"""


@cache
def lamps() -> TransitionSystem:
    return ground(parse_model(LAMPS))


def step(system: TransitionSystem, name: str) -> Step:
    return Step(next(i for i in system.instances if i.name == name), ())


def test_replay_returns_every_state() -> None:
    system = lamps()
    start = next(system.initial())
    swapped = system.after(start, step(system, "swap"))
    assert replay(system, start, [step(system, "swap")]) == [start, swapped]
    assert replay(system, start, []) == [start]


def test_replay_says_which_step_is_refused() -> None:
    system = lamps()
    steps = [step(system, "swap"), step(system, "trip")]
    with pytest.raises(ReplayError) as error:
        replay(system, next(system.initial()), steps)
    assert str(error.value) == "step 2: `trip` cannot happen: `A is on` is false: A=absent"


def test_replay_starts_in_an_initial_state_unless_told_otherwise() -> None:
    system = lamps()
    start = State((2, *next(system.initial()).values[1:]), 0)
    with pytest.raises(ReplayError) as error:
        replay(system, start, [])
    assert str(error.value) == "the run starts where `A in (absent)` is false"
    assert replay(system, start, [], anywhere=True) == [start]


def test_replay_finds_machines_that_go_elsewhere() -> None:
    system = lamps()
    wrong = system.extended((), (), [
        replace(i, updates={**i.updates, 0: terms.constant(2)}) if i.name == "swap" else i
        for i in system.instances])
    with pytest.raises(ReplayError) as error:
        replay(wrong, next(system.initial()), [step(wrong, "swap")])
    assert str(error.value) == "step 1: after `swap` A is absent instead of on"
