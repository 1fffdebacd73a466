"""TLC on exported models: the same counts, the same verdicts, one step earlier for step properties.

A command `tlc` is looked for: a script that runs `java -cp tla2tools.jar tlc2.TLC` will do.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from asked import corpus, question
from random_models import Maker
from small_models import EMPTY, HOSTILE, HOSTILE_SPEC

from twinrom.proofs import Question, export, write_export
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path

TOOL = shutil.which("tlc")
pytestmark = pytest.mark.skipif(TOOL is None, reason="not installed: TLC, as a command `tlc`")


def run_tlc(folder: Path, checked: str) -> str:
    """Return what TLC says of the module in the folder, with `checked` as its configuration."""
    (folder / "m.cfg").write_text(checked, encoding="ascii")
    done = subprocess.run(
        [str(TOOL), "-workers", "1", "-noGenerateSpecTE", "m.tla"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "Parsing or semantic analysis failed" not in done.stdout, done.stdout
    return done.stdout


def agrees(folder: Path, asked: Question) -> None:
    """Compare the counts without properties, then each property for itself."""
    report = search(asked)
    write_export(asked, "tla", 0, folder / "m.tla")
    *plain, names = (folder / "m.cfg").read_text(encoding="ascii").partition("INVARIANT InSorts\n")
    counted = run_tlc(folder, "".join(plain))
    totals = re.compile(r"^(\d+) states generated, (\d+) distinct states found", re.MULTILINE)
    found = totals.findall(counted)
    counts = report.counts
    assert counts is not None
    assert found, counted
    assert [int(n) for n in found[-1]] == [counts.transitions + counts.initial, counts.states]
    ordered = sorted(asked.decidable, key=lambda p: ("invariant", "step").index(p.kind))
    for prop, line in zip(ordered, names.splitlines(), strict=True):
        said = run_tlc(folder, f"SPECIFICATION Spec\nCHECK_DEADLOCK FALSE\n{line}\n")
        run = report.found[prop.name].violation
        assert ("is violated" in said) == (run is not None), said
        if run is not None:
            length = run.length - (prop.kind == "step")
            states = re.findall(r"^State \d+:", said, re.MULTILINE)
            assert len(states) == (length + 1 if length else 0)  # one alone has no number


@pytest.mark.parametrize("name", ["peterson", "tcommit"])
def test_corpus(name: str, tmp_path: Path) -> None:
    agrees(tmp_path, corpus(name))


@pytest.mark.parametrize("seed", [0, 5, 6, 11])
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


def test_the_configuration_stands_behind_the_module(tmp_path: Path) -> None:
    asked = question(EMPTY, "")
    write_export(asked, "tla", 0, tmp_path / "m.tla")
    text = export(asked, "tla", module="m")
    assert text.endswith((tmp_path / "m.cfg").read_text(encoding="ascii"))
