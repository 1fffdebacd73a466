"""Which rules an overlay touches: so much is to be tried again after a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.spec.words import mentioned, rule_formulas, through
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from twinrom.statemachine import Model, Rule


def touched_rules(model: Model) -> frozenset[str]:
    """Return the rules that an overlay changes or adds, or of which it changes what they read.

    That is a definition, through others too, or what can happen of their event. Raises `InputError`
    for a model that is no overlay.
    """
    if model.base is None:
        raise InputError.whole_file(
            model.paths[0], "is no overlay: `--changed` asks what one changes")
    keys = {change.key[:2] for change in model.changes if len(change.key) > 1}
    changed = {section: {str(name) for kind, name in keys if kind == section}
               for section in ("rule", "define", "event")}  # fmt: skip

    def touched(rule: Rule) -> bool:
        return bool(rule.name in changed["rule"] or rule.event in changed["event"]
                    or changed["define"] & _definitions(model, rule))  # fmt: skip

    return frozenset(name for name, rule in model.rules.items() if touched(rule))


def _definitions(model: Model, rule: Rule) -> set[str]:
    """Return the names that a rule mentions, and that its definitions do."""
    own = mentioned(formula.expr for formula in rule_formulas(rule))
    own |= mentioned(formula.expr for formula in model.events[rule.event].can_happen) if (
        rule.event in model.events) else set()
    return {word[0] for word in through(own, model.definitions) if len(word) == 1}
