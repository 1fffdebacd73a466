"""NuSMV on exported models: the same number of states and the same verdicts."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from asked import corpus, question, shipped
from random_models import Maker
from small_models import EMPTY, HOSTILE, HOSTILE_SPEC

from twinrom.proofs import Question, export
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path

TOOL = shutil.which("NuSMV") or shutil.which("nuXmv")
pytestmark = pytest.mark.skipif(TOOL is None, reason="not installed: NuSMV")


def agrees(folder: Path, asked: Question) -> list[bool]:
    """Compare states and verdicts; return the verdicts on possible properties."""
    report = search(asked)
    text = export(asked, "smv")
    file = folder / "m.smv"
    file.write_text(text, encoding="ascii")
    done = subprocess.run(
        [str(TOOL), "-dynamic", "-r", str(file)],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    states = re.search(r"reachable states: (\d+) ", done.stdout)
    assert states is not None, done.stderr
    assert report.counts is not None
    assert int(states[1]) == report.counts.states
    found = re.findall(r"^-- invariant .* is (true|false)$", done.stdout, re.MULTILINE)
    in_sorts = text.count("INVARSPEC !(")
    assert set(found[:in_sorts]) <= {"true"}
    ordered = sorted(asked.decidable, key=lambda p: ("invariant", "step").index(p.kind))
    broken = [report.found[p.name].violation is not None for p in ordered]
    assert [answer == "false" for answer in found[in_sorts:]] == broken
    possible = re.findall(r"^-- specification .* is (true|false)$", done.stdout, re.MULTILINE)
    return [answer == "true" for answer in possible]


@pytest.mark.parametrize("name", ["peterson", "tcommit", "two_phase_commit"])
def test_corpus(name: str, tmp_path: Path) -> None:
    assert all(agrees(tmp_path, corpus(name)))


def test_proliant(tmp_path: Path) -> None:
    assert agrees(tmp_path, shipped("proliant")) == [True] * 5


@pytest.mark.parametrize("seed", range(8))
def test_random_models(seed: int, tmp_path: Path) -> None:
    maker = Maker(seed)
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
