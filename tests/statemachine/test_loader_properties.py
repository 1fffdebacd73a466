"""Whatever is written, reading it gives what was meant or an error that says where.

Expressions are their own texts; a changed model or spec file loads or raises `InputError`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twinrom.proofs import parse_spec, pose, shipped_specs
from twinrom.statemachine import (
    ExpressionError,
    InputError,
    load_model,
    parse,
    parse_model,
    shipped_models,
    syntax,
)

HERE = Path(__file__).parent.parent
MODELS = [HERE / "good_model.toml", HERE / "corpus" / "peterson.toml", shipped_models()["proliant"]]
SPECS = [HERE / "corpus" / "peterson.spec.toml", shipped_specs()["proliant"]]
SUBJECTS = {"peterson": HERE / "corpus" / "peterson.toml", "proliant": shipped_models()["proliant"]}

# --------------------------------------------------------------------- expressions of every kind

KINDS = (syntax.Literal, syntax.Name, syntax.Not, syntax.Junction, syntax.Compare, syntax.Choice,
         syntax.Arithmetic, syntax.Call, syntax.IfElse, syntax.Quantified)  # fmt: skip
NAMES = ("A", "this", "größe", "active", "r1", "none", "next", "_x", "version_2")
ORDERS = ("==", "!=", "<", "<=", ">", ">=")
literals = st.builds(syntax.Literal, st.booleans() | st.integers(-2, 2) | st.integers(
    -(2**31 - 1), 2**31 - 1))
paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(
    lambda p: syntax.Name(tuple(p)))
simple = literals | paths


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> syntax.Expr:  # noqa: C901, PLR0911 - a return a kind
    """Return an expression that is at most `depth` levels deep."""

    def inner() -> syntax.Expr:
        return draw(expressions(depth - 1))

    def some(least: int) -> tuple[syntax.Expr, ...]:
        return tuple(inner() for _ in range(draw(st.integers(least, 3))))

    def compared() -> tuple[str, syntax.Expr]:
        right = inner()
        several = isinstance(right, syntax.Choice)
        return draw(st.sampled_from(ORDERS)), draw(simple) if several else right

    match draw(st.sampled_from(KINDS)) if depth else syntax.Name:
        case syntax.Not:
            return syntax.Not(inner())
        case syntax.Junction:
            return syntax.Junction(draw(st.sampled_from(["and", "or"])), some(2))
        case syntax.Compare:
            word = draw(st.sampled_from(["is", "is not", "in", "not in", "", ""]))
            if word:
                right = draw(paths) if word.startswith("is") else syntax.Choice(some(1))
                return syntax.Compare(inner(), ((word, right),))
            more = range(draw(st.integers(1, 3)))
            return syntax.Compare(inner(), tuple(compared() for _ in more))
        case syntax.Choice:
            return syntax.Choice(some(1))
        case syntax.Arithmetic:
            return syntax.Arithmetic(draw(st.sampled_from(["+", "-"])), inner(), inner())
        case syntax.Call:
            values = some(0)
            if draw(st.booleans()):
                return syntax.Call(draw(st.sampled_from(NAMES)), values)
            named = tuple(draw(st.sampled_from(NAMES)) for _ in values)
            return syntax.Call("enabled", (draw(paths), *values), named)
        case syntax.IfElse:
            return syntax.IfElse(inner(), inner(), inner())
        case syntax.Quantified:
            condition = inner() if draw(st.booleans()) else None
            function = draw(st.sampled_from(["all", "any", "count"]))
            return syntax.Quantified(
                function, inner(), draw(st.sampled_from(NAMES)), inner(), condition)
        case _:
            return draw(simple)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(expressions())
def test_the_text_of_an_expression_is_read_as_the_same_expression(written: syntax.Expr) -> None:
    assert parse(str(written)) == written


@settings(max_examples=200, deadline=None, derandomize=True)
@given(expressions(), st.sampled_from([" ", "  ", "\n", "\t", "\r\n"]))
def test_the_span_of_a_part_covers_its_text(written: syntax.Expr, space: str) -> None:
    text = str(written).replace(" ", space)
    todo: list[syntax.Expr] = [parse(text)]
    while todo:
        part = todo.pop()
        assert parse(text[slice(*part.span)]) == part
        todo.extend(syntax.parts(part))


def test_the_texts_above_are_of_every_kind() -> None:
    texts = ("1", "a", "not a", "a and b", "a < b", "(a, b)", "a + b", "f(a)", "a if b else c",
             "all(a for b in c)")
    assert [type(parse(text)) for text in texts] == list(KINDS)


fragments = st.sampled_from([
    *"()+-<>=!.,:;*/'\"#\\[]{}&|?%@~^$`", "==", "is", "not", "in", "and", "or", "if", "else", "for",
    "all", "lambda", "A", "1", "01", "1.5", "None", "é", "\u0301", "\u202e", "\x00", "\n", "…",
    "\U0001d518", "\ud800", " ",
])  # fmt: skip


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.text() | st.lists(fragments).map("".join) | st.lists(fragments).map(" ".join))
def test_any_text_is_an_expression_or_refused_with_its_place(text: str) -> None:
    refused = refusal(text)
    if refused:
        assert 0 <= refused.span[0] <= len(text)
        assert refused.span[0] <= refused.span[1] <= len(text) + 1
        assert re.match(r"[^A-Z]", refused.message)


def refusal(text: str) -> ExpressionError | None:
    try:
        parse(text)
    except ExpressionError as error:
        return error
    return None


# --------------------------------------------------------------------- changed files

TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
PIECES = st.sampled_from([
    "", '"', "'", '"""', "[", "]", "{", "}", "=", "==", ",", ".", "\n", "\r\n", "#", "\\", "\t",
    "0", "-1", "99999999999999999999", "true", "1.5", "1979-05-27", "[]", "{}", '""', "none",
    "A", "*", "->", ":", "is", "not", "(", ")", "next(", "event", "é", "\u202e", "\x00",
    "\ufeff", "lambda", "__import__('os')", "[rule.x]\n", "[[machine]]\n", "each = {}\n",
    "include = ['x']\n",
])  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, files: list[Path]) -> tuple[Path, str]:
    """Return a file and its text with some tokens or slices deleted, repeated or replaced."""
    file = draw(st.sampled_from(files))
    text = file.read_text(encoding="utf-8")
    for _ in range(draw(st.integers(1, 4))):
        tokens = [m.span() for m in TOKEN.finditer(text)] or [(0, 0)]
        start, end = draw(st.sampled_from(tokens))
        match draw(st.sampled_from(["word", "token", "slice"])):
            case "word":  # keeps the file TOML, mostly: names, keys and numbers change places
                words = [w for w in tokens if text[slice(*w)].isalnum()] or tokens
                start, end = draw(st.sampled_from(words))
                piece = text[slice(*draw(st.sampled_from(words)))]
            case "token":
                piece = draw(PIECES | st.just(text[start:end] * 2))
            case _:
                end = min(len(text), start + draw(st.integers(0, 200)))
                copied = draw(st.integers(0, len(text)))
                piece = draw(PIECES) or text[copied : copied + draw(st.integers(0, 60))]
        text = text[:start] + piece + text[end:]
    return file, text


def check_problems(error: InputError) -> None:
    assert error.problems
    for problem in error.problems:
        shown = str(problem)
        assert all(line.isprintable() for line in shown.split("\n"))
        if problem.line:
            line, underline = shown.split("\n")[1:]
            assert line.startswith(f"{problem.line} | ")
            assert len(underline) <= len(line) + 1 or not line.isascii()


@settings(max_examples=60, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.too_slow])
@given(changed(MODELS))
def test_a_changed_model_loads_or_has_errors(change: tuple[Path, str]) -> None:
    file, text = change
    try:
        parse_model(text, str(file))
    except InputError as error:
        check_problems(error)


@pytest.mark.parametrize("spec", SPECS, ids=lambda p: p.name)
def test_a_changed_spec_loads_or_has_errors(spec: Path) -> None:
    model = load_model(str(SUBJECTS[spec.name.partition(".")[0]]))

    @settings(max_examples=25, deadline=None, derandomize=True,
              suppress_health_check=[HealthCheck.too_slow])
    @given(changed([spec]))
    def check(change: tuple[Path, str]) -> None:
        try:
            pose(model, *parse_spec(change[1], str(spec)))
        except InputError as error:
            check_problems(error)

    check()
