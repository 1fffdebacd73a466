"""How twinrom's search compares with SPIN on the same model, and how both grow with the versions.

`python benchmarks/spin.py [MODEL] [LARGEST] [ROUNDS]`. SPIN checks the same invariants and step
properties, on the exported model. All figures are medians of rounds in which the two take turns,
so read the ratios. The export itself is counted for nobody. `-O2` is not among the options tried:
on the one long loop of these models it compiles for minutes and explores hardly faster.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

COMPILER = (
    ("-O0", "-DSAFETY", "-DNOREDUCE"),
    ("-O1", "-DSAFETY", "-DNOREDUCE"),
    ("-O1", "-DSAFETY", "-DNOREDUCE", "-DNOFAIR", "-DNOCOMP"),
)
RUN = ("./pan", "-n", "-E", "-c0", "-m200000", "-w22")


class Figures(NamedTuple):
    """One run: the whole process, the exploration alone, and the states that it stored."""

    whole: float
    exploring: float
    states: int


def timed(folder: Path, *command: str) -> tuple[float, str]:
    """Return how long a command takes as a whole process, and what it prints."""
    begun = time.monotonic()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return time.monotonic() - begun, done.stdout


def twinrom(folder: Path, model: str, sizes: list[str]) -> Figures:
    """Return the figures of a whole check by the search."""
    words = ("check", model, "--engine", "search", *sizes, "--json", "verdicts.json")
    whole, _ = timed(folder, sys.executable, "-m", "twinrom", *words)
    written = json.loads((folder / "verdicts.json").read_text())
    engine = written["models"][0]["engines"]["search"]
    return Figures(whole, engine["seconds"], engine["states"])


def spin(folder: Path, flags: tuple[str, ...]) -> Figures:
    """Return the figures of SPIN: generate, compile, run."""
    generating, _ = timed(folder, "spin", "-o2", "-a", "m.pml")
    compiling, _ = timed(folder, "gcc", "-w", *flags, "-o", "pan", "pan.c")
    running, said = timed(folder, *RUN)
    states = re.search(r"(\d+) states, stored", said)
    assert states is not None, said
    return Figures(generating + compiling + running, running, int(states[1]) - 1)


def middle(runs: list[Figures]) -> Figures:
    """Return the median of each figure."""
    return Figures(
        median(r.whole for r in runs), median(r.exploring for r in runs), runs[0].states
    )


def compare(folder: Path, model: str, sizes: list[str], rounds: int) -> str:
    """Return a line of the table."""
    words = ("export", model, "--to", "promela", *sizes, "--output", "m.pml")
    timed(folder, sys.executable, "-m", "twinrom", *words)
    ours: list[Figures] = []
    theirs: dict[tuple[str, ...], list[Figures]] = {flags: [] for flags in COMPILER}
    for _ in range(rounds):
        ours.append(twinrom(folder, model, sizes))
        for flags, runs in theirs.items():
            runs.append(spin(folder, flags))
    own, other = middle(ours), [middle(runs) for runs in theirs.values()]
    assert all(o.states == own.states for o in other), "the counts differ"
    whole, exploring = min(o.whole for o in other), min(o.exploring for o in other)
    return (
        f"{own.states:>10,} {own.whole:>9.2f} {whole:>9.2f} {whole / own.whole:>7.2f}"
        f" {own.states / own.exploring:>12,.0f} {own.states / exploring:>12,.0f}"
        f" {own.exploring / exploring:>7.1f}"
    )


def main() -> None:
    """Print the table."""
    model = sys.argv[1] if len(sys.argv) > 1 else "msa1000"
    largest = int(sys.argv[2]) if len(sys.argv) > 2 else 3  # noqa: PLR2004 - the second argument
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3  # noqa: PLR2004 - the third argument
    path = str(Path(model).resolve()) if Path(model).is_file() else model
    print(f"{model}: whole process in seconds (SPIN: spin, gcc, pan), then states a second of the")
    print("exploration alone. SPIN's best of all options, for each column. whole: how many times")
    print("longer SPIN takes; explore: how many times longer twinrom does.\n")
    print(
        f"{'Version':>8} {'states':>10} {'twinrom':>9} {'SPIN':>9} {'whole':>7}"
        f" {'twinrom/s':>12} {'SPIN/s':>12} {'explore':>7}"
    )
    for versions in range(1, largest + 1):
        with tempfile.TemporaryDirectory() as folder:
            sizes = ["--sort", f"Version=1..{versions}"]
            line = compare(Path(folder), path, sizes, rounds)
            print(f"{'1..' + str(versions):>8} {line}", flush=True)


if __name__ == "__main__":
    main()
