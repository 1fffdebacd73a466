"""Stepping by hand: starts, options, what is typed, exact error texts."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twinrom.statemachine import (
    InputError,
    State,
    TransitionSystem,
    ground,
    load_model,
    parse_model,
)
from twinrom.statemachine.running.runtime import Refused, replay
from twinrom.statemachine.running.script import read_script
from twinrom.statemachine.running.session import Session, VariableChange

LAMPS = """
title = "Two lamps"
[sort]
Level = "1..3"
Colour = ["red", "green"]
Big = "1..50"
[table.fits]
of = ["Level", "Colour"]
[machine.Lamp]
instances = ["A", "B"]
states = ["absent", "off", "on"]
initial = ["absent", "off"]
vars = { level = "Level", busy = "bool", source = "Lamp?" }
[machine.Desk]
instances = ["desk"]
states = ["dark", "lit", "broken"]
vars = { size = "Big" }
[init]
require = ["all(not l.busy and l.source == none for l in Lamp)", "A.level == B.level",
           "A is off or B is off", "desk.size == 7"]
[event.quake]
[rule.plug]
by = "operator"
each = { this = ["A", "B"] }
given = { level = "Level", colour = "Colour" }
moves = ["this: absent -> off"]
when = "fits(level, colour)"
sets = ["this.level = level"]
[rule.light]
by = "controller"
each = { this = ["A", "B"] }
moves = ["this: off -> on"]
also = ["desk: dark -> lit"]
sets = ["this.source = this"]
[rule.size]
by = "operator"
given = { size = "Big" }
when = "size < 4"
sets = ["desk.size = size"]
[rule.kick]
by = "fault"
nondeterministic = true
moves = ["desk: lit -> dark"]
[rule.kick_hard]
on = "kick"
by = "fault"
nondeterministic = true
moves = ["desk: lit -> broken"]
[rule.dim_one]
on = "dim"
by = "operator"
given = { level = "Level" }
moves = ["A: on -> on"]
when = "level == 1"
sets = ["A.level = level"]
[rule.dim_two]
on = "dim"
by = "operator"
given = { level = "Level" }
moves = ["A: on -> on"]
when = "level == 2"
sets = ["A.level = level"]
"""


@cache
def lamps() -> TransitionSystem:
    return ground(parse_model(LAMPS))


def session(**init: str) -> Session:
    """Return a session; `__` stands for a dot, and every lamp fits at first."""
    rows = {f"fits({i}, {c})": "True" for i in (1, 2, 3) for c in ("red", "green")}
    return Session(lamps(), rows | {name.replace("__", "."): v for name, v in init.items()})


def test_it_starts_in_the_first_initial_state() -> None:
    system = lamps()
    assert Session(system).state == next(system.initial())
    some = Session(system, {"A": "absent", "B.level": "3", "fits(2,green)": "True"})
    assert system.text(some.state.values) == (
        "A=absent, A.level=3, A.busy=False, A.source=none, B=off, B.level=3, B.busy=False, "
        "B.source=none, desk=dark, desk.size=7")
    assert system.choices.text(some.state.tables) == {"fits": [("2", "green")]}
    assert some.trace().states == (some.state,)
    assert some.changed() == []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 159), st.data())
def test_a_part_of_a_start_leads_to_the_first_with_it(pick: int, data: st.DataObject) -> None:
    system, states = msa1000()
    wanted = states[pick % len(states)]
    chosen = data.draw(st.sets(st.sampled_from(system.variables), max_size=4))
    init = {v.name: v.sort.text(wanted.values[v.index]) for v in chosen}
    row = system.choices.rows[pick % len(system.choices.rows)]
    holds = system.entry(wanted.tables)(*row)
    cells = zip(system.tables[row[0]].of, row[1], strict=True)
    name = f"{row[0]}({', '.join(sort.text(code) for sort, code in cells)})"
    first = next(s for s in states if all(
        s.values[v.index] == wanted.values[v.index] for v in chosen)
        and system.entry(s.tables)(*row) == holds)
    assert Session(system, init | {name: str(bool(holds))}).state == first


@cache
def msa1000() -> tuple[TransitionSystem, list[State]]:
    system = ground(load_model("msa1000"))
    return system, list(system.initial())


@pytest.mark.parametrize(("init", "message"), [
    ({"A.bussy": "True"}, "unknown variable `A.bussy`; did you mean `A.busy`?"),
    ({"A": "of"}, "`A` cannot be `of`; did you mean `off`?"),
    ({"A.busy": "1"}, "`A.busy` cannot be `1`; known: `False`, `True`"),
    ({"A.level": "9"}, "`A.level` cannot be `9`; known: `1`, `2`, `3`"),
    ({"desk.size": "x"}, "`desk.size` cannot be `x`; it is in Big (1..50)"),
    ({"fit(1, red)": "True"}, "unknown table `fit`; did you mean `fits`?"),
    ({"fits": "True"}, "unknown variable `fits`; write `fits(Level, Colour)`"),
    ({"fits(1)": "True"}, "`fits` has 2 arguments, not 1; write `fits(Level, Colour)`"),
    ({"fits(1, read)": "True"},
     "`fits(1, read)`: `read` is not in `Colour`; did you mean `red`?"),
    ({"fits(1, red)": "yes"}, "`fits(1, red)` cannot be `yes`; known: `False`, `True`"),
    ({"A": "on"}, "`A=on` holds in no initial state; it starts as absent or off"),
    ({"desk.size": "8"}, "`desk.size=8` holds in no initial state"),
    ({"A": "absent", "B": "absent"}, ("no initial state has `A=absent` and `B=absent`; "
                                     "each of them alone is possible")),
])
def test_a_start_that_cannot_be(init: dict[str, str], message: str) -> None:
    with pytest.raises(InputError) as found:
        Session(lamps(), init)
    assert str(found.value) == f"init: {message}"


def test_a_model_that_cannot_start() -> None:
    system = ground(parse_model(LAMPS.replace('"A.level == B.level"', '"A.level != A.level"')))
    with pytest.raises(InputError) as found:
        Session(system, {"A": "off"})
    assert str(found.value).splitlines()[0] == (
        "<text>:19:1: no state satisfies all of this; there is nothing to check")


def test_options_leave_the_payload_open() -> None:
    now = session(A="absent", **{"fits(1, red)": "False", "fits(2, green)": "False"})
    options = now.options()
    assert list(map(str, options)) == [
        "plug(this=A, level=?, colour=?)", "light(this=B)", "size(size=?)"]
    plug = options[0]
    assert plug.event == "plug"
    assert plug.payloads() == {"level": ("1", "2", "3"), "colour": ("green", "red")}
    assert plug.payloads({"level": "2"}) == {"colour": ("red",)}
    assert options[1].payloads() == {}
    chosen = plug.step({"level": "2", "colour": "red"})
    assert str(chosen) == "plug(this=A, level=2, colour=red)"
    assert plug.step({"level": "1"}) == plug.step({"level": "1", "colour": "green"})


@pytest.mark.parametrize(("chosen", "message"), [
    ({}, ("nothing chosen leaves a choice; add `level=1` or `level=2` or `level=3`, "
         "and `colour=red` or `colour=green`")),
    ({"level": "3"}, "level=3 leaves a choice; add `colour=red` or `colour=green`"),
    ({"level": "4"}, "level=4 is not possible now"),
])
def test_an_option_needs_its_payload(chosen: dict[str, str], message: str) -> None:
    plug = session(A="absent").options()[0]
    with pytest.raises(InputError) as found:
        plug.step(chosen)
    assert str(found.value) == f"plug(this=A, level=?, colour=?): {message}"


def test_rules_of_one_event_are_one_option_unless_they_overlap() -> None:
    now = session(A="off")
    now.step(now.parse_event("light(this=A)"))
    options = {str(option): option for option in now.options()}
    dim = options["dim(level=?)"]
    assert {s.instance.rule.name for s in dim.steps} == {"dim_one", "dim_two"}
    kicks = [o.steps[0].instance.rule.name for o in now.options() if o.event == "kick"]
    assert kicks == ["kick", "kick_hard"]


def test_steps_are_kept_and_taken_back() -> None:
    now = session(A="off", B="absent")
    start = now.state
    light = now.parse_event("light this=A")
    after = now.step(light)
    assert after == now.state == lamps().after(start, light)
    assert now.changed() == [VariableChange("A", "off", "on"),
                             VariableChange("A.source", "none", "A"),
                             VariableChange("desk", "dark", "lit")]
    trace = now.trace()
    assert (trace.states, trace.steps, trace.loop) == ((start, after), (light,), None)
    assert replay(lamps(), start, trace.steps) == list(trace.states)
    with pytest.raises(Refused):
        now.step(light)
    assert now.trace() == trace
    assert now.undo() is light
    assert now.state == start
    assert now.runtime.state() == start
    assert now.undo() is None


@pytest.mark.parametrize(("text", "meant"), [
    ("plug(this=A, level=2, colour=red)", "plug(this=A, level=2, colour=red)"),
    ("plug this=A level=2 colour=red", "plug(this=A, level=2, colour=red)"),
    ("  plug ( colour = red,level=2 ) ", "plug(this=A, level=2, colour=red)"),
    ("light", "light(this=B)"),
    ("light()", "light(this=B)"),
    ("size size=3", "size(size=3)"),
])
def test_an_event_is_read(text: str, meant: str) -> None:
    assert str(session(A="absent").parse_event(text)) == meant


def test_a_rule_can_be_named_instead_of_its_event() -> None:
    now = session(A="off")
    now.step(now.parse_event("light(this=A)"))
    assert now.parse_event("kick_hard").instance.rule.name == "kick_hard"
    with pytest.raises(InputError) as found:
        now.parse_event("kick")
    assert str(found.value) == (
        "<event>:1:1: `kick` can be any of 2 steps; name the rule: `kick` or `kick_hard`\n"
        "1 | kick\n"
        "  | ^^^^")


@pytest.mark.parametrize(("text", "message", "caret"), [
    ("plag(this=A)", "1:1: unknown event `plag`; did you mean `plug`?", "^^^^"),
    ("quake", "1:1: `quake` never happens in this model", "^^^^^"),
    ("light(that=A)", "1:7: `light` has no argument `that`; known: `this`", "      ^^^^"),
    ("kick(this=A)", "1:6: `kick` has no argument `this`; it has none", "     ^^^^"),
    ("light(this=C)", "1:12: `this` cannot be `C`; known: `A`, `B`", "           ^"),
    ("plug level=02", "1:12: `level` cannot be `02`; did you mean `2`?", "           ^^"),
    ("plug(colour=gren)", "1:13: `colour` cannot be `gren`; did you mean `green`?",
     "            ^^^^"),
    ("plug", ("1:1: `plug` can be any of 6 steps; add `level=1` or `level=2` or `level=3`, "
             "and `colour=red` or `colour=green`"), "^^^^"),
    (" plug(level=3)", ("1:2: `plug(level=3)` can be any of 2 steps; "
                       "add `colour=red` or `colour=green`"), " ^^^^^^^^^^^^^"),
    ("light(this=A", "1:6: `(` is not closed", "     ^"),
    ("light(this=A) now", "1:15: unexpected `now` after `)`; one event per line",
     "              ^^^"),
    ("light A", "1:7: `A` is not of the form `name=value`", "      ^"),
    ("light this=A=B", "1:7: `this=A=B` is not of the form `name=value`", "      ^^^^^^^^"),
    ("light(this=A, this=B)", "1:15: `this` is given twice", "              ^^^^"),
    ("42", "1:1: expected an event; write `event` or `event(name=value)`", "^^"),
    ("", "1:1: expected an event; write `event` or `event(name=value)`", ""),
])
def test_an_event_that_cannot_be_meant(text: str, message: str, caret: str) -> None:
    with pytest.raises(InputError) as found:
        session(A="absent").parse_event(text)
    assert str(found.value) == f"<event>:{message}" + (f"\n1 | {text}\n  | {caret}" if text else "")


@pytest.mark.parametrize(("text", "message"), [
    ("kick", "`kick` cannot happen: `desk is lit` is false: desk=dark"),
    ("light(this=A)", "`light(this=A)` cannot happen: `A is off` is false: A=absent"),
    ("size(size=4)", "`size(size=4)` cannot happen: `size < 4` is false: size=4"),
    ("plug this=B colour=green", ("`plug(this=B, level=1, colour=green)` cannot happen: "
                                 "`B is absent` is false: B=off")),
])
def test_an_event_that_cannot_happen(text: str, message: str) -> None:
    with pytest.raises(Refused) as found:
        session(A="absent").parse_event(text)
    assert str(found.value) == message


def test_the_closest_refusal_is_told() -> None:
    with pytest.raises(Refused) as found:
        session(A="absent", **{"fits(1, red)": "False"}).parse_event("plug(this=B)")
    assert str(found.value) == ("`plug(this=B, level=1, colour=green)` cannot happen: "
                                "`B is absent` is false: B=off")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(alphabet="pluginthiskc \t(),=#AB.-12\n\r\0é_", max_size=30))
def test_nothing_that_is_typed_crashes(text: str) -> None:
    now = session(A="absent")
    try:
        now.parse_event(text)
    except (InputError, Refused) as found:
        assert str(found)  # noqa: PT017 - either of two
    try:
        Session(lamps(), read_script(text, "x")).play(read_script(text, "x"))
    except InputError as found:
        assert all(problem.path == "x" for problem in found.problems)  # noqa: PT017
