"""Ground terms as expressions of the model's own language, to be read by people and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.statemachine.expression.syntax import sign

if TYPE_CHECKING:
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.system import TransitionSystem, Variable
    from twinrom.statemachine.terms import Term


def term_text(system: TransitionSystem, term: Term) -> str:
    """Return the expression that resolves to `term` again; it reads state variables and tables.

    Budget counters are written with underscores, as `spoken` spells them.
    """
    return _Writer(system).text(term)


def spoken(variable: Variable) -> str:
    """Return the variable's name as an expression spells it."""
    return variable.name.replace(": ", "_").replace(" ", "_")


class _Writer:
    def __init__(self, system: TransitionSystem) -> None:
        self.system = system

    def text(self, t: Term, sort: Sort | None = None) -> str:  # noqa: PLR0911 - one match, a branch an operator
        a = t.arguments
        match t.operator:
            case "constant":
                return self._constant(t, sort)
            case "variable":
                return spoken(self.system.variables[t.value])
            case "not":
                return self._negated(a[0])
            case "and" | "or":
                return f" {t.operator} ".join(map(self._inner, a))
            case "equal":
                return self._equal(a[0], a[1], negated=False)
            case "at_most":
                return self._at_most(a[0], a[1], "<=")
            case "if":
                then, otherwise = (self._inner(x, sort) for x in a[1:])
                return f"{then} if {self._inner(a[0])} else {otherwise}"
            case "table":
                of = self.system.tables[t.value].of
                inner = [self.text(x, s) for x, s in zip(a, of, strict=True)]
                return f"{t.value}({', '.join(inner)})"
            case "after" | "payload" | "event" | "argument" | "opaque":
                raise ValueError(f"a {t.operator} is not part of a state")
            case operation:
                text = f"{self._inner(a[0])} {sign(operation).text} {self._inner(a[1])}"
                turn = self._turn(t)
                return f"({text}) % {turn}" if turn else text

    def _turn(self, t: Term) -> int:
        """Return the size of the sort that a sum would be brought back into, as it is not meant."""
        sort = self._wrapping(t)
        if t.operator not in ("plus", "minus") or sort is None or t.low < 0:
            return 0
        inside = sort.plain_low <= t.low and t.high <= sort.high
        return 0 if inside or t.high >= sort.plain_size else sort.plain_size

    def _wrapping(self, t: Term) -> Sort | None:
        """Return the sort that wraps in which a sum is, as its text is read."""
        if t.operator == "variable":
            sort = self.system.variables[t.value].sort
            return sort if sort.wraps else None
        inner = t.arguments if t.operator in ("plus", "minus") else t.arguments[1:] * (
            t.operator == "if")
        return next(filter(None, map(self._wrapping, inner)), None)

    def _inner(self, t: Term, sort: Sort | None = None) -> str:
        """Return the text in brackets, unless it is short in itself."""
        plain = t.operator in ("constant", "variable", "table") or (
            t.operator in ("equal", "at_most") and t.boolean and sort is None and _flat(t)
        )
        negation = t.operator == "not" and t.arguments[0].operator in ("variable", "table", "equal")
        text = self.text(t, sort)
        return text if plain or negation else f"({text})"

    def _constant(self, t: Term, sort: Sort | None) -> str:
        if t.boolean:
            return str(bool(t.value))
        return sort.text(t.value) if sort is not None else str(t.value)

    def _negated(self, t: Term) -> str:
        if t.operator == "equal":
            return self._equal(t.arguments[0], t.arguments[1], negated=True)
        if t.operator == "at_most":
            return self._at_most(t.arguments[0], t.arguments[1], ">")
        return f"not {self._inner(t)}"

    def _at_most(self, a: Term, b: Term, sign: str) -> str:
        sort = self._sort(a) or self._sort(b)
        return f"{self._inner(a, sort)} {sign} {self._inner(b, sort)}"

    def _equal(self, a: Term, b: Term, *, negated: bool) -> str:
        if a.operator == "constant":
            a, b = b, a
        if a.operator == "variable" and b.operator == "constant":
            variable = self.system.variables[a.value]
            word = (
                ("is not" if negated else "is")
                if variable.machine
                else ("!=" if negated else "==")
            )
            return f"{spoken(variable)} {word} {self._constant(b, variable.sort)}"
        sort = self._sort(a) or self._sort(b)
        sign = "!=" if negated else "=="
        return f"{self._side(a, sort)} {sign} {self._side(b, sort)}"

    def _side(self, t: Term, sort: Sort | None) -> str:
        """Return one side of a comparison; a truth value in brackets, or it would be a chain."""
        text = self._inner(t, sort)
        short = t.operator in ("variable", "table") or text.startswith("(")
        return f"({text})" if t.boolean and not short else text

    def _sort(self, t: Term) -> Sort | None:
        """Return the labelled sort of a term, so that its constants can be named."""
        if t.operator == "variable":
            sort = self.system.variables[t.value].sort
            return None if sort.ordered and not sort.optional else sort
        if t.operator == "if":
            return self._sort(t.arguments[1]) or self._sort(t.arguments[2])
        return None


def _flat(t: Term) -> bool:
    return all(a.operator in ("constant", "variable", "table") for a in t.arguments)


