"""What a command reads it neither waits for nor writes over, by whatever name."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from small_models import SAFE, files

SCRIPT = str(Path(sys.executable).with_name("twinrom"))
OVERLAY = 'extends = "counter.toml"\n[rule.tick]\nwhen = "counter.value < 6"\n'
GAP = """
[clause.C-1]
says = "it counts to seven"
[gap.G-1]
asks = "how far?"
readings = [{ says = "to seven", policy = "counter" }, { says = "to six", policy = "lower" }]
chosen = 0
because = "the clause says so"
"""
Done = subprocess.CompletedProcess[str]


def run(at: Path, words: str) -> Done:
    return subprocess.run(
        [SCRIPT, *words.split()], cwd=at, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def folder(at: Path) -> Path:
    """Make a folder with a model, its spec, an overlay, a script and other names for them."""
    files(at, SAFE + GAP)
    (at / "lower.toml").write_text(OVERLAY)
    (at / "events").write_text("tick\n")
    (at / "x").mkdir()
    (at / "link.toml").symlink_to("counter.toml")
    os.link(at / "counter.spec.toml", at / "hard")
    return at


def contents(at: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(at.rglob("*")) if p.is_file()}


OF_A_PIPE = (
    "check {}",
    "check counter.toml --spec {}",
    "check counter.toml --baseline {}",
    "check counter.toml --baseline {} --update",
    "check counter.toml --json {}",
    "simulate counter.toml --script {}",
    "simulate counter.toml --script events --save {}",
    "review counter.toml --signoff {}",
    "review counter.toml --mutants {}",
    "review counter.toml --csv {}",
    "report counter.toml --html {}",
    "sweep counter.toml --results {}",
    "draw counter.toml --trace {}",
    "draw counter.toml --as dot --output {}",
    "export counter.toml --to tla --output {}",
    "compare counter.toml lower.toml --markdown {}",
    "lint {}",
)


@pytest.mark.parametrize("words", OF_A_PIPE)
def test_a_pipe_is_refused_and_not_waited_for(words: str, tmp_path: Path) -> None:
    os.mkfifo(folder(tmp_path) / "pipe")
    before = contents(tmp_path)
    done = run(tmp_path, words.format("pipe"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pipe: is a pipe, not a file\n"
    assert contents(tmp_path) == before


@pytest.mark.parametrize("words", ["check {}", "check counter.toml --json {}"])
def test_sockets_devices_and_folders_are_no_files(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder(tmp_path))  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for name, what in (("socket", "socket"), ("/dev/zero", "device"), (".", "directory")):
            done = run(tmp_path, words.format(name))
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr == f"{name}: is a {what}, not a file\n"


def test_pipes_behind_a_model_are_not_waited_for(tmp_path: Path) -> None:
    at = folder(tmp_path)
    os.mkfifo(at / "pipe.toml")
    (at / "over.toml").write_text('extends = "pipe.toml"\n')
    (at / "with.toml").write_text('include = "pipe.toml"\n')
    (at / "own.toml").write_text((at / "counter.toml").read_text())
    os.mkfifo(at / "own.spec.toml")
    for name in ("over", "with"):
        done = run(at, f"check {name}.toml --spec counter.spec.toml")
        assert done.returncode == 2
        assert "cannot find `pipe.toml`" in done.stderr
    assert run(at, "check own.toml").stderr == "own.spec.toml: is a pipe, not a file\n"


WRITTEN_OVER = (
    ("check counter.toml --json {}", "counter.toml"),
    ("check counter.toml --json {}", "./counter.spec.toml"),
    ("check lower.toml --spec hard --json {}", "x/../counter.toml"),  # what it extends
    ("check counter.toml --json {} --baseline b.json --update", "hard"),
    ("check counter.toml --baseline rows --json {}", "rows"),
    ("report counter.toml --html {}", "link.toml"),
    ("compare counter.toml lower.toml --markdown {}", "lower.toml"),
    ("compare counter.toml lower.toml --json {}", "lower.toml"),
    ("faults counter.toml --against lower.toml --json {}", "lower.toml"),
    ("mutate counter.toml --limit 1 --json {}", "counter.toml"),
    ("gaps counter.toml --json {}", "lower.toml"),
    ("sweep . --spec hard --json {}", "lower.toml"),
    ("sweep counter.toml --results {}", "counter.toml"),
    ("review counter.toml --signoff signed --html {}", "signed"),
    ("review counter.toml --csv {}", "counter.spec.toml"),
    ("simulate counter.toml --script events --save {}", "events"),
    ("draw counter.toml --trace events --as svg --output {}", "events"),
    ("draw counter.toml --against lower.toml --as svg --output {}", "./lower.toml"),
    ("export counter.toml --to smv --output {}", "link.toml"),
)


@pytest.mark.parametrize(("words", "output"), WRITTEN_OVER)
def test_no_input_is_written_over(words: str, output: str, tmp_path: Path) -> None:
    (folder(tmp_path) / "signed").write_text("")
    (tmp_path / "rows").write_text('{"schema": "twinrom/baseline/1", "models": {}}')
    before = contents(tmp_path)
    done = run(tmp_path, words.format(output))
    assert (done.returncode, done.stdout) == (2, "")
    said = f"{output.removeprefix('./')}: is an input of this command, and is not written over\n"
    assert done.stderr == said
    assert contents(tmp_path) == before


def test_what_is_named_after_a_model_is_no_input_either(tmp_path: Path) -> None:
    at = folder(tmp_path)
    (at / "made.cfg").write_bytes((at / "counter.toml").read_bytes())
    (at / "counter").mkdir()
    (at / "counter" / "spec.toml").write_text(SAFE)
    (at / "counter.p.itf.json").write_text(SAFE)
    before = contents(at)
    for words, name in (
        ("export made.cfg --spec hard --to tla --output made.tla", "made.cfg"),
        ("check counter.toml --spec counter/spec.toml --certificates .", "counter/spec.toml"),
        ("check counter.toml --spec counter.p.itf.json --trace .", "counter.p.itf.json"),
    ):
        done = run(at, words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"{name}: is an input of this command, and is not written over\n"
    assert contents(at) == before


def test_two_outputs_are_two_files(tmp_path: Path) -> None:
    done = run(folder(tmp_path), "compare counter.toml lower.toml --json out --markdown x/../out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "x/../out: is to be written twice\n"
    assert not (tmp_path / "out").exists()


def test_what_is_no_input_is_written_over(tmp_path: Path) -> None:
    (folder(tmp_path) / "out").write_text("old")
    assert run(tmp_path, "check counter.toml --json out").returncode == 0
    assert (tmp_path / "out").read_text() != "old"


@pytest.mark.parametrize(("name", "entry"), [
    ("...toml", "__"), ("..toml", "_"), (".toml", "_toml"), ("....toml", "___"),
])  # fmt: skip
def test_no_name_of_a_model_leads_out_of_a_folder(name: str, entry: str, tmp_path: Path) -> None:
    at = folder(tmp_path)
    (at / name).write_bytes((at / "counter.toml").read_bytes())
    (at / "wrong").write_text('[invariant.six]\nmust = "counter.value <= 6"\n')
    before = set(contents(at))
    done = run(at, f"check {name} --spec hard --certificates x/y/made")
    assert (done.returncode, done.stderr) == (0, "")
    done = run(at, f"check {name} --spec wrong --trace x/y/runs")
    assert (done.returncode, done.stderr) == (1, "")
    written = {Path(p).relative_to(at / "x" / "y") for p in set(contents(at)) - before}
    runs = {p for p in written if p.parts[0] == "runs"}
    assert [p.name[0] for p in runs] == ["_"]
    assert {p.parent for p in written - runs} == {Path("made") / entry}
