"""What ends a run has the exit code that docs/commands.md says, and 1 is never an accident."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from asked import sampled
from small_models import COUNTER, SAFE, UNSAFE, files
from workers import marked, workers

from twinrom import failure
from twinrom.proofs import EngineDisagreementError, Options, memory, request
from twinrom.proofs.engines.processes import supervise
from twinrom.proofs.engines.task import Task
from twinrom.proofs.memory import out_of_memory

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
SCRIPT = str(Path(sys.executable).with_name("twinrom"))
BASH = shutil.which("bash") or "bash"
FULL = "standard output: cannot be written: no space left on device\n"
CLOSED = "standard output: cannot be written: it is closed\n"
Done: TypeAlias = "subprocess.CompletedProcess[str]"
linux = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")

PRINTING = (
    "--help",
    "--version",
    "check counter.toml",
    "check counter.toml --json -",
    "certify made",
    "review counter.toml",
    "review counter.toml --csv -",
    "faults counter.toml",
    "compare counter.toml counter.toml",
    "compare counter.toml counter.toml --markdown -",
    "mutate counter.toml --limit 1",
    "sweep counter.toml",
    "gaps counter.toml",
    "lint counter.toml",
    "simulate counter.toml",
    "simulate counter.toml --script events",
    "draw counter.toml --as mermaid",
    "export counter.toml --to tla",
    "schema model",
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a safe model, its certificate and a script; nobody changes it."""
    at = tmp_path_factory.mktemp("models")
    files(at, SAFE)
    (at / "events").write_text("tick\n")
    done = run(at, "check counter.toml --certificates made")
    assert done.returncode == 0, done.stderr
    return at


def run(at: Path, words: str, redirected: str = "", limits: str = "", **extra: str) -> Done:
    """Run the installed command as a shell does, with its output redirected and within limits."""
    environment = {**os.environ, "COLUMNS": "80", **extra}
    return subprocess.run(
        [BASH, "-c", f'{limits}"$0" {words} {redirected}', SCRIPT],
        cwd=at, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@linux
@pytest.mark.parametrize("words", sampled(PRINTING, 4))
def test_output_that_is_full_is_no_verdict(words: str, models: Path) -> None:
    done = run(models, words, ">/dev/full </dev/null")
    assert done.returncode == 2
    assert done.stderr.endswith(FULL)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", ["--help", "check counter.toml", "schema spec", "simulate counter.toml"]
)
def test_output_that_is_closed_is_no_verdict(words: str, models: Path) -> None:
    done = run(models, words, ">&- </dev/null")
    assert (done.returncode, done.stderr) == (2, CLOSED)
    done = run(models, words, "</dev/null | true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) in ((2, CLOSED), (0, ""))  # the latter if it is in time


@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_reader_that_has_enough_is_no_verdict(buffered: str) -> None:
    words, reader = "export msa1000 --to smtlib2", "| head -1; exit ${PIPESTATUS[0]}"
    done = run(ROOT, words, reader, PYTHONUNBUFFERED=buffered)
    assert (done.returncode, done.stderr) == (2, CLOSED)
    assert done.stdout.count("\n") == 1


def test_files_are_written_where_the_output_is_closed(tmp_path: Path) -> None:
    files(tmp_path, UNSAFE)
    done = run(tmp_path, "check counter.toml --json out.json --trace traces", ">&-")
    assert (done.returncode, done.stderr) == (2, CLOSED)
    assert json.loads((tmp_path / "out.json").read_text())["models"][0]["failed"]
    assert [p.name for p in (tmp_path / "traces").iterdir()] == ["counter.at_most_six.itf.json"]


@linux
def test_a_file_that_is_full_is_no_verdict(tmp_path: Path) -> None:
    files(tmp_path, SAFE)
    done = run(tmp_path, "check counter.toml --json out.json", limits="ulimit -f 0; ")
    assert done.returncode == 2
    assert done.stderr == "out.json: cannot be written: file too large\n"
    assert not list(tmp_path.glob("*.json"))
    done = run(tmp_path, "check counter.toml --json /dev/full")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "/dev/full: is a device, not a file\n"


@linux
@pytest.mark.parametrize("limit", [200_000, 400_000, 1_000_000])
@pytest.mark.parametrize("words", [
    "draw counter.toml --output out.svg", "report counter.toml --html out.html",
])  # fmt: skip
def test_short_of_address_space_it_says_what_drawing_needs(
    words: str, limit: int, tmp_path: Path
) -> None:
    files(tmp_path, SAFE)
    done = run(tmp_path, words, limits=f"ulimit -v {limit}; ")
    assert (done.returncode, done.stdout) == (3, "")
    assert re.fullmatch(
        r"twinrom: out of memory: drawing needs 5,120 MB of address space, and the limit of "
        rf"{limit // 1024} MB \(`ulimit -v`\) leaves \d+ MB\n", done.stderr)
    assert not list(tmp_path.glob("out*"))
    done = run(tmp_path, "draw counter.toml --as mermaid", limits=f"ulimit -v {limit}; ")
    assert (done.returncode, done.stderr) == (0, "")


@linux
def test_the_second_drawing_needs_no_more_room(tmp_path: Path) -> None:
    files(tmp_path, SAFE, COUNTER + COUNTER[COUNTER.index("[machine"):COUNTER.index("[init]")]
          .replace("ounter", "opy"))
    done = run(tmp_path, "draw counter.toml --output out.svg", limits="ulimit -v 6000000; ")
    assert (done.returncode, done.stderr) == (0, "")
    done = run(tmp_path, "report counter.toml --html out.html", limits="ulimit -v 6000000; ")
    assert (done.returncode, done.stderr) == (0, "")


@linux
def test_standard_error_counts_when_the_tables_go_there(models: Path) -> None:
    assert run(models, "check counter.toml --json -", "2>/dev/full").returncode == 2
    assert run(models, "check counter.toml", "2>/dev/full").returncode == 0
    done = run(models, "check counter.toml --json -", "2>&- <&-")
    assert done.returncode == 0
    assert json.loads(done.stdout)["models"][0]["failed"] is False
    assert run(models, "check no_such_model", "2>/dev/full").returncode == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "ascii:strict"])
