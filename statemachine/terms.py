"""Ground terms: what expressions mean once every name is resolved.

A term is an immutable node of a directed acyclic graph over integer-coded values. Equal terms are
the same object, so identity is equality, and constants are folded when a term is built. Every term
knows the interval `low..high` of its value (truth values are 0 and 1).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, assert_never, get_args
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Leaf: TypeAlias = Literal[
    "constant", "variable", "after", "payload", "event", "argument", "opaque"
]
Connective: TypeAlias = Literal["and", "or"]
Arithmetic: TypeAlias = Literal["plus", "minus", "modulo"]
Operation: TypeAlias = Literal[Connective, Arithmetic, "not", "equal", "at_most", "if"]
Operator: TypeAlias = Literal[Leaf, Operation, "table"]


class Term:
    """One node: an operator, a leaf datum (`value`) and arguments."""

    __slots__ = ("__weakref__", "arguments", "boolean", "high", "low", "operator", "value")

    operator: Operator
    value: Any
    arguments: tuple[Term, ...]
    low: int
    high: int
    boolean: bool

    def __repr__(self) -> str:
        inner = [repr(self.value)] if self.value is not None else []
        return f"{self.operator}({', '.join(inner + [repr(a) for a in self.arguments])})"


_interned: WeakValueDictionary[tuple[Any, ...], Term] = WeakValueDictionary()


def _make(  # noqa: PLR0913 - the fields of a node
    operator: Operator,
    value: Any,
    arguments: tuple[Term, ...],
    low: int,
    high: int,
    *,
    boolean: bool,
) -> Term:
    key = (operator, value, boolean, low, high, tuple(map(id, arguments)))
    found = _interned.get(key)
    if found is None:
        found = Term()
        found.operator, found.value, found.arguments = operator, value, arguments
        found.low, found.high, found.boolean = low, high, boolean
        _interned[key] = found
    return found


def constant(value: int) -> Term:
    """Return the number `value`."""
    return _make("constant", value, (), value, value, boolean=False)


TRUE = _make("constant", 1, (), 1, 1, boolean=True)
FALSE = _make("constant", 0, (), 0, 0, boolean=True)


def truth(value: object) -> Term:
    """Return the constant truth value."""
    return TRUE if value else FALSE


def coded(code: int, *, boolean: bool) -> Term:
    """Return the constant with this code, a truth value or a number."""
    return truth(code) if boolean else constant(code)


def variable(index: int, low: int, high: int, *, boolean: bool) -> Term:
    """Return the state variable with this index."""
    return _make("variable", index, (), low, high, boolean=boolean)


def after(index: int, low: int, high: int, *, boolean: bool) -> Term:
    """Return the state variable with this index, in the state after the step."""
    return _make("after", index, (), low, high, boolean=boolean)


def payload(name: str, low: int, high: int, *, boolean: bool) -> Term:
    """Return the payload `name` of a rule."""
    return _make("payload", name, (), low, high, boolean=boolean)


def table(name: str, arguments: Sequence[Term]) -> Term:
    """Return the entry of a table."""
    return _make("table", name, tuple(arguments), 0, 1, boolean=True)


def event(instances: frozenset[int]) -> Term:
    """Return whether the step is by one of these rule instances."""
    return _make("event", instances, (), 0, 1, boolean=True) if instances else FALSE


def argument(name: str, low: int, high: int, *, boolean: bool) -> Term:
    """Return the argument `name` of the step's event, whatever rule it is by."""
    return _make("argument", name, (), low, high, boolean=boolean)


_serial = itertools.count()


def opaque(low: int, high: int, *, boolean: bool) -> Term:
    """Return a value that nobody can compute: it ranges over a sort without end.

    Each is of its own, so nothing about it is ever folded.
    """
    return _make("opaque", next(_serial), (), low, high, boolean=boolean)


def negation(a: Term) -> Term:
    """Return `not a`."""
    if a.operator == "constant":
        return truth(not a.value)
    if a.operator == "not":
        return a.arguments[0]
    return _make("not", None, (a,), 0, 1, boolean=True)


def conjunction(parts: Iterable[Term]) -> Term:
    """Return the `and` of all parts."""
    return _junction("and", parts, TRUE, FALSE)


def separated(conjuncts: Iterable[Term]) -> Iterator[Term]:
    """Yield terms that hold together where all of `conjuncts` do, each as small as can be."""
    for term in conjuncts:
        inner = term.arguments[0] if term.operator == "not" else term
        if term.operator == "and":
            yield from separated(term.arguments)
        elif term is not inner and inner.operator == "or":
            yield from separated(negation(a) for a in inner.arguments)
        else:
            yield term


