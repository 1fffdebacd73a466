"""Sums of multiples of variables, and the two sides of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from twinrom.statemachine import terms

if TYPE_CHECKING:
    from twinrom.statemachine.terms import Term

Linear: TypeAlias = "tuple[dict[Term, int], int]"
MAX_COEFFICIENT = 64


class UnreadableError(ValueError):
    """z3 used something that our terms cannot say; the text names it."""


def plus(a: Linear, b: Linear, factor: int) -> Linear:
    """Return `a + factor * b`."""
    found = dict(a[0])
    for term, n in b[0].items():
        found[term] = found.get(term, 0) + factor * n
    return {t: n for t, n in found.items() if n}, a[1] + factor * b[1]


def minus(a: dict[Term, int], b: dict[Term, int]) -> dict[Term, int]:
    """Return the multiples of `a - b`."""
    return plus((a, 0), (b, 0), -1)[0]


def positive(n: int) -> int:
    """Return `n`; raises `UnreadableError` when nobody would write that many summands."""
    if not 0 < n <= MAX_COEFFICIENT:
        raise UnreadableError(f"the factor {n}")
    return n


def total(parts: list[Term], constant: int) -> Term:
    """Return the sum of the parts and a constant."""
    found: Term | None = None
    for part in parts:
        found = part if found is None else terms.plus(found, part)
    if found is None:
        return terms.constant(constant)
    if constant > 0:
        return terms.plus(found, terms.constant(constant))
    return terms.minus(found, terms.constant(-constant)) if constant else found


def balanced(summands: dict[Term, int], constant: int) -> tuple[Term, Term]:
    """Return the two sides of `summands + constant <= 0`, with nothing negative among sums."""
    left = [t for t, n in summands.items() if n > 0 for _ in range(positive(n))]
    right = [t for t, n in summands.items() if n < 0 for _ in range(positive(-n))]
    if len(left) + len(right) == 1:  # one number and one constant, which may be that of `none`
        limit = terms.constant(-constant if left else constant)
        return (left[0], limit) if left else (limit, right[0])
    return total(left, max(constant, 0)), total(right, max(-constant, 0))
