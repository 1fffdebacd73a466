"""NuSMV on exported models: the same number of states and the same verdicts."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from asked import LONG, corpus, question, sampled, shipped
from random_models import POWERED, REFERRING, WRAPPED, made
from small_models import EMPTY, HOSTILE, HOSTILE_SPEC
from spinning import CONSTANT, CONSTANT_SPEC, LEAVES_ITS_SORT, NO_START

from twinrom.proofs import Question, export
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path

TOOL = shutil.which("NuSMV") or shutil.which("nuXmv")
pytestmark = pytest.mark.skipif(TOOL is None, reason="not installed: NuSMV")


def run_nusmv(folder: Path, text: str) -> str:
    """Return what NuSMV says of a model."""
    file = folder / "m.smv"
    file.write_text(text, encoding="ascii")
    done = subprocess.run(
        [str(TOOL), "-dynamic", "-r", str(file)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def agrees(folder: Path, asked: Question) -> None:
    """Compare states and verdicts."""
    report = search(asked)
    text = export(asked, "smv")
    said = run_nusmv(folder, text)
    states = re.search(r"reachable states: (\d+) ", said)
    assert states is not None, said
    assert report.counts is not None
    assert int(states[1]) == report.counts.states
    found = re.findall(r"^-- invariant .* is (true|false)$", said, re.MULTILINE)
    in_sorts = text.count("INVARSPEC !(")
    assert set(found[:in_sorts]) <= {"true"}
    ordered = sorted(asked.decidable, key=lambda p: ("invariant", "step").index(p.kind.key))
    broken = [report.found[p.name].violation is not None for p in ordered]
    if asked.ends is not None:  # an invariant more, after those of the spec
        invariants = [p.kind.key for p in ordered].count("invariant")
        broken.insert(invariants, report.deadlock is not None)
    assert [answer == "false" for answer in found[in_sorts:]] == broken
    found = re.findall(r"^-- specification .* is (true|false)$", said, re.MULTILINE)
    possible = [p.name for p in asked.properties if p.kind.key == "possible"]
    assert [answer == "false" for answer in found] == [
        report.found[name].violation is not None for name in possible
    ]


@pytest.mark.parametrize("name", ["peterson", "tcommit", "two_phase_commit"])
def test_corpus(name: str, tmp_path: Path) -> None:
    agrees(tmp_path, corpus(name))


@LONG
def test_msa1000(tmp_path: Path) -> None:
    agrees(tmp_path, shipped("msa1000"))


def test_proliant(tmp_path: Path) -> None:
    asked = shipped("proliant")
    assert any(p.kind.key == "possible" for p in asked.properties)
    agrees(tmp_path, asked)


@pytest.mark.parametrize(
    "seed", [*range(8), *sampled(POWERED[:50], 25), *sampled(WRAPPED[:50], 25),
             *sampled(REFERRING[:50], 25)])
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
    text = export(question(LEAVES_ITS_SORT, ""), "smv")
    found = re.findall(r"^-- invariant (.*?) +is false$", run_nusmv(tmp_path, text), re.MULTILINE)
    assert found == ["!(can__up & !(m__level + 1 <= 2))"]
