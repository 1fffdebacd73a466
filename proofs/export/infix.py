"""Terms as text in languages that write operators between their arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.export.names import ExportLabels
    from twinrom.statemachine import Sort, Variable
    from twinrom.statemachine.terms import Term

NAME, PRODUCT, SUM, COMPARED, DENIED, AND, OR, CHOSEN = range(8)


@dataclass(frozen=True)
class Spelling:
    """How a language spells operators; `choose` has places for condition, then and else."""

    true: str
    false: str
    negation: str
    conjunction: str
    disjunction: str
    equal: str
    unequal: str
    at_most: str
    choose: str
    modulo: str


class Infix:
    """Writes terms; brackets stand only where a reader of the language needs them.

    `offset` gives for a sort what is subtracted from its codes where they are stored.
    """

    def __init__(
        self,
        spelling: Spelling,
        variables: Mapping[int, Variable],
        names: Mapping[int, str],
        labels: ExportLabels,
        offset: Mapping[str, int],
    ) -> None:
        self.spelling, self.variables, self.names = spelling, variables, names
        self.labels, self.offset = labels, offset

    def text(self, term: Term) -> str:
        """Return the value of a term, as it is meant."""
        return self._value(term)[0]

    def within(self, term: Term, level: int = AND) -> str:
        """Return the same, in brackets unless it can stand beside an operator of that level."""
        return _wrapped(self._value(term), level)

    def stored(self, term: Term, sort: Sort) -> str:
        """Return the value of a term, as a variable of `sort` stores it."""
        if self._fits(term, sort):
            return self._stored(term, sort)[0]
        low = self.offset.get(sort.name, 0)
        return self.text(term) if not low else _shifted(self.within(term, SUM), -low)

    def code(self, sort: Sort, code: int) -> str:
        """Return a value as a variable of `sort` stores it."""
        if sort.boolean:
            return self.spelling.true if code else self.spelling.false
        return self.labels.text(sort, code) or str(code - self.offset.get(sort.name, 0))

    def _value(self, term: Term) -> tuple[str, int]:  # noqa: C901, PLR0911, PLR0912 - a branch an operator
        spelling = self.spelling
        match term.operator:
            case "constant" if term.boolean:
                return (spelling.true if term.value else spelling.false), NAME
            case "constant":
                return (str(term.value) if term.value >= 0 else f"({term.value})"), NAME
            case "variable":
                low = self.offset.get(self.variables[term.value].sort.name, 0)
                name = self.names[term.value]
                return (_shifted(name, low), SUM) if low else (name, NAME)
            case "and":
                return self._joined(spelling.conjunction, term), AND
            case "or":
                return self._joined(spelling.disjunction, term), OR
            case "not" if term.arguments[0].operator == "equal":
                return self._compared(spelling.unequal, term.arguments[0]), COMPARED
            case "not":
                return spelling.negation + self.within(term.arguments[0], COMPARED), DENIED
            case "equal" | "at_most":
                return self._compared(getattr(spelling, term.operator), term), COMPARED
            case "if":
                c, a, b = (self._value(x)[0] for x in term.arguments)
                return spelling.choose.format(c, a, b), NAME
            case "plus" | "minus":
                sign = "+" if term.operator == "plus" else "-"
                a, b = (self.within(x, SUM) for x in term.arguments)
                return f"{a} {sign} {b}", SUM
            case "modulo":
                a, by = self.within(term.arguments[0], PRODUCT), term.arguments[1].value
                text = f"{a} {spelling.modulo} {by}"
                # The remainder of a negative number may be negative.
                positive = term.arguments[0].low >= 0
                return (text if positive else f"(({text}) + {by}) {spelling.modulo} {by}"), PRODUCT
            case "after" | "payload" | "event" | "argument" | "opaque" | "table":
                raise AssertionError(term.operator)  # the outline has none
            case _:
                assert_never(term.operator)

    def _joined(self, operator: str, term: Term) -> str:
        return f" {operator} ".join(self.within(a, AND) for a in term.arguments)

    def _compared(self, operator: str, term: Term) -> str:
        a, b = term.arguments
        sort = self._sort(a) or self._sort(b)
        if sort is not None and self._fits(a, sort) and self._fits(b, sort):
            left, right = self._stored(a, sort), self._stored(b, sort)
        else:
            left, right = self._value(a), self._value(b)
        if a.operator == "constant" and operator in (self.spelling.equal, self.spelling.unequal):
            left, right = right, left
        return f"{_wrapped(left, COMPARED)} {operator} {_wrapped(right, COMPARED)}"

    def _sort(self, term: Term) -> Sort | None:
        """Return the sort of the first variable whose value the term may have."""
        if term.operator == "variable":
            return self.variables[term.value].sort
        if term.operator == "if":
            return self._sort(term.arguments[1]) or self._sort(term.arguments[2])
        return None

    def _fits(self, term: Term, sort: Sort) -> bool:
        """Say whether the term is a choice of constants and variables stored as in `sort`."""
        if term.boolean or sort.boolean:
            return False
        match term.operator:
            case "constant":
                return True
            case "variable":
                own = self.variables[term.value].sort
                return self.offset.get(own.name, 0) == self.offset.get(sort.name, 0)
            case "if":
                return self._fits(term.arguments[1], sort) and self._fits(term.arguments[2], sort)
            case _:
                return False

    def _stored(self, term: Term, sort: Sort) -> tuple[str, int]:
        match term.operator:
            case "constant":
                text = self.code(sort, term.value)
                return (f"({text})" if text.startswith("-") else text), NAME
            case "variable":
                return self.names[term.value], NAME
            case _:
                c, a, b = term.arguments
                then, other = self._stored(a, sort)[0], self._stored(b, sort)[0]
                return self.spelling.choose.format(self.text(c), then, other), NAME


def _wrapped(part: tuple[str, int], level: int) -> str:
    text, own = part
    return text if own < level else f"({text})"


def _shifted(text: str, by: int) -> str:
    return f"{text} {'+' if by > 0 else '-'} {abs(by)}"
