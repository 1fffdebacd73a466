"""The running machines: exact refusals, one snapshot per step, agreement with the system."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twinrom.statemachine import (
    Conjunct,
    InputError,
    State,
    Step,
    TransitionSystem,
    Variable,
    ground,
    load_model,
    parse_model,
    terms,
    with_budget,
)
from twinrom.statemachine.running.runtime import Guard, Refused, Runtime, Unit, replay
from twinrom.statemachine.sorts import Sort

CORPUS = Path(__file__).parent.parent / "corpus"
MODELS = ["msa1000", "proliant",
          *(str(p) for p in sorted(CORPUS.glob("*.toml")) if not p.name.endswith(".spec.toml"))]

LAMPS = """
title = "Two lamps"
[sort]
Level = "1..3"
Colour = ["red", "green"]
[table.fits]
of = ["Level", "Colour"]
[machine.Lamp]
instances = ["A", "B"]
states = ["absent", "off", "on"]
vars = { level = "Level", busy = "bool", source = "Lamp?" }
[machine.Fuse]
instances = ["A.fuse"]
states = ["good", "blown"]
vars = { level = "Level" }
[machine.Desk]
instances = ["desk"]
states = ["only"]
[init]
require = ["A.level == 1 and B.level == 2", "not A.busy and not B.busy",
           "A.source == none and B.source == none", "A.fuse.level == 1"]