def disjunction(parts: Iterable[Term]) -> Term:
    """Return the `or` of all parts."""
    return _junction("or", parts, FALSE, TRUE)


def _junction(operator: Connective, parts: Iterable[Term], unit: Term, zero: Term) -> Term:
    seen: dict[Term, None] = {}
    for part in parts:
        for term in part.arguments if part.operator == operator else (part,):
            if term is zero or negation(term) in seen:
                return zero
            if term is not unit:
                seen[term] = None
    if not seen:
        return unit
    if len(seen) == 1:
        return next(iter(seen))
    return _make(operator, None, tuple(seen), 0, 1, boolean=True)


def equal(a: Term, b: Term) -> Term:
    """Return `a == b`."""
    if a is b:
        return TRUE
    if a.high < b.low or b.high < a.low:
        return FALSE
    if a.operator == b.operator == "constant":
        return truth(a.value == b.value)
    if a.boolean and b.boolean:
        for x, y in ((a, b), (b, a)):
            if x.operator == "constant":
                return y if x.value else negation(y)
    if b.operator == "constant":
        a, b = b, a
    if a.operator == "constant" and b.operator == "if":
        c, x, y = b.arguments
        if x.operator == "constant" or y.operator == "constant":
            return choose(c, equal(a, x), equal(a, y))
    return _make("equal", None, (a, b), 0, 1, boolean=True)


def at_most(a: Term, b: Term) -> Term:
    """Return `a <= b`."""
    if a is b or a.high <= b.low:
        return TRUE
    if a.low > b.high:
        return FALSE
    return _make("at_most", None, (a, b), 0, 1, boolean=True)


def plus(a: Term, b: Term) -> Term:
    """Return `a + b`."""
    if a.operator == b.operator == "constant":
        return constant(a.value + b.value)
    return _make("plus", None, (a, b), a.low + b.low, a.high + b.high, boolean=False)


def minus(a: Term, b: Term) -> Term:
    """Return `a - b`."""
    if a.operator == b.operator == "constant":
        return constant(a.value - b.value)
    return _make("minus", None, (a, b), a.low - b.high, a.high - b.low, boolean=False)


def modulo(a: Term, b: Term) -> Term:
    """Return `a % b`, never negative; `b` is a positive constant."""
    size = b.value
    if a.operator == "constant":
        return constant(a.value % size)
    base, more = _offset(a)
    if base.operator == "modulo" and base.arguments[1].value % size == 0:
        base, further = _offset(base.arguments[0])
        more += further
    turns = (base.low + more) // size
    if turns == (base.high + more) // size:  # never more than one turn: a difference is enough
        return _plus(base, more - turns * size)
    whole = _plus(base, more % size)
    return _make("modulo", None, (whole, b), 0, size - 1, boolean=False)


def _plus(a: Term, number: int) -> Term:
    """Return `a + number`, which may be negative."""
    if number < 0:
        return minus(a, constant(-number))
    return plus(constant(number), a) if number else a


def _offset(a: Term) -> tuple[Term, int]:
    """Return a term and the number that gives `a` when it is added."""
    more = 0
    while a.operator in ("plus", "minus"):
        x, y = a.arguments
        if y.operator == "constant":
            a, more = x, more + (y.value if a.operator == "plus" else -y.value)
        elif x.operator == "constant" and a.operator == "plus":
            a, more = y, more + x.value
        else:
            break
    return a, more


def choose(c: Term, a: Term, b: Term) -> Term:
    """Return `a if c else b`."""
    if c.operator == "constant":
        return a if c.value else b
    if a is b:
        return a
    if a.boolean and b.boolean:
        return disjunction([conjunction([c, a]), conjunction([negation(c), b])])
    if c.operator == "not":
        c, a, b = c.arguments[0], b, a
    return _make("if", None, (c, a, b), min(a.low, b.low), max(a.high, b.high), boolean=False)


def evaluate(  # noqa: C901 - one match, a branch an operator
    term: Term,
    state: Sequence[int],
    later: Sequence[int],
    given: Mapping[str, int],
    entry: Callable[[str, tuple[int, ...]], int],
) -> int:
    """Return the value of `term`; `later` is the state after the step, `entry` looks up tables."""

    def value(t: Term) -> int:  # noqa: C901, PLR0911, PLR0912 - one match, a branch an operator
        match t.operator:
            case "constant":
                return int(t.value)
            case "variable":
                return int(state[t.value])
            case "and":
                return int(all(value(a) for a in t.arguments))
            case "or":
                return int(any(value(a) for a in t.arguments))
            case "not":
                return 1 - value(t.arguments[0])
            case "equal":
                return int(value(t.arguments[0]) == value(t.arguments[1]))
            case "at_most":
                return int(value(t.arguments[0]) <= value(t.arguments[1]))
            case "if":
                return value(t.arguments[1] if value(t.arguments[0]) else t.arguments[2])
            case "payload":
                return int(given[t.value])
            case "table":
                return entry(t.value, tuple([value(a) for a in t.arguments]))
            case "plus":
                return value(t.arguments[0]) + value(t.arguments[1])
            case "minus":
                return value(t.arguments[0]) - value(t.arguments[1])
            case "modulo":
                return value(t.arguments[0]) % value(t.arguments[1])
            case "after":
                return int(later[t.value])
            case "event" | "argument" | "opaque":
                raise AssertionError(t.operator)  # they belong to a step
            case _:
                assert_never(t.operator)

    return value(term)


