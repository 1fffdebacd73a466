"""Features: what the clauses of a taught invariant speak of, each with few values.

They are the variables, the rows of the free tables, and the atoms that the texts of model and spec
compare variables with: `A.executing == B.executing`, `runs_on(A.executing, A.board)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import TransitionSystem
    from twinrom.statemachine.terms import Term

ATOMS = {"equal", "at_most", "table"}
SIMPLE = {"variable", "after", "constant"}


@dataclass(frozen=True)
class Feature:
    """A term over one state and its values; `observed` when it reads an observer."""

    term: Term
    low: int
    size: int
    observed: bool = False

    def has(self, value: int) -> Term:
        """Return that the feature has the value with this number, counted from 0."""
        if self.term.boolean:
            return self.term if value else terms.negation(self.term)
        return terms.equal(self.term, terms.constant(self.low + value))

    def among(self, values: Sequence[int]) -> Term:
        """Return that the feature has one of these values, as shortly as that can be said."""
        others = [v for v in range(self.size) if v not in values]
        if len(others) < len(values):
            return terms.negation(terms.disjunction(map(self.has, others)))
        return terms.disjunction(map(self.has, values))


class FeatureSet:
    """The features of a question: first the variables, then the rows, then the atoms."""

    def __init__(self, question: Question) -> None:
        system = question.system
        self.variables = [
            Feature(v.term(), v.sort.low, v.sort.size, v.role == "observer")
            for v in system.variables
        ]
        self.rows = [
            _truth(terms.table(name, [terms.coded(code, boolean=sort.boolean) for code, sort in
                                      zip(row, system.tables[name].of, strict=True)]))
            for name, row in system.choices.rows
        ]
        texts = [t for i in system.instances for t in (i.guard, *i.updates.values())]
        goals = [p.bad for p in question.provable()]
        self.atoms = [
            _truth(atom, observed=any(self.variables[i].observed for i in terms.variables([atom])))
            for atom in _atoms(system, [*texts, *goals])
        ]

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """Return all features, in the order of their numbers."""
        return (*self.variables, *self.rows, *self.atoms)

    @cached_property
    def literals(self) -> int:
        """Return how many values all features have together."""
        return sum(f.size for f in self.features)


def _truth(term: Term, *, observed: bool = False) -> Feature:
    return Feature(term, 0, 2, observed)


def _atoms(system: TransitionSystem, texts: Iterable[Term]) -> list[Term]:
    """Return what the texts say of two variables or more, of the state before or after a step."""
    found: dict[Term, None] = {}
    seen: set[Term] = set()
    todo = list(texts)
    memo: dict[Term, Term] = {}

    def now(leaf: Term) -> Term | None:
        return system.variables[leaf.value].term() if leaf.operator == "after" else None

    while todo:
        t = todo.pop()
        if t in seen:
            continue
        seen.add(t)
        todo.extend(t.arguments)
        if t.operator in ATOMS and all(a.operator in SIMPLE for a in t.arguments):
            atom = atom_of(system, terms.rebuild(t, now, memo))
            if len(terms.variables([atom])) > 1:
                found[atom] = None
    return list(found)


def atom_of(system: TransitionSystem, t: Term) -> Term:
    """Return the atom in the one form that it has here: a table holds for no `none`."""
    if t.operator == "equal":
        a, b = sorted(t.arguments, key=_order)
        return terms.equal(a, b)
    if t.operator != "table":
        return t
    listed = [
        terms.negation(terms.equal(a, terms.constant(code)))
        for a, s in zip(t.arguments, system.tables[t.value].of, strict=True)
        for code in range(a.low, s.low)
    ]
    return terms.conjunction([*listed, t])


def _order(t: Term) -> tuple[str, str]:
    return t.operator, repr(t)
