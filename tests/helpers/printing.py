"""What a terminal shows of a view."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from rich.console import RenderableType


def printed(view: RenderableType, width: int = 120) -> str:
    """Return the lines of a view, without colour."""
    out = StringIO()
    Console(width=width, file=out).print(view)
    return out.getvalue()
