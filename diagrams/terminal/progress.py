"""Live progress, on a terminal only."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.live import Live
from rich.table import Table
from rich.text import Text

from twinrom.proofs import BOUNDED, ENGINES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console

    from twinrom.proofs import Report


@contextmanager
def live_progress(
    console: Console,
    names: Sequence[str],
) -> Iterator[Callable[[tuple[int, str], Report], None] | None]:
    """Show what each engine is doing while the block runs; yields None when nobody is watching.

    `names` are the models, in the order in which tasks number them (`(0, "search")`).
    """
    if not console.is_terminal:
        yield None
        return
    latest: dict[tuple[int, str], Report] = {}
    with Live(console=console, refresh_per_second=8, transient=True) as live:

        def progress(task: tuple[int, str], report: Report) -> None:
            latest[task] = report
            live.update(_view(latest, names))

        yield progress


@contextmanager
def counting(console: Console, what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show how many of something are done while the block runs; None when nobody is watching."""
    if not console.is_terminal:
        yield None
        return
    with console.status(what) as status:

        def progress(done: int, total: int) -> None:
            status.update(f"{done} of {total} {what}")

        yield progress


def _view(latest: dict[tuple[int, str], Report], names: Sequence[str]) -> Table:
    table = Table.grid(padding=(0, 2))
    for (number, engine), report in sorted(latest.items()):
        if report.certificates:
            doing = f"{sum(len(c.properties) for c in report.certificates)} properties proved"
        elif report.counts is not None:
            doing = f"depth {report.counts.diameter}, {report.counts.states:,} states"
        else:
            doing = f"depth {report.clean}"
        found = sum(f.violation is not None for f in report.found.values())
        waiting = sum(f.witness is None for f in report.found.values())
        if found:
            doing += f", {found} violated"
        if waiting and engine == BOUNDED.name:
            doing += f", {waiting} not exercised yet"
        table.add_row(Text(names[number], style="bold"), ENGINES[engine].label, doing)
    return table