def test_a_character_that_the_output_lacks_is_replaced(encoding: str, tmp_path: Path) -> None:
    model = COUNTER.replace("A counter", "Zähler \N{GREEK SMALL LETTER LAMDA} \N{PILE OF POO}")
    files(tmp_path, UNSAFE, model)
    words = "check counter.toml --engine search,bounded --json out.json"
    done = subprocess.run(
        [SCRIPT, *words.split()],
        cwd=tmp_path, env={**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "80"},
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, b"")
    name = b"Z?hler" if "ascii" in encoding else b"Z\xe4hler"
    assert name + b" ? ?" in done.stdout
    assert "\N{GREEK SMALL LETTER LAMDA}" in (tmp_path / "out.json").read_text(encoding="utf-8")
    done = subprocess.run(
        [SCRIPT, *words.replace("out.json", "-").split()],
        cwd=tmp_path, env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    title = json.loads(done.stdout.decode("latin-1"))["models"][0]["title"]
    assert title == "Zähler \N{GREEK SMALL LETTER LAMDA} \N{PILE OF POO}"


def planted(at: Path, where: str, code: str) -> dict[str, str]:
    """Return the environment in which `code` takes the place of a function, in every process."""
    module, name = where.rsplit(".", 1)
    plant = at / "planted"
    plant.mkdir()
    (plant / "sitecustomize.py").write_text(
        f"import os, {module} as m\ndef planted(*_, **__):\n    {code}\nm.{name} = planted\n"
    )
    return {"PYTHONPATH": str(plant), "TMPDIR": str(at)}


SOLVER = "twinrom.proofs.engines.bounded.check_bounded"
SEARCH = "twinrom.proofs.engines.exhaustive.search_native"
TABLE = "twinrom.diagrams.terminal.tables.checked_view"
BUGS = ("raise KeyError('planted')", "raise EOFError('planted')", "raise SystemExit(1)",
        "os._exit(5)", "raise BrokenPipeError('planted')", "assert False, 'planted'",
        "def f(): f()\n    f()")  # fmt: skip
ENDS = {
    "os.kill(os.getpid(), 9)": "its process was killed by the system (signal 9)",
    "os.kill(os.getpid(), 11)": "its process was killed by the system (signal 11)",
    "os.abort()": "its process was killed by the system (signal 6)",
    "raise MemoryError": "out of memory",
    "import z3; raise z3.Z3Exception(b'out of memory')": "out of memory",
    "raise OSError(12, 'Cannot allocate memory')": "out of memory",
    "os.write(2, b'ERROR: out of memory'); os._exit(101)": "out of memory",
}


@pytest.mark.parametrize("code", [bug for bug in BUGS if bug != "os._exit(5)"])
def test_a_bug_in_the_command_line_says_what_to_report(code: str, tmp_path: Path) -> None:
    files(tmp_path, SAFE)
    done = run(tmp_path, "check counter.toml", **planted(tmp_path, TABLE, code))
    told_as_a_bug(done, tmp_path)


@pytest.mark.parametrize("code", [bug for bug in BUGS if "Exit" not in bug])
def test_a_bug_in_a_worker_says_what_to_report(code: str, tmp_path: Path) -> None:
    files(tmp_path, SAFE)
    words = "check counter.toml --engine search,bounded"
    done = run(tmp_path, words, **planted(tmp_path, SOLVER, code))
    told_as_a_bug(done, tmp_path)
    assert "the `bounded` engine on counter.toml " in done.stderr


def told_as_a_bug(done: Done, folder: Path) -> None:
    [kept] = folder.glob("twinrom-*.txt")
    assert (done.returncode, done.stdout) == (70, "")
    said = done.stderr.removeprefix("\nAborted.\n").splitlines()  # the library's own word
    assert len(said) == 2
    assert said[0].startswith("twinrom: ")
    assert "`twinrom check counter.toml" in said[1]
    assert said[1].endswith(f"the traceback in {kept} (or run `twinrom --debug ...`)")
    assert "Traceback" in kept.read_text()


def test_the_traceback_of_a_bug_can_be_printed_instead(tmp_path: Path) -> None:
    files(tmp_path, SAFE)
    extra = planted(tmp_path, TABLE, BUGS[0])
    done = run(tmp_path, "--debug check counter.toml", **extra)
    assert done.returncode == 70
    assert "Traceback (most recent call last)" in done.stderr
    assert done.stderr.endswith("and the traceback above\n")
    assert not list(tmp_path.glob("twinrom-*.txt"))
    no_place = {**extra, "TMPDIR": "/no/such/folder"}
    assert run(tmp_path, "check counter.toml", **no_place).returncode == 70


@pytest.mark.parametrize("code", sampled(ENDS, 3))
def test_a_worker_that_the_system_ends_loses_its_own_answer_only(
    code: str, tmp_path: Path
) -> None:
    files(tmp_path, UNSAFE)
    words = "check counter.toml counter.toml --json out.json --engine "
    extra = planted(tmp_path, SOLVER, code)
    both = run(tmp_path, f"{words} search,bounded", **extra)
    assert both.returncode == 1  # what the search has found is found
    line = f"twinrom: counter: bounded: {ENDS[code]}\n"
    assert both.stderr == line * 2
    found = json.loads((tmp_path / "out.json").read_text())["models"]
    assert [p["verdict"] for model in found for p in model["properties"]] == ["violated"] * 2
    alone = run(tmp_path, f"{words} bounded", **extra)
    assert (alone.returncode, alone.stderr) == (3, line * 2)
    [prop, _] = [p for m in json.loads((tmp_path / "out.json").read_text())["models"]
                 for p in m["properties"]]  # fmt: skip
    assert (prop["verdict"], prop["reason"]) == ("unknown", f"bounded: {ENDS[code]}")


def test_a_lost_engine_is_told_also_where_another_has_the_answer(tmp_path: Path) -> None:
    files(tmp_path, SAFE)
    words = "check counter.toml --engine search,bounded"
    done = run(tmp_path, words, **planted(tmp_path, SOLVER, "os.kill(os.getpid(), 9)"))
    assert done.returncode == 3
    assert done.stdout.endswith("1 property checked: 1 proved\ncounter: safe and recovers\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [("sweep counter.toml counter.toml", 3), ("mutate counter.toml --limit 3", 3),
     ("gaps counter.toml", 3), ("check counter.toml", 3), ("faults counter.toml", 3),
     ("report counter.toml --html page.html", 3), ("compare counter.toml counter.toml", 3)],
)  # fmt: skip
def test_memory_at_its_end_is_unknown_and_never_safe(
    words: str, code: int, tmp_path: Path
) -> None:
    gap = '[gap.G]\nasks = "?"\nreadings = [{ says = "a", policy = "counter" }, { says = "b" }]\n'
    files(tmp_path, SAFE + gap + 'chosen = 0\nbecause = "so"\n')
    done = run(tmp_path, words, **planted(tmp_path, SEARCH, "raise MemoryError"))
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "out of memory" in done.stdout + done.stderr


