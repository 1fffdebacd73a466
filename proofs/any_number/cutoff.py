"""Cutoffs: what is inductive for so many machines and fewer is inductive for any number of them.

Of a step that leads out of an invariant only some machines matter: those that the rule binds,
those that variables elsewhere name, the ones that the broken clause speaks of, and examples for
what is said to exist. Without the others it is still a step, and still leads out.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from twinrom.proofs.any_number.examples import ANOTHER, Examples
from twinrom.proofs.spec.kinds import written_properties
from twinrom.proofs.spec.spec import bare
from twinrom.statemachine import (
    InputError,
    Problems,
    read_definitions,
    read_formula,
    read_formulas,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs.any_number.template import AnyNumber
    from twinrom.proofs.spec.kinds import Kind
    from twinrom.proofs.spec.schema import PropertyShape
    from twinrom.statemachine import Formula, Rule, RuleInstance

ALL = None


@dataclass(frozen=True)
class Cutoff:
    """How many machines are enough for the rules, the start and the properties of a question.

    Raises `InputError`, with its place, where no number is.
    """

    any: AnyNumber
    known: dict[frozenset[str], int] = field(default_factory=dict, compare=False)

    @cached_property
    def examples(self) -> Examples:
        """Return what counts examples in the texts of model and spec."""
        model, spec = self.any.question.model, self.any.question.spec
        own = read_definitions(spec.shape.define, spec.place.at("define"), Problems())
        bodies = {d.name: d.body for d in (*own.values(), *model.definitions.values())}
        return Examples(model, self.any.family, bodies)

    @cached_property
    def referred(self) -> int:
        """Return how many machines variables elsewhere may name at once."""
        return len(self.any.references)

    def of_clause(self, machines: int, names: frozenset[str]) -> int:
        """Return the cutoff for one clause: for the start, and for each rule.

        It speaks of so many machines, and of variables and observers with these names.
        """
        if names not in self.known:
            rules = [self._step(rule, names) for rule in self._rules]
            self.known[names] = max([self._start, *rules])
        return self.referred + machines + self.known[names]

    @cached_property
    def of_goals(self) -> int:
        """Return the cutoff for the properties, and for the model being without mistakes."""
        steps = [self._step(rule, ALL) for rule in self._rules]
        rest = [self._start, *steps, *self._overlaps(), *self._properties()]
        return max(1, self.referred + max(rest))

    @property
    def _rules(self) -> list[Rule]:
        return list(self.any.question.model.rules.values())

    # ------------------------------------------------------------ the start

    @cached_property
    def _start(self) -> int:
        """Return the examples of what holds at the start."""
        model = self.any.question.model
        for template in model.templates.values():
            texts = (template.initials, template.unpowered, template.torn_values)
            for formula in itertools.chain(*(values.values() for values in texts)):
                self._nothing(formula)
        return self.examples.all_hold(model.init) + self._observed("initial", ALL)

    def _nothing(self, formula: Formula) -> None:
        """Refuse a formula that is said of each machine and needs an example."""
        if self.examples.kept(formula, formula.expr):
            raise InputError([formula.problem(ANOTHER, formula.expr.span)])

    def _observed(self, key: str, names: frozenset[str] | None) -> int:
        """Return the examples of a formula of all observers, or of those with such names."""
        return sum(number for name, number in self._of_observers[key].items()
                   if names is ALL or name in names)

    @cached_property
    def _of_observers(self) -> dict[str, dict[str, int]]:
        """Return the examples of the formulas of each observer."""
        spec = self.any.question.spec
        found: dict[str, dict[str, int]] = {"initial": {}, "update": {}}
        for name, shape in spec.shape.observer.items():
            for key, own in found.items():
                place = spec.place.at("observer", name, key)
                formula = read_formula(getattr(shape, key), place, Problems())
                if formula is not None and self.examples.columns(shape.each):
                    self._nothing(formula)
                elif formula is not None:
                    own[name] = self.examples.kept(formula, formula.expr)
        return found

    # ------------------------------------------------------------ steps

    def _step(self, rule: Rule, names: frozenset[str] | None) -> int:
        """Return the machines of a step: those that are bound, and examples.

        Of what is assigned only variables with these names count.
        """
        own = len(self.examples.binds(rule)) + self._kept(rule, names)
        cuts = (self._cut(i, names) for i in self._cuts if i.rule is rule)
        return max([own, *cuts]) + self._observed("update", names)

    @cached_property
    def _cuts(self) -> list[RuleInstance]:
        return [i for i in self.any.question.system.instances if i.cut is not None]

    def _cut(self, instance: RuleInstance, names: frozenset[str] | None) -> int:
        """Return the machines of a step in which a fault interrupts another rule.

        The guard of the fault may read what that rule has written.
        """
        machines = {str(a.sort.text(a.term.low)).partition(".")[0] for a in instance.arguments
                    if a.sort.template and a.sort.name in self.any.family}
        other = instance.cut.rule if instance.cut is not None else instance.rule
        return len(machines) + self._kept(instance.rule, names) + self._kept(other, ALL)

    def _kept(self, rule: Rule, names: frozenset[str] | None) -> int:
        """Return the examples of a rule's guard and of what it assigns."""
        values = [a.value for a in rule.assignments if names is ALL or a.name in names]
        kept = sum(self.examples.kept(value, value.expr) for value in values)
        return self.examples.guard(rule) + kept

    def _overlaps(self) -> Iterator[int]:
        """Yield the machines of two rules of one event that both can happen."""
        examples = self.examples
        for a, b in itertools.combinations(self._rules, 2):
            if a.event == b.event and not (a.nondeterministic and b.nondeterministic):
                names = {*examples.binds(a), *examples.binds(b)}
                yield len(names) + examples.guard(a) + examples.guard(b)

    # ------------------------------------------------------------ properties

    def _properties(self) -> Iterator[int]:
        asked = {bare(p.name) for p in self.any.question.decidable}
        for kind, name, shape in written_properties(self.any.question.spec.shape):
            if kind.safety and name in asked:
                yield self._property(kind, name, shape)

    def _property(self, kind: Kind, name: str, shape: PropertyShape) -> int:
        """Return the machines of a state or step that breaks a property."""
        place = self.any.question.spec.place.at(kind.key, name)
        given = read_formulas(shape.whenever, place.at("whenever"), Problems())
        goal = read_formulas(shape.goal, place.at(kind.goal), Problems())
        found = len(self.examples.columns(shape.each))
        found += self.examples.all_hold(given) + self.examples.one_fails(goal)
        steps = [self._step(r, ALL) for r in self._rules] if kind.goal_in_step else []
        return found + max(steps, default=0)
