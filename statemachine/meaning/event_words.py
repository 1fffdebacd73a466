"""What a step property may say of the event: its name, its actor, its arguments."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from twinrom.statemachine import terms
from twinrom.statemachine.expression import syntax as e
from twinrom.statemachine.meaning.references import path_from
from twinrom.statemachine.source.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinrom.statemachine.meaning.context import Context
    from twinrom.statemachine.meaning.scope import EventWords, Typed
    from twinrom.statemachine.terms import Term


def event_is(r: Context, node: e.Expr, word: str, right: e.Expr) -> Term:
    """Return the meaning of `event is NAME` and `event in (NAME, ...)`."""
    words = _words(r, node)
    if word not in ("is", "in"):
        r.refuse(node, f"`event {word}` means nothing", "write `event is NAME`")
    return _any(right, words.is_event, partial(_no_event, r))


def event_by(r: Context, node: e.Expr, word: str, right: e.Expr) -> Term:
    """Return the meaning of `event.by == ACTOR` and `event.by in (ACTOR, ...)`."""
    words = _words(r, node)
    if word not in ("==", "is", "in"):
        r.refuse(node, f"`event.by {word}` means nothing", "write `event.by == ACTOR`")

    def unknown(option: e.Expr) -> NoReturn:
        r.refuse(option, f"unknown actor `{option}`",
                 did_you_mean(str(option), r.vocabulary.model.actors))

    return _any(right, words.by, unknown)


def event_during(r: Context, node: e.Expr, word: str, right: e.Expr) -> Term:
    """Return the meaning of `event.during == NAME`: the rule or event that the step cuts."""
    words = _words(r, node)
    if word not in ("==", "is", "in"):
        r.refuse(node, f"`event.during {word}` means nothing", "write `event.during == RULE`")
    return _any(right, words.during, partial(_no_event, r))


def _any(right: e.Expr, meaning: Callable[[str], Term | None],
         unknown: Callable[[e.Expr], NoReturn]) -> Term:
    """Return that one of the names on the right is meant."""
    options = right.options if isinstance(right, e.Choice) else (right,)
    found = []
    for option in options:
        term = meaning(str(option))
        if term is None:
            unknown(option)
        found.append(term)
    return terms.disjunction(found)


def _no_event(r: Context, option: e.Expr) -> NoReturn:
    unknown_event(r, option, _words(r, option).names())


def unknown_event(r: Context, option: e.Expr, names: Sequence[str]) -> NoReturn:
    """Refuse what is no name of an event or a rule."""
    known = did_you_mean(str(option), names)
    hint = f"{known} " * bool(known) + f"(one that never happens: `[event.{option}]`)"
    r.refuse(option, f"unknown event `{option}`", hint)


def event_argument(r: Context, node: e.Name) -> Typed:
    """Return the meaning of `event.NAME`."""
    words = _words(r, node)
    name = ".".join(node.path[1:2])
    if not name:
        r.refuse(node, "`event` alone is no value", "write `event is NAME`")
    if name in ("by", "during"):
        compared = {"by": "ACTOR", "during": "RULE"}[name]
        r.refuse(node, f"`event.{name}` is no value", f"write `event.{name} == {compared}`")
    found = words.argument(name)
    if found is None:
        r.refuse(node, f"no event has an argument `{name}`", did_you_mean(name, words.arguments()))
    if isinstance(found, str):
        r.refuse(node, found)
    if not node.path[2:]:
        return found[1]
    return path_from(r, node, replace(found[1], defined=found[0]), ["event", name], node.path[2:])


def refuse_steps(r: Context, node: e.Expr) -> None:
    """Refuse what speaks of a step where there is none, in what is not looked at otherwise."""
    if r.vocabulary.events is None:
        if isinstance(node, e.Name) and node.path[0] == "event":
            _words(r, node)
        for part in e.parts(node):
            refuse_steps(r, part)


def event_presence(r: Context, node: e.Expr) -> Term | None:
    """Return whether the step has the argument that `node` is; None when it is none."""
    words = r.vocabulary.events
    if not words or not isinstance(node, e.Name) or node.path[0] != "event":
        return None
    found = words.argument(".".join(node.path[1:])) if node.path[1:] != ("by",) else None
    return found[0] if isinstance(found, tuple) else None


def _words(r: Context, node: e.Expr) -> EventWords:
    if r.vocabulary.events is None:
        r.refuse(node, "`event` belongs to step properties")
    if r.later:
        r.refuse(node, "`event` inside `next`: the event belongs to the step itself")
    return r.vocabulary.events
