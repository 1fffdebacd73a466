"""An expression with the names of a column filled in, for texts that people read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.statemachine.expression import syntax as e

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine.meaning.scope import Typed


def filled(node: e.Expr, bound: Mapping[str, Typed]) -> e.Expr:  # noqa: C901, PLR0911 - one match, a branch a kind
    """Return `node` with every bound name replaced by the machine or value it stands for."""

    def fill(inner: e.Expr) -> e.Expr:
        return filled(inner, bound)

    match node:
        case e.Name(path):
            head, *rest = path
            known = head in bound and _fixed(bound[head])
            return e.Name((*_text(bound[head]), *rest)) if known else node
        case e.Member(inside):
            return replace(node, of=fill(inside))
        case e.Not(operand):
            return replace(node, operand=fill(operand))
        case e.Junction(_, operands):
            return replace(node, operands=tuple(map(fill, operands)))
        case e.Choice(options):
            return replace(node, options=tuple(map(fill, options)))
        case e.Call(_, (event, *arguments), names) if names:
            return replace(node, arguments=(event, *map(fill, arguments)))
        case e.Call(_, arguments):
            return replace(node, arguments=tuple(map(fill, arguments)))
        case e.Compare(first, rest):
            return e.Compare(fill(first), tuple(
                (word, right if word in ("is", "is not") else fill(right)) for word, right in rest))
        case e.Arithmetic(_, left, right):
            return replace(node, left=fill(left), right=fill(right))
        case e.IfElse(condition, then, otherwise):
            return e.IfElse(fill(condition), fill(then), fill(otherwise))
        case e.Quantified():
            only = fill(node.condition) if node.condition is not None else None
            return replace(node, body=fill(node.body), group=fill(node.group), condition=only)
        case e.Literal():
            return node


def _fixed(typed: Typed) -> bool:
    return typed.term.operator == "constant"


def _text(typed: Typed) -> list[str]:
    return typed.machine.split(".") if typed.machine else [typed.sort.text(typed.term.low)]
