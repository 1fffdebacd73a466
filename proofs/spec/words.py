"""Which names the expressions of a model and a spec mention, through definitions that are used.

Names are compared as they are written, so a word with two meanings counts for both: a use may be
seen where there is none, never the other way round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from twinrom.proofs.spec.kinds import written_properties
from twinrom.statemachine import Problems, parse, read_definitions
from twinrom.statemachine import syntax as e

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from twinrom.proofs.spec.spec import Spec
    from twinrom.statemachine import Definition, Expr, Formula, Model, Rule

Word: TypeAlias = tuple[str, ...]


def words(node: Expr) -> Iterator[Word]:
    """Yield every path, what it begins with, and every function that an expression mentions."""
    match node:
        case e.Name(path):
            yield from (path[:end] for end in range(1, len(path) + 1))
        case e.Member(_, path):
            yield from (("", *path[:end]) for end in range(1, len(path) + 1))
        case e.Call(function):
            yield (function,)
    yield from _all(e.parts(node))


def _all(nodes: Iterable[Expr]) -> Iterator[Word]:
    for node in nodes:
        yield from words(node)


def model_words(model: Model) -> set[Word]:
    """Return what rules, duties, the initial condition and the values of variables mention."""
    formulas = [*model.init]
    for template in model.templates.values():
        for values in (template.initials, template.unpowered, template.torn_values):
            formulas += values.values()
    for rule in model.rules.values():
        formulas += rule_formulas(rule)
    for event in model.events.values():
        formulas += event.can_happen
    return mentioned(formula.expr for formula in formulas)


def rule_formulas(rule: Rule) -> list[Formula]:
    """Return every expression of a rule."""
    return [*rule.when, *(assignment.value for assignment in rule.assignments)]


def spec_words(spec: Spec | None) -> set[Word]:
    """Return what the properties and the observers of a spec mention; nothing without one."""
    if spec is None:
        return set()
    found = mentioned(
        parse(text) for _, _, shape in written_properties(spec.shape)
        for text in (*shape.whenever, *shape.goal))
    if spec.shape.ends is not None:
        found |= mentioned(map(parse, spec.shape.ends.when))
    for name, observer in spec.shape.observer.items():
        found |= mentioned(map(parse, [observer.initial, observer.update])) - {(name,)}
    return found


def spec_definitions(spec: Spec | None) -> Mapping[str, Definition]:
    """Return the definitions of a spec; none without one."""
    if spec is None:
        return {}
    return read_definitions(spec.shape.define, spec.place.at("define"), Problems())


def through(found: set[Word], definitions: Mapping[str, Definition]) -> set[Word]:
    """Return the words with those of every definition among them, and of theirs in turn."""
    seen: set[Word] = set()
    todo = set(found)
    while todo:
        word = todo.pop()
        if word not in seen:
            seen.add(word)
            if len(word) == 1 and word[0] in definitions:
                todo |= mentioned([definitions[word[0]].body.expr])
    return seen


def mentioned(nodes: Iterable[Expr]) -> set[Word]:
    """Return every path and every function that the expressions mention."""
    return set(_all(nodes))
