"""Running SPIN on exported models, for the tests; models that the tests of all tools share."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

MISSING = [tool for tool in ("spin", "gcc") if shutil.which(tool) is None]
CONSTANT = """
[sort]
Level = "0..2"
[machine.M]
instances = ["m"]
states = ["on"]
vars = { level = "Level" }
[init]
require = "m.level == 0"
[rule.up]
by = "host"
when = "m.level < 2"
sets = "m.level = m.level + 1"
[rule.clear]
by = "host"
sets = "m.level = 0"
[rule.impossible]
by = "controller"
when = "m.level > 2"
sets = "m.level = 0"
"""
CONSTANT_SPEC = """
[invariant.always_kept]
must = "m.level <= 2"
[invariant.always_broken]
must = "m.level > 2"
[step.always_kept_by_steps]
must = "next(m.level) <= 2"
[step.impossible_is_kept]
must = "not (event is impossible)"
[step.always_broken_by_steps]
must = "next(m.level) > 2"
[step.broken_by_what_is_always_possible]
must = "not (event is clear)"
[step.broken_by_what_is_possible_at_first]
must = "not (event is up)"
[possible.always]
whenever = "m.level <= 2"
can = "m.level >= 0"
[possible.never]
whenever = "m.level <= 2"
can = "m.level > 2"
"""
LEAVES_ITS_SORT = CONSTANT.replace('when = "m.level < 2"\n', "")
NO_START = CONSTANT.replace("m.level == 0", "m.level > m.level")
END_OF_STEPS = ("spin:", "broken:", "leaves its sort")


class Ran(NamedTuple):
    """What SPIN found: states stored, transitions, errors, and what the first one's trail says."""

    states: int
    transitions: int
    errors: int
    trail: list[str]

    @property
    def steps(self) -> list[str]:
        """Return the steps of the trail."""
        return [line for line in self.trail if not line.startswith(END_OF_STEPS)]


def run_spin(folder: Path, text: str, check: str = "everything", *flags: str) -> Ran:
    """Return what SPIN finds in a model; it must accept the model without a warning."""
    (folder / "m.pml").write_text(text, encoding="ascii")
    said = tool(folder, "spin", f"-DCHECK={check}", "-o2", "-a", "m.pml")
    assert re.search("warning|error", said, re.IGNORECASE) is None, said
    tool(folder, "gcc", "-O0", "-w", "-DSAFETY", "-DNOREDUCE", *flags, "-o", "pan", "pan.c")
    found = tool(folder, "./pan", "-m100000", "-w18")
    assert "max search depth" not in found
    number = {what: int(n) for n, what in re.findall(r"(\d+) (states, stored|transitions)", found)}
    errors = re.search(r"errors: (\d+)", found)
    assert errors is not None, found
    trail = []
    if int(errors[1]):
        replay = tool(folder, "spin", f"-DCHECK={check}", "-t", "m.pml")
        lines = [
            line.strip() for line in replay.splitlines() if not line.startswith("spin: warning")
        ]
        trail = lines[: next(i for i, line in enumerate(lines) if line.startswith("spin:"))]
    return Ran(number["states, stored"], number["transitions"], int(errors[1]), trail)


def tool(folder: Path, *command: str) -> str:
    """Return what a command prints."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
