"""What a policy change changes, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.words.comparison import SIGNS
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from twinrom.statemachine import Model, PolicyChange

STYLES = {"added": "green", "changed": "yellow", "removed": "red"}


def changes_view(model: Model) -> RenderableType | None:
    """Return a line for each thing that an overlay changes; None for a model that stands alone."""
    if model.base is None:
        return None
    return Group(Text(f"changes {printable(model.base)}:"), change_lines(model.changes))


def change_lines(changes: Sequence[PolicyChange]) -> RenderableType:
    """Return a line for each change, with a sign in front; a longer one goes on below its text."""
    lines = Table.grid(padding=(0, 1))
    for change in changes:
        style = STYLES[change.kind]
        lines.add_row(Text(SIGNS[change.kind], style), Text(printable(str(change)), style))
    return Padding(lines, (0, 0, 0, 2), expand=False)
