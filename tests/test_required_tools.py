"""Continuous integration asks for every tool: there a test without its tool fails."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from asked import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SKIPPING = """
import pytest
@pytest.mark.skipif(True, reason="not installed: NuSMV")
def test_marked(): pass
def test_imports(): pytest.importorskip("no_such_module")
def test_of_another_kind(): pytest.skip("rules overlap")
def test_passes(): pass
"""
NOT_EVEN_COLLECTED = 'import pytest\npytest.importorskip("no_such_module")\n'


def told(folder: Path, text: str, required: str) -> tuple[int, str]:
    """Return what pytest answers and its last line, for tests beside our configuration."""
    shared = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    (folder / "conftest.py").write_text(shared, encoding="utf-8")
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    environment = os.environ | {"TWINROM_REQUIRE_TOOLS": required, "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "."],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.splitlines()[-1].partition(" in ")[0]


@pytest.mark.parametrize(
    ("text", "required", "answer"),
    [
        (SKIPPING, "", (0, "1 passed, 3 skipped")),
        (SKIPPING, "1", (1, "1 failed, 1 passed, 1 skipped, 1 error")),
        (NOT_EVEN_COLLECTED, "", (5, "1 skipped")),
        (NOT_EVEN_COLLECTED, "1", (2, "1 error")),
    ],
)
def test_what_is_wanting_is_skipped_or_fails(
    tmp_path: Path, text: str, required: str, answer: tuple[int, str]
) -> None:
    assert told(tmp_path, text, required) == answer
