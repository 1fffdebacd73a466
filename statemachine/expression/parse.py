"""Text to expression, through a whitelist; everything else is refused with its place.

The text is parsed by `ast.parse` and never compiled or run.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from typing import TYPE_CHECKING, NoReturn

from twinrom.statemachine.expression import syntax as e
from twinrom.statemachine.expression.tokens import WORDS, refused

if TYPE_CHECKING:
    from twinrom.statemachine.source.locate import Span

MAX_TEXT = 4000
MAX_DEPTH = 50
MAX_PATH = 8
MAX_INTEGER = 2**31 - 1

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], str] = {
    e.sign(operation).node: text for text, operation in e.SIGNS.items()
}
KEYWORD_AFTER_DOT = re.compile(rf"(\.\s*)({'|'.join(keyword.kwlist)})\b")
QUANTIFIERS = ("all", "any", "count")


class ExpressionError(ValueError):
    """The text is not an expression of the language; `span` says which part of it."""

    def __init__(self, message: str, span: Span, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.span, self.hint = message, span, hint


def parse(text: str) -> e.Expr:
    """Return the expression that `text` spells; raises `ExpressionError`."""
    if not text.strip():
        raise ExpressionError("expected an expression", (len(text), len(text) + 1))
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"an expression may have {MAX_TEXT:,} characters", (0, len(text)),
                              "name parts of it in `[define]`")
    strange = refused(text)
    if strange:
        raise ExpressionError(*strange)
    flat = re.sub(r"[\r\n\t\f]", " ", text)
    indent = len(flat) - len(flat.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # `1 is x` warns; we judge it ourselves
            tree = ast.parse(_without_keywords(flat.strip()), mode="eval")
    except SyntaxError as error:
        raise _not_grammatical(error, flat, indent) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("nests too deeply to be read", (0, len(text))) from None
    return _Reader(flat.strip(), indent).read(tree.body, 0)


def _without_keywords(text: str) -> str:
    """Return the text with other names, as long, for what is a keyword of Python after a dot."""
    return KEYWORD_AFTER_DOT.sub(lambda found: found[1] + "_" * len(found[2]), text)


def _not_grammatical(error: SyntaxError, text: str, indent: int) -> ExpressionError:
    """Return what to say of words and marks that are known, in an order that is not."""
    start = indent + (error.offset or 0) - 1
    end = len(text.rstrip())
    said = error.msg or ""
    if "'else'" in said:
        return ExpressionError("this `if` has no `else`", (max(start, 0), end),
                               "write `a if condition else b`")
    if "parenthes" in said and "nested" in said:
        return ExpressionError("nests too deeply to be read", (0, end))
    if not error.offset or start >= end:
        return ExpressionError("the expression is not complete", (end, end + 1))
    # Of `f(a b)` Python blames `a b`: the second word is the one that was not expected.
    missing_comma = re.match(r"[\w.]+\s+", text[start:]) if "comma" in said else None
    start += missing_comma.end() if missing_comma else 0
    word = re.match(r"\w+|[=!<>]=|.", text[start:])
    shown = word[0] if word else text[start]
    after_word = shown.isidentifier() and re.search(r"\w\s+$", text[:start])
    missing = f"is {'a comma, ' if missing_comma else ''}`is`, `and` or `or` missing before it?"
    hint = missing if after_word and shown not in WORDS else ""
    return ExpressionError(f"`{shown}` is not expected here", (start, start + len(shown)), hint)


class _Reader:
    """Turns `ast` nodes into ours; keeps the character offset of each."""

    def __init__(self, text: str, indent: int) -> None:
        self.text, self.raw = text, text.encode()
        self.indent = indent

    def span(self, node: ast.expr | ast.keyword) -> Span:
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
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))) if (
                    not isinstance(value, bool)):
                return e.Literal(-self.integer(node, value), span)
            case ast.Name() | ast.Attribute():
                return self.path(node, down)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return e.Not(self.read(operand, down), span)
            case ast.BoolOp(op=op, values=values):
                word = "and" if isinstance(op, ast.And) else "or"
                return e.Junction(word, tuple(self.read(v, down) for v in values), span)
            case ast.Compare():
                return self.compare(node, down)
            case ast.Tuple(elts=elts) if elts:
                return e.Choice(tuple(self.read(v, down) for v in elts), span)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in ARITHMETIC:
                sides = self.read(left, down), self.read(right, down)
                return e.Arithmetic(ARITHMETIC[type(op)], *sides, span)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                parts = [self.read(part, down) for part in (test, body, orelse)]
                return e.IfElse(parts[0], parts[1], parts[2], span)
            case ast.Call():
                return self.call(node, down)
            case _:
                return self.refuse(node, *_refusal(node))

    def integer(self, node: ast.expr, value: int) -> int:
        if value > MAX_INTEGER:
            self.refuse(node, f"an integer may be at most {MAX_INTEGER}")
        return value

    def path(self, node: ast.expr, depth: int) -> e.Expr:
        names: list[str] = []
        inner = node
        while isinstance(inner, ast.Attribute):
            end = self.span(inner)[1] - self.indent
            names.append(self.text[end - len(inner.attr) : end])  # `inner.attr` is no keyword
            inner = inner.value
        if not isinstance(inner, ast.Name | ast.IfExp | ast.Call):
            self.refuse(inner, "a dot stands between names only")
        if len(names) >= MAX_PATH:
            self.refuse(node, f"a path has at most {MAX_PATH} names",
                        "write `machine.variable` or `machine.part.variable`")
        if not isinstance(inner, ast.Name):
            return e.Member(self.read(inner, depth), tuple(reversed(names)), self.span(node))
        return e.Name((inner.id, *reversed(names)), self.span(node))

    def compare(self, node: ast.Compare, depth: int) -> e.Expr:
        rest = []
        for operator, right in zip(node.ops, node.comparators, strict=True):
            word = COMPARISONS[type(operator)]
            value = self.read(right, depth)
            if word in ("in", "not in") and not isinstance(value, e.Choice):
                self.refuse(right, f"`{word}` needs a list of values", "write `x in (a, b)`")
            if word not in ("in", "not in") and isinstance(value, e.Choice):
                self.refuse(right, f"`{word}` takes one value", "use `in` for several")
            if word[:2] in ("is", "in", "no") and len(node.ops) > 1:
                self.refuse(node, f"`{word}` cannot stand in a chain",
                            "join the comparisons by `and`, or use parentheses")
            rest.append((word, value))
        return e.Compare(self.read(node.left, depth), tuple(rest), self.span(node))

    def call(self, node: ast.Call, depth: int) -> e.Expr:
        if not isinstance(node.func, ast.Name):
            self.refuse(node.func, "only a name can be applied to arguments")
        function, span = node.func.id, self.span(node)
        if function in QUANTIFIERS:
            return self.quantified(node, function, depth)
        values = (*node.args, *(k.value for k in node.keywords))
        return e.Call(
            function, tuple(self.read(a, depth) for a in values),
            tuple(str(k.arg) for k in node.keywords), span,
            tuple(self.span(k) for k in node.keywords))

    def quantified(self, node: ast.Call, function: str, depth: int) -> e.Expr:
        form = f"write `{function}(x is state for x in GROUP)`"
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
                            self.read(loop.iter, depth), condition, self.span(node),
                            self.span(loop.target))


def _refusal(node: ast.expr) -> tuple[str, str]:
    """Return what to say of a node that Python knows and the language does not."""
    match node:
        case ast.UnaryOp(op=ast.UAdd()):
            return "a `+` needs a number on its left", ""
        case ast.UnaryOp():
            return "a `-` stands before an integer, or between numbers", "write `0 - x`"
        case ast.Tuple():
            return "an empty list is not part of the language", ""
        case ast.GeneratorExp():
            return "a `for` belongs into `all(...)`, `any(...)` or `count(...)`", ""
        case _:
            return "this is not part of the language", ""
