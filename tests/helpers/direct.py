"""Expressions by definition: computed over the names of a state, with what is nothing as a value.

Written from the language's text, apart from what makes terms of expressions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinrom.statemachine import Move
from twinrom.statemachine import syntax as e

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine import Expr, Model, Rule, TransitionSystem
    from twinrom.statemachine.model import Assignment

NOTHING, NONE = object(), object()


def named_values(system: TransitionSystem, values: tuple[int, ...]) -> dict[str, Any]:
    """Return the values of a state by name: numbers, truth values, names, or `NONE`."""
    found: dict[str, Any] = {}
    for variable, code in zip(system.variables, values, strict=True):
        sort = variable.sort
        none = sort.optional and code == sort.low
        found[variable.name] = NONE if none else sort.value(code)
    return found


class Direct:
    """The values of expressions in one state; `rows` are the rows of each table that hold."""

    def __init__(self, model: Model, state: Mapping[str, Any],
                 rows: Mapping[str, set[tuple[Any, ...]]]) -> None:
        self.model, self.state, self.rows = model, state, rows

    def truth(self, node: Expr, bound: Mapping[str, Any]) -> bool:
        return self.value(node, bound) is True

    def value(self, node: Expr, bound: Mapping[str, Any]) -> Any:  # noqa: C901, PLR0911 - a branch a kind
        match node:
            case e.Literal(value):
                return value
            case e.Name((head, *rest)):
                return self.path(self.head(head, bound), rest)
            case e.Member(inside, path):
                return self.path(self.value(inside, bound), path)
            case e.Not(operand):
                return not self.truth(operand, bound)
            case e.Junction(operator, operands):
                join = all if operator == "and" else any
                return join(self.truth(operand, bound) for operand in operands)
            case e.Compare(first, rest):
                lefts = [first, *(right for _, right in rest)]
                return all(self.compared(left, word, right, bound)
                           for left, (word, right) in zip(lefts, rest, strict=False))
            case e.Arithmetic(operator, left, right):
                a, b = self.value(left, bound), self.value(right, bound)
                if a is NOTHING or b is NOTHING:
                    return NOTHING
                return a + b if operator == "+" else a - b
            case e.IfElse(condition, then, otherwise):
                return self.value(then if self.truth(condition, bound) else otherwise, bound)
            case e.Call(function, arguments):
                return self.called(function, [self.value(a, bound) for a in arguments])
            case e.Quantified(function, body, name, group, condition):
                members = [{**bound, name: m} for m in self.group(group, bound)]
                held = [self.truth(body, inner) for inner in members
                        if condition is None or self.truth(condition, inner)]
                return {"all": all, "any": any, "count": sum}[function](held)  # type: ignore[operator]
        raise AssertionError(node)

    def head(self, name: str, bound: Mapping[str, Any]) -> Any:
        if name in bound:
            return bound[name]
        if name in self.model.definitions:
            return self.value(self.model.definitions[name].body.expr, {})
        return NONE if name == "none" else name

    def path(self, value: Any, names: list[str] | tuple[str, ...]) -> Any:
        for name in names:
            if value is NOTHING or value is NONE:
                return NOTHING
            whole = f"{value}.{name}"
            value = whole if whole in self.model.machines else self.state[whole]
        return value

    def compared(self, left: Expr, word: str, right: Expr, bound: Mapping[str, Any]) -> bool:
        if word in ("in", "not in"):
            assert isinstance(right, e.Choice)
            value = self.value(left, bound)
            machine = value in self.model.machines if isinstance(value, str) else False
            states = {s for t in self.model.templates.values() for s in t.states}
            of_states = (machine or value in (NONE, NOTHING)) and all(
                str(option) in states for option in right.options)
            test = ("is" if of_states else "==", "is not" if of_states else "!=")[word == "not in"]
            join = any if word == "in" else all
            return join(self.compared(left, test, option, bound) for option in right.options)
        a = self.value(left, bound)
        if word in ("is", "is not"):
            if a is NOTHING or a is NONE:
                return False
            return (self.state[a] == str(right)) is (word == "is")
        b = self.value(right, bound)
        if a is NOTHING or b is NOTHING:
            return False
        return {"==": _same(a, b), "!=": not _same(a, b), "<": _less(a, b), ">": _less(b, a),
                "<=": not _less(b, a), ">=": not _less(a, b)}[word]

    def called(self, function: str, values: list[Any]) -> Any:
        if function in self.model.definitions:
            definition = self.model.definitions[function]
            return self.value(definition.body.expr,
                              dict(zip(definition.parameters, values, strict=True)))
        nothing = any(value is NOTHING for value in values)
        if function in self.model.tables:
            return not nothing and tuple(values) in self.rows[function]
        if nothing:
            return NOTHING
        best = values[0]
        for value in values[1:]:
            better = _less(value, best) if function == "min" else _less(best, value)
            best = value if better else best
        return best

    def group(self, group: Expr, bound: Mapping[str, Any]) -> list[Any]:
        if isinstance(group, e.Choice):
            return [self.value(option, bound) for option in group.options]
        return list(self.model.templates[str(group)].instances)


class Wrong(Exception):  # noqa: N818 - what a rule does that no rule may do
    """The model is wrong: a rule assigns nothing, or to nothing, or changes a thing twice."""


def happened(direct: Direct, rule: Rule, bound: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the state after a rule has happened; None where it cannot. Raises `Wrong`."""
    able = [machine for move in rule.moves for machine, here in _targets(direct, move, bound)
            if here]
    written = [m for move in rule.moves for m in _targets(direct, move, bound) or [("", False)]]
    if len(able) < len(written) or not all(direct.truth(f.expr, bound) for f in rule.when):
        return None
    if not _can_write(direct, rule, bound):
        return None
    made: dict[str, Any] = {}

    def change(name: str, value: Any) -> None:
        if name in made:
            raise Wrong(name)
        made[name] = value

    for move in (*rule.moves, *rule.also):
        for machine, here in _targets(direct, move, bound):
            if here:
                change(machine, move.destination)
    for one in rule.sets:
        for name, value in _assigned(direct, one, bound):
            change(name, value)
    return {**direct.state, **made, **_by_writes(direct, rule, bound)}


