"""Named expressions: finding those that mean nothing, or are defined by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.statemachine.expression import syntax as e
from twinrom.statemachine.meaning.resolve import Resolver
from twinrom.statemachine.meaning.scope import BROKEN, ResolveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from twinrom.statemachine.meaning.scope import Vocabulary
    from twinrom.statemachine.model import Definition
    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.source.places import Problems

MAX_DEPTH = 25


def check_definitions(definitions: Mapping[str, Definition], vocabulary: Vocabulary,
                      problems: Problems) -> None:
    """Note what is wrong with definitions, used or not; parameters may mean anything here."""
    for definition in definitions.values():
        for parameter in definition.parameters:
            if vocabulary.taken(parameter):
                problems.add(definition.body.place.problem(
                    f"the parameter `{parameter}` already means something else",
                    "choose another name", at_key=True))
    _check_uses(definitions, vocabulary, problems)
    for definition in definitions.values():
        if problems.enough:
            break
        bound = dict.fromkeys(definition.parameters, BROKEN)
        resolver = Resolver(vocabulary, definition.body, bound, stack=(definition.name,))
        try:
            resolver.value(definition.body.expr)
        except ResolveError as error:
            problems.extend(error.problems)
            if not definition.parameters:
                vocabulary.broken |= {definition.name}


def _check_uses(definitions: Mapping[str, Definition], vocabulary: Vocabulary,
                problems: Problems) -> None:
    """Note cycles, and definitions that stand on too many others."""
    for cycle in _cycles(definitions):
        if problems.broken & set(cycle):
            continue
        first = definitions[cycle[0]]
        following = cycle[1] if len(cycle) > 1 else cycle[0]
        span = next(span for name, span in _uses(first.body.expr) if name == following)
        around = ", ".join(f"`{a}` uses `{b}`" for a, b in zip(
            cycle, (*cycle[1:], cycle[0]), strict=True))
        problems.add(first.body.problem(f"`{first.name}` is defined by itself", span,
                                        around if len(cycle) > 1 else ""))
        problems.broken.update(cycle)
    depths = _depths(vocabulary.definitions)
    for name, definition in definitions.items():
        if depths[name] == MAX_DEPTH + 1:
            problems.add(definition.body.place.problem(
                f"`{name}` nests definitions {MAX_DEPTH + 1} deep", f"at most {MAX_DEPTH}",
                at_key=True))
    vocabulary.broken |= problems.broken | {n for n, depth in depths.items() if depth > MAX_DEPTH}


def _cycles(definitions: Mapping[str, Definition]) -> Iterator[tuple[str, ...]]:
    """Return the cycles of definitions that use each other, each once."""
    done: set[str] = set()
    for start in definitions:
        path: dict[str, Iterator[str]] = {}  # the definitions being followed, in order
        following: str | None = start
        while following is not None or path:
            if following is None:
                done.add(path.popitem()[0])
            elif following in path:
                names = list(path)
                yield tuple(names[names.index(following):])
            elif following not in done:
                uses = {n for n, _ in _uses(definitions[following].body.expr) if n in definitions}
                path[following] = iter(sorted(uses))
            following = next(path[next(reversed(path))], None) if path else None


def _depths(definitions: Mapping[str, Definition]) -> dict[str, int]:
    """Return how many definitions stand on one another below each one, itself included."""
    uses = {name: {n for n, _ in _uses(definition.body.expr) if n in definitions}
            for name, definition in definitions.items()}
    depths: dict[str, int] = {}
    entered: set[str] = set()
    todo = list(definitions)
    while todo:
        name = todo[-1]
        waiting = uses[name] - depths.keys() - entered
        entered.add(name)
        if waiting - {name}:
            todo += sorted(waiting)
        else:
            depths[name] = 1 + max((depths.get(n, 0) for n in uses[name]), default=0)
            todo.pop()
    return depths


def _uses(node: e.Expr) -> Iterable[tuple[str, Span]]:
    """Return the names that could be definitions, with their places."""
    match node:
        case e.Name(path):
            yield path[0], node.span
        case e.Call(function, arguments, names):
            yield function, node.span
            for part in arguments[bool(names) or function == e.ENABLED:]:  # first is an event
                yield from _uses(part)
            return
        case e.Compare(first, rest):  # to the right of `is` and `in` stand names of states, mostly
            yield from _uses(first)
            for word, right in rest:
                if not word.startswith(("is", "in", "not in")):
                    yield from _uses(right)
            return
    for part in e.parts(node):
        yield from _uses(part)
