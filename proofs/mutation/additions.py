"""Additions: a rule happens under other circumstances too, by a copy of it.

A copy that could overlap with its rule is nondeterministic, as its rule is then; any other has an
event of its own. So whatever fails is a property, and no mistake of the model.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.mutation.mutant import (
    Mutant,
    free_name,
    in_one_write,
    instead,
    moved,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine import Model, Rule

ACTORS = {"automatic": "controller", "environment": "operator", "fault": "fault"}


def additions(model: Model) -> Iterator[Mutant]:
    """Yield the additions to each rule in turn."""
    for rule in model.rules.values():
        at = f"rule.{rule.name}: add"
        own = "fault" if rule.by == "fault" else model.actors[rule.by]
        for actor in (a for kind, a in ACTORS.items() if kind != own):
            yield Mutant(f"{at} by {actor}", rule.name, "add", "by", to=actor)
        for position, move in enumerate(rule.moves):
            template = moved(model, rule, move)
            for state in template.states if template is not None and move.sources else ():
                if state not in (move.sources or ()):
                    text = f"{at} {move.target}: {state} -> {move.destination}"
                    yield Mutant(text, rule.name, "add", "moves", position, state)
        yield Mutant(f"{at} under another event", rule.name, "add", "on")


def added(model: Model, mutant: Mutant) -> Iterator[Rule]:
    """Yield the copy of the rule, and the rule itself where the two overlap."""
    rule = model.rules[mutant.rule]
    match mutant.part:
        case "by":
            name = free_name(model, f"{rule.name}_by_{mutant.to}")
            yield replace(rule, nondeterministic=True)
            fault = mutant.to == "fault"
            yield replace(rule, name=name, by=mutant.to, nondeterministic=True, kind=rule.event,
                          cuts=fault and rule.power is not None)
        case "moves":
            name = free_name(model, f"{rule.name}_from_{mutant.to}")
            move = rule.moves[mutant.position]
            moves = instead(rule.moves, mutant.position, replace(move, sources=(mutant.to,)))
            template = template_of(model, rule, move)
            yield _apart(in_one_write(replace(rule, moves=moves), template), name)
        case _:
            yield _apart(rule, free_name(model, f"{rule.name}_otherwise"))


def _apart(rule: Rule, name: str) -> Rule:
    """Return the rule under a name and an event of its own."""
    return replace(rule, name=name, event=name, kind=name)
