"""How many machines a condition needs as examples, so that it means the same among fewer of them.

A state of many machines is cut down to some of them. What is said of all machines stays true then,
and an `any` stays true where one example is among them: the substructure argument for formulas
without an alternation of quantifiers (P. Bernays and M. Schoenfinkel, 1928). Counts that are
compared with a fixed number need as many examples.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from twinrom.statemachine import Formula, InputError
from twinrom.statemachine import syntax as e

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twinrom.statemachine import Column, Expr, Model, Rule

Count: TypeAlias = "tuple[Formula, e.Quantified]"
UP = {"<=": False, "<": False, ">=": True, ">": True}
TURNED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "==", "!=": "!="}
ANOTHER = "for each machine another one is needed, so no number of them is enough"
COUNTED = "how many machines there are is compared with no fixed number"


@dataclass(frozen=True)
class Examples:
    """Counts examples in the expressions of a model and its spec.

    `family` has the template and those of the parts of its machines; `definitions` are those of
    model and spec. Raises `InputError` at a condition for which no number is enough.
    """

    model: Model
    family: frozenset[str]
    definitions: Mapping[str, Formula]

    def all_hold(self, formulas: Iterable[Formula]) -> int:
        """Return how many keep conditions true that are true together."""
        return sum(self.of(f, f.expr, holds=True) for f in formulas)

    def one_fails(self, formulas: Iterable[Formula]) -> int:
        """Return how many keep one of the conditions false."""
        return max((self.of(f, f.expr, holds=False) for f in formulas), default=0)

    def of(self, formula: Formula, node: Expr, *, holds: bool) -> int:  # noqa: PLR0911 - one match, a branch a kind
        """Return how many keep a condition true, or keep it false."""
        match node:
            case e.Not(operand):
                return self.of(formula, operand, holds=not holds)
            case e.Junction(operator, operands):
                found = [self.of(formula, part, holds=holds) for part in operands]
                return sum(found) if (operator == "and") == holds else max(found)
            case e.Compare():
                return self._chain(formula, node, holds=holds)
            case e.IfElse(condition, then, otherwise):
                sides = (self.of(formula, side, holds=holds) for side in (then, otherwise))
                return self.kept(formula, condition) + max(sides)
            case e.Call("next", (inside,)):
                return self.of(formula, inside, holds=holds)
            case e.Call(e.ENABLED, arguments, names) if self._asks_abilities:
                return self._enabled(formula, node, arguments, names, holds=holds)
            case e.Quantified() if self._runs_over_machines(node):
                return self._quantified(formula, node, holds=holds)
            case e.Name((name, *_)) | e.Call(name) if name in self.definitions:
                body = self.definitions[name]
                return self._arguments(formula, node) + self.of(body, body.expr, holds=holds)
            case _:
                return self.kept(formula, node)

    def kept(self, formula: Formula, node: Expr) -> int:  # noqa: PLR0911 - one match, a branch a kind
        """Return how many keep the value of an expression, whatever it is."""
        match node:
            case e.Not() | e.Junction() | e.Compare():
                return max(self.of(formula, node, holds=holds) for holds in (True, False))
            case e.Call("next", (inside,)):
                return self.kept(formula, inside)
            case e.Call(e.ENABLED) if self._asks_abilities:
                return max(self.of(formula, node, holds=holds) for holds in (True, False))
            case e.IfElse(condition, then, otherwise):
                sides = max(self.kept(formula, then), self.kept(formula, otherwise))
                return self.kept(formula, condition) + sides
            case e.Quantified("count") if self._runs_over_machines(node):
                return self._refuse(formula, node, COUNTED, "compare it with a number")
            case e.Quantified() if self._runs_over_machines(node):
                return max(self.of(formula, node, holds=holds) for holds in (True, False))
            case e.Quantified(_, _, _, group):
                inner = sum(self.kept(formula, part) for part in e.parts(node) if part != group)
                return inner * self._size(formula, group) if inner else 0
            case e.Name((name, *_)) | e.Call(name) if name in self.definitions:
                body = self.definitions[name]
                return self._arguments(formula, node) + self.kept(body, body.expr)
            case _:
                return sum(self.kept(formula, part) for part in e.parts(node))

    @property
    def _asks_abilities(self) -> bool:
        """Say whether `enabled` is no table and no definition of the files."""
        return e.ENABLED not in self.definitions and e.ENABLED not in self.model.tables

    # ------------------------------------------------------------ quantifiers

    def _runs_over_machines(self, node: e.Quantified) -> bool:
        return isinstance(node.group, e.Name) and str(node.group) in self.family

    def _quantified(self, formula: Formula, node: e.Quantified, *, holds: bool) -> int:
        """Return the examples of an `any` that holds, or of an `all` that does not."""
        if node.function == "count":
            self._refuse(formula, node, COUNTED, "compare it with a number")
        found = 0 if node.condition is None else self.of(
            formula, node.condition, holds=(node.function == "all") != holds)
        found += self.of(formula, node.body, holds=holds)
        if (node.function == "any") == holds:
            return 1 + found
        return self._none_each(formula, node, found)

    def _none_each(self, formula: Formula, node: Expr, found: int) -> int:
        if found:
            self._refuse(formula, node, ANOTHER)
        return 0

    def _size(self, formula: Formula, group: Expr) -> int:
        """Return how many members a group has that is no matter of how many machines there are."""
        model, name = self.model, str(group)
        if isinstance(group, e.Choice):
            return len(group.options)
        if name == "bool":
            return 2
        if name in model.sorts:
            return model.sorts[name].size
        template = model.templates.get(name.rpartition(".")[2])
        if template is None:
            self._refuse(formula, group, "how many these are is not known here")
        return len(template.instances)  # of the parts of one machine at least as many as it has

    # ------------------------------------------------------------ comparisons

    def _chain(self, formula: Formula, node: e.Compare, *, holds: bool) -> int:
        lefts = [node.first, *(right for _, right in node.rest)]
        found = [self._compared(formula, left, word, right, holds=holds)
                 for left, (word, right) in zip(lefts, node.rest, strict=False)]
        return sum(found) if holds else max(found)

    def _compared(
        self, formula: Formula, left: Expr, word: str, right: Expr, *, holds: bool
    ) -> int:
        if word in ("is", "is not"):  # to the right are states
            return self.kept(formula, left)
        sides = [self._linear(formula, side) for side in (left, right)]
        counts = [bool(side and side[0]) for side in sides]
        if not any(counts) or word not in TURNED:
            return self.kept(formula, left) + self.kept(formula, right)
        if all(counts):
            self._refuse(formula, right, COUNTED, "compare it with a number")
        if counts[1]:
            left, right, word, sides = right, left, TURNED[word], sides[::-1]
        counted, more = sides[0] or ([], 0)
        fixed = sides[1][1] - more if sides[1] else None
        return self._number(formula, (counted, fixed, right), word, holds=holds)

    def _number(
        self, formula: Formula, sides: tuple[list[Count], int | None, Expr], word: str, *,
        holds: bool,
    ) -> int:  # fmt: skip
        """Return the examples of a sum of counts that is compared with a number."""
        counted, fixed, other = sides
        if word in ("==", "!="):
            below, above = (
                self._number(formula, sides, one, holds=True) for one in (
                    ("<=", ">=") if (word == "==") == holds else ("<", ">")))
            return below + above if (word == "==") == holds else max(below, above)
        if UP[word] != holds:  # at most so many: true of fewer machines, too
            return self.kept(formula, other) + sum(self._no_more(*one) for one in counted)
        if fixed is None:
            self._refuse(formula, other, COUNTED, "compare it with a number")
        more = fixed + (word in (">", "<="))
        return max(0, more) * max(self._of_one(*one) for one in counted)

    def _no_more(self, formula: Formula, node: e.Quantified) -> int:
        found = [self.of(formula, part, holds=False) for part in (node.body, node.condition)
                 if part is not None]
        return self._none_each(formula, node, max(found))

    def _of_one(self, formula: Formula, node: e.Quantified) -> int:
        return 1 + sum(self.of(formula, part, holds=True) for part in (node.body, node.condition)
                       if part is not None)

    def _linear(self, formula: Formula, node: Expr) -> tuple[list[Count], int] | None:
        """Return counts of machines and a number that an expression is the sum of."""
        match node:
            case e.Literal(int() as value) if not isinstance(value, bool):
                return [], value
            case e.Quantified("count") if self._runs_over_machines(node):
                return [(formula, node)], 0
            case e.Call("next", (inside,)):
                return self._linear(formula, inside)
            case e.Arithmetic("+", left, right):
                a, b = self._linear(formula, left), self._linear(formula, right)
                return None if a is None or b is None else (a[0] + b[0], a[1] + b[1])
            case e.Name((name,)) if name in self.definitions:
                return self._linear(self.definitions[name], self.definitions[name].expr)
            case _:
                return None

    # ------------------------------------------------------------ abilities, definitions

    def _arguments(self, formula: Formula, node: Expr) -> int:
        return sum(self.kept(formula, part) for part in e.parts(node))

    def _enabled(
        self, formula: Formula, node: Expr, arguments: tuple[Expr, ...], names: tuple[str, ...], *,
        holds: bool,
    ) -> int:  # fmt: skip
        event, *values = arguments
        given = sum(self.kept(formula, value) for value in values)
        rules = [r for r in self.model.rules.values() if str(event) in (r.event, r.name)]
        free = {r.name: [n for n in self.binds(r) if n not in names] for r in rules}
        if holds:
            return given + max((len(free[r.name]) + self.guard(r) for r in rules), default=0)
        found = 0
        for rule in rules:
            refuted = self.one_fails(rule.when)
            each = self._none_each(formula, node, refuted) if free[rule.name] else refuted
            found += each * self._alternatives(rule)
        return given + found

    def _alternatives(self, rule: Rule) -> int:
        """Return how many columns of a rule there are for the same machines of the template."""
        owners = [frozenset(str(value).partition(".")[0] for _, value in column
                            if self._is_machine(value)) for column in rule.columns]
        return max(Counter(owners).values(), default=1)

    def guard(self, rule: Rule) -> int:
        """Return how many keep the guard of a rule true."""
        return self.all_hold(rule.when) + self.paths(rule)

    def paths(self, rule: Rule) -> int:
        """Return how many keep what the paths of a rule mean that start with a definition."""
        targets = [(m.target, m.place) for m in rule.all_moves]
        targets += [(a.owner, a.place) for a in rule.assignments]
        bodies = [self.definitions[head] for path, _ in targets
                  if (head := path.split(".")[0]) in self.definitions]
        return sum(self.kept(body, body.expr) for body in bodies)

    def binds(self, rule: Rule) -> list[str]:
        """Return the names of a rule that stand for a machine of the template each."""
        if not rule.columns:  # too few machines for a single one
            return self.columns(rule.place.at("each").value or {})
        return max((self._owners(column) for column in rule.columns), key=len)

    def _owners(self, column: Column) -> list[str]:
        """Return the names of a column that stand for a machine, one for each machine."""
        found = {str(value).partition(".")[0]: name for name, value in reversed(column)
                 if self._is_machine(value)}
        return list(found.values())

    def _is_machine(self, value: str | int | bool) -> bool:  # noqa: FBT001 - a value of a column
        template = self.model.machines.get(value) if isinstance(value, str) else None
        return template is not None and template.name in self.family

    def columns(self, each: Mapping[str, object]) -> list[str]:
        """Return the names of an `each` that stand for a machine of the template, or a part."""
        return [name for name, group in each.items() if str(group) in self.family]

    def _refuse(self, formula: Formula, node: Expr, text: str, hint: str = "") -> NoReturn:
        raise InputError([formula.problem(text, node.span, hint)])