@pytest.mark.parametrize("words", [
    "check counter.toml --max-states 1", "faults counter.toml --max-states 1",
    "mutate counter.toml --max-states 1", "sweep counter.toml --max-states 1",
    "compare counter.toml counter.toml --max-states 1",
])
def test_a_limit_leaves_open_what_it_keeps_from_being_known(words: str, tmp_path: Path) -> None:
    files(tmp_path, SAFE)
    done = run(tmp_path, words + (" --engine search" if words.startswith("check") else ""))
    assert done.returncode == 3, done.stderr
    assert "stopped at" in done.stdout + done.stderr


@pytest.mark.parametrize(("spec", "code"), [(SAFE, 0), (UNSAFE, 1)])
def test_fault_numbers_end_with_the_standing(spec: str, code: int, tmp_path: Path) -> None:
    files(tmp_path, spec)
    assert run(tmp_path, "faults counter.toml").returncode == code


@dataclass(frozen=True)
class Ends(Task[str]):
    """A task that ends in a way of its own, after it has said something."""

    how: str

    def run(self, progress: Callable[[str], None] | None) -> str:
        if progress is not None:
            progress("half")
        if self.how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how == "memory":
            return "x" * (1 << 62)
        return "whole"

    def out_of_time(self, last: str | None, seconds: float) -> str:
        raise AssertionError((last, seconds))

    def lost(self, last: str | None, why: str, seconds: float) -> str:
        assert seconds >= 0
        return f"{last}, then {why}"


