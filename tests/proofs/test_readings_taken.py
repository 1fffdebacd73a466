"""Which readings of gaps an overlay takes: by properties, by behaviour, or not known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from asked import ROOT
from typer.testing import CliRunner

from twinrom.diagrams import commands
from twinrom.proofs import Options, Taken, readings_taken, request

if TYPE_CHECKING:
    from pathlib import Path

LAMP = """title = "A lamp"
[sort]
N = "0..3"
[machine.Lamp]
instances = ["lamp"]
states = ["off", "on"]
vars = { n = "N" }
[init]
require = "lamp.n == 0"
[rule.press]
by = "operator"
moves = "lamp: off -> on"
sets = "lamp.n = min(lamp.n + 1, 3)"
[rule.release]
by = "operator"
moves = "lamp: on -> off"
[rule.clear]
by = "host"
when = "lamp is off"
sets = "lamp.n = 0"
"""
SPEC = """[invariant.counts_to_three]
must = "lamp.n <= 3"
[step.counts_by_one]
gap = "G-1"
whenever = "event is press and lamp.n < 3"
must = "next(lamp.n) == lamp.n + 1"
[step.never_tested]
gap = "G-2"
may_be_untested = "another reading may never come to it"
whenever = "event is press and lamp is on"
must = "lamp is off"
[gap.G-1]
asks = "how does it count?"
readings = [{ says = "by one", policy = "lamp.toml" }, { says = "by two", policy = "twos.toml" }]
chosen = 0
because = "the manual counts presses"
[gap.G-2]
asks = "when is it cleared?"
readings = [{ says = "while it is off", policy = "lamp.toml" },
            { says = "at any time", policy = "at_any_time.toml" },
            { says = "by the host", policy = "twos.toml" }]
chosen = 0
because = "the manual says so"
[gap.G-3]
asks = "who clears it?"
readings = [{ says = "the host" }, { says = "nobody" }]
chosen = 0
because = "so it is"
[gap.G-4]
asks = "what is it for?"
readings = [{ says = "counting", policy = "twos.toml" }, { says = "light" }]
because = "nobody says"
"""
TWOS = '[rule.press]\nsets = "lamp.n = min(lamp.n + 2, 3)"'
THREES = '[rule.press]\nsets = "lamp.n = 3"'
ANY_TIME = '[rule.clear]\nwhen = "True"'
REWORDED = '[rule.clear]\nwhen = "not (lamp is on)"'
OFF_AND_ANY_TIME = '[rule.clear]\nwhen = "lamp is off or lamp is on"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (
        ("lamp.toml", LAMP), ("lamp.spec.toml", SPEC),
        ("twos.toml", f'extends = "lamp.toml"\n{TWOS}'),
        ("at_any_time.toml", f'extends = "lamp.toml"\n{ANY_TIME}'),
    ):  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def overlay(folder: Path, text: str) -> str:
    path = folder / "new.toml"
    path.write_text(f'extends = "lamp.toml"\n{text}', encoding="utf-8")
    return str(path)


def taken(path: str, options: Options | None = None) -> dict[str, Taken]:
    found = readings_taken(request(path), options or Options())
    return {one.gap: one for one in found.taken}


def ran(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(commands.app, ["gaps", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        (REWORDED, {"G-1": ("chosen", 0), "G-2": ("chosen", 0), "G-4": ("not-known", None)}),
        (OFF_AND_ANY_TIME, {"G-1": ("chosen", 0), "G-2": ("another", 1)}),
        (TWOS, {"G-1": ("another", 1), "G-2": ("another", 2), "G-4": ("named", 0)}),
        (THREES, {"G-1": ("another", None), "G-2": ("not-known", None)}),
        (f"{TWOS}\n{ANY_TIME}", {"G-1": ("another", None), "G-2": ("not-known", None)}),
    ],
)
def test_properties_tell_and_where_they_do_not_the_behaviour_does(
    folder: Path, text: str, reads: dict[str, tuple[str, int | None]]
) -> None:
    found = taken(overlay(folder, text))
    assert {gap: (found[gap].took, found[gap].reading) for gap in reads} == reads
    assert (found["G-3"].took, found["G-3"].why) == ("not-known", "no reading has a policy")


def test_it_says_what_tells(folder: Path) -> None:
    found = taken(overlay(folder, OFF_AND_ANY_TIME))
    assert (found["G-1"].by, found["G-1"].by_behaviour) == (("counts_by_one",), False)
    assert (found["G-2"].by, found["G-2"].by_behaviour) == (("at_any_time.toml",), True)
    code, text = ran(overlay(folder, OFF_AND_ANY_TIME))
    assert code == 0
    answer = "new: another reading of G-2; 1 as the spec chose; 2 not known"
    assert answer in text
    assert text.index(answer) < text.index("G-2 another: at any time (does the same as at_any_time")
    assert text.index("G-2 another") < text.index("G-1 as chosen: by one (keeps counts_by_one)")
    assert "Not known, no reading has a policy G-3" in text


def test_what_stopped_before_it_told_is_undecided(folder: Path) -> None:
    path = overlay(folder, REWORDED)
    found = taken(path, Options(max_states=1))
    assert (found["G-1"].took, found["G-1"].undecided) == ("not-known", True)
    assert "counts_by_one is unknown" in found["G-1"].why
    assert not found["G-3"].undecided  # no search would tell
    assert ran(path, "--max-states", "1")[0] == 3


def test_several_policies_that_do_the_same_tell_nothing(folder: Path) -> None:
    (folder / "at_any_time.toml").write_text(f'extends = "lamp.toml"\n{REWORDED}', "utf-8")
    found = taken(overlay(folder, REWORDED))["G-2"]
    assert (found.took, found.undecided) == ("not-known", False)
    assert found.why == "several readings have a policy that does the same"


def test_a_policy_that_cannot_be_read_leaves_it_open(folder: Path) -> None:
    (folder / "at_any_time.toml").write_text("machine = 1", encoding="utf-8")
    assert taken(overlay(folder, REWORDED))["G-2"].took == "chosen"
    found = taken(overlay(folder, OFF_AND_ANY_TIME))["G-2"]
    assert (found.took, found.undecided) == ("not-known", True)
    assert found.why.startswith("at_any_time.toml: ")


def test_json_has_what_is_taken_and_every_reading(folder: Path) -> None:
    done = CliRunner().invoke(commands.app, ["gaps", overlay(folder, TWOS), "--json", "-"])
    data: dict[str, Any] = json.loads(done.stdout)
    assert data["schema"] == "twinrom/gaps/1"
    assert data["model"]["name"] == "new"
    assert data["taken"][0] == {
        "gap": "G-1", "took": "another", "reading": 1, "by": ["counts_by_one"],
        "by_behaviour": False, "why": None, "undecided": False,
    }  # fmt: skip
    assert [r["gap"] for r in data["readings"]] == [*["G-1"] * 2, *["G-2"] * 3, *["G-3"] * 2,
                                                   *["G-4"] * 2]
    assert {r["judged"] for r in data["readings"]} == {None}


def test_the_shipped_readings_are_told_apart() -> None:
    policy = str(ROOT / "examples" / "changes" / "proliant_load_unchecked.toml")
    found = taken(policy)
    assert [gap for gap, one in found.items() if one.took == "another"] == ["G-P01"]
    assert found["G-P01"].reading == 0
