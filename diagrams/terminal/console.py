"""The console: what is printed on it never drives the terminal, whatever an input is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment

from twinrom.diagrams.words.text import printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType


class TextConsole(Console):
    """A console that makes the control characters in texts visible; styles are its own."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the segments of a view."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            plain = control or text.isprintable() or text == "\n"
            yield segment if plain else Segment(printable_lines(text), style)
