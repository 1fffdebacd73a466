"""The group of all verbs: what it says of a wrong word never drives the terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup
from typer.exceptions import TyperException

if TYPE_CHECKING:
    from collections.abc import Iterator


class Verbs(TyperGroup):
    """The verbs of the command line."""

    def make_context(self, *words: Any, **extra: Any) -> Any:
        """Read the words before the verb."""
        with _printable_errors():
            return super().make_context(*words, **extra)

    def invoke(self, context: Any) -> Any:
        """Read the words after the verb, and run it."""
        with _printable_errors():
            return super().invoke(context)


@contextmanager
def _printable_errors() -> Iterator[None]:
    """Make the control characters visible that a usage error repeats."""
    try:
        yield
    except TyperException as error:
        from twinrom.statemachine import printable  # help answers without it

        error.message = printable(error.message)
        raise
