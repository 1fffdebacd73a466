"""Narrowings: a guard gets one more conjunct, so that less can happen than in the model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.mutation.conditions import small_conditions
from twinrom.proofs.mutation.mutant import Mutant, condition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine import Model, Rule


def narrowings(model: Model) -> Iterator[Mutant]:
    """Yield the narrowings of each rule in turn, those of the environment first."""
    for rule in sorted(model.rules.values(), key=model.automatic):
        for text in small_conditions(model, rule):
            name = f"rule.{rule.name}: narrow by {text}"
            yield Mutant(name, rule.name, "narrow", "when", to=text)


def narrowed(model: Model, mutant: Mutant) -> Iterator[Rule]:
    """Yield the rule with the mutant's condition in its guard."""
    rule = model.rules[mutant.rule]
    yield replace(rule, when=(*rule.when, condition(mutant.to, rule)))
