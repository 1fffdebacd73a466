"""From an expression to a ground term: every name looked up, every sort checked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from twinrom.statemachine import terms
from twinrom.statemachine.expression import syntax as e
from twinrom.statemachine.meaning.abilities import enabled
from twinrom.statemachine.meaning.comparisons import both, compared, is_open
from twinrom.statemachine.meaning.context import Context
from twinrom.statemachine.meaning.event_words import event_argument
from twinrom.statemachine.meaning.names import applied, grouped, named, unending
from twinrom.statemachine.meaning.references import path_from
from twinrom.statemachine.meaning.scope import (
    MAX_LEVELS,
    MAX_WORK,
    ResolveError,
    Typed,
    gathered,
    in_sort,
    kind_of,
)
from twinrom.statemachine.sorts import BOOL, FAR, Sort, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.statemachine.meaning.scope import Family
    from twinrom.statemachine.model import Definition
    from twinrom.statemachine.terms import Term

TOO_LARGE = "this is too large when its definitions are written out"
class Resolver(Context):
    """Resolves the expressions of one formula under the names bound around it."""

    def truth(self, node: e.Expr) -> Term:
        """Return the meaning of an expression that must be true or false."""
        typed = self.value(node)
        if not typed.sort.boolean:
            state = typed.machine or typed.sort.template
            hint = "ask for a state with `is`" if state else "compare it"
            self.refuse(node, f"`{node}` is not true or false but {kind_of(typed.sort)}", hint)
        return typed.term

    def truths(self, nodes: Sequence[e.Expr]) -> list[Term]:
        """Return the meanings of expressions that must be true or false."""
        return gathered(partial(self.truth, node) for node in nodes)

    def value(self, node: e.Expr, expected: Sort | None = None) -> Typed:
        """Return the meaning of `node`; `expected` decides what an ambiguous literal means."""
        v = self.vocabulary
        v.work += 1
        v.level += 1
        try:
            if v.work > MAX_WORK:
                first = "*" not in v.broken
                v.broken |= {"*"}  # whatever follows is not looked at
                raise ResolveError(*[self.formula.problem(TOO_LARGE, node.span)] * first)
            typed = self._value(node, expected) if v.level <= MAX_LEVELS else None
            if typed is None or v.too_large(typed.term):
                self.refuse(node, TOO_LARGE)
            return typed
        finally:
            v.level -= 1

    def _value(self, node: e.Expr, expected: Sort | None) -> Typed:  # noqa: C901, PLR0911 - one match, a branch a kind
        match node:
            case e.Literal(value):
                return self._literal(node, value, expected)
            case e.Name(path):
                return event_argument(self, node) if path[0] == "event" else (
                    named(self, node, expected))
            case e.Member(inside, path):
                return path_from(self, node, self.value(inside), [str(inside)], path)
            case e.Not(operand):
                return Typed(terms.negation(self.truth(operand)), BOOL)
            case e.Junction(operator, operands):
                join = terms.conjunction if operator == "and" else terms.disjunction
                return Typed(join(self.truths(operands)), BOOL)
            case e.Compare(first, rest):
                lefts = [first, *(right for _, right in rest)]
                pairs = zip(lefts, rest, strict=False)
                parts = gathered(partial(compared, self, left, pair) for left, pair in pairs)
                return Typed(terms.conjunction(parts), BOOL)
            case e.Arithmetic():
                return self._arithmetic(node)
            case e.IfElse():
                return self._choice(node, expected)
            case e.Call():
                return self._call(node, expected)
            case e.Quantified():
                return self._quantified(node)
            case e.Choice():
                return self.refuse(node, "a list of values stands only to the right of `in`")

    def _literal(self, node: e.Expr, value: int | bool, expected: Sort | None) -> Typed:  # noqa: FBT001 - the literal itself
        if isinstance(value, bool):
            return Typed(terms.truth(value), BOOL)
        if expected is not None and expected.ordered and expected.name:
            whole = self.vocabulary.sorts.get(expected.name, expected)  # `expected` may be a part
            if not any(s.plain_low <= value <= s.high for s in (whole, expected)):
                self.refuse(node, f"`{value}` is not in {whole.describe()}")
            sort = replace(expected, low=value, high=value, optional=False)
            return Typed(terms.constant(value), sort)
        return Typed(terms.constant(value), number(value, value))

    def _number(self, node: e.Expr) -> Typed:
        typed = self.value(node)
        if not typed.sort.ordered:
            self.refuse(node, f"`{node}` is not a number but {kind_of(typed.sort)}")
        if typed.sort.optional:
            self.refuse(node, f"`{node}` may be `none`, so it cannot be computed with")
        return typed

    def _arithmetic(self, node: e.Arithmetic) -> Typed:
        a, b = gathered(partial(self._number, side) for side in (node.left, node.right))
        names = {a.sort.name, b.sort.name} - {""}
        if len(names) > 1:
            self.refuse(
                node, f"`{node}` computes with {kind_of(a.sort)} and {kind_of(b.sort)}")
        operation = terms.signature(e.SIGNS[node.operator])
        mistake = operation.mistake([a.term, b.term])
        if mistake:
            self.refuse(node, f"`{node}` cannot be computed: {mistake}")
        term = operation.build(a.term, b.term)
        name = next(iter(names), "") if operation.build is not terms.modulo else ""
        sort = self.vocabulary.sorts.get(name)
        if sort is not None and sort.wraps:
            term = wrapped(term, sort)
        return Typed(term, number(term.low, term.high, name),
                     defined=terms.conjunction([a.defined, b.defined]))

    def _choice(self, node: e.IfElse, expected: Sort | None) -> Typed:
        def branches() -> tuple[Typed, Typed]:
            if expected is None:
                return both(self, node.then, node.otherwise)
            sides = (node.then, node.otherwise)
            a, b = gathered(partial(self.value, side, expected) for side in sides)
            return a, b

        parts: list[Any] = gathered((partial(self.truth, node.condition), branches))
        condition, (a, b) = parts
        return self.merged(node, condition, a, b)

    def merged(self, node: e.Expr, condition: Term, a: Typed, b: Typed) -> Typed:
        """Return `a if condition else b`."""
        names = {a.sort.name, b.sort.name}
        if len(names) > 1 and not ("" in names and a.sort.ordered and b.sort.ordered):
            self.refuse(node, f"`{node}` is either {kind_of(a.sort)} or {kind_of(b.sort)}")
        name = next(iter(names - {""}), "")
        term = terms.choose(condition, a.term, b.term)
        base = a.sort if a.sort.name else b.sort
        sort = base if base.optional else (b.sort if b.sort.optional else base)
        if base.ordered:
            low, high = min(a.sort.low, b.sort.low), max(a.sort.high, b.sort.high)
            sort = Sort(name, low, high, optional=a.sort.optional or b.sort.optional)
        later, defined = terms.choose(condition, a.later, b.later), (
            terms.choose(condition, a.defined, b.defined))
        return Typed(term, sort, None, later, defined)

    def _call(self, node: e.Call, expected: Sort | None) -> Typed:
        v, function = self.vocabulary, node.function
        own = any(function in names for names in (v.model.tables, v.definitions, v.families))
        if node.names and (function != e.ENABLED or own):
            self.refuse(node.name_spans[0], "arguments have no names here")
        if own:
            return self._own(node, expected)
        free = function not in self.bound and not v.taken(function)
        match function:
            case "next":
                return self._next(node)
            case "min" | "max":
                return self._extreme(node)
            case "later" if free:
                return self._later(node)
            case e.ENABLED if free:
                return enabled(self, node)
            case _:
                return applied(self, node)

    def _own(self, node: e.Call, expected: Sort | None) -> Typed:
        """Return what a table, a definition or an observer of the file gives."""
        v, function, arguments = self.vocabulary, node.function, node.arguments
        if function in v.definitions:
            given = gathered(partial(self.value, a, expected) for a in arguments)
            return self.definition(node, v.definitions[function], tuple(given))
        if function in v.families:
            return self._member(node, v.families[function])
        sorts = v.model.tables[function].of
        self._count(node, function, len(sorts), len(arguments))
        values = gathered(map(partial(partial, self._fitting, maybe=True), arguments, sorts))
        entry = terms.table(function, [t.term for t in values])
        listed = [_listed(t, sort) for t, sort in zip(values, sorts, strict=True)]
        return Typed(terms.conjunction([*(t.defined for t in values), *listed, entry]), BOOL)

    def _member(self, node: e.Call, family: Family) -> Typed:
        """Return the variable for these values; nothing where there is none for them."""
        self._count(node, node.function, len(family.sorts), len(node.arguments))
        values = gathered(map(partial(partial, self._fitting), node.arguments,
                              [s.or_none() if s.template else s for s in family.sorts]))
        found = [(terms.conjunction(terms.equal(t.term, t.sort.constant(code))
                                    for t, code in zip(values, codes, strict=True)), variable)
                 for codes, variable in family.members.items()]
        defined = terms.conjunction([*(t.defined for t in values),
                                     terms.disjunction(where for where, _ in found)])
        term = family.value.constant(family.value.low)
        for where, variable in found:
            own = self.read(variable)
            term = terms.choose(where, own, term) if term is not own else term
        if family.value.boolean:
            term = terms.conjunction([defined, term])
        return Typed(term, family.value, None, terms.truth(self.later), defined)

    def _fitting(self, node: e.Expr, sort: Sort, *, maybe: bool = False) -> Typed:
        """Return a value that must be one of `sort`, or `none` where it `maybe` is."""
        typed = self.value(node, sort)
        if typed.term.operator == "constant" and not typed.sort.name and sort.ordered:
            return self._literal(node, typed.term.value, sort)
        if typed.sort.name != sort.name or (
                typed.sort.optional and not sort.optional and not maybe):
            self.refuse(node, f"expected {kind_of(sort)}, and `{node}` is {kind_of(typed.sort)}")
        return typed

    def _count(self, node: e.Expr, function: str, wanted: int, found: int) -> None:
        if wanted != found:
            plural = "s" * (wanted != 1)
            self.refuse(node, f"`{function}` takes {wanted} argument{plural}, not {found}")

    def _next(self, node: e.Call) -> Typed:
        if self.vocabulary.events is None:
            self.refuse(node, "`next` belongs to step properties")
        self._count(node, "next", 1, len(node.arguments))
        if self.later:
            self.refuse(node, "`next` inside `next`: a step has one state after it")
        return replace(self, later=True).value(node.arguments[0])

    def _later(self, node: e.Call) -> Typed:
        """Return whether one value comes after another, going round the shorter way."""
        self._count(node, "later", 2, len(node.arguments))
        a, b = both(self, *node.arguments)
        sort = self.vocabulary.sorts.get(a.sort.name or b.sort.name)
        if sort is None or not sort.wraps or {a.sort.name, b.sort.name} - {"", sort.name}:
            self.refuse(node, "`later` compares two values of one sort that wraps",
                        'declare it as "0..7 wraps"')
        for side, typed in zip(node.arguments, (a, b), strict=True):
            if typed.sort.optional:
                self.refuse(side, f"`{side}` may be `none`, so it cannot be computed with")
        distance = terms.modulo(terms.minus(a.term, b.term), terms.constant(sort.plain_size))
        return Typed(terms.conjunction([
            a.defined, b.defined, terms.at_most(terms.constant(1), distance),
            terms.at_most(distance, terms.constant((sort.plain_size - 1) // 2))]), BOOL)

    def _extreme(self, node: e.Call) -> Typed:
        if not node.arguments:
            self.refuse(node, f"`{node.function}` needs values")
        first = next((a for a in node.arguments if not is_open(self, a)), node.arguments[0])
        head = self.value(first)
        found = [head if a is first else self.value(a, head.sort) for a in node.arguments]
        for argument, typed in zip(node.arguments, found, strict=True):
            if not typed.sort.ordered:
                self.refuse(argument, f"`{node.function}` needs an order, and `{typed.sort}`"
                            " has none")
        return self._folded(node, found)

    def _folded(self, node: e.Call, found: list[Typed]) -> Typed:
        """Return the least or greatest of `found`, halving, so that the term stays shallow."""
        if len(found) == 1:
            return found[0]
        half = len(found) // 2
        a, b = self._folded(node, found[:half]), self._folded(node, found[half:])
        smaller = terms.at_most(a.term, b.term)
        condition = smaller if node.function == "min" else terms.negation(smaller)
        both_ = terms.conjunction([a.defined, b.defined])
        return replace(self.merged(node, condition, a, b), defined=both_)

    def definition(self, node: e.Expr, definition: Definition, arguments: tuple[Typed, ...],
                   ) -> Typed:
        """Return what a definition means for these arguments."""
        v, name = self.vocabulary, definition.name
        if name in v.broken:
            raise ResolveError
        self._count(node, name, len(definition.parameters), len(arguments))
        key = (name, arguments, self.later)
        found = v.expanded.get(key)
        if found is None:
            if name in self.stack:
                self.refuse(node, f"`{name}` is defined by itself")
            bound = dict(zip(definition.parameters, arguments, strict=True))
            inner = Resolver(v, definition.body, bound, self.later, (*self.stack, name))
            try:
                found = v.expanded[key] = inner.value(definition.body.expr)
            except ResolveError as error:
                if not arguments:
                    v.broken |= {name}  # its other uses are no mistakes of their own
                use = f"in `{node}`, {self.formula.place}"
                raise ResolveError(*(
                    p if "in `" in p.hint else replace(p, hint=f"{p.hint}; {use}".lstrip("; "))
                    for p in error.problems)) from None
        return found

    def _quantified(self, node: e.Quantified) -> Typed:
        if node.name in self.bound or self.vocabulary.taken(node.name):
            self.refuse(node.name_span, f"`{node.name}` already means something else",
                        "choose another name")
        if unending(self, node.group):
            counted = node.function == "count"
            sort = number(0, FAR) if counted else BOOL
            return Typed(terms.opaque(sort.low, sort.high, boolean=not counted), sort)
        parts = []
        for member in grouped(self, node.group):
            inner = replace(self, bound={**self.bound, node.name: member})
            both_ = [node.body, node.condition] if node.condition is not None else [node.body]
            holds, *applies = inner.truths(both_)
            if applies and node.function == "all":
                holds = terms.disjunction([terms.negation(applies[0]), holds])
            parts.append(terms.conjunction([*applies, holds]) if node.function != "all" else holds)
        if node.function != "count":
            join = terms.conjunction if node.function == "all" else terms.disjunction
            return Typed(join(parts), BOOL)
        total = _sum([terms.choose(p, terms.constant(1), terms.constant(0)) for p in parts])
        return Typed(total, number(total.low, total.high))


def _listed(typed: Typed, sort: Sort) -> Term:
    """Return what says that a table can have an entry for the value: no other one has any."""
    if typed.sort.optional:
        return terms.negation(terms.equal(typed.term, terms.constant(typed.sort.none)))
    return in_sort(typed, sort)  # of a computed number; any other is of the sort


def wrapped(term: Term, sort: Sort) -> Term:
    """Return the value of a sort that wraps which a number stands for: modulo the size."""
    low, size = terms.constant(sort.plain_low), terms.constant(sort.plain_size)
    if sort.plain_low <= term.low and term.high <= sort.high:
        return term
    if not sort.plain_low:
        return terms.modulo(term, size)
    return terms.plus(low, terms.modulo(terms.minus(term, low), size))


def _sum(parts: list[Term]) -> Term:
    """Return the sum of the terms, halving, so that the term stays shallow."""
    if len(parts) <= 1:
        return parts[0] if parts else terms.constant(0)
    half = len(parts) // 2
    return terms.plus(_sum(parts[:half]), _sum(parts[half:]))
