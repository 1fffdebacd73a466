"""No text of a file, and no word of the command line, drives the terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from twinrom.diagrams.commands import app

RED, BIDI, C1 = "\x1b[31m", "\u202e", "\x9b31m"
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
MODEL = r"""
title = "lamp \u001b[31m"
[machine.lamp]
states = ["dark", "lit"]
[rule.switch]
by = "operator"
moves = "lamp: dark -> lit"
"""
SPEC = r"""
title = "s T"
source = "src T"
[clause."C T"]
page = "p T"
at = "at T"
says = "says T"
[clause."D T"]
says = "says T"
because = "because T"
[gap."G T"]
asks = "asks T"
chosen = 1
readings = [{ says = "one T", policy = "other T" }, { says = "two T", policy = "other" }]
[invariant.dark]
clause = "C T"
says = "says T"
must = "lamp is dark"
[invariant.read]
gap = "G T"
must = "lamp is dark"
[invariant.known]
must = "lamp is dark"
expect = "violated"
because = "because T"
[invariant.idle]
whenever = "lamp is dark and lamp is lit"
must = "lamp is dark"
may_be_untested = "because T"
[ends]
when = "lamp is lit"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    hostile = r"\u001b[31m\u202e\u009b31m"
    (tmp_path / "m.toml").write_text(MODEL)
    (tmp_path / "other.toml").write_text(MODEL)
    (tmp_path / f"odd{RED}.toml").write_text(MODEL)
    (tmp_path / "m.spec.toml").write_text(SPEC.replace(" T", hostile))
    (tmp_path / "s.txt").write_text("switch\n")
    return tmp_path


@pytest.mark.parametrize("words", [
    ["check", "m.toml"],
    ["check", "m.toml", "--json", "-"],
    ["check", f"odd{RED}.toml", "--spec", "m.spec.toml", "--engine", "search"],
    ["compare", "m.toml", "other.toml", "--spec", "m.spec.toml"],
    ["compare", "m.toml", "other.toml", "--spec", "m.spec.toml", "--markdown", "-"],
    ["faults", "m.toml", "--stories"],
    ["gaps", "m.toml"],
    ["mutate", "m.toml", "--killed", "--jobs", "1"],
    ["sweep", "m.toml", f"odd{RED}.toml", "--spec", "m.spec.toml", "--jobs", "1"],
    ["review", "m.toml"],
    ["review", "m.toml", "--csv", "-"],
    ["lint", "m.toml", "m.spec.toml"],
    ["simulate", "m.toml", "--script", "s.txt"],
    ["export", "m.toml", "--to", "tla"],
    ["draw", "m.toml", "--as", "markdown"],
    ["check", f"no{RED}{BIDI}{C1}"],
    ["check", "m.toml", "--engine", f"no{RED}"],
    ["check", "m.toml", f"--no{RED}"],
    ["check", "m.toml", "--sort", f"V{RED}=1"],
    [f"no{RED}{BIDI}"],
])  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_nothing_printed_drives_the_terminal(words: list[str]) -> None:
    done = CliRunner().invoke(app, words, env={"COLUMNS": "100"})
    shown = done.output + str(done.exception or "")  # what a verb raises is printed as it is
    assert len(shown) > len("1")
    assert UNSEEN.findall(shown) == []


@pytest.mark.usefixtures("folder")
def test_json_says_all_the_same_what_was_written() -> None:
    done = CliRunner().invoke(app, ["check", "m.toml", "--engine", "search", "--json", "j.json"])
    assert done.exit_code == 1
    text = Path("j.json").read_text(encoding="utf-8")
    assert UNSEEN.findall(text.replace("\n", "")) == []
    [model] = json.loads(text)["models"]
    assert model["clauses"][0]["says"] == f"says{RED}{BIDI}{C1}"
