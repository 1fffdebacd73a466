"""What power cuts cost that come of `writes`, against a state by hand for each place to cut.

`python benchmarks/cuts.py [ROUNDS]`. Both models of a pair say the same of power: the draft in
`examples/modern` by `persistent`, `unpowered`, `torn` and `writes`, its twin in `by_hand` with a
state for each write. They are checked against one spec. Seconds are those of the search alone,
without start-up and reading, medians of rounds in which the two take turns.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from statistics import median
from typing import NamedTuple

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from twinrom.proofs import CheckRequest, Options, check, request

HERE = Path(__file__).parent
DRAFTS = HERE.parent / "examples" / "modern"


class Figures(NamedTuple):
    """One search: its states, its transitions, the standing, its seconds."""

    states: int
    transitions: int
    standing: str
    seconds: float


def searched(asked: CheckRequest, *, plain: bool) -> Figures:
    """Return the figures of one search."""
    checked = check([asked], Options(engines=("search",), jobs=1, plain=plain))[0]
    run = checked.reports["search"]
    assert run.complete, run
    assert run.counts is not None
    return Figures(run.counts.states, run.counts.transitions, checked.standing, run.seconds)


def written(model: Path) -> tuple[int, int]:
    """Return the lines of a model, without comments and empty ones, and its rules."""
    text = model.read_text(encoding="utf-8")
    lines = sum(bool(line.strip()) and not line.startswith("#") for line in text.splitlines())
    return lines, len(tomllib.loads(text)["rule"])


def main() -> None:
    """Print a table for each pair."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for twin in sorted((HERE / "by_hand").glob("*.toml")):
        models = (DRAFTS / twin.name, twin)
        asked = [request(str(model), str(DRAFTS / f"{twin.stem}.spec.toml")) for model in models]
        plain, fast = (
            [[searched(one, plain=slow) for one in asked] for _ in range(turns)]
            for slow in (True, False)
        )
        table = Table(twin.stem, "writes", "by hand", box=SIMPLE)
        table.add_row("lines, rules", *("{}, {}".format(*written(model)) for model in models))
        table.add_row("grounded", *(str(len(one.question().system.instances)) for one in asked))
        table.add_row("states", *(str(one.states) for one in fast[0]))
        table.add_row("transitions", *(str(one.transitions) for one in fast[0]))
        for name, rounds in {"plain Python, s": plain, "compiled, s": fast}.items():
            table.add_row(
                name,
                *(
                    f"{median(one.seconds for one in turn):.3f}"
                    for turn in zip(*rounds, strict=True)
                ),
            )
        table.add_row("standing", *(one.standing for one in fast[0]))
        Console().print(table)


if __name__ == "__main__":
    main()
