"""Mistakes of a spec are told when its model has some, and only those that are certain then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twinrom.proofs import request
from twinrom.proofs.lint.files import lint_files
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """
[sort]
Level = "1..3"
Place = ["here", "there"]
[machine.Door]
instances = ["door"]
states = ["open", "shut", "broken"]
vars = { level = "Level", place = "Place" }
[define]
low = "door.level == 1"
[rule.shuts]
by = "operator"
given = { far = "Place" }
moves = "door: open -> shut"
when = ["low", "door.place == far"]
[rule.breaks]
by = "fault"
moves = "door: shut -> broken"
"""
SPEC = """
[budget]
breaks = 1
[observer.seen]
sort = "Place"
initial = "door.place"
update = "event.far if event is shuts else seen"
[invariant.good]
must = ["low or not low", "seen == here or seen == there", "door.level < 4 - 0"]
[step.also_good]
whenever = "event is breaks and event.by == fault"
must = "next(door.place) == seen"
"""
WRONG_SPEC = f"""{SPEC}
[invariant.wrong]
must = ["door.levle == 1", "door is opn", "low and"]
[invarant.misspelled]
must = "True"
"""
WRONG = ("`Door` has no variable `levle`", "`Door` has no state `opn`; did you mean `open`?",
         "the expression is not complete", "unknown key `invarant`; did you mean `invariant`?")
ONLY_SHAPE = WRONG[2:]

# What is damaged: the old text, the new one, and what is said of it.
DAMAGED = {
    "sort": ('"1..3"', '"3..1"', "the range `3..1` is empty"),
    "no sort": ('Place = ["here", "there"]', "Place = 3", "expected a string or a list of strings"),
    "machine": ('states = ["open"', 'statse = ["open"', "unknown key `statse`"),
    "instances": ('instances = ["door"]\n', "instances = 3\n", "expected "),
    "variable": ('place = "Place"', 'place = "Palce"', "unknown sort `Palce`"),
    "definition": ('low = "door.level == 1"', 'low = "door.lvl == 1"', "has no variable `lvl`"),
    "unreadable": ('low = "door.level == 1"', 'low = "door.level = 1"', "`=` does not compare"),
    "argument": ('far = "Place"', 'far = "Palce"', "unknown sort `Palce`"),
    "guard": ('"door.place == far"', '"door.place == farr"', "unknown name `farr`"),
    "actor": ('by = "operator"', 'by = "oprator"', "unknown actor `oprator`"),
    "rule": ('by = "operator"\ngiven', "by = 3\ngivn", "expected a string"),
    "whole rule": ("[rule.shuts]\n", "[rule]\nshuts = 3\n[rule.other]\n", "expected a table"),
    "event": ('[rule.breaks]\nby = "fault"', '[rule.breaks]\nby = "fault"\non = 3', "expected a"),
}
NOT_TOML = ('by = "fault"', "by = fault")


def said(folder: Path, old: str, new: str, spec: str) -> str:
    assert old in MODEL
    path = folder / "door.toml"
    path.write_text(MODEL.replace(old, new, 1), encoding="utf-8")
    (folder / "door.spec.toml").write_text(spec, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        request(str(path)).question()
    with pytest.raises(InputError) as linted:
        lint_files([str(path)])
    assert str(linted.value) == str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("damage", DAMAGED)
def test_mistakes_of_both_files_are_told(tmp_path: Path, damage: str) -> None:
    old, new, of_model = DAMAGED[damage]
    message = said(tmp_path, old, new, WRONG_SPEC)
    assert of_model in message
    lost = {"instances": 2, "machine": 2, "no sort": 1}  # what may be at fault instead
    certain = WRONG[lost.get(damage, 0):]
    assert [text for text in certain if text not in message] == []


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_good_spec_is_not_blamed_for_its_model(tmp_path: Path, damage: str) -> None:
    old, new, of_model = DAMAGED[damage]
    message = said(tmp_path, old, new, SPEC)
    assert of_model in message
    assert "door.spec.toml" not in message


def test_a_model_that_is_not_toml_does_not_hide_its_spec(tmp_path: Path) -> None:
    path = tmp_path / "door.toml"
    path.write_text(MODEL.replace(*NOT_TOML), encoding="utf-8")
    spec = tmp_path / "door.spec.toml"
    for text, told in ((SPEC, ()), (WRONG_SPEC, ONLY_SHAPE), ("must = \n", ("spec.toml:1:8",))):
        spec.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            request(str(path), str(spec))
        assert f"{path}:17:6: " in str(caught.value)
        assert [words for words in told if words not in str(caught.value)] == []
        assert told or "spec.toml" not in str(caught.value)


def test_a_spec_that_is_not_toml_does_not_hide_its_model(tmp_path: Path) -> None:
    path = tmp_path / "door.toml"
    path.write_text(MODEL.replace("1..3", "3..1"), encoding="utf-8")
    (tmp_path / "door.spec.toml").write_text("must = \n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        request(str(path))
    assert "the range `3..1` is empty" in str(caught.value)
    assert "door.spec.toml:1:8" in str(caught.value)


@pytest.mark.parametrize("model", ["", 'title = "a door"\n', '[sort]\nLevel = "1..3"\n'])
@pytest.mark.parametrize(("spec", "told"), [(SPEC, ()), (WRONG_SPEC, ONLY_SHAPE)])
def test_a_model_without_a_machine_is_the_one_mistake(
    tmp_path: Path, model: str, spec: str, told: tuple[str, ...]
) -> None:
    """Whatever its spec speaks of is not there: nobody needs to hear that of each name."""
    path = tmp_path / "door.toml"
    path.write_text(model, encoding="utf-8")
    (tmp_path / "door.spec.toml").write_text(spec, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        request(str(path)).question()
    problems = [problem.message for problem in caught.value.problems]
    assert "a model needs a machine" in problems
    assert len(problems) == 1 + len(told)
