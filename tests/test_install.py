"""One importable name: wheels install beside libraries with the names of our folders."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from asked import LONG, ROOT

if TYPE_CHECKING:
    from pathlib import Path

OTHERS = ("python-statemachine", "diagrams")  # they install `statemachine` and `diagrams`
USES = {
    "twinrom": "import twinrom.proofs, twinrom.statemachine as s; s.load_model('proliant')",
    "python-statemachine": "from statemachine import StateMachine, State",
    "diagrams": "from diagrams import Diagram, Cluster",
}
SHIPPED = (
    "twinrom/py.typed", "twinrom/statemachine/models/msa1000.toml",
    "twinrom/statemachine/models/fleet.toml", "twinrom/proofs/specs/fleet.toml",
    "twinrom/statemachine/policies/msa_no_io_guard.toml", "twinrom/proofs/specs/spec.schema.json",
    "twinrom/proofs/engines/native/code/kernel.ll", "twinrom/diagrams/page/report.html.j2",
    "twinrom/diagrams/page/style.css", "twinrom/diagrams/page/evaluator.js",
)  # fmt: skip

pytestmark = LONG


def run(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        list(map(str, words)), cwd=cwd, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout


def pip(python: Path | str, *words: str | Path, cwd: Path) -> str:
    return run(python, "-m", "pip", "--disable-pip-version-check", *words, "--quiet", cwd=cwd)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of what git has of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run("git", "clone", "--quiet", ROOT, folder / "source", cwd=folder)
    pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", folder, folder / "source", cwd=folder)
    [found] = folder.glob("*.whl")
    return found


def test_a_wheel_has_one_name_and_everything_that_is_shipped(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"twinrom"}
    assert set(SHIPPED) <= set(names)


@pytest.mark.parametrize("first", [True, False])
def test_all_three_work_in_both_orders_and_leave_each_other_whole(
    first: bool, wheel: Path, tmp_path: Path  # noqa: FBT001 - a column of the table
) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    for what in ((wheel, *OTHERS) if first else (*OTHERS, wheel)):
        pip(python, "install", what, cwd=tmp_path)
    for use in USES.values():
        run(python, "-c", use, cwd=tmp_path)
    said = run(tmp_path / "venv" / "bin" / "twinrom", "check", "proliant", "--engine", "search",
               cwd=tmp_path)  # fmt: skip
    assert said.splitlines()[-1] == "proliant: safe and recovers, but for 2 known findings"
    gone = "twinrom" if first else OTHERS[0]
    pip(python, "uninstall", "--yes", gone, cwd=tmp_path)
    for name, use in USES.items():
        if name != gone:
            run(python, "-c", use, cwd=tmp_path)
