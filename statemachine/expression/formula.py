"""Formulas: expressions with the place they were written at, read from the texts of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinrom.statemachine.expression.parse import ExpressionError, parse

if TYPE_CHECKING:
    from twinrom.statemachine.expression.syntax import Expr
    from twinrom.statemachine.source.diagnostics import Problem
    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.source.places import Place, Problems


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


def read_formula(text: str, place: Place, problems: Problems, offset: int = 0) -> Formula | None:
    """Parse `text`, which starts `offset` characters into the string at `place`.

    What cannot be parsed is noted in `problems`, and gives None.
    """
    try:
        expr = parse(" " * offset + text)
    except ExpressionError as error:
        problems.add(place.problem(error.message, error.hint, span=error.span))
        return None
    return Formula(expr, place)


def read_formulas(texts: list[str], place: Place, problems: Problems) -> tuple[Formula, ...]:
    """Parse each of a list of texts; those that cannot be parsed are left out, and noted."""
    found = [read_formula(text, place.at(i), problems) for i, text in enumerate(texts)]
    return tuple(f for f in found if f is not None)
