"""The readings of gaps that a policy takes, for a terminal: the answer first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.stories import GAP
from twinrom.diagrams.words import readings as words
from twinrom.diagrams.words.text import against
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from twinrom.proofs import ReadingsTaken


def readings_view(found: ReadingsTaken) -> RenderableType:
    """Return in a line how the gaps are read, then a row for each of them."""
    question = found.checked.question
    parts: list[RenderableType] = [
        Text(f"\n{printable(question.model.title)}", style="bold"),
        Text(against(question), style="dim"),
        Text(f"\n{printable(question.model.name)}: {words.summary(found)}", style="bold"),
    ]
    table = Table.grid(padding=(0, GAP, 0, 0))
    table.add_column(no_wrap=True)
    for one in words.known(found):
        said, style = words.taken_words(one)
        cell = Text(printable(said), style=style)
        cell.append(f" ({printable(words.how_known(one))})", style="dim")
        table.add_row(Text(printable(one.gap)), cell)
    if table.row_count:
        parts += [Text(), table]
    for why, gaps in words.not_known(found).items():
        parts.append(Text("\nNot known, ", style="magenta").append(printable(why)))
        parts.append(Padding(Text(printable(", ".join(gaps))), (0, 0, 0, GAP), expand=False))
    return Group(*parts)
