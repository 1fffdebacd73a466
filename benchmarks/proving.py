"""How long proofs for all depths take, beside the bounded check, and at every size.

`python benchmarks/proving.py [MODEL] [ROUNDS]`. Whole processes: start-up, proof, certificate and
its re-check by every solver that is installed. All figures are medians of interleaved rounds of
this one run, so read the ratios.
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

DEEP = 40
QUESTIONS = {
    f"bounded check to depth {DEEP}": ("--engine", "bounded", "--depth", str(DEEP)),
    "proof for all depths": ("--engine", "reachability"),
    "proof for all depths and sizes": ("--engine", "reachability", "--symbolic"),
}


def timed(model: str, *options: str) -> float:
    """Return how long a whole check takes; the verdicts themselves are not looked at."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "twinrom", "check", model, *options],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stderr
    return time.monotonic() - begun


def main() -> None:
    """Print the table."""
    model = sys.argv[1] if len(sys.argv) > 1 else "msa1000"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3  # noqa: PLR2004 - the second argument
    taken: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    for _ in range(rounds):
        for name, options in QUESTIONS.items():
            taken[name].append(timed(model, *options))
    bounded, finite, symbolic = (median(seconds) for seconds in taken.values())
    print(f"{model}, whole process, median of {rounds}")
    for name, seconds in taken.items():
        print(f"  {name:<34} {median(seconds):6.1f} s  ({min(seconds):.1f} to {max(seconds):.1f})")
    print(f"  proof / bounded check: {finite / bounded:.2f} (bar: below 1)")
    print(f"  every size / given sizes: {symbolic / finite:.2f} (bar: at most 5)")


if __name__ == "__main__":
    main()