def test_what_a_lost_worker_has_said_counts_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = request(str(ROOT / "tests" / "corpus" / "tcommit.toml"))
    ways = ("killed", "", "memory")
    tasks = [Ends((i, how), asked, Options(), how) for i, how in enumerate(ways)]
    assert supervise(tasks, 2) == {
        (0, "killed"): "half, then its process was killed by the system (signal 9)",
        (1, ""): "whole",
        (2, "memory"): "half, then out of memory",
    }
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert supervise(tasks[:1], 1) == {
        (0, "killed"): "None, then its process cannot be started: no such file or directory"
    }


@linux
def test_a_worker_that_is_killed_while_it_runs_is_undecided(tmp_path: Path) -> None:
    environment = marked()
    words = "check msa1000 --engine bounded --depth 400 --json out.json"
    running = subprocess.Popen(
        [SCRIPT, *words.split()],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=environment,
    )  # fmt: skip
    try:
        while not workers(environment) and running.poll() is None:
            time.sleep(0.05)
        time.sleep(1)
        for worker in workers(environment):
            os.kill(int(worker), signal.SIGKILL)
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()
        running.communicate()
    why = "its process was killed by the system (signal 9)"
    assert (running.returncode, said) == (3, f"twinrom: msa1000: bounded: {why}\n")
    [model] = json.loads((tmp_path / "out.json").read_text())["models"]
    assert "proved" not in {p["verdict"] for p in model["properties"]}
    assert f"bounded: {why}" in {p.get("reason") for p in model["properties"]}


