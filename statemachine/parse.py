"""Text to expression, through a whitelist; everything else is refused with its place.

The text is parsed by `ast.parse` and never compiled or run.
"""

from __future__ import annotations

import ast
import warnings
from typing import NoReturn

from statemachine import expr as e

MAX_TEXT = 4000
MAX_DEPTH = 80
MAX_INTEGER = 2**31 - 1

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
QUANTIFIERS = ("all", "any", "count")


class ExpressionError(ValueError):
    """The text is not an expression of the language; `span` says which part of it."""

    def __init__(self, message: str, span: e.Span, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.span, self.hint = message, span, hint


def parse(text: str) -> e.Expr:
    """Return the expression that `text` spells; raises `ExpressionError`."""
    if not text.strip():
        raise ExpressionError("expected an expression", (0, len(text)))
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"an expression may have {MAX_TEXT:,} characters", (0, len(text)))
    for mark, why in (("#", "comments belong to the file, not into an expression"),
                      ("\0", "a null character is not part of the language"),
                      ("\\", "a backslash is not part of the language")):
        if mark in text:
            raise ExpressionError(why, (text.index(mark), text.index(mark) + 1))
    flat = text.replace("\r", " ").replace("\n", " ").replace("\t", " ").replace("\f", " ")
    indent = len(flat) - len(flat.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # `1 is x` warns; we judge it ourselves
            tree = ast.parse(flat.strip(), mode="eval")
    except SyntaxError as error:
        start = indent + (error.offset or 1) - 1
        start = min(max(start, 0), max(len(text) - 1, 0))
        raise ExpressionError(f"not an expression: {_reason(error)}", (start, start + 1)) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("not an expression that can be read", (0, len(text))) from None
    return _Reader(flat.strip(), indent).read(tree.body, 0)


def _reason(error: SyntaxError) -> str:
    reason = (error.msg or "invalid syntax").split(". Perhaps")[0].split(". Maybe")[0]
    return reason[0].lower() + reason[1:]


class _Reader:
    """Turns `ast` nodes into ours; keeps the character offset of each."""

    def __init__(self, text: str, indent: int) -> None:
        self.raw = text.encode()
        self.indent = indent

    def span(self, node: ast.expr) -> e.Span:
        start = len(self.raw[: node.col_offset].decode())
        end = len(self.raw[: node.end_col_offset or node.col_offset + 1].decode())
        return self.indent + start, self.indent + end

    def refuse(self, node: ast.expr, message: str, hint: str = "") -> NoReturn:
        raise ExpressionError(message, self.span(node), hint)

    def read(self, node: ast.expr, depth: int) -> e.Expr:  # noqa: C901, PLR0911, PLR0912 - one match, a branch a kind
        if depth > MAX_DEPTH:
            self.refuse(node, f"nests deeper than {MAX_DEPTH} levels")
        span, down = self.span(node), depth + 1
        match node:
            case ast.Constant(value=bool(value)):
                return e.Literal(value, span)
            case ast.Constant(value=int(value)):
                return e.Literal(self.integer(node, value), span)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))) if not isinstance(value, bool):
                return e.Literal(-self.integer(node, value), span)
            case ast.Name() | ast.Attribute():
                return e.Name(self.path(node), span)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return e.Not(self.read(operand, down), span)
            case ast.BoolOp(op=op, values=values):
                word = "and" if isinstance(op, ast.And) else "or"
                return e.Junction(word, tuple(self.read(v, down) for v in values), span)
            case ast.Compare():
                return self.compare(node, down)
            case ast.Tuple(elts=elts) if elts:
                return e.Choice(tuple(self.read(v, down) for v in elts), span)
            case ast.BinOp(op=ast.Add() | ast.Sub() as op, left=left, right=right):
                sign = "+" if isinstance(op, ast.Add) else "-"
                return e.Arithmetic(sign, self.read(left, down), self.read(right, down), span)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                parts = [self.read(part, down) for part in (test, body, orelse)]
                return e.IfElse(parts[0], parts[1], parts[2], span)
            case ast.Call():
                return self.call(node, down)
            case _:
                self.refuse(node, f"{_kind(node)} is not part of the language")

    def integer(self, node: ast.expr, value: int) -> int:
        if value > MAX_INTEGER:
            self.refuse(node, f"an integer may be at most {MAX_INTEGER}")
        return value

    def path(self, node: ast.expr) -> tuple[str, ...]:
        match node:
            case ast.Name(id=name):
                return (name,)
            case ast.Attribute(value=value, attr=attr):
                return (*self.path(value), attr)
            case _:
                self.refuse(node, "a path is names joined by dots")

    def compare(self, node: ast.Compare, depth: int) -> e.Expr:
        rest = []
        for operator, right in zip(node.ops, node.comparators, strict=True):
            word = COMPARISONS[type(operator)]
            value = self.read(right, depth)
            if word in ("in", "not in") and not isinstance(value, e.Choice):
                self.refuse(right, f"`{word}` needs a list of values", "write `x in (a, b)`")
            if word not in ("in", "not in") and isinstance(value, e.Choice):
                self.refuse(right, f"`{word}` takes one value", "use `in` for several")
            rest.append((word, value))
        return e.Compare(self.read(node.left, depth), tuple(rest), self.span(node))

    def call(self, node: ast.Call, depth: int) -> e.Expr:
        if not isinstance(node.func, ast.Name):
            self.refuse(node.func, "only a name can be applied to arguments")
        function, span = node.func.id, self.span(node)
        if node.keywords:
            self.refuse(node.keywords[0].value, "arguments have no names here")
        if function in QUANTIFIERS:
            return self.quantified(node, function, depth)
        return e.Call(function, tuple(self.read(a, depth) for a in node.args), span)

    def quantified(self, node: ast.Call, function: str, depth: int) -> e.Expr:
        form = f"write `{function}(... for x in GROUP)`"
        if len(node.args) != 1 or not isinstance(node.args[0], ast.GeneratorExp):
            self.refuse(node, f"`{function}` needs a `for`", form)
        inner = node.args[0]
        loop = inner.generators[0]
        if len(inner.generators) > 1 or len(loop.ifs) > 1 or loop.is_async:
            self.refuse(node, f"`{function}` takes one `for` and at most one `if`", form)
        if not isinstance(loop.target, ast.Name):
            self.refuse(loop.target, "`for` binds one name", form)
        condition = self.read(loop.ifs[0], depth) if loop.ifs else None
        return e.Quantified(function, self.read(inner.elt, depth), loop.target.id,
                            self.read(loop.iter, depth), condition, self.span(node))


def _kind(node: ast.expr) -> str:  # noqa: PLR0911 - one word per kind
    match node:
        case ast.Constant(value=str()):
            return "a quoted string"
        case ast.Constant(value=value):
            return f"`{value}`" if value is None else f"a {type(value).__name__}"
        case ast.BinOp(op=op):
            return f"the operator {type(op).__name__.lower()}"
        case ast.UnaryOp(op=op):
            return f"the operator {type(op).__name__.lower()}"
        case ast.NamedExpr():
            return "an assignment"
        case ast.Subscript():
            return "an index in brackets"
        case ast.Tuple():
            return "an empty list"
        case _:
            return f"a {type(node).__name__.lower()}"
