"""From an expression to a ground term: every name looked up, every sort checked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NoReturn

from statemachine import expr as e
from statemachine import terms
from statemachine.diagnostics import did_you_mean
from statemachine.sorts import BOOL, Sort, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from statemachine.diagnostics import Problem
    from statemachine.model import Definition, Model
    from statemachine.places import Formula
    from statemachine.system import Variable
    from statemachine.terms import Term

MAX_WORK = 400_000
NUMBER = number(0, 0)


class ResolveError(ValueError):
    """An expression does not mean anything; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True)
class Typed:
    """A term with its sort; `machine` is set when it is one known machine, in `later` state."""

    term: Term
    sort: Sort
    machine: str | None = None
    later: bool = False


@dataclass
class Vocabulary:
    """Everything a name can mean, apart from what is bound locally.

    `events`, when given, resolves what a step property may say of the event:
    `is_event(name)`, `by(actor)` and `argument(name)`, each None for an unknown name.
    """

    model: Model
    variables: Mapping[str, Variable]
    sorts: Mapping[str, Sort]
    definitions: Mapping[str, Definition]
    events: EventWords | None = None
    expanded: dict[tuple[object, ...], Typed] = field(default_factory=dict)
    work: int = 0

    def labelled(self, name: str) -> Iterator[Sort]:
        """Return the sorts that have a value called `name`."""
        return (s for s in self.sorts.values() if s.labels and name in s.labels and s is not BOOL)


class EventWords:
    """What may be said about the event of a step; the layer that knows the steps fills it in."""

    def is_event(self, name: str) -> Term | None:
        """Return the term for `event is name`."""
        raise NotImplementedError

    def by(self, actor: str) -> Term | None:
        """Return the term for `event.by == actor`."""
        raise NotImplementedError

    def argument(self, name: str) -> tuple[Term, Typed] | str | None:
        """Return whether the step has the argument, and its value; or why it cannot be used."""
        raise NotImplementedError

    def names(self) -> list[str]:
        """Return all names of events and rules."""
        raise NotImplementedError


