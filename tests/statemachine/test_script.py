"""Scripts: how they start, what they play, and errors with the line and a caret."""

from __future__ import annotations

from functools import cache

import pytest

from twinrom.statemachine import InputError, TransitionSystem, ground, parse_model
from twinrom.statemachine.running.script import read_script
from twinrom.statemachine.running.session import Session

LAMPS = """
[sort]
Level = "1..3"
Colour = ["red", "green"]
[table.fits]
of = ["Level", "Colour"]
[machine.Lamp]
instances = ["A", "B"]
states = ["absent", "off", "on"]
initial = ["absent", "off"]
vars = { level = "Level" }
[machine.Desk]
instances = ["desk"]
states = ["dark", "lit", "broken"]
[init]
require = ["A.level == B.level", "A is off or B is off"]
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
[rule.kick]
by = "fault"
moves = ["desk: lit -> broken"]
"""


@cache
def lamps() -> TransitionSystem:
    return ground(parse_model(LAMPS))


SCRIPT = """# two lamps
init A=off, B=absent fits(2, green)=True   # start

light            # only A can
plug this=B
  kick()
"""


def test_a_script_is_played() -> None:
    script = read_script(SCRIPT.replace("\n", "\r\n"), "a.script")
    now = Session(lamps(), script)
    assert list(map(str, now.play(script))) == [
        "light(this=A)", "plug(this=B, level=2, colour=green)", "kick"]
    assert len(now.trace().states) == 4
    assert lamps().text(now.state.values).startswith("A=on, A.level=1")
    assert "desk=broken" in lamps().text(now.state.values)


def test_a_script_without_init() -> None:
    script = read_script("\n# nothing\nlight(this=B)\n", "a.script")
    now = Session(lamps(), script)
    assert now.state == next(lamps().initial())
    assert len(now.play(script)) == 1
    assert Session(lamps(), read_script("", "a.script")).play(read_script("", "a.script")) == []


def test_an_event_called_init_is_written_with_parentheses() -> None:
    assert read_script("init()\n", "a.script").start is None
    assert read_script("init\n", "a.script").start is None
    assert read_script("init A=off\n", "a.script").events == ()


@pytest.mark.parametrize(("text", "message"), [
    ("init A=of\n", ("a.script:1:8: `A` cannot be `of`; did you mean `off`?\n"
                    "1 | init A=of\n  |        ^^")),
    ("\ninit A=off  Bee=off # x\n", ("a.script:2:13: unknown variable `Bee`; "
                                    "did you mean `B.level`?\n"
                                    "2 | init A=off  Bee=off # x\n  |             ^^^")),
    ("init fits(1, rad)=True", ("a.script:1:6: `fits(1, rad)`: `rad` is not in `Colour`; "
                               "did you mean `red`?\n"
                               "1 | init fits(1, rad)=True\n  |      ^^^^^^^^^^^^")),
    ("init A=on", ("a.script:1:8: `A=on` holds in no initial state; it starts as absent or off\n"
                  "1 | init A=on\n  |        ^^")),
    ("init A=absent B=absent  # no\n",
     ("a.script:1:1: no initial state has `A=absent` and `B=absent`; "
     "each of them alone is possible\n"
     "1 | init A=absent B=absent  # no\n  | ^^^^^^^^^^^^^^^^^^^^^^")),
])
def test_a_script_that_cannot_start(text: str, message: str) -> None:
    with pytest.raises(InputError) as found:
        Session(lamps(), read_script(text, "a.script"))
    assert str(found.value) == message


@pytest.mark.parametrize(("line", "message"), [
    ("lihgt", ("a.script:3:1: unknown event `lihgt`; did you mean `light`?\n"
              "3 | lihgt\n  | ^^^^^")),
    ("  light(this=A)  # again", ("a.script:3:3: `light(this=A)` cannot happen here; "
                                 "`A is off` is false: A=on\n"
                                 "3 |   light(this=A)  # again\n  |   ^^^^^^^^^^^^^")),
    ("plug(level=1)", ("a.script:3:1: `plug(level=1)` can be any of 2 steps; "
                      "add `colour=red` or `colour=green`\n"
                      "3 | plug(level=1)\n  | ^^^^^^^^^^^^^")),
])
def test_a_script_stops_where_it_cannot_go_on(line: str, message: str) -> None:
    script = read_script(
        f"init A=off B=absent fits(1, red)=True fits(1, green)=True\nlight\n{line}\n", "a.script")
    now = Session(lamps(), script)
    with pytest.raises(InputError) as found:
        now.play(script)
    assert str(found.value) == message
    assert len(now.trace().steps) == 1


def test_every_line_without_a_form_is_told_at_once() -> None:
    with pytest.raises(InputError) as found:
        read_script("init A=off A=on\nlight(\n\n= x\n", "a.script")
    assert str(found.value) == (
        "a.script:1:12: `A` is given twice\n"
        "1 | init A=off A=on\n"
        "  |            ^\n"
        "a.script:2:6: `(` is not closed\n"
        "2 | light(\n"
        "  |      ^\n"
        "a.script:4:1: expected an event; write `event` or `event(name=value)`\n"
        "4 | = x\n"
        "  | ^^^")
