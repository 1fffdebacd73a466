"""What fails nothing: another reading of a gap, and what may be untested, in every reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from printing import printed
from typer.testing import CliRunner

from twinrom.diagrams import checked_json, checked_view, commands, comparison_json
from twinrom.diagrams.data.markdown import comparison_markdown
from twinrom.diagrams.page import Subject, report_page
from twinrom.diagrams.terminal.comparison import comparison_view
from twinrom.diagrams.words.verdicts import standing_words
from twinrom.proofs import Checked, Comparison, Options, check, compare, mutate, request
from twinrom.proofs.lint.lint import lint

if TYPE_CHECKING:
    from pathlib import Path


SEARCH = Options(engines=("search",))
DOOR = """title = "A door"
[machine.Door]
instances = ["door"]
states = ["open", "shut", "locked"]
[rule.shut]
by = "operator"
clause = "C-1"
moves = "door: open -> shut"
[rule.opens]
by = "controller"
clause = "C-1"
moves = "door: shut -> open"
[rule.rattle]
by = "operator"
clause = "C-1"
moves = "door: locked -> locked"
[rule.lock]
by = "operator"
clause = "C-1"
moves = "door: shut -> locked"
[rule.knock]
by = "operator"
clause = "C-1"
moves = "door: locked -> locked"
"""
CALM = 'extends = "door.toml"\nremove = "rule.lock"\n'
CLAUSE = '[clause.C-1]\nsays = "doors"\n'
SAFE = '[invariant.exists]\nclause = "C-1"\nmust = "door in (open, shut, locked)"\n'
GAP = '[gap.G-1]\nasks = "may it be locked?"\nreadings = [{ says = "no" }]\nchosen = 0\n'
READING = f'{GAP}[invariant.never_locked]\ngap = "G-1"\nmust = "door is not locked"\n'
COMES_BACK = f'{GAP}[response.comes_back]\ngap = "G-1"\neventually = "door is open"\n'
IDLE = '[invariant.locked_is_locked]\nwhenever = "door is locked"\nmust = "door is not open"\n'
IDLE += 'clause = "C-1"\nmay_be_untested = "a door without a lock"\n'
BREAKS = '[step.opens_never]\nclause = "C-1"\nmust = "next(door is not open)"\n'


def written(folder: Path, spec: str) -> tuple[str, str]:
    (folder / "door.toml").write_text(DOOR, encoding="utf-8")
    (folder / "calm.toml").write_text(CALM, encoding="utf-8")
    (folder / "door.spec.toml").write_text(spec, encoding="utf-8")
    return str(folder / "door.toml"), str(folder / "calm.toml")


def found(folder: Path, spec: str, *, calm: bool = False) -> Checked:
    [checked] = check([request(written(folder, spec)[calm])], SEARCH)
    return checked


@pytest.mark.parametrize(
    ("spec", "calm", "standing", "words"),
    [
        (SAFE + READING, False, "other-reading", "safe; another reading of G-1"),
        (SAFE + READING, True, "keeps", "safe"),
        (SAFE + COMES_BACK, False, "other-reading", "safe; another reading of G-1"),
        (SAFE + COMES_BACK, True, "keeps", "safe and recovers"),
        (SAFE + BREAKS + READING, False, "unsafe", "UNSAFE"),
        (SAFE + f"{BREAKS}departure = true\n" + READING, False, "departs",
         "departs from C-1; another reading of G-1"),
        (SAFE + IDLE, False, "keeps", "safe"),
        (SAFE + IDLE, True, "keeps", "safe, but for 1 that may be untested"),
        (IDLE, True, "untested", "safe as far as tested, but for 1 that may be untested"),
        (SAFE + IDLE + f'{BREAKS}departure = true\nexpect = "violated"\nbecause = "so"\n', True,
         "keeps", "safe, but for 1 known finding and 1 that may be untested"),
    ],
)  # fmt: skip
def test_neither_fails_a_policy(
    tmp_path: Path, spec: str, calm: bool, standing: str, words: str  # noqa: FBT001 - a column
) -> None:
    checked = found(tmp_path, CLAUSE + spec, calm=calm)
    assert (checked.standing, standing_words(checked)) == (standing, words)
    assert checked.failed == (standing not in ("keeps", "other-reading"))


def test_another_reading_is_shown_as_one(tmp_path: Path) -> None:
    checked = found(tmp_path, CLAUSE + SAFE + READING)
    text = printed(checked_view(checked))
    assert "G-1     never_locked  another reading  2 steps" in text
    assert "Another reading: never_locked  (G-1)" in text
    assert "Properties that hold one reading of a gap: never_locked (G-1)" in text
    assert "Violated" not in text
    assert "Properties beyond the clauses" not in text
    assert "door: 2 properties checked: 1 proved, 1 of another reading" in text
    data = checked_json([checked])["models"][0]
    assert [(p["gap"], p["verdict"], p["as_expected"]) for p in data["properties"]] == [
        (None, "proved", True), ("G-1", "violated", True)]  # fmt: skip
    page = report_page([Subject("door.toml", checked)], "", "")
    assert "One reading is held by" in page
    assert page.count("another reading") > 2
    codes = [f.code for f in lint(checked.question.model, checked.question.spec)]
    assert "W403" not in codes


def test_what_may_be_untested_is_listed_with_its_reason(tmp_path: Path) -> None:
    checked = found(tmp_path, CLAUSE + SAFE + IDLE, calm=True)
    text = printed(checked_view(checked))
    assert "locked_is_locked  untested" in text
    assert "Not put to the test, which may be (a door without a lock): locked_is_locked" in text
    data = checked_json([checked])["models"][0]["properties"][0]
    told = {p["name"]: p for p in checked_json([checked])["models"][0]["properties"]}
    assert told["locked_is_locked"]["may_be_untested"] == "a door without a lock"
    assert (told["locked_is_locked"]["verdict"], told["locked_is_locked"]["as_expected"]) == (
        "vacuous", True)  # fmt: skip
    assert data["may_be_untested"] is None
    page = report_page([Subject("door.toml", checked)], "", "")
    assert "It may be untested: a door without a lock." in page


def changed(folder: Path, spec: str, *, back: bool = False) -> Comparison:
    door, calm = written(folder, CLAUSE + SAFE + spec)
    spec_file = str(folder / "door.spec.toml")
    return compare(calm, door, spec_file) if back else compare(door, calm, spec_file)


def test_a_change_that_no_longer_asks_is_not_worse(tmp_path: Path) -> None:
    asked = changed(tmp_path, IDLE)
    assert not asked.worse
    assert not comparison_json(asked)["verdicts"][0]["worse"]
    for text in (printed(comparison_view(asked)), comparison_markdown(asked)):
        assert "no longer asked" in text
        assert "worse" not in text.replace("got worse", "")
    again = printed(comparison_view(changed(tmp_path, IDLE, back=True)))
    assert "not asked" in again
    assert "no longer" not in again
    bare = IDLE.replace('may_be_untested = "a door without a lock"\n', "")
    assert changed(tmp_path, bare).worse


def test_a_change_that_reads_a_gap_otherwise_is_not_worse(tmp_path: Path) -> None:
    read = changed(tmp_path, READING, back=True)
    assert not read.worse
    text = printed(comparison_view(read))
    assert "never_locked proved -> another reading (2 steps)" in " ".join(text.split())
    assert "door: safe -> safe; another reading of G-1" in text


def test_both_see_mutants(tmp_path: Path) -> None:
    door, calm = written(tmp_path, CLAUSE + SAFE + READING + IDLE)
    spec = str(tmp_path / "door.spec.toml")
    assert mutate(request(calm, spec), SEARCH).failing == ()
    assert mutate(request(door, spec), SEARCH).failing == ("never_locked",)
    killers = {o.by for _, o in mutate(request(calm, spec), SEARCH).of("killed")}
    assert killers == {"deadlock", "never_locked"}


def test_a_sweep_says_which_policy_reads_otherwise(tmp_path: Path) -> None:
    door, calm = written(tmp_path, CLAUSE + SAFE + READING + IDLE)
    spec = str(tmp_path / "door.spec.toml")
    done = CliRunner().invoke(commands.app, ["sweep", door, calm, "--spec", spec])
    assert (done.exit_code, done.exception) == (0, None)
    assert "2 policies: 1 other-reading, 1 keeps" in done.output
