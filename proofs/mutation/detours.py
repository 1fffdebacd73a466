"""Detours: a move goes to another state first, and a rule that is added goes on from there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.mutation.mutant import (
    Mutant,
    follow_up,
    free_name,
    in_one_write,
    instead,
    moved,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine import Model, Rule


def detours(model: Model) -> Iterator[Mutant]:
    """Yield the detours of the moves of each rule in turn."""
    for rule in model.rules.values():
        for key, moves in (("moves", rule.moves), ("also", rule.also)):
            for position, move in enumerate(moves):
                template = moved(model, rule, move)
                for state in template.states if template is not None else ():
                    if state != move.destination and state not in (move.sources or ()):
                        text = f"rule.{rule.name}: detour {move} by {state}"
                        yield Mutant(text, rule.name, "detour", key, position, state)


def detoured(model: Model, mutant: Mutant) -> Iterator[Rule]:
    """Yield the rule with its move to the other state, and the one that goes on from there."""
    rule = model.rules[mutant.rule]
    moves = rule.moves if mutant.part == "moves" else rule.also
    move = moves[mutant.position]
    there = instead(moves, mutant.position, replace(move, destination=mutant.to))
    turned = replace(rule, moves=there) if mutant.part == "moves" else replace(rule, also=there)
    yield in_one_write(turned, template_of(model, rule, move))
    name = free_name(model, f"{rule.name}_from_{mutant.to}")
    yield follow_up(rule, name, move.place, moves=(replace(move, sources=(mutant.to,)),))
