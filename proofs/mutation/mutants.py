"""Mutants: models with one deliberate change to one rule, as a reader of the file would make it.

A mutant is plain data, so a worker process makes the same one again from the model.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from twinrom.statemachine import ground
from twinrom.statemachine import syntax as e

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.statemachine import Expr, Formula, Model, Move, Rule, Template, Write

Item = TypeVar("Item")

MOST_REDIRECTS = 3
OTHER_ACTOR = {"automatic": "operator", "environment": "controller"}


@dataclass(frozen=True)
class Mutant:
    """One change: its `kind`, the rule, and the place in it.

    `part` is the key of the rule (`when`, `moves`, `also`, `sets`, `writes`, `power`, `by`),
    `position` the item below it; of `when` it counts conjuncts. `to` is the new state, or actor.
    """

    name: str
    rule: str
    kind: str
    part: str
    position: int = 0
    to: str = ""


def mutants(model: Model) -> tuple[Mutant, ...]:
    """Return every mutant of the model, in the order of its rules; each has a name of its own."""
    found: list[Mutant] = []
    often: Counter[str] = Counter()
    for rule in model.rules.values():
        for one in _of_rule(model, rule):
            often[one.name] += 1
            again = often[one.name]
            found.append(one if again == 1 else replace(one, name=f"{one.name} ({again})"))
    return tuple(found)


def spread(found: Sequence[Mutant], limit: int | None) -> tuple[Mutant, ...]:
    """Return at most `limit` of them, evenly spread."""
    if limit is None or limit >= len(found):
        return tuple(found)
    return tuple(found[i * len(found) // limit] for i in range(limit))


def mutated(model: Model, mutant: Mutant) -> Model:
    """Return the model with the change made; `ground` may find that it makes no sense."""
    rule = _changed(model, model.rules[mutant.rule], mutant)
    return replace(model, rules={**model.rules, rule.name: rule})


def _of_rule(model: Model, rule: Rule) -> Iterator[Mutant]:
    at = f"rule.{rule.name}"
    for position, part in enumerate(_conjuncts(rule)):
        yield Mutant(f"{at}: drop {part}", rule.name, "drop", "when", position)
        yield Mutant(f"{at}: negate {part}", rule.name, "negate", "when", position)
    for key in ("moves", "also"):
        yield from _of_moves(model, rule, key)
    for position, assignment in enumerate(rule.sets):
        yield Mutant(f"{at}: drop {assignment}", rule.name, "drop", "sets", position)
    for position, write in enumerate(rule.writes):
        yield Mutant(f"{at}: drop {write}", rule.name, "drop", "writes", position)
        if position:
            text = f"{at}: write {write} before {rule.writes[position - 1]}"
            yield Mutant(text, rule.name, "reorder", "writes", position - 1)
    if rule.power is not None:
        yield Mutant(f"{at}: drop power", rule.name, "drop", "power")
    actor = OTHER_ACTOR[model.actors[rule.by]]
    yield Mutant(f"{at}: swap {rule.by} for {actor}", rule.name, "swap", "by", to=actor)


def _of_moves(model: Model, rule: Rule, key: str) -> Iterator[Mutant]:
    at, name = f"rule.{rule.name}", rule.name
    for position, move in enumerate(rule.moves if key == "moves" else rule.also):
        states = _template(model, rule, move.target).states
        if move.sources is not None:
            yield Mutant(f"{at}: widen {move}", name, "widen", key, position)
            if key == "moves" and set(states) - set(move.sources):
                yield Mutant(f"{at}: negate {move}", name, "negate", key, position)
        if key == "also":
            yield Mutant(f"{at}: drop {move}", name, "drop", key, position)
        others = [s for s in states if s != move.destination]
        for state in others[:: -(-len(others) // MOST_REDIRECTS) or 1]:
            text = f"{at}: redirect {move} to {state}"
            yield Mutant(text, name, "redirect", key, position, state)


def _conjuncts(rule: Rule) -> list[Expr]:
    return [part for formula in rule.when for part in e.conjuncts(formula.expr)]


def _template(model: Model, rule: Rule, target: str) -> Template:
    """Return the template of what a move moves."""
    system = ground(model)
    machine = next(move.machine for instance in system.instances if instance.rule is rule
                   for move in instance.moves if move.target == target)
    return model.machines[system.variables[machine].name]


def _changed(model: Model, rule: Rule, mutant: Mutant) -> Rule:
    match mutant.part:
        case "by":
            return replace(rule, by=mutant.to)
        case "when":
            return replace(rule, when=_formulas(rule, mutant))
        case "sets":
            return replace(rule, sets=_without(rule.sets, mutant.position))
        case "writes":
            return replace(rule, writes=_writes(rule.writes, mutant))
        case "power":
            return replace(rule, power=None)
        case "moves":
            changed = replace(rule, moves=_moves(model, rule, rule.moves, mutant))
        case _:
            changed = replace(rule, also=_moves(model, rule, rule.also, mutant))
    return changed


def _writes(writes: tuple[Write, ...], mutant: Mutant) -> tuple[Write, ...]:
    """Return the writes with one dropped, or with one before the one it follows."""
    left = _without(writes, mutant.position)
    if mutant.kind == "drop":
        return left
    later = mutant.position + 1
    return (*left[:later], writes[mutant.position], *left[later:])


def _formulas(rule: Rule, mutant: Mutant) -> tuple[Formula, ...]:
    """Return `when` with one conjunct dropped or negated, the formulas otherwise as they were."""
    found, first = [], 0
    for formula in rule.when:
        parts = list(e.conjuncts(formula.expr))
        position, first = mutant.position - first, first + len(parts)
        if not 0 <= position < len(parts):
            found.append(formula)
            continue
        if mutant.kind == "negate":
            parts[position] = e.Not(parts[position])
        else:
            del parts[position]
        if parts:
            whole = parts[0] if len(parts) == 1 else e.Junction("and", tuple(parts))
            found.append(replace(formula, expr=whole))
    return tuple(found)


def _moves(
    model: Model, rule: Rule, moves: tuple[Move, ...], mutant: Mutant
) -> tuple[Move, ...]:
    move = moves[mutant.position]
    match mutant.kind:
        case "widen":
            move = replace(move, sources=None)
        case "negate":
            states = _template(model, rule, move.target).states
            move = replace(move, sources=tuple(s for s in states if s not in (move.sources or ())))
        case "redirect":
            move = replace(move, destination=mutant.to)
        case _:
            return _without(moves, mutant.position)
    return (*moves[: mutant.position], move, *moves[mutant.position + 1 :])


def _without(items: tuple[Item, ...], position: int) -> tuple[Item, ...]:
    return (*items[:position], *items[position + 1 :])
