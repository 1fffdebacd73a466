"""What stands behind a machine: its variables, its parts and its state, through any expression.

A reference to `none` has nothing of all this, and neither has anything that is read from nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from twinrom.statemachine import terms
from twinrom.statemachine.meaning.scope import ResolveError, Typed, kind_of
from twinrom.statemachine.source.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twinrom.statemachine.expression import syntax as e
    from twinrom.statemachine.meaning.context import Context
    from twinrom.statemachine.meaning.scope import Vocabulary
    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.system import Variable
    from twinrom.statemachine.terms import Term


def machines_of(typed: Typed, vocabulary: Vocabulary) -> list[tuple[Term, str]]:
    """Return each machine that a reference may mean, with where it means that."""
    if typed.machine is not None:
        return [(terms.TRUE, typed.machine)]
    found = [(terms.equal(typed.term, terms.constant(code)), name) for code, name
             in enumerate(vocabulary.model.templates[typed.sort.name].instances)]
    return [(where, name) for where, name in found if where is not terms.FALSE]


def there(typed: Typed) -> Term:
    """Return where a reference means some machine."""
    if not typed.sort.optional:
        return typed.defined
    none = terms.equal(typed.term, terms.constant(typed.sort.none))
    return terms.conjunction([typed.defined, terms.negation(none)])


def state_is(typed: Typed, code: int, vocabulary: Vocabulary) -> Term:
    """Return where the machine that is meant is in a state."""
    return terms.conjunction([there(typed), _selected(
        machines_of(typed, vocabulary), lambda machine: terms.equal(
            _value(typed, vocabulary.variables[machine]), terms.constant(code)))])


def path_from(r: Context, node: e.Expr, typed: Typed, start: list[str],
              path: tuple[str, ...]) -> Typed:
    """Return what a path means that starts at a value; `start` is that value as it is written."""
    end = node.span[1] - sum(len(name) + 1 for name in path)
    for i, name in enumerate(path, 1):
        end += len(name) + 1
        typed = _member(r, node, typed, [*start, *path[:i]], (end - len(name), end))
    return typed


def _member(r: Context, node: e.Expr, typed: Typed, written: list[str], span: Span) -> Typed:
    """Return what `written`, a path of which the last name is at `span`, means.

    `typed` is the meaning of the names before the last, or of the expression there.
    """
    name, v = written[-1], r.vocabulary
    if not typed.sort.template:
        _no_machine(r, node, typed, written)
    found = machines_of(typed, v)
    behind = [v.variables.get(f"{machine}.{name}") for _, machine in found]
    parts = [f"{machine}.{name}" for _, machine in found if f"{machine}.{name}" in v.model.machines]
    if parts:
        return _part(r, typed, found, parts, (name, span))
    variables = [variable for variable in behind if variable is not None]
    if len(variables) < len(found) or not found:
        _no_member(r, typed, written, span)
    values = {machine: _value(typed, variable)
              for (_, machine), variable in zip(found, variables, strict=True)}
    sort, defined = variables[0].sort, there(typed)
    term = _selected(found, values.__getitem__)
    if sort.boolean:
        term = terms.conjunction([defined, term])
    return Typed(term, sort, None, terms.truth(r.later), defined)


def _part(r: Context, typed: Typed, found: list[tuple[Term, str]], parts: list[str],
          last: tuple[str, Span]) -> Typed:
    """Return the part of whatever machine is meant."""
    v, (name, span) = r.vocabulary, last
    templates = {v.model.machines[part].name for part in parts}
    if len(parts) < len(found):
        lacks = next(m for _, m in found if f"{m}.{name}" not in parts)
        r.refuse(span, f"`{lacks}` has no part `{name}`")
    if len(templates) > 1:
        r.refuse(span, f"`{name}` is a part of several templates",
                 " and ".join(f"`{t}`" for t in sorted(templates)))
    sort = v.sorts[templates.pop()]
    term = _selected(found, lambda machine: terms.constant(sort.code(f"{machine}.{name}") or 0))
    later = terms.disjunction([typed.later, terms.truth(r.later)])
    return Typed(term, sort, parts[0] if len(parts) == 1 else None, later, there(typed))


def _value(typed: Typed, variable: Variable) -> Term:
    """Return the variable as it is before or after the step."""
    return terms.choose(typed.later, variable.later(), variable.term())


def _selected(machines: list[tuple[Term, str]], value: Callable[[str], Term]) -> Term:
    """Return the value for the machine that is meant; of no machine it is any of them."""
    if len(machines) == 1:
        return value(machines[0][1])
    if all(value(machine).boolean for _, machine in machines):
        return terms.disjunction(
            terms.conjunction([where, value(machine)]) for where, machine in machines)
    half = len(machines) // 2
    first = terms.disjunction(where for where, _ in machines[:half])
    return terms.choose(first, _selected(machines[:half], value), _selected(machines[half:], value))


def _no_machine(r: Context, node: e.Expr, typed: Typed, written: list[str]) -> NoReturn:
    owner, v = ".".join(written[:-1]), r.vocabulary
    if owner in v.definitions:
        r.refuse(node, f"`{owner}` is a definition, and has no parts")
    if len(written) > 2 or owner in v.variables:  # noqa: PLR2004 - a machine, its variable, no more
        r.refuse(node, f"`{owner}` is a variable")
    r.refuse(node, f"`{owner}` is not a machine but {kind_of(typed.sort)}")


def _no_member(r: Context, typed: Typed, written: list[str], span: Span) -> NoReturn:
    """Refuse a name that no variable and no part of the machine has."""
    v, last, owner = r.vocabulary, written[-1], ".".join(written[:-1])
    template = v.model.templates[typed.sort.name]
    hint = did_you_mean(last, [*template.variables, *_parts(typed, v)])
    if last in template.states:
        hint = f"it is a state: write `{owner} is {last}`"
    elif last == "state":
        hint = f"write `{owner} is {template.states[0]}`"
    if v.may_have(template) and last not in template.states:
        raise ResolveError
    r.refuse_name(span, f"{template.name}.{last}", f"`{template.name}` has no variable `{last}`",
                  hint)


def _parts(typed: Typed, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the names of the parts of a machine that may be meant."""
    _, machine = machines_of(typed, vocabulary)[0]
    for name in vocabulary.model.machines:
        if name.startswith(machine + "."):
            yield name.removeprefix(machine + ".")
