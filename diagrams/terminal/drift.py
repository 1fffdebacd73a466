"""What has drifted since a baseline was written, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


def drift_view(baseline: str, lines: Sequence[str], undecided: Sequence[str] = ()) -> Text:
    """Return a line that says that nothing has drifted, or one for each difference.

    What is `undecided` is never the same as before.
    """
    names = printable(", ".join(undecided))
    if not lines and undecided:
        return Text(f"\nbaseline {baseline}: undecided ({names}), the rest: no drift",
                    style="magenta")
    if not lines:
        return Text(f"\nbaseline {baseline}: no drift", style="green")
    head = Text(f"\nbaseline {baseline}: DRIFT", style="bold red")
    told = [*lines, *([f"{names}: not all is decided"] if undecided else [])]
    return head.append("".join(f"\n  {printable(line)}" for line in told), style="not bold")