def rebuild(term: Term, replace: Callable[[Term], Term | None], memo: dict[Term, Term]) -> Term:
    """Return `term` with leaves replaced where `replace` gives a term, folded again on the way."""
    found = memo.get(term)
    if found is None:
        if term.arguments:
            arguments = [rebuild(a, replace, memo) for a in term.arguments]
            found = built(term, arguments)
        else:
            found = replace(term) or term
        memo[term] = found
    return found


def later(term: Term) -> Term:
    """Return what `term`, which speaks of a state, says of the state after a step."""

    def leaf(t: Term) -> Term | None:
        taken = t.operator == "variable"
        return after(t.value, t.low, t.high, boolean=t.boolean) if taken else None

    return rebuild(term, leaf, {})


def built(term: Term, arguments: list[Term]) -> Term:
    """Return `term` with other arguments, folded again."""
    if all(map(_same, arguments, term.arguments)):
        return term
    if term.operator == "table":
        return table(term.value, arguments)
    return SIGNATURES[term.operator].build(*arguments)


def _same(a: Term, b: Term) -> bool:
    return a is b


class Signature(NamedTuple):
    """The arity of an operation (None: any number), what it takes, what builds it, its name.

    `mistake` says what is wrong with arguments, an empty text if nothing is. `smtlib` is the
    function of SMT-LIB's theories of truth values and of bit-vectors in two's complement.
    """

    arity: int | None
    mistake: Callable[[Sequence[Term]], str]
    build: Callable[..., Term]
    smtlib: str


def signature(operation: Operation) -> Signature:  # noqa: PLR0911 - one match, a row an operation
    """Return the signature of an operation."""
    match operation:
        case "and":
            return Signature(None, _truths, lambda *parts: conjunction(parts), "and")
        case "or":
            return Signature(None, _truths, lambda *parts: disjunction(parts), "or")
        case "not":
            return Signature(1, _truths, negation, "not")
        case "equal":
            return Signature(2, _alike, equal, "=")
        case "at_most":
            return Signature(2, _numbers, at_most, "bvsle")
        case "plus":
            return Signature(2, _numbers, plus, "bvadd")
        case "minus":
            return Signature(2, _numbers, minus, "bvsub")
        case "modulo":
            return Signature(2, _divided, modulo, "bvsmod")
        case "if":
            return Signature(3, _choice, choose, "ite")
    assert_never(operation)


def _truths(arguments: Sequence[Term]) -> str:
    return "" if all(a.boolean for a in arguments) else "not a truth value"


def _numbers(arguments: Sequence[Term]) -> str:
    return "not a number" if any(a.boolean for a in arguments) else ""


def _divided(arguments: Sequence[Term]) -> str:
    a, b = arguments
    positive = b.operator == "constant" and b.value > 0
    return _numbers([a, b]) or ("" if positive else "the divisor is not a positive number")


def _alike(arguments: Sequence[Term]) -> str:
    same = arguments[0].boolean == arguments[1].boolean
    return "" if same else "a truth value beside a number"


def _choice(arguments: Sequence[Term]) -> str:
    return _truths(arguments[:1])


SIGNATURES: dict[str, Signature] = {name: signature(name) for name in get_args(Operation)}


def leaves(terms: Iterable[Term]) -> set[Term]:
    """Return every leaf that the terms read, and every table entry."""
    seen: set[Term] = set()
    todo = list(terms)
    while todo:
        term = todo.pop()
        if term not in seen:
            seen.add(term)
            todo.extend(term.arguments)
    return {t for t in seen if t.operator in LEAVES}


def variables(terms: Iterable[Term]) -> set[int]:
    """Return the indices of the variables that the terms read, in the state that they are of."""
    return {t.value for t in leaves(terms) if t.operator == "variable"}


def unknowable(term: Term) -> bool:
    """Say whether the value cannot be computed, because it ranges over a sort without end."""
    return any(t.operator == "opaque" for t in leaves([term]))


LEAVES = frozenset({"variable", "after", "payload", "table", "event", "argument", "opaque"})
