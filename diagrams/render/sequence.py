"""Lanes as messages between participants, which Mermaid and PlantUML write almost alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twinrom.diagrams.pictures.lanes import Lanes, Row


def sequence(
    lanes: Lanes, actors: Sequence[str], write: Callable[[str, Row], list[str]]
) -> Iterator[str]:
    """Yield the steps as `write` writes those of an actor, inside a loop where they repeat."""
    for number, row in enumerate(lanes.rows):
        if lanes.loop == number:
            yield "loop for ever"
        yield from write(f"a{actors.index(row.actor) + 1}", row)
    if lanes.loop is not None and lanes.loop < len(lanes.rows):
        yield "end"


def messages(actor: str, row: Row) -> Iterator[tuple[str, list[str]]]:
    """Yield whom a step tells what: each lane that it changes, or the actor itself."""
    label = [f"{'! ' if 'bad' in row.marks else ''}{row.number} {row.event}", *row.guards]
    if not row.cells:
        yield actor, label
    for i, cell in enumerate(row.cells):
        head = label if i == 0 else [str(row.number)]
        yield f"m{cell.lane + 1}", [*head, *([cell.state] if cell.state else []), *cell.lines]
