"""Baselines: what is recorded, and what is drift."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from twinrom.diagrams import commands
from twinrom.proofs import Options, baseline, check, drift, read_baseline, request, write_baseline
from twinrom.proofs.spec.request import CheckRequest
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from twinrom.proofs import Checked

ROOT = Path(__file__).parent.parent.parent
MODEL = ROOT / "tests" / "corpus" / "tcommit.toml"
SPEC = ROOT / "tests" / "corpus" / "tcommit.spec.toml"
SEARCH = Options(engines=("search",))
UPDATE = ROOT / "examples" / "update.toml"


def ran(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(commands.app, list(arguments), env={"COLUMNS": "300"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, done.output


def test_a_baseline_has_no_times_and_is_the_same_twice(tmp_path: Path) -> None:
    texts = []
    for number in (1, 2):
        file = tmp_path / f"{number}.json"
        write_baseline(str(file), check([request(str(MODEL))], SEARCH))
        texts.append(file.read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    model = json.loads(texts[0])["models"]["tcommit"]
    assert model["counts"] == {"states": 34, "transitions": 93, "diameter": 6}
    assert model["standing"] == "keeps"
    assert model["properties"]["never_all_committed"] == {
        "verdict": "violated", "steps": 6, "event": "commit", "exercised_at": 0,
    }  # fmt: skip
    assert model["properties"]["resources_agree"]["event"] is None
    assert model["texts"].keys() == {
        "invariant.resources_agree", "invariant.never_all_committed", "step.decision_is_final",
        "response.all_decide", "possible.all_commit",
    }  # fmt: skip
    assert all(re.fullmatch("[0-9a-f]{12}", digest) for digest in model["texts"].values())


def test_the_engines_that_ran_make_no_drift() -> None:
    searched = baseline(check([request(str(MODEL))], SEARCH))
    assert drift(searched, check([request(str(MODEL))], Options())) == []


def test_drift_is_told_line_by_line(tmp_path: Path) -> None:
    model, spec = tmp_path / "tcommit.toml", tmp_path / "tcommit.spec.toml"
    model.write_text(
        MODEL.read_text(encoding="utf-8").replace('"r1", "r2", "r3"', '"r1", "r2"'),
        encoding="utf-8",
    )
    text = SPEC.read_text(encoding="utf-8")
    spec.write_text(text.replace('"r1", "r2", "r3"', '"r1", "r2"'), encoding="utf-8")
    old = baseline(check([request(str(MODEL))], SEARCH))
    lines = drift(old, check([request(str(model))], SEARCH))
    assert "tcommit: counts: states: 34 -> 12" in lines
    assert (
        "tcommit: properties: never_all_committed: violated after 6 steps by commit, put to the "
        "test at 0 -> violated after 4 steps by commit, put to the test at 0" in lines
    )
    assert any(
        line.startswith("tcommit: properties: decision_is_final[r=r3]: is gone") for line in lines
    )


def test_the_command_writes_compares_and_fails_on_drift(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    arguments = ("check", str(MODEL), "--engine", "search", "--baseline", str(file))
    with pytest.raises(InputError, match="cannot be read"):
        commands.app([*arguments], standalone_mode=False)
    assert ran(*arguments, "--update")[0] == 0
    code, printed = ran(*arguments)
    assert (code, "no drift" in printed) == (0, True)
    data = json.loads(file.read_text(encoding="utf-8"))
    data["models"]["tcommit"]["counts"]["states"] = 33
    file.write_text(json.dumps(data), encoding="utf-8")
    code, printed = ran(*arguments)
    assert code == commands.EXIT_FAILED
    assert "tcommit: counts: states: 33 -> 34" in printed


def test_a_model_that_was_not_checked_is_drift_too() -> None:
    both = check([request(str(MODEL)), request(str(UPDATE))], SEARCH)
    assert drift(baseline(both), both[:1]) == ["update: is gone (unsafe before)"]
    assert drift(baseline(both[:1]), both) == ["update: is new (unsafe)"]


def test_two_models_of_one_name_have_no_baseline() -> None:
    one = check([request(str(MODEL))], SEARCH)
    with pytest.raises(InputError, match="two models called `tcommit`"):
        baseline([*one, *one])


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, '{"schema": "twinrom/check/1"}'])
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read_baseline(str(file))


def test_update_writes_over_nothing_but_a_baseline(tmp_path: Path) -> None:
    model = tmp_path / "tcommit.toml"
    model.write_text(MODEL.read_text(encoding="utf-8"), encoding="utf-8")
    spec = str(MODEL.with_name("tcommit.spec.toml"))
    arguments = ["check", str(model), "--spec", spec, "--baseline", str(model), "--update"]
    error = CliRunner().invoke(commands.app, arguments).exception
    assert isinstance(error, InputError)
    assert str(error).startswith(f"{model}: is not JSON")
    assert model.read_text(encoding="utf-8") == MODEL.read_text(encoding="utf-8")
    empty = tmp_path / "empty.json"
    empty.touch()
    again = ("check", str(MODEL), "--engine", "search", "--baseline", str(empty))
    assert ran(*again, "--update")[0] == 0
    assert ran(*again)[0] == 0


def test_update_needs_a_baseline() -> None:
    assert ran("check", str(MODEL), "--update")[0] == 2


LAMP = """title = "A lamp"
[machine.lamp]
states = ["off", "on", "broken"]
[rule.on]
by = "operator"
moves = "lamp: off -> on"
[rule.falls]
by = "fault"
moves = "lamp: on -> broken"
"""
LIT = """[clause.C-1]
says = "it is lit, or was"
[define]
dark = "lamp is off"
unused = "lamp is on"
[observer.seen]
sort = "bool"
initial = "False"
update = "seen or event is on"
[invariant.lit]
clause = "C-1"
must = "not seen or not dark"
[invariant.off]
must = "lamp is off"
expect = "violated"
because = "people switch it on"
"""
OTHERWISE = "the spec says something else of it"


def lamp(spec: str, model: str = LAMP) -> list[Checked]:
    return check([CheckRequest(("lamp.toml", model), ("lamp.spec.toml", spec))], SEARCH)


@pytest.mark.parametrize(("old", "new", "lines"), [
    ("[clause.C-1]", "# a remark\n\n[clause.C-1]  # and another", []),
    ('"not seen or not dark"', "'''\n  not seen\n  or not dark'''", []),
    ('sort = "bool"\ninitial = "False"', 'initial = "False"\nsort = "bool"', []),
    ('unused = "lamp is on"', 'unused = "lamp is off"', []),
    ("it is lit, or was", "it is lit", [f"lamp: clause.C-1: {OTHERWISE}"]),
    ("[clause.C-1]", '[clause.C-1]\nkind = "assumption"', [f"lamp: clause.C-1: {OTHERWISE}"]),
    ("not seen or not dark", "not (seen and dark)",
     ["lamp: properties: lit: proved, put to the test at 1 -> proved, put to the test at 0",
      f"lamp: invariant.lit: {OTHERWISE}"]),
    ('dark = "lamp is off"', 'dark = "lamp is off or False"',
     [f"lamp: invariant.lit: {OTHERWISE}"]),
    ("seen or event is on", "event is on or seen", [f"lamp: invariant.lit: {OTHERWISE}"]),
    ("people switch", "somebody switches", [f"lamp: invariant.off: {OTHERWISE}"]),
    ("[clause.C-1]", "[clause.C-2]\nsays = 'new'\n[clause.C-1]", ["lamp: clause.C-2: is new"]),
])  # fmt: skip
def test_what_the_spec_says_otherwise_is_drift(old: str, new: str, lines: list[str]) -> None:
    assert LIT.count(old) == 1
    assert drift(baseline(lamp(LIT)), lamp(LIT.replace(old, new))) == lines


def test_a_clause_and_a_property_that_are_gone_are_told_once_each() -> None:
    less = LIT.replace('[clause.C-1]\nsays = "it is lit, or was"\n', "").replace(
        '[invariant.lit]\nclause = "C-1"', "[invariant.light]")
    assert drift(baseline(lamp(LIT)), lamp(less)) == [
        "lamp: properties: lit: is gone (proved, put to the test at 1 before)",
        "lamp: properties: light: is new (proved, put to the test at 1)",
        "lamp: clause.C-1: is gone",
    ]


def test_another_last_event_of_a_violation_is_drift() -> None:
    spec = LIT.replace("event is on", "False")
    renamed = LAMP.replace("[rule.on]", "[rule.lights]")
    assert drift(baseline(lamp(spec)), lamp(spec, renamed)) == [
        "lamp: properties: off: violated after 1 step by on, put to the test at 0"
        " -> violated after 1 step by lights, put to the test at 0",
    ]


def test_a_baseline_from_before_says_nothing_of_texts_and_events() -> None:
    before = baseline(lamp(LIT))
    model = before["models"]["lamp"]
    del model["texts"]
    for verdict in model["properties"].values():
        del verdict["event"]
    assert drift(before, lamp(LIT.replace("it is lit, or was", "it was lit"))) == []
    model["properties"]["off"]["steps"] = 4
    assert drift(before, lamp(LIT)) == [
        "lamp: properties: off: violated after 4 steps, put to the test at 0"
        " -> violated after 1 step by on, put to the test at 0",
    ]
