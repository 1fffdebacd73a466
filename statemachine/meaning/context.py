"""The context of name resolution: one formula, the names bound around it, and how it is refused."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from twinrom.statemachine.expression.parse import ExpressionError, parse
from twinrom.statemachine.meaning.scope import ResolveError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine.expression import syntax as e
    from twinrom.statemachine.expression.formula import Formula
    from twinrom.statemachine.meaning.scope import Typed, Vocabulary
    from twinrom.statemachine.model import Definition
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.system import Variable
    from twinrom.statemachine.terms import Term


@dataclass(frozen=True)
class Context(ABC):
    """What names, comparisons and events are resolved in; `Resolver` goes down the expressions.

    `later` holds inside `next`; `stack` has the definitions that are being expanded.
    """

    vocabulary: Vocabulary
    formula: Formula
    bound: Mapping[str, Typed]
    later: bool = False
    stack: tuple[str, ...] = ()

    @abstractmethod
    def value(self, node: e.Expr, expected: Sort | None = None) -> Typed:
        """Return the meaning of `node`; `expected` decides what an ambiguous literal means."""

    @abstractmethod
    def definition(self, node: e.Expr, definition: Definition, arguments: tuple[Typed, ...],
                   ) -> Typed:
        """Return what a definition means for these arguments."""

    def read(self, variable: Variable) -> Term:
        """Return a variable as it is read here: inside `next`, after the step."""
        return variable.later() if self.later else variable.term()

    def refuse(self, where: e.Expr | Span, message: str, hint: str = "") -> NoReturn:
        """Raise a `ResolveError` that points at a part of the formula."""
        span = where if isinstance(where, tuple) else where.span
        raise ResolveError(self.formula.problem(message, span, hint))

    def advice(self, *texts: str) -> str:
        """Return a hint: to write the first of these expressions that is accepted here."""
        v = self.vocabulary
        if v.advising:  # what is tried has no hints of its own
            return ""
        v.advising, broken = True, v.broken
        try:
            accepted = next(filter(self._accepts, texts), None)
        finally:
            v.advising, v.broken = False, broken
        return f"write `{accepted}`" if accepted else ""

    def _accepts(self, text: str) -> bool:
        try:
            self.value(parse(text))
        except (ExpressionError, ResolveError):
            return False
        return True

    def refuse_name(self, node: e.Expr | Span, name: str, message: str, hint: str = "",
                    ) -> NoReturn:
        """Refuse a name that means nothing, without a word if its declaration is at fault."""
        if self.vocabulary.forgiven(name):
            raise ResolveError
        self.refuse(node, message, hint)
