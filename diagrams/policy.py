"""What an overlay changes of the model that it extends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from statemachine import printable

if TYPE_CHECKING:
    from statemachine import Model

SIGNS = {"added": "+", "changed": "~", "removed": "-"}
STYLES = {"added": "green", "changed": "yellow", "removed": "red"}


def changes_view(model: Model) -> Text | None:
    """Return a line for each thing that an overlay changes; None for a model that stands alone."""
    if model.base is None:
        return None
    text = Text(f"changes {model.base}:")
    for change in model.changes:
        line = f"\n  {SIGNS[change.kind]} {printable(str(change))}"
        text.append(line, style=STYLES[change.kind])
    for kind, limit in model.budget.items():
        shown = "unlimited" if limit is None else str(limit)
        text.append(f"\n  ~ budget.{kind}: {shown}", style=STYLES["changed"])
    return text


__all__ = ["changes_view"]
