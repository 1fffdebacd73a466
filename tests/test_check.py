"""The command line's main job: verdicts, exit codes, files, time limits, interruption."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from called import started, twinrom
from small_models import COUNTER, SAFE, UNSAFE, files
from typer.testing import CliRunner
from workers import linux, marked, workers

from twinrom.diagrams import commands

ROOT = Path(__file__).parent.parent
NEVER = '[invariant.never]\nwhenever = "counter.value == 9"\nmust = "counter.value == 0"\n'
KNOWN = UNSAFE + 'expect = "violated"\nbecause = "it counts to seven"\n'
CURED = SAFE + 'expect = "violated"\nbecause = "it used to count to eight"\n'


KEEPS = "safe and recovers"
FINDING = f"{KEEPS}, but for 1 known finding"
GONE = f"{KEEPS}; 1 finding is gone: take `expect` out"


@pytest.mark.parametrize(
    ("spec", "code", "counts", "standing"),
    [
        (SAFE, 0, "1 property checked: 1 proved", KEEPS),
        (UNSAFE, 1, "1 property checked: 1 violated", "UNSAFE"),
        (NEVER, 1, "1 property checked: 1 vacuous", "safe as far as tested"),
        (KNOWN, 0, "1 property checked: 1 known to be violated", FINDING),
        (CURED, 1, "1 property checked: 1 suddenly hold", GONE),
        (SAFE + UNSAFE, 1, "2 properties checked: 1 proved, 1 violated", "UNSAFE"),
    ],
    ids=["safe", "unsafe", "vacuous", "known", "cured", "both"],
)
def test_exit_code_and_last_lines(
    tmp_path: Path, spec: str, code: int, counts: str, standing: str
) -> None:
    done = twinrom("check", files(tmp_path, spec))
    assert done.stderr == ""
    assert done.stdout.splitlines()[-2:] == [f"counter: {counts}", f"counter: {standing}"]
    assert done.returncode == code


def test_a_process_of_its_own_says_the_same(tmp_path: Path) -> None:
    words = ("check", files(tmp_path, SAFE + UNSAFE), "--jobs", "1")
    real, here = started(*words), twinrom(*words)
    assert (real.returncode, real.stderr) == (here.returncode, here.stderr) == (1, "")
    assert real.stdout.splitlines()[-2:] == here.stdout.splitlines()[-2:]


def test_a_violation_beyond_the_depth_is_undecided_for_the_solver_alone(tmp_path: Path) -> None:
    model = files(tmp_path, UNSAFE)
    assert twinrom("check", model, "--engine", "bounded", "--depth", "6").returncode == 0
    assert twinrom("check", model, "--engine", "bounded", "--depth", "7").returncode == 1
    assert twinrom("check", model, "--engine", "search,bounded", "--depth", "3").returncode == 1


def test_a_search_that_stops_early_leaves_properties_undecided(tmp_path: Path) -> None:
    slow = COUNTER.replace("0..9", "0..900").replace("< 7", "< 900")
    done = twinrom(
        "check",
        files(tmp_path, SAFE.replace("7", "900"), slow),
        "--engine",
        "search",
        "--max-states",
        "3",
    )
    assert done.returncode == 3
    assert "1 unknown" in done.stdout
    assert "stopped at" in done.stdout


def test_a_time_out_says_what_is_clean(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    done = twinrom(
        "check", "proliant", "--engine", "bounded", "--depth", "400", "--timeout", "5",
        "--json", str(path),
    )  # fmt: skip
    assert done.returncode == 3
    model = json.loads(path.read_text())["models"][0]
    engine = model["engines"]["bounded"]
    assert engine["stopped"].startswith("out of time after 5 s at depth ")
    assert 0 <= engine["depth"] < 400
    opened = [p for p in model["properties"] if p["verdict"] == "unknown"]
    waiting = [p for p in model["properties"] if p["verdict"] == "not-checked"]
    assert {p["kind"] for p in opened} == {"invariant", "step"}
    assert {p["kind"] for p in waiting} == {"response", "possible"}
    assert {p["reason"] for p in waiting} == {"the search decides it, and did not run"}
    assert {p["depth"] for p in opened} == {engine["depth"]}
    assert all(p["reason"] == f"bounded: {engine['stopped']}" for p in opened)


def test_json_has_every_field_that_is_promised(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    spec = UNSAFE + SAFE + NEVER + '[response.rests]\neventually = "counter.value == 7"\n'
    spec += '[clause.C1]\nsays = "counts"\n[clause.C2]\nsays = "to 2"\nat = "line 2"\n'
    spec += '[gap.G]\nasks = "and then?"\nreadings = [{ says = "it rests" }]\nchosen = 0\n'
    spec += '[invariant.two]\nclause = "C2"\nsays = "more"\nwhenever = "counter.value >= 2"\n'
    spec += 'must = "counter.value > 1"\n[step.ticks]\ngap = "G"\nmust = "event is tick"\n'
    assert twinrom("check", files(tmp_path, spec), "--json", str(path)).returncode == 1
    data = json.loads(path.read_text())
    assert data["schema"] == "twinrom/check/1"
    (model,) = data["models"]
    verdicts = {
        p["name"]: (p["kind"], p["verdict"], p["depth"], p["exercised_at"])
        for p in model["properties"]
    }
    assert verdicts == {
        "at_most_six": ("invariant", "violated", 7, 0),
        "at_most_seven": ("invariant", "proved", 7, 0),
        "never": ("invariant", "vacuous", 7, None),
        "two": ("invariant", "proved", 7, 2),
        "ticks": ("step", "proved", 7, 1),
        "rests": ("response", "proved", None, 0),
    }
    broken = model["properties"][0]
    assert [s["counter.value"] for s in broken["trace"]["states"]] == list(range(8))
    assert model["properties"][1]["complete"] == {"states": 8, "transitions": 7, "diameter": 7}
    assert model["clauses"] == [
        {"id": "C1", "kind": "requirement", "verdict": "open", "properties": [], "rules": [],
         "page": None, "at": None, "says": "counts", "because": None, "principal": [],
         "witness": None, "evidence": None},
        {"id": "C2", "kind": "requirement", "verdict": "proved", "properties": ["two"], "rules": [],
         "page": None, "at": "line 2", "says": "to 2", "because": None, "principal": [],
         "witness": "two", "evidence": {
             "property": "two", "breaks": False, "steps": 2, "event": "tick",
             "trace": model["properties"][3]["witness"]}},
    ]  # fmt: skip
    assert model["gaps"] == [
        {"id": "G", "asks": "and then?", "because": None, "chosen": 0, "properties": ["ticks"],
         "readings": [{"says": "it rests", "policy": None}]},
    ]  # fmt: skip
    two = model["properties"][3]
    assert (two["page"], two["at"], two["says"]) == (None, "line 2", "more")
    assert (Path(two["file"]).name, two["line"]) == ("counter.spec.toml", 19)
    needed = {
        "name",
        "kind",
        "clause",
        "verdict",
        "depth",
        "exercised_at",
        "expect",
        "seconds",
        "trace",
    }
    assert all(needed <= p.keys() for p in model["properties"])


def test_traces_are_written_and_can_be_run_again(tmp_path: Path) -> None:
    model = files(tmp_path, UNSAFE)
    twinrom("check", model, "--trace", str(tmp_path / "traces"))
    (trace,) = (tmp_path / "traces").iterdir()
    assert trace.name == "counter.at_most_six.itf.json"
    done = twinrom("simulate", model, "--script", str(trace))
    assert done.returncode == 0
    assert "counter.value = 7" in done.stdout


def test_json_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    place = tmp_path / "missing" / "out.json"
    done = twinrom("check", files(tmp_path, SAFE), "--json", str(place))
    assert done.returncode == 2
    assert done.stderr == f"{place}: cannot be written: no such file or directory\n"
    assert list(tmp_path.iterdir()) == [
        tmp_path / "counter.spec.toml",
        tmp_path / "counter.toml",
    ] or {p.name for p in tmp_path.iterdir()} == {"counter.spec.toml", "counter.toml"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "no_such"], "no_such: no such model: neither a file nor a shipped one; known: "
                               "`fleet`, `msa1000`, `proliant`\n"),
        (["check", "msa100"], "msa100: no such model: neither a file nor a shipped one; did you "
                              "mean `msa1000`?\n"),
        (["check", "msa1000", "--spec", "nope"], "nope: no such spec: neither a file nor a shipped "
                                                 "one; known: `fleet`, `msa1000`, "
                                                 "`proliant`\n"),
    ],
)  # fmt: skip
def test_what_cannot_be_found_is_one_line(words: list[str], said: str) -> None:
    done = twinrom(*words)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


@pytest.mark.parametrize(
    "words",
    [["check"], ["check", "msa1000", "--depth", "-1"], ["check", "msa1000", "--engine", "magic"],
     ["check", "msa1000", "--sort", "Version"], ["check", "msa1000", "--faults", "many"],
     ["check", "msa1000", "--sort", "Nope=1..2"], ["check", "msa1000", "--faults", "nope=1"],
     ["check", "msa1000", "--sort", "Version=5..1"], ["nonsense"], ["schema", "nothing"]],
)  # fmt: skip
def test_wrong_usage_exits_with_two_and_no_traceback(words: list[str]) -> None:
    done = twinrom(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_check_leaves_nothing_behind(tmp_path: Path, number: int) -> None:
    environment = marked()
    path = tmp_path / "out.json"
    running = subprocess.Popen(
        [sys.executable, "-m", "twinrom", "check", "msa1000", "--depth", "400", "--json", str(path),
         ],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT, text=True,
        env=environment)  # fmt: skip
    own: set[str] = set()
    try:
        while len(own) < 2 and running.poll() is None:
            time.sleep(0.1)
            own = workers(environment)
        time.sleep(1)
        running.send_signal(number)
        _, said = running.communicate(timeout=60)
        if number == signal.SIGINT:
            assert (running.returncode, said) == (130, "interrupted\n")
    finally:  # one that is still there would disturb the tests after this one
        running.kill()
        running.communicate()
    end = time.monotonic() + 20
    while workers(environment) and time.monotonic() < end:
        time.sleep(0.1)
    assert not workers(environment)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command", ["check --engine search", "faults", "mutate --limit 1", "sweep", "draw"]
)
def test_the_name_of_a_file_does_not_drive_the_terminal(command: str, tmp_path: Path) -> None:
    model = tmp_path / "\x1b[31mred.toml"
    corpus = ROOT / "tests" / "corpus"
    shutil.copy(corpus / "tcommit.toml", model)
    shutil.copy(corpus / "tcommit.spec.toml", tmp_path / "\x1b[31mred.spec.toml")
    wide = {"COLUMNS": "300"}  # so that the name is not broken where a line ends
    done = CliRunner().invoke(commands.app, [*command.split(), str(model)], env=wide)
    assert done.exit_code == 0, done.output
    assert "\x1b" not in done.output
    assert "\N{REPLACEMENT CHARACTER}[31mred" in done.output
