"""Named expressions: reading them, and finding those that are defined by themselves."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from statemachine import expr as e
from statemachine.model import Definition
from statemachine.names import check_name
from statemachine.resolve import ResolveError, Resolver
from statemachine.vocabulary import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from statemachine.places import Place, Problems
    from statemachine.vocabulary import Vocabulary

MAX_DEPTH = 25
HEAD = re.compile(r"\s*([^\s()]+)\s*(?:\(([^()]*)\))?\s*")


def read_definitions(define: Mapping[str, str], place: Place,
                     problems: Problems) -> dict[str, Definition]:
    """Return the named expressions; a name may have parameters: `fits(v)`."""
    found: dict[str, Definition] = {}
    for head, text in define.items():
        at = place.at(head)
        definition = _read(head, text, at, problems)
        if definition is None:
            problems.broken.add(head.partition("(")[0].strip())
        elif definition.name in found:
            problems.add(at.problem(f"`{definition.name}` is defined twice",
                                    f"see {found[definition.name].body.place}", at_key=True))
        else:
            found[definition.name] = definition
    return found


def _read(head: str, text: str, at: Place, problems: Problems) -> Definition | None:
    body = problems.formula(text, at)
    match = HEAD.fullmatch(head)
    if not match:
        problems.add(at.problem(f"`{head}` cannot be defined", "write `name` or `name(a, b)`",
                                at_key=True))
        return None
    inner = match[2] or ""
    parameters = tuple(p.strip() for p in inner.split(",")) if inner.strip() else ()
    names = [check_name(name, at, problems) for name in (match[1], *parameters)]
    twice = [a for a, b in itertools.combinations(parameters, 2) if a == b]
    if twice:
        problems.add(at.problem(f"`{head}` has the parameter `{twice[0]}` twice", at_key=True))
    if not all(names) or twice or body is None:
        return None
    return Definition(match[1], parameters, body)


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


def _uses(node: e.Expr) -> Iterable[tuple[str, e.Span]]:
    """Return the names that could be definitions, with their places."""
    match node:
        case e.Name(path):
            yield path[0], node.span
        case e.Call(function):
            yield function, node.span
        case e.Compare(first, rest):  # to the right of `is` and `in` stand names of states, mostly
            yield from _uses(first)
            for word, right in rest:
                if not word.startswith(("is", "in", "not in")):
                    yield from _uses(right)
            return
    for part in e.parts(node):
        yield from _uses(part)
