"""Conditions on some machines, carried to others: by their names, in a system of any size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinrom.proofs.spec.symmetry import renamed
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine import Sort, TransitionSystem
    from twinrom.statemachine.terms import Term

STATED = {"variable", "constant", "and", "or", "not", "equal", "at_most", "plus", "minus", "modulo",
          "if", "table"}  # fmt: skip


class NotCarriedError(ValueError):
    """The condition speaks of machines in a way that has no counterpart among others."""


@dataclass(frozen=True)
class Carrier:
    """Carries conditions from the state of one system to that of another; machines change names.

    `family` has the templates of which the two systems may have different numbers.
    """

    home: TransitionSystem
    target: TransitionSystem
    family: frozenset[str]
    names: Mapping[str, str]
    memo: dict[Term, Term] = field(default_factory=dict)

    def carried(self, term: Term) -> Term:
        """Return the condition for the other machines; raises `NotCarriedError`."""
        found = self.memo.get(term)
        if found is None:
            found = self.memo[term] = self._carried(term)
        return found

    def _carried(self, t: Term) -> Term:
        if t.operator not in STATED:
            raise NotCarriedError(t.operator)
        if t.operator == "variable":
            return self._variable(t)
        if t.operator == "constant":
            return t
        sorts = [self.machines(a) for a in t.arguments]
        if any(sorts):
            return self._compared(t, sorts)
        return terms.built(t, [self.carried(a) for a in t.arguments])

    def machines(self, t: Term) -> Sort | None:
        """Return the sort of a variable that names a machine of the family."""
        if t.operator != "variable":
            return None
        sort = self.home.variables[t.value].sort
        return sort if sort.template and sort.name in self.family else None

    def _variable(self, t: Term) -> Term:
        own = self.home.variables[t.value]
        other = self.target.by_name.get(renamed(own.name, self.names))
        if other is None or other.sort.name != own.sort.name or (
                other.sort.size != own.sort.size and not self.machines(t)):
            raise NotCarriedError(own.name)
        return other.term()

    def _compared(self, t: Term, sorts: list[Sort | None]) -> Term:
        """Return an equation of a reference with a machine, `none` or another reference."""
        if t.operator != "equal":
            raise NotCarriedError(t.operator)
        sides = []
        for argument, other in zip(t.arguments, reversed(sorts), strict=True):
            if argument.operator == "variable" and self.machines(argument):
                sides.append(self._variable(argument))
            elif argument.operator == "constant" and other is not None:
                sides.append(self._machine(argument.value, other))
            else:
                raise NotCarriedError(argument.operator)
        return terms.equal(*sides)

    def _machine(self, code: int, sort: Sort) -> Term:
        if code == sort.none and sort.optional:
            return terms.constant(code)
        there = self.target_sorts.get(sort.name)
        found = None if there is None else there.code(renamed(sort.text(code), self.names))
        if found is None:
            raise NotCarriedError(sort.text(code))
        return terms.constant(found)

    @property
    def target_sorts(self) -> dict[str, Sort]:
        """Return the sorts of references in the other system, by their templates."""
        return {v.sort.name: v.sort for v in self.target.variables
                if v.sort.template and v.sort.name in self.family}
