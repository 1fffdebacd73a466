"""Traces: round trip through ITF, what is wrong with a file, hostile files."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twinrom.statemachine import (
    InputError,
    State,
    Step,
    TransitionSystem,
    ground,
    load_model,
    parse_model,
)
from twinrom.statemachine.running.trace import Trace, from_itf, read_trace, to_itf, write_trace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BOX = """
title = "A box"
[sort]
Level = "0..2"
Colour = ["red", "green"]
[table.fits]
of = ["Level", "bool"]
[table.fixed]
of = ["Colour"]
allow = [["red"]]
[machine.Box]
instances = ["box", "lid"]
states = ["open", "shut"]
vars = { level = "Level?", busy = "bool", other = "Box?" }
[init]
require = ["all(b.level == none and not b.busy and b.other == none for b in Box)"]
[rule.fill]
on = "work"
by = "operator"
each = { this = ["box", "lid"], how = ["red", "green"] }
given = { level = "Level", quick = "bool" }
when = "fits(level, quick)"
sets = ["this.level = level", "this.busy = quick", "this.other = lid"]
[rule.toggle]
by = "controller"
moves = ["box: open -> shut"]
[rule.back]
by = "controller"
moves = ["box: shut -> open"]
"""


@cache
def box() -> TransitionSystem:
    return ground(parse_model(BOX, "box.toml"))


def run(system: TransitionSystem, start: State, *picks: tuple[str, tuple[int, ...]]) -> Trace:
    states, steps = [start], []
    for name, payload in picks:
        steps.append(Step(next(i for i in system.instances if i.name == name), payload))
        states.append(system.after(states[-1], steps[-1]))
    return Trace(system.model.name, tuple(states), tuple(steps))


def filled() -> Trace:
    first = next(box().initial())
    return run(box(), State(first.values, 0b100100), ("fill[this=lid, how=green]", (1, 0)),
               ("toggle", ()), ("back", ()))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["msa1000", "proliant"]), st.integers(0, 159),
       st.lists(st.integers(0, 10**6), max_size=15))
def test_reading_back_gives_an_equal_trace(name: str, start: int, picks: list[int]) -> None:
    system, initial = loaded(name)
    states, steps = [initial[start % len(initial)]], list[Step]()
    for pick in picks:
        enabled = list(system.enabled(states[-1]))
        if not enabled:
            break
        steps.append(enabled[pick % len(enabled)])
        states.append(system.after(states[-1], steps[-1]))
    loop = next((i for i, state in enumerate(states) if state == states[-1]), None)
    for trace in (Trace(system.model.name, tuple(states), tuple(steps)),
                  Trace(system.model.name, tuple(states), tuple(steps), loop)):
        data = json.loads(json.dumps(to_itf(system, trace)))
        assert from_itf(system, data) == trace


@cache
def loaded(name: str) -> tuple[TransitionSystem, list[State]]:
    system = ground(load_model(name))
    return system, list(system.initial())


def test_the_form_is_itf() -> None:
    data = to_itf(box(), filled())
    assert data["#meta"] == {
        "format": "ITF", "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
        "model": "box", "description": "A box", "watching": []}
    assert data["params"] == ["fits", "fixed"]
    assert data["vars"] == ["box", "box.level", "box.busy", "box.other",
                            "lid", "lid.level", "lid.busy", "lid.other", "event"]
    assert "loop" not in data
    first, second = data["states"][:2]
    assert first["#meta"] == {"index": 0}
    assert first["fits"] == {"#map": [
        [{"#tup": [0, False]}, False], [{"#tup": [0, True]}, False], [{"#tup": [1, False]}, True],
        [{"#tup": [1, True]}, False], [{"#tup": [2, False]}, False], [{"#tup": [2, True]}, True]]}
    assert first["fixed"] == {"#map": [[{"#tup": ["red"]}, True], [{"#tup": ["green"]}, False]]}
    assert first["event"] == {"name": "init", "rule": "none", "by": "none", "args": {}}
    assert (first["lid.level"], first["lid.other"], first["box"]) == ("none", "none", "open")
    assert "fits" not in second
    assert second["event"] == {
        "name": "work", "rule": "fill", "by": "operator",
        "args": {"this": "lid", "how": "green", "level": 1, "quick": False}}
    assert (second["lid.level"], second["lid.busy"], second["lid.other"]) == (1, False, "lid")


def test_a_loop_starts_at_a_state_equal_to_the_last() -> None:
    trace = filled()
    looped = Trace(trace.model, trace.states, trace.steps, 1)
    assert to_itf(box(), looped)["loop"] == 1
    assert from_itf(box(), to_itf(box(), looped)) == looped
    stuck = Trace(trace.model, trace.states, trace.steps, 3)
    assert from_itf(box(), to_itf(box(), stuck)) == stuck
    with pytest.raises(ValueError, match="the last state is not state 0, where the loop starts"):
        Trace(trace.model, trace.states, trace.steps, 0)
    with pytest.raises(ValueError, match="1 steps between 4 states"):
        Trace(trace.model, trace.states, trace.steps[:1])


def put(*path: Any) -> Callable[[dict[str, Any]], object]:
    """Return a change that sets what stands at the path; its last part is the new value."""

    def change(data: dict[str, Any]) -> None:
        place: Any = data
        for part in path[:-2]:
            place = place[part]
        place[path[-2]] = path[-1]

    return change


def drop(*path: Any) -> Callable[[dict[str, Any]], object]:
    def change(data: dict[str, Any]) -> None:
        place: Any = data
        for part in path[:-1]:
            place = place[part]
        del place[path[-1]]

    return change


FITS = ("states", 0, "fits", "#map")
EVENT = ("states", 1, "event")
WRONG: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (drop("vars"), "the trace has no `vars`"),
    (put("lop", 0), "the trace has an unknown key `lop`; did you mean `loop`?"),
    (put("vars", "box"), "`vars` is not a list of names"),
    (put("vars", 0, "bax"), ("`vars` lists `bax`, which the model does not have; "
                            "did you mean `box`?")),
    (drop("vars", 0), "`vars` does not list `box`"),
    (drop("params"), "`params` does not list `fits`"),
    (put("states", []), "`states` is empty"),
    (put("states", {}), "`states` is not a list of states"),
    (put("states", 1, 5), "state 1 is not an object: `5`"),
    (put("states", 1, "fits", 5), "state 1 has an unknown key `fits`"),
    (drop("states", 1, "lid.level"), "state 1 has no `lid.level`"),
    (put("states", 0, "event", "name", "start"),
     'state 0: `event` is not {"name": "init", "rule": "none", "by": "none", "args": {}}'),
    (put("states", 1, "event", "fill"), "state 1: `event` is not an object: `fill`"),
    (put(*EVENT, "rule", "fil"), ("state 1: `event` is by an unknown rule `fil`; "
                                 "did you mean `fill`?")),
    (put(*EVENT, "rule", ["fill"]), "state 1: `event` is by an unknown rule a list"),
    (put(*EVENT, "name", "fill"), "state 1: `event` has the name `fill`; rule `fill` has `work`"),
    (put(*EVENT, "by", "host"), "state 1: `event` has the by `host`; rule `fill` has `operator`"),
    (drop(*EVENT, "args", "quick"), "state 1: `event`: `args` has no `quick`"),
    (put(*EVENT, "args", "quik", 1), ("state 1: `event`: `args` has an unknown key `quik`; "
                                     "did you mean `quick`?")),
    (put(*EVENT, "args", "level", "none"), ("state 1: `event`: `level` cannot be `none`; "
                                           "it is in Level (0..2)")),
    (put(*EVENT, "args", "this", "box"),
     ("state 1: `event`: rule `fill` has no such column in its `each`; "
     "`fill[this=box, how=red]`, `fill[this=lid, how=green]`")),
    (put(*FITS, 5), "state 0: table `fits` has a `#map` that is not a list"),
    (put(*FITS[:-1], []), "state 0: table `fits` is not an object: a list"),
    (put(*FITS, 0, 1, 1),
     "state 0: table `fits` has an entry that is not a pair of a tuple and a truth value"),
    (put(*FITS, 0, 0, [0, False]), "state 0: table `fits`: a row is not an object: a list"),
    (put(*FITS, 0, 0, "#tup", [0]), "state 0: table `fits` has a row that is not a list of 2"),
    (put(*FITS, 0, 0, "#tup", 0, 9), "state 0: table `fits` cannot be `9`; it is in Level (0..2)"),
    (put(*FITS, 0, 0, "#tup", 1, True), "state 0: table `fits` lists (0, True) twice"),  # noqa: FBT003
    (drop(*FITS, 0), "state 0: table `fits` has 5 of 6 rows"),
    (put("states", 0, "fixed", "#map", 0, 1, False),  # noqa: FBT003
     "state 0: table `fixed` has (red) false; the model fixes it otherwise"),
    (put("loop", 9), "`loop` is not a state of the trace: `9`"),
    (put("loop", -1), "`loop` is not a state of the trace: `-1`"),
    (put("loop", True), "`loop` is not a state of the trace: `true`"),  # noqa: FBT003
    (put("loop", 0), "the last state is not state 0, where the loop starts"),
]


@pytest.mark.parametrize(("change", "message"), WRONG, ids=[text for _, text in WRONG])
def test_what_is_wrong_is_one_clear_error(
    change: Callable[[dict[str, Any]], object], message: str,
) -> None:
    data = copy.deepcopy(to_itf(box(), filled()))
    change(data)
    with pytest.raises(InputError) as error:
        from_itf(box(), data, "run.itf.json")
    assert str(error.value) == f"run.itf.json: {message}"


@pytest.mark.parametrize(("variable", "value", "message"), [
    ("lid.level", 7, "`7`; it is in Level? (0..2)"),
    ("lid.level", -1, "`-1`; it is in Level? (0..2)"),
    ("lid.level", True, "`true`; it is in Level? (0..2)"),
    ("lid.level", 1.0, "`1.0`; it is in Level? (0..2)"),
    ("lid.level", "1", "`1`; it is in Level? (0..2)"),
    pytest.param("lid.level", 10**5000, "a huge number; it is in Level? (0..2)", id="huge"),
    ("lid.level", None, "`null`; it is in Level? (0..2)"),
    ("lid.busy", "True", "`True`; it is in bool (False, True)"),
    ("lid.busy", 1, "`1`; it is in bool (False, True)"),
    ("box", "ajar", "`ajar`; it is in state of Box (open, shut)"),
    ("box", ["open"], "a list; it is in state of Box (open, shut)"),
])
def test_a_value_that_cannot_be(variable: str, value: object, message: str) -> None:
    data = to_itf(box(), filled())
    data["states"][1][variable] = value
    with pytest.raises(InputError) as error:
        from_itf(box(), data)
    assert str(error.value) == f"<trace>: state 1: `{variable}` cannot be {message}"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(data, dict | list):
        return [path]
    items = data.items() if isinstance(data, dict) else enumerate(data)
    inner = [found for key, value in items for found in places(value, (*path, key))]
    return [path, *inner] if path else inner


PLACES = places(to_itf(box(), filled()))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PLACES), anything)
def test_hostile_files_never_crash_the_reader(place: tuple[Any, ...], value: Any) -> None:
    data = copy.deepcopy(to_itf(box(), filled()))
    put(*place, value)(data)
    try:
        assert isinstance(from_itf(box(), data), Trace)
    except InputError as error:
        assert len(error.problems) == 1  # noqa: PT017 - either of two


@given(anything)
def test_anything_else_is_not_a_trace(data: Any) -> None:
    with pytest.raises(InputError):
        from_itf(box(), data)


def test_a_trace_goes_through_a_file(tmp_path: Path) -> None:
    path = tmp_path / "run.itf.json"
    write_trace(box(), filled(), str(path))
    assert path.read_text().startswith('{\n  "#meta": {\n')
    assert read_trace(box(), str(path)) == filled()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("raw", "message"), [
    (b"{", ("is not JSON; Expecting property name enclosed in double quotes: line 1 column 2 "
           "(char 1)")),
    (b"[" * 100_000, "is not a trace; it is nested too deeply"),
    (b'"\xff"', ("is not JSON; 'utf-8' codec can't decode byte 0xff in position 1: "
                "invalid start byte")),
    (b"[1]", "the trace is not an object: a list"),
])
def test_a_file_that_is_no_trace(tmp_path: Path, raw: bytes, message: str) -> None:
    path = tmp_path / "run.itf.json"
    path.write_bytes(raw)
    with pytest.raises(InputError) as error:
        read_trace(box(), str(path))
    assert str(error.value) == f"{path}: {message}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = str(tmp_path / "none.json")
    with pytest.raises(InputError) as error:
        read_trace(box(), path)
    assert str(error.value) == f"{path}: cannot be read: no such file or directory"
