"""Edits: a part of a rule is dropped, negated, widened, redirected, reordered or swapped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.mutation.mutant import Mutant, instead, template_of
from twinrom.statemachine import syntax as e

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine import Expr, Formula, Model, Move, Rule, Write

MOST_REDIRECTS = 3
OTHER_ACTOR = {"automatic": "operator", "environment": "controller"}


def edits(model: Model) -> Iterator[Mutant]:
    """Yield the mutants of each rule in turn."""
    for rule in model.rules.values():
        yield from _of_rule(model, rule)


def edited(model: Model, mutant: Mutant) -> Iterator[Rule]:
    """Yield the rule as the mutant has it."""
    yield _changed(model, model.rules[mutant.rule], mutant)


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
        template = template_of(model, rule, move)
        if template is None:
            continue
        states = template.states
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


def _changed(model: Model, rule: Rule, mutant: Mutant) -> Rule:
    match mutant.part:
        case "by":
            return replace(rule, by=mutant.to)
        case "when":
            return replace(rule, when=_formulas(rule, mutant))
        case "sets":
            return replace(rule, sets=instead(rule.sets, mutant.position))
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
    left = instead(writes, mutant.position)
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
            template = template_of(model, rule, move)
            states = template.states if template is not None else ()
            move = replace(move, sources=tuple(s for s in states if s not in (move.sources or ())))
        case "redirect":
            move = replace(move, destination=mutant.to)
        case _:
            return instead(moves, mutant.position)
    return instead(moves, mutant.position, move)
