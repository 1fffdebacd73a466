"""Every hint that shows something to write shows what is accepted: each is fed back."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from world import SYSTEM

from twinrom.proofs.spec.posing import pose
from twinrom.proofs.spec.spec import parse_spec
from twinrom.statemachine import ExpressionError, InputError, Place, Problems, parse, parse_model
from twinrom.statemachine.expression.tokens import TOKEN, WORDS
from twinrom.statemachine.loading.notation import parse_assignment, parse_move

if TYPE_CHECKING:
    from collections.abc import Iterator


ROOT = Path(__file__).parent.parent.parent
SHOWN = re.compile(r"(?:write|written|never happens:)[\w ]* `([^`]+)`")
FILLED = "\0"  # stands for what is filled in: a name, or a word of the language
FILLINGS = ("x", "any", "enabled")
IN_A_STRING = {"\\\\"}  # an escape of TOML


def texts(file: Path) -> Iterator[str]:
    """Yield every text of a module, with a mark for each part that is filled in."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    inside = {id(part) for node in joined for part in node.values}
    for node in joined:
        yield "".join(p.value if isinstance(p, ast.Constant) and isinstance(p.value, str)
                      else FILLED for p in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (
                id(node) not in inside):
            yield node.value


def hints() -> dict[str, str]:
    """Return what all hints of the code and of the broken files show, with where that stands."""
    found: dict[str, str] = {}
    for package in ("statemachine", "proofs"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for text in texts(file):
                found |= dict.fromkeys(SHOWN.findall(text), file.name)
    for file in sorted((ROOT / "tests" / "broken").glob("*.expected")):
        found |= dict.fromkeys(SHOWN.findall(file.read_text(encoding="utf-8")), file.name)
    return found


def accepted(text: str) -> bool:
    """Say whether some part of a file may be written so."""
    place, problems = Place(()), Problems()
    marks = {mark[0] for mark in TOKEN.finditer(text)}
    if text in IN_A_STRING or text in WORDS or (len(marks) == 1 and "mark" in {
            mark.lastgroup for mark in TOKEN.finditer(text)}):
        return True
    for table in (text, f"key = {text}"):
        try:
            return bool(tomllib.loads(table))
        except tomllib.TOMLDecodeError:
            continue
    try:
        return bool(parse(text))
    except ExpressionError:
        read = parse_move if "->" in text else parse_assignment
        try:
            return read(text, place, problems) is not None
        except IndexError:  # a problem, and no file to point into
            return False


def test_what_is_shown_is_accepted() -> None:
    shown = hints()
    assert len(shown) > 50
    assert {text: where for text, where in shown.items() if not any(
        accepted(text.replace(FILLED, filling)) for filling in FILLINGS)} == {}


@pytest.mark.parametrize("text", ["f(...)", "all(c ... for c in C)", "a: b, b -> c", "a ="])
def test_what_is_not_accepted_would_be_noticed(text: str) -> None:
    assert not accepted(text)


def guarded(guard: str) -> str:
    return f"{SYSTEM}\n[rule.asked]\nby = 'host'\nmoves = 'array: * -> single'\nwhen = '{guard}'\n"


@pytest.mark.parametrize(("wrong", "right"), [
    ("A == off", "A is off"),
    ("off", "A is off"),
    ("A is booting and running", "A is running"),
    ("not valid", "A.active is valid"),
    ("single == 1", "array is single"),
    ("A.state == off", "A is off"),
    ("A.off", "A is off"),
    ("A is B", "A == B"),
    ("A is off or running", "A is running"),
    ("A is (off or running)", "A in (off, running)"),
    ("A.executing is off", "A.executing == 1"),
    ("A.executing is 2", "A.executing == 2"),
    ("A.board is r2", "A.board == r2"),
    ("A.board is off", "A.board == r1"),
    ("A.busy is True", "A.busy"),
    ("true", "True"),
    ("runs_on", "runs_on(1, r1)"),
    ("Controller", "all(c is off for c in Controller)"),
    ("Version", "any(x == 1 for x in Version)"),
    ("Board", "any(x == r1 for x in Board)"),
])  # fmt: skip
def test_a_hint_is_accepted_in_its_place(wrong: str, right: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_model(guarded(wrong))
    assert f"write `{right}`" in caught.value.problems[0].hint
    parse_model(guarded(right))


@pytest.mark.parametrize("wrong", ["A is array", "A in (off, array)", "A.source is A"])
def test_what_would_be_refused_is_not_shown(wrong: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_model(guarded(wrong))
    assert "A == array" not in str(caught.value)


def test_a_mistake_in_what_a_hint_tries_is_still_said() -> None:
    text = guarded("A.executing is odd").replace("[define]", '[define]\nodd = "A.wrong"')
    with pytest.raises(InputError) as caught:
        parse_model(text)
    assert "has no variable `wrong`" in str(caught.value)


def test_hints_about_steps_are_accepted_in_a_spec() -> None:
    model = parse_model(guarded("True"))

    def posed(must: str) -> None:
        pose(model, *parse_spec(f"[step.s]\nmust = '{must}'\n", "s"))

    for wrong, right in (("event == asked", "event is asked"), ("event.by", "event.by == host")):
        with pytest.raises(InputError, match="write `event"):
            posed(wrong)
        posed(right)
