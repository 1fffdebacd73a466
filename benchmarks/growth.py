"""How the engines grow: with depth, versions, boards, and with hot-plugs that are counted.

`python benchmarks/growth.py [MODEL]`. Each row is one whole process, start-up included; the memory
is the peak of that process. What is counted multiplies the states: an observer that counts
hot-plugs up to N stands for N repetitions that the search has to tell apart.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from twinrom.statemachine import find_model, load_model

ROOT = Path(__file__).parent.parent
OBSERVER = """
[observer.plugged]
sort = "0..{n}"
initial = "0"
update = "min(plugged + 1, {n}) if event is hot_plug else plugged"
"""


class Row(NamedTuple):
    """One whole process: its seconds, its peak memory in MB, and the states it saw."""

    seconds: float
    memory: float
    states: int | None


def run(*words: str) -> Row:
    """Return the figures of one check."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "verdicts.json"
        begun = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "twinrom", "check", *words, "--json", str(path)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode in (0, 1, 3), process.stderr and process.stderr.read()
        engines = json.loads(path.read_text())["models"][0]["engines"]
        states = engines.get("search", {}).get("states")
        return Row(seconds, usage.ru_maxrss / 1024, states)


def show(label: str, row: Row, first: Row) -> None:
    """Print one row, with the ratio to the first of its table."""
    states = f"{row.states:>12,}" if row.states is not None else " " * 12
    each = ""
    if row.states and row.states > 100_000:  # noqa: PLR2004 - below, start-up is all there is
        each = f"{row.memory * 1e6 / row.states:8,.0f} MB per million states"
    print(
        f"  {label:<14}{states} {row.seconds:8.2f} s {row.seconds / first.seconds:7.1f} times"
        f" {row.memory:7.0f} MB {each}",
        flush=True,
    )


def table(title: str, rows: dict[str, tuple[str, ...]]) -> None:
    """Print a table."""
    print(title)
    first: Row | None = None
    for label, words in rows.items():
        row = run(*words)
        first = first or row
        show(label, row, first)


def counted(folder: Path, model: str, n: int) -> str:
    """Return a spec that counts hot-plugs up to `n`, beside everything it asks anyway."""
    text = (ROOT / "proofs" / "specs" / f"{model}.toml").read_text(encoding="utf-8")
    text = re.sub(r"^#:schema.*\n", "", text)
    path = folder / f"counted{n}.toml"
    path.write_text(text + OBSERVER.format(n=n), encoding="utf-8")
    return str(path)


def main() -> None:
    """Print all tables."""
    model = sys.argv[1] if len(sys.argv) > 1 else "msa1000"
    search = ("--engine", "search")
    depths = {
        f"depth {d}": (model, "--engine", "bounded", "--depth", str(d)) for d in (10, 20, 30, 40)
    }
    table(f"{model}: the bounded check, with depth", depths)
    versions = {f"1..{v}": (model, *search, "--sort", f"Version=1..{v}") for v in (1, 2, 3, 4)}
    table(f"{model}: the search, with versions", versions)
    loaded = load_model(find_model(model))
    boards = {b: (model, *search, "--sort", f"Board={b}") for b in ("r1", "r1,r2", "r1,r2,r3")}
    if "Board" in loaded.sorts:
        table(f"{model}: the search, with boards", boards)
    if all(rule.event != "hot_plug" for rule in loaded.rules.values()):
        return
    with tempfile.TemporaryDirectory() as folder:
        plugs = {
            f"{n} hot-plugs": (model, *search, "--spec", counted(Path(folder), model, n))
            for n in (1, 2, 4, 8, 16)
        }
        table(f"{model}: the search, with hot-plugs that are counted", plugs)


if __name__ == "__main__":
    main()
