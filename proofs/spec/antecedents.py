"""Antecedents: where a part of a property asks for anything at all.

An implication or a quantifier holds of itself wherever its condition does not. A property whose
conditions hold nowhere is proved, and never really asked: vacuity by antecedent failure (Beer,
Ben-David, Eisner and Rodeh, Efficient Detection of Vacuity in Temporal Model Checking, 2001).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, takewhile
from typing import TYPE_CHECKING

from twinrom.statemachine import syntax as e

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from twinrom.statemachine import Definition, Expr

NO_ARGUMENTS = frozenset({"by", "during"})


def antecedent(expr: Expr, asking: Collection[str]) -> Expr | None:  # noqa: PLR0911 - one match, a branch a kind
    """Return the condition without which an expression holds of itself; None if it always asks.

    `asking` has the names of what says it of definitions.
    """
    match expr:
        case e.Quantified("all"):
            return _some(expr, antecedent(expr.body, asking))
        case e.Not(e.Quantified("any") as operand):
            return _some(operand, None)
        case e.IfElse(condition, then, e.Literal(True)):
            return _both(condition, antecedent(then, asking))
        case e.IfElse(condition, e.Literal(True), otherwise):
            return _both(e.Not(condition), antecedent(otherwise, asking))
        case e.Junction("or", operands):
            return _implication(operands, asking)
        case e.Junction("and", operands):
            return _either([antecedent(operand, asking) for operand in operands])
        case e.Call(function) if asked(function) in asking:
            return replace(expr, function=asked(function))
        case e.Name((name,)) if asked(name) in asking:
            return e.Name((asked(name),), expr.span)
        case _:
            return None


def asking_definitions(definitions: Mapping[str, Definition]) -> dict[str, Definition]:
    """Return for each definition that has an antecedent one that says it, by a name nobody has."""
    found: dict[str, Definition] = {}
    before = -1
    while len(found) > before:  # a definition may have one because another has
        before = len(found)
        for name, definition in definitions.items():
            condition = antecedent(definition.body.expr, found)
            if condition is not None:
                body = replace(definition.body, expr=condition)
                found[asked(name)] = replace(definition, name=asked(name), body=body)
    return found


def asked(definition: str) -> str:
    """Return the name of what says where a definition asks for anything."""
    return f"the condition of {definition}"


def conditions(expr: Expr, asking: Collection[str]) -> Expr | None:
    """Return the antecedent of a part of a property: its own, and that there are its arguments."""
    own = antecedent(expr, asking)
    present = [e.Compare(name, (("==", name),)) for name in _arguments(expr)]
    return _every([*present, *([own] if own is not None else [])])


def _arguments(expr: Expr) -> list[e.Name]:
    """Return the arguments of the event that an expression mentions, each once."""
    match expr:
        case e.Name(("event", name, *_)) if name not in NO_ARGUMENTS:
            return [e.Name(("event", name), expr.span)]
        case _:
            return list(dict.fromkeys(chain.from_iterable(map(_arguments, e.parts(expr)))))


def _some(expr: e.Quantified, inner: Expr | None) -> Expr | None:
    """Return that something is in the group for which its condition, and `inner`, hold."""
    if inner is not None:
        return replace(expr, function="any", body=inner)
    if expr.condition is None:
        return None
    return replace(expr, function="any", body=expr.condition, condition=None)


def _implication(operands: tuple[Expr, ...], asking: Collection[str]) -> Expr | None:
    """Return the conjunction of what stands denied at the beginning: `not a or b` is a -> b.

    Of denials alone the last one is what is asked for.
    """
    denied = list(takewhile(_denies, operands[:-1]))
    last = _either([antecedent(o, asking) for o in operands[len(denied):]])
    found: list[Expr] = [o.operand if isinstance(o, e.Not) else e.Not(o) for o in denied]
    return _every([*found, *([last] if last is not None else [])])


def _denies(expr: Expr) -> bool:
    match expr:
        case e.Not(operand):
            return not isinstance(operand, e.Quantified)
        case e.Compare(_, ((word, _),)):
            return word in ("!=", "is not", "not in")
        case _:
            return False


def _both(condition: Expr, inner: Expr | None) -> Expr | None:
    return _every([condition] if inner is None else [condition, inner])


def _every(found: list[Expr]) -> Expr | None:
    return found[0] if len(found) == 1 else e.Junction("and", tuple(found)) if found else None


def _either(found: list[Expr | None]) -> Expr | None:
    """Return that one of the conditions holds; None if one part of them has none."""
    conditions = [one for one in found if one is not None]
    if len(conditions) < len(found):
        return None
    return conditions[0] if len(conditions) == 1 else e.Junction("or", tuple(conditions))
