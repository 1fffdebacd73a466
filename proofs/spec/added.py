"""What an overlay adds without effect: it was meant to do something, so it is a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.spec.words import (
    mentioned,
    model_words,
    spec_definitions,
    spec_words,
    through,
)
from twinrom.statemachine import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinrom.proofs.spec.spec import Spec
    from twinrom.proofs.spec.words import Word
    from twinrom.statemachine import Definition, Model, Problem, Rule, Template


def adds(model: Model, *key: str) -> bool:
    """Say whether what stands at a key of a model is there by its overlay alone."""
    added = {change.key for change in model.changes if change.kind == "added"}
    return any(key[:length] in added for length in range(1, len(key) + 1))


def added_rules(model: Model) -> list[Rule]:
    """Return the rules that an overlay adds."""
    return [rule for name, rule in model.rules.items() if adds(model, "rule", name)]


def never_happens(rule: Rule, model: Model) -> Problem:
    """Return what to say of a rule that an overlay adds for nothing."""
    others = [name for name in model.rules if not adds(model, "rule", name)]
    return rule.place.problem(f"rule `{rule.name}`, which this overlay adds, never happens",
                              closest(rule.name, others) or "no state that is reached lets it",
                              at_key=True)


def without_effect(model: Model, spec: Spec) -> Iterator[Problem]:
    """Yield the definitions that nothing uses, and the variables that start with any value.

    Only those that an overlay adds are looked at: of others, `lint` has remarks.
    """
    if not model.changes:
        return
    own = spec_definitions(spec)
    definitions = {**model.definitions, **own}
    used = through(model_words(model) | spec_words(spec), definitions)
    yield from _definitions(model, used)
    told = through(mentioned(formula.expr for formula in model.init), definitions)
    for template in model.templates.values():
        yield from _variables(model, template, told)


def _definitions(model: Model, used: set[Word]) -> Iterator[Problem]:
    new = [d for d in model.definitions.values() if _adds_definition(model, d)]
    others = [d.name for d in model.definitions.values() if d not in new]
    for definition in new:
        if (definition.name,) not in used:
            yield definition.body.place.problem(
                f"nothing uses the definition `{definition.name}`, which this overlay adds",
                closest(definition.name, others), at_key=True)


def _adds_definition(model: Model, definition: Definition) -> bool:
    return adds(model, *map(str, definition.body.place.key))


def _variables(model: Model, template: Template, told: Iterable[Word]) -> Iterator[Problem]:
    pinned = {word[-1] for word in told if len(word) > 1} | template.initials.keys()
    new = [name for name in template.variables
           if adds(model, "machine", template.name, "vars", name)]
    for name in new:
        if name not in pinned:
            others = [other for other in template.variables if other not in new]
            yield template.place.at("vars", name).problem(
                f"nothing says where `{template.name}.{name}` starts, which this overlay adds",
                closest(name, others) or "give it `initial`, or a condition in `[init]`",
                at_key=True)
