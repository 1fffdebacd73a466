"""Splits: an effect of a rule comes later, by a rule that is added; much can happen in between."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.mutation.mutant import (
    Mutant,
    condition,
    filled,
    follow_up,
    free_name,
    instances_of,
    instead,
    one_machine,
    template_of,
)
from twinrom.statemachine import Formula, Resolver, Typed, ground, model_vocabulary, terms
from twinrom.statemachine import syntax as e

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine import Assignment, Expr, Model, Rule, RuleInstance


def splits(model: Model) -> Iterator[Mutant]:
    """Yield the splits of each rule in turn: one for each effect that can come by itself."""
    for rule in model.rules.values():
        effects = _Effects(model, rule)
        for key, found in (("also", rule.also), ("sets", rule.sets)):
            for position, effect in enumerate(found):
                mutant = Mutant(
                    f"rule.{rule.name}: split off {effect}", rule.name, "split", key, position)
                if effects.can_wait(mutant) and effects.leads_to(mutant):
                    yield mutant


def taken_apart(model: Model, mutant: Mutant) -> Iterator[Rule]:
    """Yield the rule without the effect, and the one that has it."""
    rule, at = model.rules[mutant.rule], mutant.position
    effects = _Effects(model, rule)
    name = free_name(model, f"{rule.name}_later")
    when = (*effects.leads_to(mutant), *effects.untouched())
    if mutant.part == "sets":
        effect = rule.sets[at]
        yield replace(rule, sets=instead(rule.sets, at))
        changes = (*when, _differs(effect, rule))
        yield follow_up(rule, name, effect.place, sets=(effect,), when=changes)
        return
    move, template = rule.also[at], template_of(model, rule, rule.also[at])
    states = template.states if template is not None else ()
    later = replace(move, sources=move.sources or tuple(s for s in states if s != move.destination))
    yield replace(rule, also=instead(rule.also, at))
    yield follow_up(rule, name, move.place, moves=(later,), when=when)


def _differs(assignment: Assignment, rule: Rule) -> Formula:
    """Return that the assignment would change something, or it would happen for ever."""
    target, value = _target(assignment), assignment.value.expr
    if isinstance(value, e.Literal) and isinstance(value.value, bool):
        return Formula(e.Not(target) if value.value else target, rule.place)
    return Formula(e.Compare(target, (("!=", value),)), rule.place)


def _target(assignment: Assignment) -> Expr:
    return e.Name(tuple(assignment.target.split(".")))


class _Effects:
    """What a rule does with each of its columns, and what its guard reads."""

    def __init__(self, model: Model, rule: Rule) -> None:
        self.model, self.rule = model, rule
        self.instances = instances_of(ground(model), rule)
        self.vocabulary = model_vocabulary(model)

    def can_wait(self, mutant: Mutant) -> bool:
        """Say whether an effect is of one machine, and can be told later from what it was.

        A value may read neither a payload, which is gone by then, nor what it is assigned to.
        """
        if mutant.part == "also":
            return one_machine(self.model, self.rule.also[mutant.position])
        values = self._values(self.rule.sets[mutant.position])
        return bool(values) and not any(
            leaf.operator == "payload" or (leaf.operator == "variable" and leaf.value == index)
            for index, value in values for leaf in terms.leaves([value]))  # fmt: skip

    def leads_to(self, mutant: Mutant) -> tuple[Formula, ...]:
        """Return where the rule leads without the effect: to what it moves, or else sets."""
        moved = tuple(condition(f"{move.target} is {move.destination}", self.rule)
                      for move in self.rule.moves if one_machine(self.model, move))  # fmt: skip
        if moved:
            return moved
        others = [a for i, a in enumerate(self.rule.sets)
                  if (mutant.part, mutant.position) != ("sets", i)]  # fmt: skip
        return tuple(
            Formula(e.Compare(_target(a), (("==", a.value.expr),)), self.rule.place)
            for a in others
            if (values := self._values(a)) and all(v.operator == "constant" for _, v in values)
        )

    def untouched(self) -> Iterator[Formula]:
        """Yield the conjuncts of the guard that read no payload, and nothing that is changed."""
        for formula in self.rule.when:
            for part in e.conjuncts(formula.expr):
                if all(self._is_untouched(formula, part, i) for i in self.instances):
                    yield Formula(part, formula.place)

    def _values(self, assignment: Assignment) -> list[tuple[int, terms.Term]]:
        """Return what is assigned in each instance, to which variable; empty if to several."""
        found = []
        for instance in self.instances:
            variable = ground(self.model).by_name.get(filled(assignment.target, instance))
            if variable is None or variable.index not in instance.updates:
                return []
            found.append((variable.index, instance.updates[variable.index]))
        return found

    def _is_untouched(self, formula: Formula, part: Expr, instance: RuleInstance) -> bool:
        names = {a.name: Typed(a.term, a.sort) for a in (*instance.arguments, *instance.given)}
        names |= {a.name: Typed(a.term, a.sort, filled(a.name, instance))
                  for a in instance.arguments if a.sort.template}  # fmt: skip
        read = terms.leaves([Resolver(self.vocabulary, formula, names).truth(part)])
        return not any(
            leaf.operator == "payload" or (
                leaf.operator == "variable" and leaf.value in instance.updates) for leaf in read)
