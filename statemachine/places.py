"""Where things of a model stand, over all the files it was put together from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from statemachine import parse as parsing
from statemachine.diagnostics import InputError, Problem

if TYPE_CHECKING:
    from statemachine.document import Document, Key
    from statemachine.expr import Expr, Span


@dataclass(frozen=True)
class Place:
    """A key in the files of a model; orders and compares by nothing, it only points."""

    documents: tuple[Document, ...] = field(repr=False)
    key: Key = ()

    def at(self, *rest: str | int) -> Place:
        """Return the place of something inside this one."""
        return Place(self.documents, (*self.key, *rest))

    def problem(self, message: str, hint: str = "", *, at_key: bool = False,
                span: Span | None = None) -> Problem:
        """Return a problem that points here."""
        return self._document().problem(self.key, message, hint, at_key=at_key, span=span)

    def _document(self) -> Document:
        for length in range(len(self.key), 0, -1):
            for document in self.documents:
                if document.has(self.key[:length]):
                    return document
        return self.documents[0]

    @property
    def path(self) -> str:
        """Return the file."""
        return self._document().path

    @property
    def line(self) -> int:
        """Return the line, 0 when it has none."""
        return self._document().line(self.key)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Formula:
    """An expression with the text and the place it was written in."""

    expr: Expr
    place: Place = field(compare=False, repr=False)

    def __str__(self) -> str:
        return str(self.expr)

    def problem(self, message: str, span: Span, hint: str = "") -> Problem:
        """Return a problem that points at a part of the expression."""
        return self.place.problem(message, hint, span=span)


class Problems:
    """Collects problems, so that all are reported together."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, problem: Problem) -> None:
        """Note one problem."""
        self.found.append(problem)

    def formula(self, text: str, place: Place, offset: int = 0) -> Formula | None:
        """Parse `text`, which starts `offset` characters into the string at `place`."""
        try:
            expr = parsing.parse(" " * offset + text)
        except parsing.ExpressionError as error:
            self.add(place.problem(error.message, error.hint, span=error.span))
            return None
        return Formula(expr, place)

    def formulas(self, texts: list[str], place: Place) -> tuple[Formula, ...]:
        """Parse each of a list of texts; a single string in the file counts as a list of one."""
        single = place.key not in place._document()._places or not any(  # noqa: SLF001
            document.has((*place.key, 0)) for document in place.documents
        )
        found = [self.formula(text, place if single else place.at(i)) for i, text in enumerate(texts)]
        return tuple(f for f in found if f is not None)

    def finish(self) -> None:
        """Raise everything that was found, if anything was."""
        if self.found:
            raise InputError(self.found)


def prune(data: dict[str, Any], key: Key) -> None:
    """Remove what stands at `key`, if it is still there."""
    table: Any = data
    for part in key[:-1]:
        if isinstance(table, dict) and part in table:
            table = table[part]
        else:
            return
    if isinstance(table, dict):
        table.pop(key[-1], None)
