"""An expression with the names of a column filled in, for texts that people read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from statemachine import expr as e

if TYPE_CHECKING:
    from collections.abc import Mapping

    from statemachine.resolve import Typed


def filled(node: e.Expr, bound: Mapping[str, Typed]) -> e.Expr:  # noqa: PLR0911 - one match, a branch a kind
    """Return `node` with every bound name replaced by the machine or value it stands for."""

    def fill(inner: e.Expr) -> e.Expr:
        return filled(inner, bound)

    match node:
        case e.Name((head, *rest)):
            return e.Name((*_text(bound[head]), *rest)) if head in bound and _fixed(bound[head]) else node
        case e.Not(operand):
            return replace(node, operand=fill(operand))
        case e.Junction(_, operands) | e.Choice(operands) | e.Call(_, operands):
            key = {e.Junction: "operands", e.Choice: "options", e.Call: "arguments"}[type(node)]
            return replace(node, **{key: tuple(fill(o) for o in operands)})
        case e.Compare(first, rest):
            return e.Compare(fill(first), tuple((word, fill(right)) for word, right in rest))
        case e.Arithmetic(_, left, right):
            return replace(node, left=fill(left), right=fill(right))
        case e.IfElse(condition, then, otherwise):
            return e.IfElse(fill(condition), fill(then), fill(otherwise))
        case e.Quantified():
            condition = fill(node.condition) if node.condition is not None else None
            return replace(node, body=fill(node.body), group=fill(node.group), condition=condition)
        case _:
            return node


def _fixed(typed: Typed) -> bool:
    return typed.term.operator == "constant"


def _text(typed: Typed) -> list[str]:
    return typed.machine.split(".") if typed.machine else [typed.sort.text(typed.term.low)]
