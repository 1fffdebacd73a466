"""How twinrom's search compares with SPIN on the same model, and how both grow with the versions.

`python benchmarks/spin.py [MODEL] [LARGEST] [ROUNDS]`. SPIN checks the same invariants and step
properties, on the exported model; the export is counted for nobody. twinrom decides responses and
possible properties as well. Whole process: twinrom from start to exit, SPIN as `spin`, `gcc` and
`pan`. Exploration alone: without reading the model, generating and compiling. All figures are
medians of rounds in which the two take turns, so read the ratios. `-O2` is not among the options:
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

from twinrom.proofs import request
from twinrom.proofs.engines.native import NativeSearch

SAFETY = ("-DSAFETY", "-DNOREDUCE")
COMPILER = {
    "gcc -O1": ("-O1", *SAFETY),
    "gcc -O0": ("-O0", *SAFETY),
    "gcc -O1 -DNOFAIR -DNOCOMP": ("-O1", *SAFETY, "-DNOFAIR", "-DNOCOMP"),
}
RUN = ("./pan", "-n", "-E", "-c0", "-m200000")


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
    """Return the figures of a whole check by the search, and of its exploration alone."""
    words = ("check", model, "--engine", "search", *sizes, "--json", "verdicts.json")
    whole, _ = timed(folder, sys.executable, "-m", "twinrom", *words)
    written = json.loads((folder / "verdicts.json").read_text())
    engine = written["models"][0]["engines"]["search"]
    assert engine["tier"] == "compiled", engine["tier"]
    asked = request(model, None, dict(size.split("=") for size in sizes[1::2])).question()
    searching = NativeSearch(asked)
    begun = time.monotonic()
    searching.run(1 << 40, None, None, None)
    return Figures(whole, time.monotonic() - begun, engine["states"])


def spin(folder: Path, flags: tuple[str, ...], states: int) -> Figures:
    """Return the figures of SPIN: generate, compile, run; with a hash table of the right size."""
    generating, _ = timed(folder, "spin", "-o2", "-a", "m.pml")
    compiling, _ = timed(folder, "gcc", "-w", *flags, "-o", "pan", "pan.c")
    running, said = timed(folder, *RUN, f"-w{max(18, states.bit_length() + 1)}")
    stored = re.search(r"(\d+) states, stored", said)
    elapsed = re.search(r"elapsed time ([0-9.]+) seconds", said)
    assert stored is not None, said
    alone = float(elapsed[1]) if elapsed is not None else running
    return Figures(
        generating + compiling + running, alone or running, int(stored[1]) - 1
    )


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
    theirs: dict[str, list[Figures]] = {name: [] for name in COMPILER}
    for _ in range(rounds):
        ours.append(twinrom(folder, model, sizes))
        for name, flags in COMPILER.items():
            theirs[name].append(spin(folder, flags, ours[0].states))
    own = middle(ours)
    other = {name: middle(runs) for name, runs in theirs.items()}
    assert all(o.states == own.states for o in other.values()), "the counts differ"
    first = other["gcc -O1"].whole
    best = min(o.whole for o in other.values())
    exploring = min(o.exploring for o in other.values())
    return (
        f"{own.states:>10,} {own.whole:>8.2f} {first:>8.2f} {first / own.whole:>6.1f}"
        f" {best:>8.2f} {best / own.whole:>6.1f}"
        f" {own.states / own.exploring / 1e6:>9.2f} {own.states / exploring / 1e6:>7.2f}"
        f" {exploring / own.exploring:>6.1f}"
    )


def main() -> None:
    """Print the table."""
    model = sys.argv[1] if len(sys.argv) > 1 else "msa1000"
    largest = int(sys.argv[2]) if len(sys.argv) > 2 else 3  # noqa: PLR2004 - the second argument
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3  # noqa: PLR2004 - the third argument
    path = str(Path(model).resolve()) if Path(model).is_file() else model
    print(f"{model}: whole process in seconds, SPIN with gcc -O1 and with its best of all")
    print("options; then millions of (state, table) pairs a second, SPIN's best.\n")
    print(
        f"{'Version':>8} {'states':>10} {'twinrom':>8} {'SPIN -O1':>8} {'times':>6}"
        f" {'best':>8} {'times':>6} {'twinrom/s':>9} {'SPIN/s':>7} {'times':>6}"
    )
    for versions in range(1, largest + 1):
        with tempfile.TemporaryDirectory() as folder:
            sizes = ["--sort", f"Version=1..{versions}"]
            line = compare(Path(folder), path, sizes, rounds)
            print(f"{'1..' + str(versions):>8} {line}", flush=True)


if __name__ == "__main__":
    main()