def _can_write(direct: Direct, rule: Rule, bound: Mapping[str, Any]) -> bool:
    """Say whether each machine that is written to can make its first move."""
    moved: set[str] = set()
    for move in (c for write in rule.writes for c in write.changes if isinstance(c, Move)):
        targets = _targets(direct, move, bound)
        if not targets or not all(here or m in moved for m, here in targets):
            return False
        moved |= {machine for machine, _ in targets}
    return True


def _by_writes(direct: Direct, rule: Rule, bound: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the writes leave, the last value of each."""
    made: dict[str, Any] = {}
    for write in rule.writes:
        inside: dict[str, Any] = {}
        for one in write.changes:
            if isinstance(one, Move):
                machines = [machine for machine, _ in _targets(direct, one, bound)]
                if any(m in made and one.sources and made[m] not in one.sources for m in machines):
                    raise Wrong(str(one))
                changed = [(machine, one.destination) for machine in machines]
            else:
                changed = _assigned(direct, one, bound)
            if write.listed and any(name in inside for name, _ in changed):
                raise Wrong(str(one))
            inside |= dict(changed)
        made |= inside
    return made


def _assigned(direct: Direct, one: Assignment, bound: Mapping[str, Any]) -> list[tuple[str, Any]]:
    owner = _path(direct, one.owner, bound)
    value = direct.value(one.value.expr, bound)
    templates = direct.model.templates
    machines = templates[owner].instances if owner in templates else [owner]
    if NOTHING in machines or NONE in machines or value is NOTHING:
        raise Wrong(str(one))
    return [(f"{machine}.{one.name}", value) for machine in machines]


def _path(direct: Direct, path: str, bound: Mapping[str, Any]) -> Any:
    head, *rest = path.split(".")
    return direct.path(direct.head(head, bound), rest)


def _targets(direct: Direct, move: Move, bound: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Return each machine that a move is for, and whether it can move; none through nothing."""
    target = _path(direct, move.target, bound)
    templates = direct.model.templates
    if target is NOTHING or target is NONE:
        return []
    return [(machine, move.sources is None or direct.state[machine] in move.sources)
            for machine in (templates[target].instances if target in templates else [target])]


def _same(a: Any, b: Any) -> bool:
    return a is b if NONE in (a, b) else bool(a == b)


def _less(a: Any, b: Any) -> bool:
    if a is NONE or b is NONE:
        return a is NONE and b is not NONE
    return bool(isinstance(a, int) and isinstance(b, int) and a < b)
