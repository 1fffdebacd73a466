"""What lies beside a model is never run: neither by the command line nor by its workers."""

from __future__ import annotations

import _ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from asked import LONG, sampled

from twinrom.proofs.engines.processes import import_path

if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPT = str(Path(sys.executable).with_name("twinrom"))
EARLY = ("sitecustomize", "usercustomize", "re", "enum", "importlib", "__main__", "types", "typing")
LATE = (
    "random", "z3", "pickle", "json", "rich", "typer", "pydantic", "transitions", "llvmlite",
    "jinja2", "numpy", "conftest", "graphviz", "dataclasses", "multiprocessing", "subprocess",
    "tomllib", "ast", "cvc5", "bitwuzla", "wasmtime", "tree_sitter", "secrets", "tempfile",
    "signal", "statemachine", "proofs", "diagrams", "examples", "tests",
)  # fmt: skip
MARKER = "WAS_IMPORTED"
MODULE = [sys.executable, "-m", "twinrom"]
Answer: TypeAlias = tuple[int, str, str]
CERTIFIED = "check counter.toml --engine search,bounded,reachability,induction --certificates made"
VERBS = {  # and how each ends
    CERTIFIED: 0,
    "check counter.toml broken.toml": 1,
    "lint counter.toml": 0,
    "compare counter.toml broken.toml": 1,
    "faults counter.toml": 0,
    "draw counter.toml --output counter.svg": 0,
    "mutate counter.toml --limit 3": 1,
    "review counter.toml --html sheet.html": 0,
    "sweep counter.toml broken.toml": 1,
    "report counter.toml --html page.html": 0,
    "certify made": 0,
    "gaps counter.toml": 0,
}
MODEL = """
title = "A counter"
[sort]
Count = "0..9"
[machine.Counter]
instances = ["counter"]
states = ["counting"]
vars = { value = "Count" }
[init]
require = "counter.value == 0"
[rule.tick]
by = "controller"
when = "counter.value < 7"
sets = "counter.value = counter.value + 1"
"""
SPEC = """
[clause.C-1]
says = "it counts to seven"
[invariant.at_most_seven]
clause = "C-1"
must = "counter.value <= 7"
[gap.G-1]
asks = "how far does it count?"
readings = [{ says = "to seven", policy = "counter" }, { says = "to eight", policy = "broken" }]
chosen = 0
because = "the clause says so"
[ends]
when = "counter.value >= 7"
"""


def folder(at: Path) -> Path:
    """Make a folder with two models and their specs."""
    at.mkdir()
    for name, model in (("counter", MODEL), ("broken", MODEL.replace("< 7", "< 8"))):
        (at / f"{name}.toml").write_text(model)
        (at / f"{name}.spec.toml").write_text(SPEC)
    return at


def beset(at: Path, names: Sequence[str]) -> None:
    """Put what would be imported, if Python looked there, beside the models."""
    marker = str(at.parent / MARKER)
    code = f"open({marker!r}, 'a').write(__name__ + ' from ' + __file__ + chr(10))"
    for name in names:
        (at / f"{name}.py").write_text(code)
        (at / name).mkdir()
        for file in ("__init__", "__main__", "command_line"):
            (at / name / f"{file}.py").write_text(code)
    own = Path(importlib.util.find_spec("z3").submodule_search_locations[0])
    for library in own.glob("**/libz3.*"):  # a library, and not z3's: nothing works with it
        shutil.copy(_ctypes.__file__, at / library.name)


def answer(at: Path, start: list[str], verb: str, **extra: str) -> Answer:
    """Return the exit code of a verb and what it prints."""
    if verb == "certify made":
        assert answer(at, start, CERTIFIED, **extra)[0] == 0
    environment = {**os.environ, "COLUMNS": "200", **extra}
    done = subprocess.run(
        [*start, *verb.split()],
        cwd=at, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    printed = re.sub(r"\d+\.\d(?= |$|,)| +", " ", done.stdout, flags=re.MULTILINE)
    return done.returncode, printed, done.stderr


def expected(at: Path, verb: str) -> Answer:
    """Return the answer in a folder that has nothing but models in it."""
    code, printed, said = answer(folder(at), [SCRIPT], verb)
    assert (code, said) == (VERBS[verb], "")
    return code, printed, said


@pytest.mark.parametrize("verb", sampled(VERBS, 3))
def test_nothing_beside_a_model_is_imported(verb: str, tmp_path: Path) -> None:
    at = folder(tmp_path / "models")
    beset(at, (*EARLY, *LATE, "twinrom"))
    assert answer(at, [SCRIPT], verb) == expected(tmp_path / "clean", verb)
    assert not (tmp_path / MARKER).exists(), (tmp_path / MARKER).read_text()


@pytest.mark.parametrize(
    ("start", "path"),
    [
        pytest.param([SCRIPT], ":", id="empty entry", marks=LONG),
        pytest.param([SCRIPT], ".", id="dot", marks=LONG),
        pytest.param([SCRIPT], "{at}/:/nowhere", id="by name", marks=LONG),
        pytest.param(MODULE, None, id="module"),
    ],
)
def test_a_path_that_names_the_current_folder_leads_no_further_than_python_itself(
    start: list[str], path: str | None, tmp_path: Path
) -> None:
    at = folder(tmp_path / "models")
    beset(at, LATE)
    extra = {} if path is None else {"PYTHONPATH": path.format(at=at)}
    assert answer(at, start, CERTIFIED, **extra) == expected(tmp_path / "clean", CERTIFIED)
    assert not (tmp_path / MARKER).exists(), (tmp_path / MARKER).read_text()


def test_workers_import_from_where_we_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    beside = ["", ".", "other", str(tmp_path), f"{tmp_path}/", str(tmp_path / "link")]
    monkeypatch.setattr(sys, "path", [*beside, str(other), "/no/such/folder", "hook.__path_hook__"])
    assert import_path() == [str(other), "/no/such/folder"]


def test_a_folder_that_twinrom_itself_lies_in_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(str(sys.modules["twinrom"].__file__)).parent.parent
    monkeypatch.chdir(home)
    monkeypatch.setattr(sys, "path", ["", str(home)])
    assert import_path() == [str(home)]