@pytest.mark.parametrize("megabytes", [60, 90, 120, 4000])
def test_a_limit_of_memory_is_no_verdict(megabytes: int, tmp_path: Path) -> None:
    files(tmp_path, SAFE)
    limited = f'ulimit -v {megabytes * 1000}; "$0" check counter.toml'
    done = subprocess.run(
        [BASH, "-c", limited, SCRIPT],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stderr
    assert (done.stderr == "") == (done.returncode == 0)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0 or megabytes < 1000


@linux
def test_a_policy_whose_worker_is_killed_is_an_error_and_the_others_stand(tmp_path: Path) -> None:
    environment = marked()
    words = "sweep proliant proliant_flash_backup --plain --json out.json"
    running = subprocess.Popen(
        [SCRIPT, *words.split()],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        while len(workers(environment)) < 2 and running.poll() is None:
            time.sleep(0.05)
        os.kill(int(min(workers(environment))), signal.SIGKILL)
        shown, _ = running.communicate(timeout=120)
    finally:
        running.kill()
        running.communicate()
    rows = json.loads((tmp_path / "out.json").read_text())["rows"]
    killed, other = sorted(rows, key=lambda row: str(row["standing"]) != "error")
    assert killed["error"] == "its process was killed by the system (signal 9)"
    assert other["error"] is None
    assert running.returncode in (1, 3)  # the other one's verdict, or nothing more than this
    assert "error" in shown


@pytest.mark.parametrize("words", ["check msa1000", "certify made", "simulate msa1000", "--help"])
@pytest.mark.parametrize("delay", sampled([0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 2.0], 4))
@pytest.mark.parametrize("number", failure.ENDING)
def test_an_interrupt_at_any_moment_is_one_word(
    number: int, delay: float, words: str, models: Path
) -> None:
    environment = marked()
    running = subprocess.Popen(
        [SCRIPT, *words.split()],
        cwd=models, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment,
    )  # fmt: skip
    time.sleep(delay)
    running.send_signal(number)
    try:
        running.wait(timeout=30)
        _, said = running.communicate()
    finally:
        running.kill()
    if running.returncode == 0 and words in ("--help", "certify made"):
        return  # it was faster
    if running.returncode != failure.EXIT_INTERRUPTED:  # Python itself was still on its way to us
        assert delay < 1, said
        assert not re.search(r"command_line\.py\", line \d+, in main", said), said
        assert running.returncode in (-number, 1)
        return
    assert said == "interrupted\n"
    end = time.monotonic() + 10
    while workers(environment) and time.monotonic() < end:
        time.sleep(0.1)
    assert not workers(environment)


@pytest.mark.parametrize("number", failure.ENDING)
def test_an_interrupt_that_a_library_keeps_for_itself_ends_the_run(
    number: int, tmp_path: Path
) -> None:
    files(tmp_path, SAFE)
    swallowed = (
        "import time, sys\n    print('here', file=sys.stderr, flush=True)\n"
        "    while True:\n        try: time.sleep(60)\n        except BaseException: pass"
    )
    running = subprocess.Popen(
        [SCRIPT, "check", "counter.toml"],
        cwd=tmp_path, env={**os.environ, **planted(tmp_path, TABLE, swallowed)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    assert running.stderr.readline() == "here\n"
    running.send_signal(number)
    _, said = running.communicate(timeout=30)
    assert (running.returncode, said) == (130, "interrupted\n")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (OSError(12, "Cannot allocate memory"), True),
        (ImportError("libz3.so: failed to map segment from shared object"), True),
        (KeyError("out of memory"), False),
        (RuntimeError("std::bad_alloc"), True),
        (OSError(28, "No space left on device"), False),
        (SyntaxError("expected ':'", (memory.__file__, 12, 5, "def out", 12, 6)), True),
        (SyntaxError("expected ':'", ("/somewhere/else.py", 12, 5, "def out", 12, 6)), False),
        (ValueError("field 'target' is required for AnnAssign"), True),
        (ValueError("field 'target' is missing"), False),
    ],
)
def test_memory_at_its_end_is_known_by_its_words(error: Exception, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert out_of_memory(error) is expected
    later = ValueError("x")
    later.__context__ = error
    assert out_of_memory(later) is expected


def test_our_own_errors_are_told_by_their_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["twinrom", "check", "a\x1b[31m.toml"])
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def fail() -> None:
        raise EngineDisagreementError("two answers")

    assert failure.guarded(fail) == 70
    said = capsys.readouterr().err
    assert said.startswith("twinrom: two answers\nthis is a bug (twinrom ")
    assert "\x1b" not in said


@pytest.mark.parametrize("words", ["check counter.toml", "lint counter.toml", "--help"])
def test_a_current_folder_that_is_gone_is_one_line(words: str, models: Path) -> None:
    gone = "mkdir gone && cd gone && rmdir ../gone; "
    done = run(models, words, limits=gone)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "twinrom: the current folder is not there any more\n"


@pytest.mark.parametrize("width", ["0", "000", "abc", "", "-5", "\N{SUPERSCRIPT TWO}", "9" * 5000])
def test_what_is_no_width_hides_nothing(width: str, models: Path) -> None:
    for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH"):
        done = run(models, "check counter.toml", **{name: width})
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith("counter: safe and recovers\n")
        done = run(models, "check --nope", **{name: width})
        assert done.returncode == 2
        assert "--nope" in done.stderr


def test_without_a_home_and_a_folder_for_temporary_files(models: Path) -> None:
    done = run(models, "check counter.toml", limits="unset HOME; ", TMPDIR="/nowhere/at/all")
    assert (done.returncode, done.stderr) == (0, "")
