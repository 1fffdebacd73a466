"""Expressions as they were written: eleven kinds of frozen nodes, and their text.

`parse(str(e)) == e` holds for every expression; a node's `span` (start and end in the text it was
parsed from) takes no part in equality.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, assert_never, get_args

from twinrom.statemachine import terms

if TYPE_CHECKING:
    from twinrom.statemachine.source.locate import Span


@dataclass(frozen=True)
class Literal:
    """An integer, `True` or `False`."""

    value: int | bool
    span: Span = field(default=(0, 0), compare=False)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Literal)
            and type(self.value) is type(other.value)
            and self.value == other.value
        )

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True)
class Name:
    """A name or a dotted path: `newest`, `A.busy`, `this.active.version`."""

    path: tuple[str, ...]
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class Member:
    """A path from an expression: `(a if x else b).busy`, `newest(x).part.version`."""

    of: Expr
    path: tuple[str, ...]
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return ".".join((_inside(self.of, ATOM), *self.path))


@dataclass(frozen=True)
class Not:
    """`not operand`."""

    operand: Expr
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return f"not {_inside(self.operand, NOT)}"


@dataclass(frozen=True)
class Junction:
    """`a and b and ...` or `a or b or ...`; `operator` is the word."""

    operator: str
    operands: tuple[Expr, ...]
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        level = AND if self.operator == "and" else OR
        return f" {self.operator} ".join(_inside(e, level + 1) for e in self.operands)


@dataclass(frozen=True)
class Compare:
    """A chain of comparisons: `first`, then pairs of operator and operand."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        tail = "".join(f" {operator} {_inside(e, COMPARE + 1)}" for operator, e in self.rest)
        return _inside(self.first, COMPARE + 1) + tail


@dataclass(frozen=True)
class Choice:
    """The right-hand side of `in`: `(a, b)`."""

    options: tuple[Expr, ...]
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        inner = ", ".join(_inside(e, TERNARY) for e in self.options)
        return f"({inner},)" if len(self.options) == 1 else f"({inner})"


@dataclass(frozen=True)
class Arithmetic:
    """Two numbers around one of `SIGNS`: `left + right`, `left - right`."""

    operator: str
    left: Expr
    right: Expr
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        level = sign(SIGNS[self.operator]).level
        return f"{_inside(self.left, level)} {self.operator} {_inside(self.right, level + 1)}"


@dataclass(frozen=True)
class Call:
    """`min`, `max`, `next`, a table or a definition, applied to arguments.

    The last of them have `names`: `enabled(plug, this=A)`.
    """

    function: str
    arguments: tuple[Expr, ...]
    names: tuple[str, ...] = ()
    span: Span = field(default=(0, 0), compare=False)
    name_spans: tuple[Span, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        unnamed = len(self.arguments) - len(self.names)
        names = (*[""] * unnamed, *(f"{name}=" for name in self.names))
        inner = zip(names, self.arguments, strict=True)
        return f"{self.function}({', '.join(n + _inside(e, TERNARY) for n, e in inner)})"


@dataclass(frozen=True)
class IfElse:
    """`then if condition else otherwise`."""

    condition: Expr
    then: Expr
    otherwise: Expr
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return (
            f"{_inside(self.then, OR)} if {_inside(self.condition, OR)}"
            f" else {_inside(self.otherwise, TERNARY)}"
        )


@dataclass(frozen=True)
class Quantified:
    """`all(body for name in group if condition)`, or `any`, or `count`."""

    function: str
    body: Expr
    name: str
    group: Expr
    condition: Expr | None = None
    span: Span = field(default=(0, 0), compare=False)
    name_span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        tail = f" if {_inside(self.condition, OR)}" if self.condition is not None else ""
        group = _inside(self.group, OR)
        return f"{self.function}({_inside(self.body, TERNARY)} for {self.name} in {group}{tail})"


Expr: TypeAlias = (
    Literal | Name | Member | Not | Junction | Compare | Choice | Arithmetic | Call | IfElse
    | Quantified
)

ENABLED = "enabled"  # the function whose arguments have names
TERNARY, OR, AND, NOT, COMPARE, SUM, PRODUCT, ATOM = range(8)


class Sign(NamedTuple):
    """How an arithmetic operation is written, how tightly it binds, and Python's node for it."""

    text: str
    level: int
    node: type[ast.operator]


def sign(operation: terms.Arithmetic) -> Sign:
    """Return the sign of an arithmetic operation."""
    match operation:
        case "plus":
            return Sign("+", SUM, ast.Add)
        case "minus":
            return Sign("-", SUM, ast.Sub)
        case "modulo":
            return Sign("%", PRODUCT, ast.Mod)
    assert_never(operation)


SIGNS: dict[str, terms.Arithmetic] = {sign(o).text: o for o in get_args(terms.Arithmetic)}


def _level(expr: Expr) -> int:  # noqa: PLR0911 - one match, a branch a kind
    """Return how tightly the node binds, loosest first, as in Python's grammar."""
    match expr:
        case IfElse():
            return TERNARY
        case Junction(operator):
            return AND if operator == "and" else OR
        case Not():
            return NOT
        case Compare():
            return COMPARE
        case Arithmetic(operator):
            return sign(SIGNS[operator]).level
        case Literal(value) if value < 0:
            return SUM
        case Literal() | Name() | Member() | Choice() | Call() | Quantified():
            return ATOM


def _inside(expr: Expr, level: int) -> str:
    return f"({expr})" if _level(expr) < level else str(expr)


def parts(expr: Expr) -> tuple[Expr, ...]:  # noqa: PLR0911 - one match, a branch a kind
    """Return the expressions directly inside, from left to right."""
    match expr:
        case Not(inside) | Member(inside):
            return (inside,)
        case Junction(_, inner) | Choice(inner) | Call(_, inner):
            return inner
        case Compare(first, rest):
            return (first, *(right for _, right in rest))
        case Arithmetic(_, left, right):
            return (left, right)
        case IfElse(condition, then, otherwise):
            return (then, condition, otherwise)
        case Quantified(_, body, _, group, condition):
            return (body, group) if condition is None else (body, group, condition)
        case Literal() | Name():
            return ()


def conjuncts(expr: Expr) -> tuple[Expr, ...]:
    """Return the operands of the outermost `and`s, each an expression of its own."""
    if isinstance(expr, Junction) and expr.operator == "and":
        return tuple(part for operand in expr.operands for part in conjuncts(operand))
    return (expr,)
