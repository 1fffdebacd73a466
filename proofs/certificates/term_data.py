"""Terms as plain data, so that a certificate can be written to a file and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine import TransitionSystem, Variable
    from twinrom.statemachine.terms import Term

Data: TypeAlias = "tuple[Any, ...] | list[Any]"
MAX_DEPTH = 200


class MalformedError(ValueError):
    """The data is not a term over the system; the text says what is wrong."""


def to_data(system: TransitionSystem, term: Term) -> Data:
    """Return a state term as nested tuples: an operator, then names, numbers or arguments."""
    match term.operator:
        case "constant":
            return ("truth" if term.boolean else "number", int(term.value))
        case "variable":
            return ("variable", system.variables[term.value].name)
        case "table":
            return ("table", term.value, *(to_data(system, a) for a in term.arguments))
        case "after" | "payload" | "event" | "argument" | "opaque":
            raise MalformedError(f"a {term.operator} is not part of a state")
        case operator:
            operation: terms.Operation = operator
            return (operation, *(to_data(system, a) for a in term.arguments))


def from_data(system: TransitionSystem, data: Any) -> Term:
    """Return the term that the data spells, a truth value; raises `MalformedError`."""
    found = _Reader(system).read(data, 0)
    if not found.boolean:
        raise MalformedError("not a truth value")
    return found


class _Reader:
    def __init__(self, system: TransitionSystem) -> None:
        self.system = system
        self.variables: Mapping[str, Variable] = system.by_name

    def read(self, data: Any, depth: int) -> Term:
        if not isinstance(data, list | tuple) or not data or not isinstance(data[0], str):
            raise MalformedError(f"`{str(data)[:40]}` is not a term")
        if depth > MAX_DEPTH:
            raise MalformedError("too deep")
        operator, *rest = data
        match operator, rest:
            case "truth", [bool() | int() as value]:
                return terms.truth(value)
            case "number", [int() as value]:
                return terms.constant(value)
            case "variable", [str() as name] if name in self.variables:
                return self.variables[name].term()
            case "table", [str() as name, *row] if name in self.system.tables:
                if len(row) != len(self.system.tables[name].of):
                    raise MalformedError(f"`{name}` has other arguments")
                return terms.table(name, [self.read(x, depth + 1) for x in row])
            case _:
                return self._built(operator, rest, depth)

    def _built(self, operator: str, rest: list[Any], depth: int) -> Term:
        operation = terms.SIGNATURES.get(operator)
        if operation is None or operation.arity not in (None, len(rest)):
            raise MalformedError(f"`{operator[:40]}` with {len(rest)} arguments")
        arguments = [self.read(x, depth + 1) for x in rest]
        mistake = operation.mistake(arguments)
        if mistake:
            raise MalformedError(mistake)
        return operation.build(*arguments)
