"""How a verb ends: its exit code says what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.proofs import Checked

EXIT_FAILED, EXIT_BAD_INPUT, EXIT_UNDECIDED = 1, 2, 3


def end(*, failed: bool, undecided: bool = False) -> None:
    """End with the exit code of what was found; go on when that is nothing to worry about.

    Raises `typer.Exit`. What failed outweighs what was not decided.
    """
    if failed:
        raise typer.Exit(EXIT_FAILED)
    if undecided:
        raise typer.Exit(EXIT_UNDECIDED)


def any_lost(checked: Iterable[Checked]) -> bool:
    """Say whether the system ended any engine, and tell which, whoever else has its answers."""
    lost = [(one, report) for one in checked for report in one.reports.values() if report.lost]
    for one, report in lost:
        name = one.question.model.name
        typer.echo(f"twinrom: {name}: {report.engine}: {report.stopped}", err=True)
    return bool(lost)
