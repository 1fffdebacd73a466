"""From the shape of a rule or an event to what the model keeps of it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from twinrom.statemachine.expression.formula import read_formulas
from twinrom.statemachine.loading.columns import parse_columns
from twinrom.statemachine.loading.notation import (
    check_name,
    named_sort,
    parse_assignment,
    parse_move,
)
from twinrom.statemachine.model import ALL_POWER, Event, Rule, Write
from twinrom.statemachine.source.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine.loading.schema import EventShape, RuleShape
    from twinrom.statemachine.model import Assignment, Move
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.source.places import Place, Problems

MAX_PAYLOADS = 10_000


def read_event(name: str, shape: EventShape, place: Place, sorts: Mapping[str, Sort],
               problems: Problems) -> Event:
    """Return a declared event."""
    check_name(name, place, problems)
    columns = parse_columns(shape.each, place.at("each"), problems, sorts)
    can = read_formulas(shape.can_happen, place.at("can_happen"), problems)
    return Event(name, columns, can, place)


def read_rule(name: str, shape: RuleShape, place: Place, sorts: Mapping[str, Sort],  # noqa: PLR0913, PLR0917 - a rule and what it names
              actors: Mapping[str, str], problems: Problems) -> Rule:
    """Return a rule; its moves and expressions are resolved later."""
    check_name(name, place, problems)
    if shape.by not in actors and not problems.forgiven(shape.by):
        problems.add(place.at("by").problem(f"unknown actor `{shape.by}`",
                                            did_you_mean(shape.by, actors)))
    event = shape.on or name
    if shape.on is not None:
        check_name(event, place.at("on"), problems, at_key=False)
    _check_kind(shape, place, problems)
    moves, also = (
        [parse_move(text, place.at(key, i), problems) for i, text in enumerate(texts)]
        for key, texts in (("moves", shape.moves), ("also", shape.also)))
    when = read_formulas(shape.when, place.at("when"), problems)
    sets = [parse_assignment(text, place.at("sets", i), problems)
            for i, text in enumerate(shape.sets)]
    writes = [_write(entry, place.at("writes", i), problems)
              for i, entry in enumerate(shape.writes)]
    damaged = any(key[:2] == place.key for key in problems.pruned)
    if not (shape.moves or shape.also or shape.sets or shape.writes or shape.power or damaged):
        problems.add(place.problem(f"the rule `{name}` does nothing", "give it `moves` or `sets`",
                                   at_key=True))
    if shape.cuts is not None and shape.by != "fault":
        problems.add(place.at("cuts").problem(
            "only a fault cuts", f"this rule is by `{shape.by}`", at_key=True))
    return Rule(
        name, tuple(shape.clause), shape.by if shape.by in actors else "operator", event,
        parse_columns(shape.each, place.at("each"), problems, sorts),
        _payload(shape, place, sorts, problems), tuple(m for m in moves if m),
        tuple(m for m in also if m), when, tuple(s for s in sets if s),
        shape.says, shape.kind or event, shape.atomic, shape.nondeterministic, place,
        tuple(w for w in writes if w), _power(shape),
        shape.by == "fault" and (shape.cuts is True or (bool(shape.power) and shape.cuts is None)))


def _write(entry: str | list[str], place: Place, problems: Problems) -> Write | None:
    """Return an entry of `writes`: an assignment, a move, or several as one write."""
    texts = [entry] if isinstance(entry, str) else entry
    changes: list[Move | Assignment | None] = []
    for i, text in enumerate(texts):
        at = place if isinstance(entry, str) else place.at(i)
        changes.append(parse_move(text, at, problems) if "->" in text
                       else parse_assignment(text, at, problems))
    found = tuple(change for change in changes if change)
    return Write(found, isinstance(entry, list), place) if len(found) == len(texts) else None


def _power(shape: RuleShape) -> tuple[str, ...] | None:
    if shape.power is None:
        return None
    return ALL_POWER if shape.power == "off" else tuple(shape.power)


def _check_kind(shape: RuleShape, place: Place, problems: Problems) -> None:
    if shape.kind is None:
        return
    check_name(shape.kind, place.at("kind"), problems, at_key=False)
    if shape.by != "fault":
        problems.add(place.at("kind").problem(
            "only a fault has a `kind`", f"this rule is by `{shape.by}`", at_key=True))


def _payload(shape: RuleShape, place: Place, sorts: Mapping[str, Sort],
             problems: Problems) -> dict[str, Sort]:
    found = {}
    for name, text in shape.given.items():
        at = place.at("given", name)
        check_name(name, at, problems)
        sort = named_sort(text, sorts, at, problems)
        if sort is not None and sort.template:
            problems.add(at.problem("a machine cannot be a payload", "use `each`"))
        if name in shape.each:
            problems.add(at.problem(f"`{name}` is already bound by `each`", at_key=True))
        elif sort is not None:
            found[name] = sort
    payloads = prod(sort.size for sort in found.values() if not sort.unbounded)
    if payloads > MAX_PAYLOADS:
        problems.add(place.at("given").problem(
            f"a rule may have {MAX_PAYLOADS:,} payloads, and this one has {payloads:,}",
            at_key=True))
    return found
