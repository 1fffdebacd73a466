"""What a policy change changes, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from statemachine import Model, PolicyChange

SIGNS = {"added": "+", "changed": "~", "removed": "-"}
STYLES = {"added": "green", "changed": "yellow", "removed": "red"}


def changes_view(model: Model) -> Text | None:
    """Return a line for each thing that an overlay changes; None for a model that stands alone."""
    if model.base is None:
        return None
    return Text(f"changes {model.base}:").append(change_lines(model.changes))


def change_lines(changes: Sequence[PolicyChange]) -> Text:
    """Return a line for each change, with a sign in front."""
    text = Text()
    for change in changes:
        line = f"\n  {SIGNS[change.kind]} {printable(str(change))}"
        text.append(line, style=STYLES[change.kind])
    return text


__all__ = ["change_lines", "changes_view"]
