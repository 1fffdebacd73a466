"""Lifted clauses: what is said of some machines, said of all distinct machines of the template."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from twinrom.proofs.any_number.carry import Carrier, NotCarriedError
from twinrom.statemachine import term_text, terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.proofs.any_number.template import AnyNumber
    from twinrom.statemachine import TransitionSystem
    from twinrom.statemachine.terms import Term


@dataclass(frozen=True)
class LiftedClause:
    """A clause that is said of all distinct machines: `term` says it of the first `machines`."""

    machines: int
    term: Term

    def text(self, home: TransitionSystem, template: str, names: Sequence[str]) -> str:
        """Return the clause as people read it; `names` are those of the machines."""
        said = term_text(home, self.term)
        if not self.machines:
            return said
        distinct = " distinct" if self.machines > 1 else ""
        return f"for all{distinct} {', '.join(names[: self.machines])} of {template}: {said}"


@dataclass(frozen=True)
class Home:
    """The system that lifted clauses are written in: at some number of machines."""

    any: AnyNumber

    @property
    def system(self) -> TransitionSystem:
        """Return the system."""
        return self.any.question.system

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names of the machines, in their order."""
        return self.any.template.instances

    def named(self, term: Term) -> list[str]:
        """Return the machines that a condition is about, in their order."""
        carrier = Carrier(self.system, self.system, self.any.family, {})
        found: set[str] = set()
        todo = [term]
        while todo:
            t = todo.pop()
            todo.extend(t.arguments)
            if t.operator == "variable":
                found |= set(self.any.machines_in(self.system.variables[t.value].name))
            if t.operator == "equal":
                for a, b in (t.arguments, t.arguments[::-1]):
                    sort = carrier.machines(a)
                    if sort is not None and b.operator == "constant":
                        found |= set(self.any.machines_in(sort.text(b.value)))
        return [name for name in self.names if name in found]

    def lifted(self, term: Term) -> LiftedClause | None:
        """Return what a condition on some machines says of all; None where that means nothing.

        Of several ways to name the machines it takes the first, so that equal clauses are one.
        """
        own = self.named(term)
        found: dict[str, Term] = {}
        for order in itertools.permutations(self.names[: len(own)]):
            try:
                said = Carrier(self.system, self.system, self.any.family,
                               dict(zip(own, order, strict=True))).carried(term)
            except NotCarriedError:
                return None
            found[term_text(self.system, said)] = said
        return LiftedClause(len(own), found[min(found)])

    def variables_of(self, clause: LiftedClause) -> frozenset[str]:
        """Return the names, without their owners, of what a clause reads."""
        read = (self.system.variables[i] for i in terms.variables([clause.term]))
        return frozenset(v.own_name.partition("(")[0] for v in read)

    def said_in(self, other: AnyNumber, clause: LiftedClause) -> Iterator[Term]:
        """Yield what a clause says in a system of another number, the first machines first."""
        for order in itertools.permutations(other.template.instances, clause.machines):
            yield Carrier(self.system, other.question.system, self.any.family,
                          dict(zip(self.names, order, strict=False))).carried(clause.term)
