"""Partial evaluation: terms under a guard that holds, with what follows from it filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.spec.events import at_instance
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from twinrom.proofs.engines.native.code.checks import CompiledTarget
    from twinrom.statemachine import RuleInstance
    from twinrom.statemachine.terms import Term


class Folding:
    """Folds terms under conjuncts that are known to hold."""

    def __init__(self) -> None:
        self.memo: dict[Term, Term] = {}

    def learn(self, conjunct: Term) -> None:
        """Take in a conjunct that holds from here on."""
        self.memo[conjunct] = terms.TRUE
        self.memo[terms.negation(conjunct)] = terms.FALSE
        if conjunct.operator == "equal":
            constant, other = conjunct.arguments
            if constant.operator == "constant":
                self.memo[other] = constant

    def fold(self, term: Term) -> Term:
        """Return what is left of a term."""
        return terms.rebuild(term, _keep, self.memo)


def _keep(_: Term) -> None:
    return None


class StepTerm:
    """A check of steps, as terms over the state before: quick where a rule has nothing of it."""

    def __init__(self, check: CompiledTarget) -> None:
        self.check = check
        found = terms.leaves([check.term])
        self.later = {t.value for t in found if t.operator == "after"}
        self.says_event = any(t.operator in ("event", "argument") for t in found)
        parts = check.term.arguments if check.term.operator == "and" else (check.term,)
        self.events = [p.value for p in parts if p.operator == "event"]
        self.plain: Term | None = None

    def at(self, instance: RuleInstance, memo: dict[Term, Term]) -> Term:
        """Return what the check says of steps by `instance`; see `spec.events.at_instance`."""
        if any(instance.index not in indices for indices in self.events):
            return terms.FALSE
        if self.says_event or self.later & instance.updates.keys():
            return at_instance(self.check.term, instance, memo, updated=True)
        if self.plain is None:
            self.plain = at_instance(self.check.term, instance, memo, updated=True)
        return self.plain
