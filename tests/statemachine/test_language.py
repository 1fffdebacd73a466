"""What expressions mean: a rule with the expression as its guard is enabled, or is not."""

from __future__ import annotations

import keyword
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from world import SYSTEM, World

from twinrom.statemachine.loading.notation import RESERVED

if TYPE_CHECKING:
    from collections.abc import Mapping


def holds(expression: str, values: Mapping[str, str]) -> bool:
    """Say whether a rule with this guard is enabled."""
    rule = f'[rule.asked]\nby = "host"\nwhen = "{expression}"\nsets = "array.asked = True"\n'
    text = SYSTEM.replace('states = ["single"', 'vars = { asked = "bool" }\nstates = ["single"')
    return World(text + rule).enabled(values) == ["asked"]


RUNNING = {"A": "running", "A.executing": "2", "B.executing": "1", "A.busy": "True",
           "B.source": "A"}  # fmt: skip
TORN = {"A.active": "torn", "A.backup": "torn"}


@pytest.mark.parametrize(("expression", "values", "expected"), [
    ("True", {}, True),
    ("False", {}, False),
    ("A.busy", RUNNING, True),
    ("not A.busy", RUNNING, False),
    ("B.busy or A.busy and A is running", RUNNING, True),
    ("(B.busy or A.busy) and A is off", RUNNING, False),
    ("not B.busy and A.busy", RUNNING, True),
    ("not (B.busy and A.busy)", RUNNING, True),
    ("runs_on(B.last, r1)", {"B.last": "2"}, True),
    ("runs_on(B.last, r1)", {"B.last": "none"}, False),
    ("not runs_on(B.last, r1)", {"B.last": "none"}, True),
    # numbers
    ("A.executing == 2", RUNNING, True),
    ("2 == A.executing", RUNNING, True),
    ("A.executing != 2", RUNNING, False),
    ("B.executing < A.executing <= 2", RUNNING, True),
    ("1 < A.executing < 2", RUNNING, False),
    ("A.executing >= B.executing >= 1", RUNNING, True),
    ("A.executing + B.executing == 3", RUNNING, True),
    ("A.executing + 3 == 5", RUNNING, True),
    ("A.executing - B.executing - 1 == 0", RUNNING, True),
    ("A.executing - (B.executing - 1) == 2", RUNNING, True),
    ("B.executing - A.executing == -1", RUNNING, True),
    ("min(A.executing, B.executing) == 1", RUNNING, True),
    ("max(A.executing, B.executing, 3) == 3", RUNNING, True),
    ("newest == 2", RUNNING, True),
    # values
    ("A.board == r1", {}, True),
    ("A.board == r1", {"A.board": "r2"}, False),
    ("A.board != B.board", {"A.board": "r2"}, True),
    ("A.executing in (1, 3)", RUNNING, False),
    ("A.executing not in (1, 3)", RUNNING, True),
    ("A.executing in (B.executing, 2)", RUNNING, True),
    ("A.board in (r2,)", {}, False),
    # states
    ("A is running", RUNNING, True),
    ("A is not running", RUNNING, False),
    ("A in (booting, running)", RUNNING, True),
    ("B not in (booting, running)", RUNNING, True),
    ("A.active is torn", {"A.active": "torn"}, True),
    ("A.backup is torn", {"A.active": "torn"}, False),
    ("A.active.version == 2 and A.backup.version == 1", {"A.active.version": "2"}, True),
    # choice
    ("(A.executing if A.busy else B.executing) == 2", RUNNING, True),
    ("A.busy if A is running else B.busy", RUNNING, True),
    ("A.busy if A is off else B.busy", RUNNING, False),
    ("1 == (1 if A is off else 2 if B is off else 3)", {"A": "running"}, False),
    ("2 == (1 if A is off else 2 if B is off else 3)", {"A": "running"}, True),
    # none, which is less than every value
    ("A.source == none", {}, True),
    ("A.source == B", {"A.source": "B"}, True),
    ("A.source != none", {"A.source": "B"}, True),
    ("A.source in (A, none)", {"A.source": "B"}, False),
    ("A.last == none", {}, True),
    ("A.last < 1", {}, True),
    ("A.last <= B.last", {"B.last": "1"}, True),
    ("A.last >= 1", {"A.last": "1"}, True),
    ("A.last == A.executing", {"A.last": "1"}, True),
    ("max(A.last, B.last) == 1", {"A.last": "1"}, True),
    ("(none if A is off else A.source) == none", {"A.source": "B"}, True),
    # machines
    ("A == A", {}, True),
    ("A == B", {}, False),
    ("A in (A, B)", {}, True),
    # tables
    ("runs_on(1, r1)", {}, True),
    ("runs_on(1, r2)", {}, False),
    ("runs_on(A.executing, A.board)", {"A.executing": "2", "A.board": "r2"}, True),
    ("runs_on(A.executing, A.board)", {"A.executing": "3", "A.board": "r2"}, False),
    # definitions
    ("intact(A)", {}, True),
    ("intact(A)", {"A.backup": "torn"}, False),
    ("both_intact", {"B.active": "torn"}, False),
    ("at_least(A.executing, 2) and not at_least(1, 2)", RUNNING, True),
    ("at_least(newest, newest)", {}, True),
    # quantifiers
    ("all(c is off for c in Controller)", {}, True),
    ("all(c is off for c in Controller)", {"B": "running"}, False),
    ("any(c is off for c in Controller)", {"B": "running"}, True),
    ("any(c is off for c in Controller)", {"A": "running", "B": "running"}, False),
    ("all(c is off for c in Controller if c != B)", {"B": "running"}, True),
    ("any(c is running for c in Controller if not c.busy)", RUNNING, False),
    ("any(c is running for c in Controller if c.busy)", RUNNING, True),
    ("count(c is off for c in Controller) == 1", RUNNING, True),
    ("count(c is off for c in Controller if c == A) == 0", RUNNING, True),
    ("count(c is off for c in Controller) + 1 == 2", RUNNING, True),
    ("count(True for b in Bank) == 4", {}, True),
    ("count(b is torn for b in (A.active, B.backup)) == 1", TORN, True),
    ("count(runs_on(v, r1) for v in Version) == 2", {}, True),
    ("count(v == 2 or v > 2 for v in Version) == 2", {}, True),
    ("all(v + 1 > v for v in Version)", {}, True),
    ("any(A.board == b for b in Board if b != r1)", {"A.board": "r2"}, True),
    ("any(A.busy == b for b in bool)", {}, True),
    ("any(v == 3 for v in (1, A.executing))", {"A.executing": "3"}, True),
    ("any(c == B.source and c is running for c in Controller)", {"B.source": "B"}, False),
    ("any(c == B.source and c is running for c in Controller)", RUNNING, True),
    ("all(any(runs_on(v, b) for b in Board) for v in Version if v < 3)", {}, True),
    ("A.busy == (B is running)", {}, True),
    ("A.busy != (B is running)", {"B": "running"}, True),
])  # fmt: skip
def test_expressions_mean(expression: str, values: dict[str, str], expected: bool) -> None:  # noqa: FBT001 - the expectation
    assert holds(expression, values) is expected


