"""Baselines: what is recorded, and what is drift."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from twinrom.diagrams import commands
from twinrom.proofs import Options, baseline, check, drift, read_baseline, request, write_baseline
from twinrom.statemachine import InputError

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
        "verdict": "violated", "steps": 6, "exercised_at": 0,
    }  # fmt: skip


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
        "tcommit: properties: never_all_committed: violated after 6 steps, put to the test at 0"
        " -> violated after 4 steps, put to the test at 0" in lines
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
