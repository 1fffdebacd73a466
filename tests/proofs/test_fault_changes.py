"""Fault numbers of two policies side by side: what survives less, what is not known, exit codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from asked import ROOT
from printing import printed
from typer.testing import CliRunner

from twinrom.diagrams import commands, fault_changes_view
from twinrom.proofs import FaultChange, FaultChanges, Options, compare_faults

if TYPE_CHECKING:
    from pathlib import Path

CHANGES = ROOT / "examples" / "changes"
DISKS = """title = "Three disks"
[machine.Disk]
instances = ["x", "y", "z"]
states = ["sound", "broken"]
vars = { kept = "bool" }
[init]
require = "all(d is sound and d.kept for d in Disk)"
[rule.breaks]
by = "fault"
each = { this = ["x", "y", "z"] }
moves = "this: sound -> broken"
[rule.loses]
by = "controller"
each = { this = ["x", "y", "z"] }
when = "this is broken and count(d is broken for d in Disk) >= 2"
sets = "this.kept = False"
"""
SPEC = """[budget]
fault = 0
[invariant.kept]
availability = true
must = "count(d.kept for d in Disk) >= 2"
[invariant.x_is_kept]
availability = true
must = "x.kept"
[invariant.sound]
must = "all(d is sound for d in Disk)"
"""
FRAGILE = '[rule.loses]\nwhen = "this is broken"'
STURDY = '[rule.loses]\nwhen = "this is broken and all(d is broken for d in Disk)"'
NEVER = '[rule.loses]\nwhen = "False"\n'
UNSAFE = NEVER + '[rule.trips]\nby = "controller"\nmoves = "x: sound -> broken"'
REWORDED = '[rule.breaks]\nsays = "it breaks"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "disks.toml").write_text(DISKS, encoding="utf-8")
    (tmp_path / "disks.spec.toml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def over(folder: Path, text: str) -> tuple[str, str]:
    path = folder / "new.toml"
    path.write_text(f'extends = "disks.toml"\n{text}', encoding="utf-8")
    return str(folder / "disks.toml"), str(path)


def ways(found: FaultChanges) -> dict[str, str]:
    return {change.either.prop.name: change.way for change in found.changes}


def of(found: FaultChanges, name: str) -> FaultChange:
    return next(c for c in found.changes if c.either.prop.name == name)


def ran(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(commands.app, ["faults", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, " ".join(done.stdout.split())


def test_what_survives_fewer_faults_is_worse(folder: Path) -> None:
    found = compare_faults(*over(folder, FRAGILE))
    assert ways(found)["x_is_kept"] == "fewer"
    assert [cut.faults for cut in of(found, "x_is_kept").fatal_now] == [("breaks[this=x]",)]
    code, text = ran(over(folder, FRAGILE)[0], "--against", over(folder, FRAGILE)[1])
    assert code == 1
    assert "x_is_kept: fatal now, and survived before breaks[this=x], after 2 steps" in text
    assert "survives less" in text


def test_what_survives_more_fails_nothing(folder: Path) -> None:
    old, new = over(folder, STURDY)
    code, text = ran(old, "--against", new)
    assert code == 0
    assert "new: no property survives less; 2 properties survive more" in text
    assert "no longer fatal breaks[this=x] and breaks[this=y], after" in text
    back = compare_faults(new, old, str(folder / "disks.spec.toml"))
    assert back.worse


def test_other_combinations_of_the_same_size_are_told_apart(folder: Path) -> None:
    more = '[rule.loses]\nwhen = "this is broken and (y is broken and x is broken)"'
    old, new = over(folder, more)
    better = compare_faults(old, new)
    assert ways(better)["x_is_kept"] == "other"
    assert [c.faults for c in of(better, "x_is_kept").fatal_no_more] == [
        ("breaks[this=x]", "breaks[this=z]")]
    assert not better.worse
    worse = compare_faults(new, old, str(folder / "disks.spec.toml"))
    assert [c.faults for c in of(worse, "x_is_kept").fatal_now] == [
        ("breaks[this=x]", "breaks[this=z]")]
    assert worse.worse  # it survives as many, and not all that it survived


def test_an_unsafe_policy_is_no_better_for_what_it_survives(folder: Path) -> None:
    old, new = over(folder, UNSAFE)
    code, text = ran(old, "--against", new)
    assert code == 1
    assert "The policy is unsafe, whatever it survives." in text
    assert "recover -> UNSAFE" in text
    assert "but the policy is unsafe now" in text


@pytest.mark.parametrize("options", [["--max-faults", "0"], ["--max-states", "1"]])
def test_two_numbers_that_are_not_known_are_not_the_same(folder: Path, options: list[str]) -> None:
    old, new = over(folder, REWORDED)
    assert ran(old, "--against", new)[0] == 0
    code, text = ran(old, "--against", new, *options)
    assert code == 3
    assert "new: 2 properties undecided" in text
    assert "the same" not in text


def test_a_number_may_be_known_to_be_less_where_the_other_is_not(folder: Path) -> None:
    found = compare_faults(*over(folder, FRAGILE), max_faults=1)
    assert ways(found)["x_is_kept"] == "fewer"  # of at least one
    assert found.worse


def test_what_only_one_of_the_two_is_asked_is_undecided(folder: Path) -> None:
    spec = SPEC.replace('must = "x.kept"', 'each = { this = "Disk" }\nmust = "this.kept"')
    (folder / "disks.spec.toml").write_text(spec, encoding="utf-8")
    fewer = DISKS.replace('"x", "y", "z"', '"x", "y"')
    (folder / "less.toml").write_text(fewer, encoding="utf-8")
    files = str(folder / "less.toml"), str(folder / "disks.toml")
    found = compare_faults(*files, str(folder / "disks.spec.toml"))
    assert ways(found)["x_is_kept[this=z]"] == "undecided"
    assert "only the new policy is asked" in printed(fault_changes_view(found))


def test_json_has_both_policies_and_what_differs(folder: Path) -> None:
    old, new = over(folder, FRAGILE)
    done = CliRunner().invoke(commands.app, ["faults", old, "--against", new, "--json", "-"])
    data: dict[str, Any] = json.loads(done.stdout)
    assert data["schema"] == "twinrom/faults/1"
    assert [model["name"] for model in data["models"]] == ["disks", "new"]
    against = data["against"]
    assert (against["worse"], against["undecided"], against["ranked"]) == (True, False, "same")
    [change] = [c for c in against["changes"] if c["name"] == "x_is_kept"]
    assert (change["way"], change["worse"]) == ("fewer", True)
    assert (change["before"]["survives"], change["after"]["survives"]) == (1, 0)
    assert change["fatal_now"] == [["breaks[this=x]"]]


def test_one_policy_is_set_beside_one(folder: Path) -> None:
    old, new = over(folder, REWORDED)
    assert ran(old, old, "--against", new)[0] == 2


def test_the_story_of_what_is_fatal_now_is_told(folder: Path) -> None:
    old, new = over(folder, FRAGILE)
    assert "loses(this=x)" not in ran(old, "--against", new)[1]
    assert "loses(this=x)" in ran(old, "--against", new, "--stories")[1]


def test_without_the_fall_back_single_faults_are_fatal() -> None:
    found = compare_faults("proliant", str(CHANGES / "proliant_halts_at_once.toml"))
    assert of(found, "never_halts").way == "fewer"
    assert ("power_loss",) in [cut.faults for cut in of(found, "never_halts").fatal_now]
    assert found.worse
    stopped = compare_faults("proliant", "proliant", options=Options(max_states=100))
    assert (stopped.worse, stopped.undecided) == (False, True)
