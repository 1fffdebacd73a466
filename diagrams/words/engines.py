"""What each engine looked at, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs import ENGINES

if TYPE_CHECKING:
    from twinrom.proofs import Report


def steps(number: int) -> str:
    """Return `1 step`, `2 steps`."""
    return f"{number} step" if number == 1 else f"{number} steps"


def engine_line(report: Report) -> str:
    """Return what one engine looked at, in one line."""
    return ENGINES[report.engine].line(report)