[rule.plug]
by = "operator"
each = { this = ["A", "B"] }
given = { level = "Level", colour = "Colour" }
moves = ["this: absent -> off"]
when = ["fits(level, colour)", "not this.busy or level == 3"]
sets = ["this.level = level"]
[rule.swap]
by = "operator"
sets = ["A.level = B.level", "B.level = A.level", "Lamp.source = B"]
[rule.light]
by = "controller"
moves = ["A: off -> on"]
also = ["B: off -> on", "A.fuse: good -> blown"]
when = "A.level < B.level"
sets = ["A.busy = B is on", "B.busy = A is off"]
[rule.brighten]
by = "operator"
sets = ["A.level = A.level + 1"]
[rule.trip]
by = "fault"
also = ["A.fuse: good -> blown", "A.fuse: blown -> blown"]
when = "A is on"
[rule.look]
by = "operator"
when = "A.level == 2"
sets = ["B.busy = B.busy"]
[rule.tune]
by = "operator"
given = { level = "Level" }
sets = ["B.level = level"]
[rule.flick]
by = "operator"
also = ["B: off -> on", "B: absent -> off"]
[rule.never]
by = "operator"
moves = ["A: * -> absent"]
when = "1 == 2"
"""


@cache
def lamps() -> TransitionSystem:
    return ground(parse_model(LAMPS))


@cache
def systems() -> dict[str, TransitionSystem]:
    found = {name: ground(load_model(name)) for name in MODELS}
    found["msa1000 with a budget"] = with_budget(found["msa1000"], {"fault": 2, "decay": 1})
    found["proliant, watched"] = watched(found["proliant"])
    return found


def watched(system: TransitionSystem) -> TransitionSystem:
    """Return the system with an observer that counts steps up to two, and guards one rule by it."""
    counter = Variable(len(system.variables), "seen", Sort("", 0, 2), role="observer")
    more = terms.choose(terms.at_most(counter.term(), terms.constant(1)),
                        terms.plus(counter.term(), terms.constant(1)), terms.constant(0))
    instances = [replace(i, updates={**i.updates, counter.index: more}) for i in system.instances]
    return system.extended((counter,), (Conjunct("seen == 0", terms.equal(
        counter.term(), terms.constant(0))),), instances)


def at(system: TransitionSystem, tables: int = 0b111111, **values: str) -> State:
    """Return the first initial state with some values replaced; `__` stands for a dot."""
    codes = list(next(system.initial()).values)
    for name, text in values.items():
        variable = system.by_name[name.replace("__", ".")]
        code = variable.sort.code(text)
        assert code is not None
        codes[variable.index] = code
    return State(tuple(codes), tables)


def step(system: TransitionSystem, name: str, *payload: int) -> Step:
    return Step(next(i for i in system.instances if i.name == name), payload)


def running(state: State, system: TransitionSystem | None = None) -> Runtime:
    runtime = Runtime(system or lamps())
    runtime.start(state)
    return runtime


def unit(runtime: Runtime, machine: str) -> Unit:
    found = runtime.machines[machine].model
    assert isinstance(found, Unit)
    assert found is runtime.units[machine]
    return found


def refusal(runtime: Runtime, one: Step) -> str:
    before = runtime.state()
    with pytest.raises(Refused) as error:
        runtime.fire(one)
    assert runtime.state() == before
    assert error.value.step == one
    assert list(error.value.reasons) == runtime.refusals(one)
    return str(error.value)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([*MODELS, "msa1000 with a budget", "proliant, watched"]),
       st.integers(0, 59), st.lists(st.integers(0, 10**6), min_size=1, max_size=25))
def test_the_machines_agree_with_the_system(name: str, start: int, picks: list[int]) -> None:
    system = systems()[name]
    initial = list(islice(system.initial(), 60))
    state = initial[start % len(initial)]
    runtime, steps = running(state, system), list[Step]()
    for pick in picks:
        assert runtime.state() == state
        enabled = list(system.enabled(state))
        assert runtime.enabled() == enabled
        if not enabled:
            break
        steps.append(enabled[pick % len(enabled)])
        assert runtime.refusals(steps[-1]) == []
        state, before = system.after(state, steps[-1]), state
        assert runtime.fire(steps[-1]) == state
        other = system.instances[pick % len(system.instances)]
        for payload in islice(other.payloads(), 3):
            runtime.start(before)
            allowed = Step(other, payload) in enabled
            assert bool(runtime.refusals(Step(other, payload))) is not allowed
            if not allowed:
                refusal(runtime, Step(other, payload))
        runtime.start(state)
    assert replay(system, initial[start % len(initial)], steps)[-1] == state


@pytest.mark.parametrize("name", MODELS)
def test_every_rule_is_wired_as_the_system_says(name: str) -> None:
    system = systems()[name]
    runtime = Runtime(system)
    for machine, template in system.model.machines.items():
        built = runtime.machines[machine]
        assert list(built.states) == list(template.states)
        assert not any(trigger.isidentifier() for trigger in built.events)
        for event in built.events.values():
            for transition in (t for found in event.transitions.values() for t in found):
                assert all(isinstance(c.func, Guard) for c in transition.conditions)
                assert all(callable(f) and not isinstance(f, str) for f in transition.after)


def test_a_step_reads_one_snapshot() -> None:
    system = lamps()
    runtime = running(at(system))
    after = runtime.fire(step(system, "swap"))
    assert after == at(system, A__level="2", B__level="1", A__source="B", B__source="B")


def test_machines_move_together_and_optional_ones_only_when_they_can() -> None:
    system = lamps()
    light = step(system, "light")
    both = running(at(system, A="off", B="off")).fire(light)
    assert both == at(system, A="on", B="on", A__fuse="blown", A__busy="False", B__busy="True")
    alone = running(at(system, A="off", B="absent", A__fuse="blown")).fire(light)
    assert alone == at(system, A="on", B="absent", A__fuse="blown", B__busy="True")


def test_of_two_optional_moves_the_one_that_can_counts() -> None:
    system = lamps()
    flick = step(system, "flick")
    for before, after in (("off", "on"), ("absent", "off"), ("on", "on")):
        start = at(system, B=before)
        assert running(start).fire(flick) == system.after(start, flick) == at(system, B=after)


def test_the_state_is_on_the_machines() -> None:
    system = lamps()
    runtime = running(at(system, A="off", B__busy="True"))
    assert {name: unit(runtime, name).state for name in runtime.machines} == {
        "A": "off", "B": "absent", "A.fuse": "good", "desk": "only"}
    busy = system.by_name["B.busy"].index
    assert unit(runtime, "B").values[busy] == 1
    assert busy not in unit(runtime, "A").values
    unit(runtime, "B").values[busy] = 0
    assert runtime.state() == at(system, A="off")


def test_rules_that_move_nothing_still_have_a_guard() -> None:
    system = lamps()
    trip = step(system, "trip")
    assert refusal(running(at(system)), trip) == (
        "`trip` cannot happen: `A is on` is false: A=absent")
    blown = at(system, A="on", A__fuse="blown")
    assert running(blown).fire(trip) == blown
    assert running(at(system, A="on")).fire(trip) == blown
    bare = system.extended((), (), [replace(i, updates={}) if i.name == "look" else i
                                    for i in system.instances])
    for one in (system, bare):
        look = step(one, "look")
        assert refusal(running(at(one), one), look) == (
            "`look` cannot happen: `A.level == 2` is false: A.level=1")
        assert running(at(one, A__level="2"), one).fire(look) == at(one, A__level="2")


def test_a_guard_that_is_always_false_refuses() -> None:
    system = lamps()
    assert refusal(running(at(system)), step(system, "never")) == (
        "`never` cannot happen: `1 == 2` is false")


def test_refusals_name_the_values_that_decide() -> None:
    system = lamps()
    runtime = running(at(system, tables=0, A="off", A__busy="True"))
    assert refusal(runtime, step(system, "plug[this=A]", 2, 1)) == (
        "`plug(this=A, level=2, colour=green)` cannot happen: `A is absent` is false: A=off; "
        "`fits(level, colour)` is false: level=2, colour=green, fits(2, green)=False; "
        "`not A.busy or level == 3` is false: A.busy=True, level=2")


def test_a_payload_outside_its_sort_is_refused() -> None:
    system = lamps()
    assert refusal(running(at(system)), step(system, "tune", 7)) == (
        "`tune(level=7)` cannot happen: `level in Level (1..3)` is false: level=7")


def test_an_assignment_out_of_range_changes_nothing() -> None:
    system = lamps()
    runtime = running(at(system, A__level="3"))
    with pytest.raises(InputError, match=r"`A\.level = A\.level \+ 1` leaves the sort"):
        runtime.fire(step(system, "brighten"))
    assert runtime.state() == at(system, A__level="3")


def test_budgets_and_observers_belong_to_no_machine() -> None:
    system = with_budget(lamps(), {"fault": 1})
    start = at(system, A="on")
    runtime = running(start, system)
    trip = step(system, "trip")
    assert runtime.fire(trip) == system.after(start, trip)
    left = system.by_name["faults left"].index
    assert runtime.unowned == {left: 0}
    assert refusal(runtime, trip) == (
        "`trip` cannot happen: `faults left > 0` is false: faults left=0")


def test_a_step_of_another_system_is_an_error_of_the_caller() -> None:
    one, other = lamps(), ground(parse_model(LAMPS))
    with pytest.raises(ValueError, match="`swap` is a step of another system"):
        Runtime(one).fire(step(other, "swap"))
