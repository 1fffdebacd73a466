"""How much faster the bounded check is than a naive one, and how it grows with depth.

All figures are ratios within one run of this script: `python benchmarks/bounded.py [MODEL]`.
The naive check gets eleven times the tool's time and is stopped then, so a ratio may be a lower
bound; the depth that it had finished is printed beside it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
SHALLOW, DEEP = 20, 40
PATIENCE = 11


def timed(*command: str) -> tuple[float, str]:
    """Return how long a command takes as a whole process, and what it prints."""
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return time.monotonic() - begun, done.stdout


def tool(model: str, depth: int, *options: str) -> float:
    """Return the seconds of a whole check, start-up and search included."""
    seconds, _ = timed(
        sys.executable, "-m", "twinrom", "check", model, "--depth", str(depth), *options
    )
    return seconds


def main() -> None:
    """Print the table."""
    model = sys.argv[1] if len(sys.argv) > 1 else "msa1000"
    shallow = tool(model, SHALLOW)
    deep = tool(model, DEEP)
    print(f"{model}, whole process, start-up and exhaustive search included")
    print(f"  check --depth {SHALLOW}: {shallow:6.1f} s")
    print(f"  check --depth {DEEP}: {deep:6.1f} s   {deep / shallow:.1f} times (bar: at most 4)")
    naive, output = timed(
        sys.executable, str(HERE / "naive.py"), model, str(SHALLOW), str(shallow * PATIENCE)
    )
    reached = int(output.split()[0]) if output.split() else -1
    bound = "" if reached >= SHALLOW else "more than "
    print(
        f"  naive to depth {SHALLOW}: {naive:6.1f} s   {bound}{naive / shallow:.1f} times slower "
        "(bar: 10), "
        f"depth {reached} finished"
    )
    empty, _ = timed(sys.executable, "-c", "import typer, rich.console")
    for words in (["--help"], ["check", "no-such-model"]):
        seconds, _ = timed(sys.executable, "-m", "twinrom", *words)
        print(
            f"  twinrom {' '.join(words)}: {seconds:.2f} s, {seconds / empty:.1f} times an empty "
            "Python with the command-line library"
        )


if __name__ == "__main__":
    main()