def test_every_reserved_word_is_listed() -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "language.md").read_text("utf-8")
    section = page.partition("## Names\n")[2].partition("\n## ")[0]
    listed = [line for line in section.splitlines() if line.startswith("* ")]
    words = {word for line in listed for text in line.split("`")[1::2] for word in text.split()}
    assert words == {*keyword.kwlist, *RESERVED}


@pytest.mark.parametrize("name", [*keyword.kwlist, *sorted(RESERVED)])
def test_after_a_dot_no_word_is_reserved(name: str) -> None:
    system = World(f"""
[machine.Box]
instances = ["A", "B"]
vars = {{ {name} = "bool" }}
[machine.Owner]
instances = ["C"]
[machine.Part]
part_of = "Owner"
parts = ["{name}"]
states = ["up", "down"]
vars = {{ {name} = "bool" }}
[rule.turns]
by = "host"
each = {{ this = ["A", "B"] }}
moves = "C.{name}: up -> down"
when = ["this.{name} and not C . {name} .{name}", "all(b.{name} for b in Box if b == this)"]
sets = ["this.{name} = not B.{name}", "C.{name}.{name} = C.{name} is up"]
""")
    values = {f"A.{name}": "True"}
    assert system.enabled(values) == ["turns(this=A)"]
    assert system.changes(values) == {f"C.{name}": "down", f"C.{name}.{name}": "True"}
