"""How a verb ends: its exit code says what was found."""

from __future__ import annotations

import typer

EXIT_FAILED, EXIT_UNDECIDED = 1, 3


def end(*, failed: bool, undecided: bool = False) -> None:
    """End with the exit code of what was found; go on when that is nothing to worry about.

    Raises `typer.Exit`. What failed outweighs what was not decided.
    """
    if failed:
        raise typer.Exit(EXIT_FAILED)
    if undecided:
        raise typer.Exit(EXIT_UNDECIDED)