@dataclass(frozen=True)
class Resolver:
    """Resolves the expressions of one formula under the names bound around it."""

    vocabulary: Vocabulary
    formula: Formula
    bound: Mapping[str, Typed]
    later: bool = False
    stack: tuple[str, ...] = ()

    def refuse(self, node: e.Expr, message: str, hint: str = "") -> NoReturn:
        raise ResolveError(self.formula.problem(message, node.span, hint))

    def truth(self, node: e.Expr) -> Term:
        """Return the meaning of an expression that must be true or false."""
        typed = self.value(node)
        if typed.sort.name != "bool":
            hint = "ask for a state with `is`" if typed.machine else ""
            self.refuse(node, f"`{node}` is not true or false but a {typed.sort}", hint)
        return typed.term

    def number(self, node: e.Expr) -> Typed:
        typed = self.value(node)
        if not typed.sort.ordered:
            self.refuse(node, f"`{node}` is not a number but a {typed.sort}")
        if typed.sort.optional:
            self.refuse(node, f"`{node}` may be none, so it cannot be computed with")
        return typed

    def value(self, node: e.Expr, expected: Sort | None = None) -> Typed:  # noqa: C901, PLR0911 - one match, a branch a kind
        """Return the meaning of `node`; `expected` decides what an ambiguous literal means."""
        self.vocabulary.work += 1
        if self.vocabulary.work > MAX_WORK:
            self.refuse(node, "the expressions of this file are too large when written out")
        match node:
            case e.Literal(value):
                return self.literal(node, value, expected)
            case e.Name(path):
                return self.name(node, path, expected)
            case e.Not(operand):
                return Typed(terms.negation(self.truth(operand)), BOOL)
            case e.Junction(operator, operands):
                join = terms.conjunction if operator == "and" else terms.disjunction
                return Typed(join([self.truth(o) for o in operands]), BOOL)
            case e.Compare(first, rest):
                lefts = [first, *(right for _, right in rest)]
                pairs = zip(lefts, rest, strict=False)
                parts = [self.comparison(left, word, right) for left, (word, right) in pairs]
                return Typed(terms.conjunction(parts), BOOL)
            case e.Arithmetic(operator, left, right):
                return self.arithmetic(node, operator, self.number(left), self.number(right))
            case e.IfElse(condition, then, otherwise):
                return self.choice(node, self.truth(condition), then, otherwise, expected)
            case e.Call(function, arguments):
                return self.call(node, function, arguments, expected)
            case e.Quantified():
                return self.quantified(node)
            case e.Choice():
                self.refuse(node, "a list of values stands only to the right of `in`")

    def literal(self, node: e.Expr, value: int | bool, expected: Sort | None) -> Typed:  # noqa: FBT001 - the literal itself
        if isinstance(value, bool):
            return Typed(terms.truth(value), BOOL)
        if expected is not None and expected.ordered and expected.name:
            if not expected.plain_low <= value <= expected.high:
                self.refuse(node, f"`{value}` is not in {expected.describe()}")
            return Typed(terms.constant(value), replace(expected, low=value, high=value, optional=False))
        return Typed(terms.constant(value), number(value, value))

    def name(self, node: e.Expr, path: tuple[str, ...], expected: Sort | None) -> Typed:
        head, *rest = path
        if head == "event":
            return self.event_argument(node, path)
        if head in self.bound:
            typed = self.bound[head]
            if not rest:
                return replace(typed, later=self.later) if typed.machine else typed
            if typed.machine is None:
                self.refuse(node, f"`{head}` is not a machine but a {typed.sort}")
            return self.path(node, ".".join((typed.machine, *rest)), path)
        joined = ".".join(path)
        if joined in self.vocabulary.model.machines or rest:
            return self.path(node, joined, path)
        if head in self.vocabulary.variables:
            return self.variable(self.vocabulary.variables[head])
        if head in self.vocabulary.definitions:
            return self.definition(node, self.vocabulary.definitions[head], ())
        if head == "none" and expected is not None:
            none = expected.or_none()
            return Typed(terms.constant(none.low), none)
        return self.label(node, head, expected)

    def label(self, node: e.Expr, name: str, expected: Sort | None) -> Typed:
        if expected is not None and expected.labels and name in expected.labels:
            return self.constant_of(expected, name)
        sorts = list(self.vocabulary.labelled(name))
        if len(sorts) == 1:
            return self.constant_of(sorts[0], name)
        if sorts:
            several = " and ".join(f"`{s.name}`" for s in sorts)
            self.refuse(node, f"`{name}` is a value of {several}", "compare it with a variable")
        self.refuse(node, f"unknown name `{name}`", self.suggestion(name))

    def suggestion(self, name: str) -> str:
        v = self.vocabulary
        values = [label for s in v.sorts.values() for label in s.labels or ()]
        close = did_you_mean(name, [*self.bound, *v.model.machines, *v.definitions, *values])
        states = {s for t in v.model.templates.values() for s in t.states}
        if name in states:
            return f"`{name}` is a state: write `machine is {name}`"
        return close if close.startswith("did") else ""

    def constant_of(self, sort: Sort, name: str) -> Typed:
        code = sort.code(name)
        if code is None:  # pragma: no cover - the caller has looked
            raise AssertionError(name)
        machine = name if sort.template else None
        return Typed(terms.constant(code), sort, machine, self.later)

    def path(self, node: e.Expr, joined: str, written: tuple[str, ...]) -> Typed:
        machines = self.vocabulary.model.machines
        if joined in machines:
            sort = self.vocabulary.sorts[machines[joined].name]
            return self.constant_of(sort, joined)
        if joined in self.vocabulary.variables:
            return self.variable(self.vocabulary.variables[joined])
        owner, _, last = joined.rpartition(".")
        if owner in machines:
            parts = [m.removeprefix(owner + ".") for m in machines if m.startswith(owner + ".")]
            template = machines[owner]
            hint = did_you_mean(last, [*template.variables, *parts])
            if last in template.states:
                hint = f"`{last}` is a state: write `{owner} is {last}`"
            self.refuse(node, f"`{owner}` has no variable `{last}`", hint)
        first = written[0]
        if first in self.vocabulary.variables:
            self.refuse(node, f"`{first}` has no parts")
        if owner in self.vocabulary.variables:
            self.refuse(node, f"`{owner}` is a variable", "to look behind it write "
                        f"`any(c == {owner} and c.{last} ... for c in GROUP)`")
        self.refuse(node, f"unknown machine `{owner or joined}`",
                    did_you_mean(owner or joined, [*machines, *self.bound]))

    def variable(self, variable: Variable) -> Typed:
        term = variable.later() if self.later else variable.term()
        return Typed(term, variable.sort)

    def comparison(self, left: e.Expr, word: str, right: e.Expr) -> Term:
        if word in ("is not", "not in", "!="):
            positive = {"is not": "is", "not in": "in", "!=": "=="}[word]
            return self.negative(left, positive, right)
        if isinstance(left, e.Name) and left.path == ("event",):
            return self.event_is(left, word, right)
        if isinstance(left, e.Name) and left.path == ("event", "by"):
            return self.event_by(left, word, right)
        if word == "is":
            return self.state_test(left, right)
        if word == "in":
            return self.membership(left, right)
        return self.with_presence([left, right], lambda: self.compare(left, word, right))

    def negative(self, left: e.Expr, word: str, right: e.Expr) -> Term:
        """Return the negation, still false when the step lacks the argument that is compared."""
        sides = [left, right] if word == "==" else [left]
        return self.with_presence(
            sides, lambda: terms.negation(self.comparison(left, word, right)))

    def with_presence(self, sides: list[e.Expr], build: Callable[[], Term]) -> Term:
        present = []
        for side in sides:
            if isinstance(side, e.Name) and side.path[0] == "event" and len(side.path) > 1:
                words = self.vocabulary.events
                found = words.argument(side.path[1]) if words and side.path[1] != "by" else None
                if isinstance(found, tuple):
                    present.append(found[0])
        return terms.conjunction([*present, build()])

    def membership(self, left: e.Expr, right: e.Expr) -> Term:
        assert isinstance(right, e.Choice)  # noqa: S101 - the parser refuses anything else
        options = right.options
        typed = self.value(left)
        if typed.machine is not None:
            states = self.vocabulary.model.machines[typed.machine].states
            names = [o.path[0] if isinstance(o, e.Name) and len(o.path) == 1 else "" for o in options]
            if any(name in states for name in names):
                return terms.disjunction([self.state_test(left, o) for o in options])
        parts = [self.with_presence([left], lambda o=o: self.compare(left, "==", o)) for o in options]  # type: ignore[misc]
        return terms.disjunction(parts)

    def state_test(self, left: e.Expr, right: e.Expr) -> Term:
        typed = self.value(left)
        if typed.machine is None:
            kind = typed.sort
            hint = f"write `{left} == {right}`" if kind.name != "bool" else f"write `{left}`"
            self.refuse(left, f"`is` asks for the state of a machine, and `{left}` is a {kind}", hint)
        template = self.vocabulary.model.machines[typed.machine]
        if not isinstance(right, e.Name) or len(right.path) != 1:
            self.refuse(right, f"`{right}` is not a state of `{typed.machine}`",
                        did_you_mean(str(right), template.states))
        state = right.path[0]
        if state not in template.states:
            self.refuse(right, f"`{typed.machine}` has no state `{state}`",
                        did_you_mean(state, template.states))
        variable = self.vocabulary.variables[typed.machine]
        term = variable.later() if typed.later else variable.term()
        return terms.equal(term, terms.constant(template.states.index(state)))

    def compare(self, left: e.Expr, word: str, right: e.Expr) -> Term:
        a, b = self.both(left, right)
        name = f"`{left} {word} {right}`"
        whole = left if left.span[1] >= right.span[1] else right
        numeric = {"", *(s.name for s in (a.sort, b.sort) if s.ordered)}
        if a.sort.name != b.sort.name and not ({a.sort.name, b.sort.name} <= numeric and "" in (a.sort.name, b.sort.name)):
            self.refuse(whole, f"{name} compares a {a.sort} with a {b.sort}")
        if "" in (a.sort.name, b.sort.name) and a.sort.name != b.sort.name and (a.sort.optional or b.sort.optional):
            self.refuse(whole, f"{name} compares a number with something that may be none")
        if word == "==":
            return terms.equal(a.term, b.term)
        if not a.sort.ordered:
            self.refuse(whole, f"{name} needs an order, and {a.sort} has none")
        match word:
            case "<":
                return terms.negation(terms.at_most(b.term, a.term))
            case "<=":
                return terms.at_most(a.term, b.term)
            case ">":
                return terms.negation(terms.at_most(a.term, b.term))
            case _:
                return terms.at_most(b.term, a.term)

    def both(self, left: e.Expr, right: e.Expr) -> tuple[Typed, Typed]:
        """Resolve two operands; one that is a literal takes its sort from the other."""
        if self.is_open(left):
            b = self.value(right)
            return self.value(left, b.sort), b
        a = self.value(left)
        return a, self.value(right, a.sort)

    def is_open(self, node: e.Expr) -> bool:
        match node:
            case e.Literal():
                return True
            case e.Name((name,)):
                v = self.vocabulary
                known = name in self.bound or name in v.variables or name in v.definitions
                return not known and name != "event"
            case _:
                return False

    def arithmetic(self, node: e.Expr, operator: str, a: Typed, b: Typed) -> Typed:
        names = {a.sort.name, b.sort.name} - {""}
        if len(names) > 1:
            self.refuse(node, f"`{node}` computes with a {a.sort} and a {b.sort}")
        term = (terms.plus if operator == "+" else terms.minus)(a.term, b.term)
        return Typed(term, number(term.low, term.high, next(iter(names), "")))

    def choice(self, node: e.Expr, condition: Term, then: e.Expr, otherwise: e.Expr,
               expected: Sort | None) -> Typed:
        if expected is not None:
            a, b = self.value(then, expected), self.value(otherwise, expected)
        else:
            a, b = self.both(then, otherwise)
        return self.merged(node, condition, a, b)

    def merged(self, node: e.Expr, condition: Term, a: Typed, b: Typed) -> Typed:
        names = {a.sort.name, b.sort.name}
        if len(names) > 1 and not ("" in names and a.sort.ordered and b.sort.ordered):
            self.refuse(node, f"`{node}` is either a {a.sort} or a {b.sort}")
        name = next(iter(names - {""}), "")
        term = terms.choose(condition, a.term, b.term)
        base = a.sort if a.sort.name else b.sort
        if base.ordered:
            low, high = min(a.sort.low, b.sort.low), max(a.sort.high, b.sort.high)
            return Typed(term, Sort(name, low, high, optional=a.sort.optional or b.sort.optional))
        return Typed(term, base if base.optional else (b.sort if b.sort.optional else base))

    def call(self, node: e.Expr, function: str, arguments: tuple[e.Expr, ...],
             expected: Sort | None) -> Typed:
        v = self.vocabulary
        if function == "next":
            return self.next(node, arguments)
        if function in ("min", "max"):
            return self.extreme(node, function, arguments)
        if function in v.model.tables:
            sorts = v.model.tables[function].of
            self.count(node, function, len(sorts), len(arguments))
            values = [self.fitting(a, sort) for a, sort in zip(arguments, sorts, strict=True)]
            return Typed(terms.table(function, [t.term for t in values]), BOOL)
        if function in v.definitions:
            definition = v.definitions[function]
            self.count(node, function, len(definition.parameters), len(arguments))
            return self.definition(node, definition, tuple(self.value(a, expected) for a in arguments))
        self.refuse(node, f"unknown function `{function}`",
                    did_you_mean(function, [*v.definitions, *v.model.tables, "min", "max", "next"]))

    def fitting(self, node: e.Expr, sort: Sort) -> Typed:
        """Return a value that must be one of `sort`."""
        typed = self.value(node, sort)
        if typed.sort.name != sort.name or (typed.sort.optional and not sort.optional):
            self.refuse(node, f"expected a {sort}, and `{node}` is a {typed.sort}")
        return typed

    def count(self, node: e.Expr, function: str, wanted: int, found: int) -> None:
        if wanted != found:
            self.refuse(node, f"`{function}` takes {wanted} argument{'s' * (wanted != 1)}, not {found}")

    def next(self, node: e.Expr, arguments: tuple[e.Expr, ...]) -> Typed:
        self.count(node, "next", 1, len(arguments))
        if self.vocabulary.events is None:
            self.refuse(node, "`next` belongs to step properties")
        if self.later:
            self.refuse(node, "`next` inside `next`: a step has one state after it")
        return replace(self, later=True).value(arguments[0])

    def extreme(self, node: e.Expr, function: str, arguments: tuple[e.Expr, ...]) -> Typed:
        if not arguments:
            self.refuse(node, f"`{function}` needs values")
        found = self.value(arguments[0])
        for argument in arguments[1:]:
            other = self.value(argument, found.sort)
            for part, typed in ((node, found), (argument, other)):
                if not typed.sort.ordered:
                    self.refuse(part, f"`{function}` needs an order, and {typed.sort} has none")
            smaller = terms.at_most(found.term, other.term)
            condition = smaller if function == "min" else terms.negation(smaller)
            found = self.merged(node, condition, found, other)
        return found

    def definition(self, node: e.Expr, definition: Definition, arguments: tuple[Typed, ...]) -> Typed:
        self.count(node, definition.name, len(definition.parameters), len(arguments))
        key = (definition.name, arguments, self.later)
        found = self.vocabulary.expanded.get(key)
        if found is None:
            if definition.name in self.stack:
                self.refuse(node, f"`{definition.name}` is defined by itself")
            bound = dict(zip(definition.parameters, arguments, strict=True))
            inner = Resolver(self.vocabulary, definition.body, bound, self.later,
                             (*self.stack, definition.name))
            found = self.vocabulary.expanded[key] = inner.value(definition.body.expr)
        return found

    def quantified(self, node: e.Quantified) -> Typed:
        if node.name in self.bound or node.name in self.vocabulary.model.machines:
            self.refuse(node, f"`{node.name}` already means something here", "choose another name")
        parts = []
        for member in self.members(node.group):
            inner = replace(self, bound={**self.bound, node.name: member})
            holds = inner.truth(node.body)
            if node.condition is not None:
                applies = inner.truth(node.condition)
                if node.function == "all":
                    holds = terms.disjunction([terms.negation(applies), holds])
                else:
                    holds = terms.conjunction([applies, holds])
            parts.append(holds)
        if node.function != "count":
            join = terms.conjunction if node.function == "all" else terms.disjunction
            return Typed(join(parts), BOOL)
        one, zero = terms.constant(1), terms.constant(0)
        total = zero
        for part in parts:
            total = terms.plus(total, terms.choose(part, one, zero))
        return Typed(total, number(total.low, total.high))

    def members(self, group: e.Expr) -> list[Typed]:
        if isinstance(group, e.Choice):
            first, *others = group.options
            head = self.value(first)
            return [head, *(self.value(o, head.sort) for o in others)]
        if isinstance(group, e.Name) and len(group.path) == 1 and group.path[0] in self.vocabulary.sorts:
            sort = self.vocabulary.sorts[group.path[0]]
            if sort.labels and sort is not BOOL:
                return [self.constant_of(sort, label) for label in sort.labels]
            if sort is BOOL:
                return [Typed(terms.FALSE, BOOL), Typed(terms.TRUE, BOOL)]
            return [Typed(terms.constant(c), replace(sort, low=c, high=c)) for c in sort.codes()]
        self.refuse(group, f"`{group}` is not a group",
                    did_you_mean(str(group), self.vocabulary.sorts))

    def words(self, node: e.Expr) -> EventWords:
        if self.vocabulary.events is None:
            self.refuse(node, "`event` belongs to step properties")
        if self.later:
            self.refuse(node, "`event` inside `next`: the event belongs to the step itself")
        return self.vocabulary.events

    def event_is(self, node: e.Expr, word: str, right: e.Expr) -> Term:
        words = self.words(node)
        if word not in ("is", "in"):
            self.refuse(node, f"`event {word}` means nothing", "write `event is NAME`")
        options = right.options if isinstance(right, e.Choice) else (right,)
        parts = []
        for option in options:
            found = words.is_event(str(option))
            if found is None:
                self.refuse(option, f"unknown event `{option}`",
                            did_you_mean(str(option), words.names()))
            parts.append(found)
        return terms.disjunction(parts)

    def event_by(self, node: e.Expr, word: str, right: e.Expr) -> Term:
        words = self.words(node)
        if word not in ("==", "is", "in"):
            self.refuse(node, f"`event.by {word}` means nothing", "write `event.by == ACTOR`")
        options = right.options if isinstance(right, e.Choice) else (right,)
        parts = []
        for option in options:
            found = words.by(str(option))
            if found is None:
                self.refuse(option, f"unknown actor `{option}`",
                            did_you_mean(str(option), self.vocabulary.model.actors))
            parts.append(found)
        return terms.disjunction(parts)

    def event_argument(self, node: e.Expr, path: tuple[str, ...]) -> Typed:
        words = self.words(node)
        if len(path) == 1:
            self.refuse(node, "`event` alone is no value", "write `event is NAME`")
        found = words.argument(path[1])
        if found is None or len(path) > 2:  # noqa: PLR2004 - event.argument
            self.refuse(node, f"no event has an argument `{'.'.join(path[1:])}`")
        if isinstance(found, str):
            self.refuse(node, found)
        return found[1]
