"""`each` beside `extends`: what a model says of one machine and of all beside it, said of many.

The machine becomes a template of several, and every other machine of the model a part of each.
Rules, events and conditions of the start speak of one of them, by the name that the machine had.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from twinrom.statemachine.expression import syntax
from twinrom.statemachine.expression.formula import read_formula
from twinrom.statemachine.loading.entries import listed
from twinrom.statemachine.source.places import Place, Problems

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

FORMULAS = ("when", "can_happen")
CHANGES = ("moves", "also", "sets", "writes")


class Lifting:
    """Lifts the data of a model: `one` of its machines becomes the template `many`.

    `machines` has the text for each other machine, seen from one of the many; `groups` that for
    each template; `definitions` names those that speak of a machine, and so have to be told which.
    """

    def __init__(self, data: Mapping[str, Any], one: str, many: str) -> None:
        self.data, self.one, self.many = data, one, many
        self.machines: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self._instances: dict[str, list[str]] = {}
        for template, shape in _tables(data, "machine"):
            if template != one and "part_of" not in shape:
                self.groups[template] = f"{one}.{template}"
                self._instances[template] = _instances(template, shape)
                for machine in self._instances[template]:
                    self.machines[machine] = f"{one}.{machine}"
            elif template != one:
                self.groups[template] = f"{one}.{template}"
        self.definitions = self._speaking()

    def _speaking(self) -> frozenset[str]:
        """Return the definitions that name a machine or a template, if through other definitions.

        The fixpoint: one that names a definition that does is one of them.
        """
        written = {str(head).partition("(")[0].strip(): str(text)
                   for head, text in _section(self.data, "define").items()}
        named = {name: set(_names(text)) for name, text in written.items()}
        found = {self.one, *self.machines, *self.groups}
        while more := {name for name, used in named.items() if used & found} - found:
            found |= more
        return frozenset(found & written.keys())

    def lifted(self) -> dict[str, Any]:
        """Return all that is said, of each of the many."""
        found = copy.deepcopy(dict(self.data))
        found["machine"] = dict(self._machines())
        found["define"] = dict(self._defined())
        for section in ("rule", "event"):
            if section in found:
                found[section] = {name: self._rule(shape) for name, shape in
                                  _tables(self.data, section)}
        required = listed(_section(self.data, "init").get("require", []))
        if required:
            found["init"] = {"require": [self._required(text) for text in required]}
        return {key: value for key, value in found.items() if value}

    # ------------------------------------------------------------ machines

    def _machines(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for template, shape in _tables(self.data, "machine"):
            own = copy.deepcopy(shape)
            if template == self.one:
                own.pop("instances", None)
            elif "part_of" not in shape:
                own.pop("instances", None)
                own |= {"part_of": self.many, "parts": _instances(template, shape)}
            elif shape["part_of"] == self.one:
                own["part_of"] = self.many
            if "vars" in own:
                own["vars"] = {name: self._variable(template, said)
                               for name, said in own["vars"].items()}
            yield self.many if template == self.one else template, own

    def _variable(self, template: str, said: Any) -> Any:
        """Return a variable: what names a part of its machine may name no other's."""
        if isinstance(said, dict):
            return {**said, "sort": self._sort(template, said.get("sort"))}
        return self._sort(template, said)

    def _sort(self, template: str, text: Any) -> Any:
        name = text.removesuffix("?") if isinstance(text, str) else None
        if name == self.one:
            return text.replace(self.one, self.many)
        return f"this.{text}" if name in self.groups and template == self.one else text

    # ------------------------------------------------------------ rules

    def _rule(self, shape: Mapping[str, Any]) -> dict[str, Any]:
        found = copy.deepcopy(dict(shape))
        found["each"] = {self.one: self.many, **{
            name: self.groups.get(values, values) if isinstance(values, str) else values
            for name, values in shape.get("each", {}).items()}}
        for key in FORMULAS:
            if key in found:
                found[key] = _each(found[key], self.expression)
        for key in CHANGES:
            if key in found:
                found[key] = self._changes(found[key])
        if "power" in found:
            found["power"] = [self.one] if found["power"] == "off" else [
                self._path(name) for name in listed(found["power"])]
        return found

    def _changes(self, entries: Any) -> list[Any]:
        """Return a list of moves and assignments; that of a template is one for each machine."""
        found: list[Any] = []
        for entry in listed(entries):
            if isinstance(entry, list):
                found.append(self._changes(entry))
            else:
                found += self._change(entry) if isinstance(entry, str) else [entry]
        return found

    def _change(self, text: str) -> Iterator[str]:
        mark = ":" if "->" in text else "="
        target, found, rest = text.partition(mark)
        first, dot, inside = target.strip().partition(".")
        space = target[len(target.rstrip()):]
        for machine in self._instances.get(first, [first]):
            path = self._path(f"{machine}{dot}{inside}") + space
            yield f"{path}{found}{rest if mark == ':' else self.expression(rest)}"

    def _path(self, path: str) -> str:
        first, *rest = path.split(".")
        return ".".join([self.machines.get(first, first), *rest])

    def _required(self, text: str) -> str:
        new = self.expression(text)
        return text if new == text and self.one not in _names(text) else (
            f"all({new.strip()} for {self.one} in {self.many})")

    # ------------------------------------------------------------ expressions

    def _defined(self) -> Iterator[tuple[str, Any]]:
        for head, text in _section(self.data, "define").items():
            name, _, rest = head.partition("(")
            own = [part.strip() for part in rest.rstrip(") ").split(",") if part.strip()]
            if name.strip() in self.definitions:
                yield f"{name.strip()}({', '.join([self.one, *own])})", self.expression(text, own)
            else:
                yield head, text

    def expression(self, text: str, bound: Collection[str] = ()) -> str:
        """Return an expression; `bound` are names of its own. One with a mistake stays as it is."""
        formula = read_formula(text, Place(()), Problems())
        if formula is None:
            return text
        for start, end, new in sorted(self._edits(formula.expr, text, frozenset(bound)),
                                      reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _edits(self, expr: syntax.Expr, text: str,
               bound: frozenset[str]) -> Iterator[tuple[int, int, str]]:
        """Yield the names to replace: where each starts and ends, and what stands there then."""
        match expr:
            case syntax.Name((first, *_)) if first not in bound:
                start = expr.span[0]
                yield start, start + len(first), self._named(first)
            case syntax.Call(function) if function in self.definitions:
                start = text.index("(", expr.span[0]) + 1
                yield start, start, f"{self.one}, " if expr.arguments else self.one
            case syntax.Quantified(_, _, name):
                bound |= {name}
            case _:
                pass
        for part in _meant(expr):
            yield from self._edits(part, text, bound)

    def _named(self, name: str) -> str:
        if name in self.definitions:
            return f"{name}({self.one})"
        return self.machines.get(name) or self.groups.get(name, name)


def _meant(expr: syntax.Expr) -> Iterator[syntax.Expr]:
    """Yield the parts of an expression that are no name of a state."""
    if isinstance(expr, syntax.Compare):
        yield expr.first
        yield from (right for operator, right in expr.rest if not operator.startswith("is"))
    else:
        yield from syntax.parts(expr)


def _names(text: str) -> set[str]:
    """Return the names that an expression begins a path with, and those of its functions."""
    formula = read_formula(text, Place(()), Problems())
    return set() if formula is None else set(_all_names(formula.expr))


def _all_names(expr: syntax.Expr) -> Iterator[str]:
    if isinstance(expr, syntax.Name):
        yield expr.path[0]
    elif isinstance(expr, syntax.Call):
        yield expr.function
    for part in _meant(expr):
        yield from _all_names(part)


def _section(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _tables(data: Mapping[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from ((key, said) for key, said in _section(data, name).items()
                if isinstance(said, dict))


def _instances(template: str, shape: Mapping[str, Any]) -> list[str]:
    named = shape.get("instances", [template])
    return [named] if isinstance(named, str) else list(named)


def _each(value: Any, change: Any) -> Any:
    """Return a text, or a list of them and of lists, with every text changed."""
    return [_each(part, change) for part in value] if isinstance(value, list) else (
        change(value) if isinstance(value, str) else value)
