"""What names mean, and what to say of those that mean nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from twinrom.statemachine import terms
from twinrom.statemachine.expression import syntax as e
from twinrom.statemachine.meaning.comparisons import is_open
from twinrom.statemachine.meaning.references import path_from
from twinrom.statemachine.meaning.scope import BROKEN, ResolveError, Typed, gathered, kind_of
from twinrom.statemachine.sorts import BOOL
from twinrom.statemachine.source.diagnostics import closest, did_you_mean

if TYPE_CHECKING:
    from typing import NoReturn

    from twinrom.statemachine.meaning.context import Context
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.system import Variable

SPELLED = {"true": "write `True`", "false": "write `False`", "null": "write `none`",
           "next": "write `next(e)`"}


def named(r: Context, node: e.Name, expected: Sort | None) -> Typed:
    """Return the meaning of a name or a dotted path."""
    head, *rest = node.path
    v = r.vocabulary
    if head in r.bound:
        typed = r.bound[head]
        if typed is BROKEN:
            raise ResolveError
        if typed.sort.template and r.later:
            typed = replace(typed, later=terms.TRUE)
    elif head in v.model.machines:
        typed = constant_of(r, v.sorts[v.model.machines[head].name], head)
    elif rest and f"{head}.{rest[0]}" in v.model.machines:  # a part of nothing, said elsewhere
        raise ResolveError
    elif head in v.variables:
        typed = _variable(r, v.variables[head])
    elif head in v.definitions:
        typed = r.definition(node, v.definitions[head], ())
    elif rest:
        _no_path(r, node)
    elif head == "none" and expected is not None:
        return Typed(terms.constant(expected.or_none().low), expected.or_none())
    else:
        return _label(r, node, head, expected)
    return path_from(r, node, typed, [head], tuple(rest))


def _label(r: Context, node: e.Name, name: str, expected: Sort | None) -> Typed:
    if expected is not None and expected.labels and name in expected.labels:
        return constant_of(r, expected, name)
    sorts = list(r.vocabulary.labelled(name))
    if len(sorts) == 1:
        return constant_of(r, sorts[0], name)
    if sorts:
        several = " and ".join(f"`{s.name}`" for s in sorts)
        r.refuse(node, f"`{name}` is a value of {several}", "compare it with a variable")
    return _unknown(r, node, name, expected)


def _unknown(r: Context, node: e.Name, name: str, expected: Sort | None) -> NoReturn:
    v = r.vocabulary
    values = [label for s in v.sorts.values() for label in s.labels or ()]
    if expected is not None and expected.labels:
        values = [*expected.labels]
    names = [*r.bound, *v.model.machines, *v.definitions, *values]
    states = {s for t in v.model.templates.values() for s in t.states}
    if name in SPELLED:
        hint = SPELLED[name]
    elif name in states:
        asked = [_subject(r, node), *(m for m, t in v.model.machines.items() if name in t.states)]
        hint = _said("a state", r.advice(*(f"{machine} is {name}" for machine in asked)))
    elif name in v.model.tables:
        cells = ("1" if s.unbounded else s.text(s.low) for s in v.model.tables[name].of)
        hint = _said("a table", r.advice(f"{name}({', '.join(cells)})"))
    elif name in v.families:
        cells = (s.text(s.plain_low) for s in v.families[name].sorts)
        hint = _said("an observer with `each`", r.advice(f"{name}({', '.join(cells)})"))
    elif name in v.model.templates:
        state = v.model.templates[name].states[0]
        hint = _said("a template", r.advice(f"all(c is {state} for c in {name})"))
    elif name in v.sorts:
        value = v.sorts[name].text(v.sorts[name].low)
        hint = _said("a sort", r.advice(f"any(x == {value} for x in {name})"))
    else:
        hint = closest(name, names) or (
            did_you_mean(name, values) if expected is not None and expected.labels else "")
    if name == "none":
        r.refuse(node, "`none` needs something to be compared with")
    r.refuse_name(node, name, f"unknown name `{name}`", hint)


def _said(what: str, advice: str) -> str:
    return f"it is {what}: {advice}" if advice else f"it is {what}"


def _subject(r: Context, node: e.Name) -> str:
    """Return what the state at `node` is probably said of: `A` in `A == off`, `A is on or off`."""
    found = "machine"
    todo = [r.formula.expr]
    while todo:
        part = todo.pop()
        match part:
            case e.Compare(e.Name((head, *_)) as first, ((word, right), *_)) if (
                    head in r.bound or head in r.vocabulary.model.machines):
                said = right is node or (word.startswith("is") and part.span[1] <= node.span[0])
                found = str(first) if said else found
        todo += e.parts(part)
    return found


def constant_of(r: Context, sort: Sort, name: str) -> Typed:
    """Return the value called `name` of a sort that has it."""
    code = sort.code(name)
    if code is None:  # pragma: no cover - the caller has looked
        raise AssertionError(name)
    machine = name if sort.template else None
    return Typed(terms.constant(code), sort, machine, terms.truth(r.later))


def _no_path(r: Context, node: e.Name) -> NoReturn:
    """Refuse a path that does not start at a machine."""
    v, owner = r.vocabulary, ".".join(node.path[:-1])
    if v.forgiven(node.path[0]):
        raise ResolveError
    r.refuse_name(node, owner, f"unknown machine `{owner}`",
                  did_you_mean(owner, [*v.model.machines, *r.bound]))


def _variable(r: Context, variable: Variable) -> Typed:
    return Typed(r.read(variable), variable.sort, None, terms.truth(r.later))


def applied(r: Context, node: e.Call) -> NoReturn:
    """Refuse the application of something that takes no arguments."""
    v, name = r.vocabulary, node.function
    start = node.span[0]
    span = (start, start + len(name))
    if name in r.bound or v.taken(name):
        r.refuse(span, f"`{name}` takes no arguments")
    later = ["later"] * any(sort.wraps for sort in v.sorts.values())
    known = [*v.families, *v.definitions, *v.model.tables, "min", "max", *later, "next",
             "all", "any", "count"]
    known += [e.ENABLED] * (v.rules is not None)
    r.refuse_name(span, name, f"unknown definition or table `{name}`", did_you_mean(name, known))


def grouped(r: Context, group: e.Expr) -> list[Typed]:
    """Return the members of the group that a quantifier runs over."""
    v = r.vocabulary
    if isinstance(group, e.Choice):
        first = next((o for o in group.options if not is_open(r, o)), group.options[0])
        head = r.value(first)
        found = gathered(
            partial(r.value, o, head.sort) if o is not first else partial(_itself, head)
            for o in group.options)
        for option, typed in zip(group.options, found, strict=True):
            if typed.sort.name != head.sort.name:
                r.refuse(option, f"`{option}` is {kind_of(typed.sort)}, and `{first}` is "
                         f"{kind_of(head.sort)}")
        return found
    name = str(group)
    if isinstance(group, e.Name) and group.path[1:] and group.path[-1] in v.model.templates:
        return _own_parts(r, group)
    if name not in v.sorts:
        r.refuse_name(group, name, f"`{group}` is not a group",
                      did_you_mean(name, v.sorts) or "a template, a sort or `(a, b)`")
    sort = v.sorts[name]
    if sort.boolean:
        return [Typed(terms.FALSE, BOOL), Typed(terms.TRUE, BOOL)]
    if sort.labels:
        return [constant_of(r, sort, label) for label in sort.labels]
    return [Typed(terms.constant(c), replace(sort, low=c, high=c)) for c in sort.codes()]


def _own_parts(r: Context, group: e.Name) -> list[Typed]:
    """Return the parts of one machine that are of a template: `this.Bank`."""
    sort = r.vocabulary.sorts[group.path[-1]]
    owner = r.value(e.Name(group.path[:-1], group.span))
    if owner.machine is None:
        if not owner.sort.template:
            r.refuse(group, f"`{'.'.join(group.path[:-1])}` is not a machine but "
                     f"{kind_of(owner.sort)}")
        r.refuse(group, f"`{'.'.join(group.path[:-1])}` is one machine or another",
                 f"run over all of `{sort.name}`")
    parts = [part for part in sort.labels or () if part.startswith(f"{owner.machine}.")]
    if not parts:
        r.refuse(group, f"no `{sort.name}` is part of `{owner.machine}`")
    return [constant_of(r, sort, part) for part in parts]


def unending(r: Context, group: e.Expr) -> bool:
    """Say whether the group is a sort without end, over which nothing can be computed."""
    sort = r.vocabulary.sorts.get(str(group))
    return sort is not None and sort.unbounded


def _itself(typed: Typed) -> Typed:
    return typed
