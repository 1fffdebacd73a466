"""TLC on exported models: the same counts, the same verdicts, one step earlier for step properties.

A command `tlc` is looked for: a script that runs `java -cp tla2tools.jar tlc2.TLC` will do.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING

import pytest
from asked import LONG, corpus, question, shipped
from random_models import POWERED, REFERRING, made
from small_models import EMPTY, HOSTILE, HOSTILE_SPEC
from spinning import CONSTANT, CONSTANT_SPEC, LEAVES_ITS_SORT, NO_START

from twinrom.proofs import Question, export, write_export
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path

TOOL = shutil.which("tlc")
pytestmark = pytest.mark.skipif(TOOL is None, reason="not installed: TLC, as a command `tlc`")
TOTALS = re.compile(r"^(\d+) states generated, (\d+) distinct states found", re.MULTILINE)


@functools.cache
def usage() -> str:
    """Return what TLC says of its options, which are not the same in all versions."""
    done = subprocess.run(
        [str(TOOL), "-h"], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout


def run_tlc(folder: Path, checked: str) -> str:
    """Return what TLC says of the module in the folder, with `checked` as its configuration."""
    (folder / "m.cfg").write_text(checked, encoding="ascii")
    # Runs at the same time would take the same names for their files, there and in /tmp.
    own = tempfile.mkdtemp(dir=folder)
    options = ["-workers", "1", "-deadlock", "-metadir", own]
    if "-noGenerateSpecTE" in usage():
        options.append("-noGenerateSpecTE")
    done = subprocess.run(
        [str(TOOL), *options, "m.tla"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"JDK_JAVA_OPTIONS": f"-Djava.io.tmpdir={own}"},
    )  # fmt: skip
    return done.stdout


def agrees(folder: Path, asked: Question) -> None:
    """Compare the counts and what is kept in one run, then each broken property for itself."""
    report = search(asked)
    write_export(asked, "tla", 0, folder / "m.tla")
    first, in_sorts, *names = (folder / "m.cfg").read_text(encoding="ascii").splitlines()
    assert (first, in_sorts) == ("SPECIFICATION Spec", "INVARIANT InSorts")
    ordered = sorted(asked.decidable, key=lambda p: ("invariant", "step").index(p.kind.key))
    ends = []
    if asked.ends is not None:  # an invariant more, after those of the spec
        ends = [names.pop([p.kind.key for p in ordered].count("invariant"))]
        assert report.deadlock is None
    lines = dict(zip([p.name for p in ordered], names, strict=True))
    kept = [line for name, line in lines.items() if report.found[name].violation is None] + ends
    said = run_tlc(folder, "\n".join([first, in_sorts, *kept]))
    assert "No error has been found" in said, said
    counts = report.counts
    assert counts is not None
    assert [int(n) for n in TOTALS.findall(said)[-1]] == [
        counts.transitions + counts.initial, counts.states,
    ]  # fmt: skip
    for prop in ordered:
        run = report.found[prop.name].violation
        if run is not None:
            line = lines[prop.name]
            said = run_tlc(folder, f"{first}\n{line}")
            assert f"Invariant {line.split()[1]} is violated" in said, said
            length = run.length - (prop.kind.key == "step")
            states = re.findall(r"^State \d+:", said, re.MULTILINE)
            assert len(states) == (length + 1 if length else 0)  # one alone has no number


@pytest.mark.parametrize("name", ["peterson", "tcommit", "two_phase_commit"])
def test_corpus(name: str, tmp_path: Path) -> None:
    agrees(tmp_path, corpus(name))


@LONG
def test_proliant(tmp_path: Path) -> None:
    agrees(tmp_path, shipped("proliant"))


@pytest.mark.parametrize("seed", [0, 5, 6, 11, POWERED[3], REFERRING[3]])
def test_random_models(seed: int, tmp_path: Path) -> None:
    maker = made(seed)
    asked = question(maker.model(), maker.spec())
    try:
        search(asked)
    except InputError:
        pytest.skip("rules overlap")
    agrees(tmp_path, asked)


def test_hostile_names_and_texts(tmp_path: Path) -> None:
    agrees(tmp_path, question(HOSTILE, HOSTILE_SPEC))


def test_no_rules_and_no_properties(tmp_path: Path) -> None:
    agrees(tmp_path, question(EMPTY, ""))


def test_properties_that_read_no_variable(tmp_path: Path) -> None:
    agrees(tmp_path, question(CONSTANT, CONSTANT_SPEC))


def test_no_initial_state(tmp_path: Path) -> None:
    agrees(tmp_path, question(NO_START, CONSTANT_SPEC))


def test_an_assignment_that_leaves_its_sort_is_an_error(tmp_path: Path) -> None:
    write_export(question(LEAVES_ITS_SORT, ""), "tla", 0, tmp_path / "m.tla")
    said = run_tlc(tmp_path, (tmp_path / "m.cfg").read_text(encoding="ascii"))
    assert "Invariant InSorts is violated" in said, said
    assert len(re.findall(r"^State \d+:", said, re.MULTILINE)) == 4


def test_the_configuration_stands_behind_the_module(tmp_path: Path) -> None:
    asked = question(EMPTY, "")
    write_export(asked, "tla", 0, tmp_path / "m.tla")
    text = export(asked, "tla", module="m")
    assert text.endswith((tmp_path / "m.cfg").read_text(encoding="ascii"))
