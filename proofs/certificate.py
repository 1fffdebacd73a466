"""Certificates: an invariant as data, the scripts that state it, who has confirmed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from proofs.obligations import scripts
from proofs.recheck import Answer, recheck
from proofs.term_data import Data, from_data, to_data
from statemachine import term_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from proofs.question import Question
    from proofs.spec import Property
    from statemachine.terms import Term


@dataclass(frozen=True)
class Clause:
    """One clause of an invariant: as an expression of the model's language, and as data."""

    text: str
    data: Data


@dataclass(frozen=True)
class Certificate:
    """That `properties` hold in every run: the invariant, and what it must satisfy.

    `method` is how it was found; nothing depends on that. `k` is 1 for an inductive invariant, and
    more when only k states in a row carry it. `exclusive`: it also proves that rules of one event
    exclude each other. `symbolic`: it holds for every integer and every table.
    """

    method: str
    k: int
    exclusive: bool
    symbolic: bool
    properties: tuple[str, ...]
    invariant: tuple[Clause, ...]
    scripts: Mapping[str, str]
    answers: tuple[Answer, ...]

    @property
    def confirmed(self) -> bool:
        """Say whether z3 confirmed every script, and no solver objected to one."""
        by_z3 = {a.script for a in self.answers if a.solver == "z3" and a.confirms}
        return by_z3 == set(self.scripts) and not any(a.said == "sat" for a in self.answers)

    @property
    def solvers(self) -> tuple[str, ...]:
        """Return the solvers that confirmed every script."""
        found = dict.fromkeys(a.solver for a in self.answers)
        return tuple(s for s in found if all(a.confirms for a in self.answers if a.solver == s))


class UnconfirmedError(RuntimeError):
    """A fresh solver does not confirm what an engine claims to have proved: our bug."""


def certify(  # noqa: PLR0913 - what a certificate says
    question: Question,
    properties: Sequence[Property],
    invariant: Sequence[Term],
    *,
    method: str,
    k: int = 1,
    exclusive: bool = True,
    seconds: float = 120.0,
    strict: bool = True,
) -> Certificate:
    """Return the certificate for an invariant, re-checked by every solver that is installed.

    Raises `UnconfirmedError` when z3 does not confirm it or another solver refutes it; unless
    `strict`, the certificate then says so itself.
    """
    texts = scripts(question, properties, invariant, k=k, exclusive=exclusive)
    answers = recheck(texts, symbolic=question.symbolic, seconds=seconds)
    system = question.system
    clauses = tuple(Clause(term_text(system, c), to_data(system, c)) for c in invariant)
    names = tuple(p.name for p in properties)
    found = Certificate(
        method, k, exclusive, question.symbolic, names, clauses, texts, tuple(answers)
    )
    if strict and not found.confirmed:
        said = ", ".join(f"{a.solver} on {a.script}: {a.said}" for a in answers if not a.confirms)
        raise UnconfirmedError(f"the invariant found by {method} is not confirmed: {said}")
    return found


def invariant_of(question: Question, clauses: Iterable[Clause]) -> list[Term]:
    """Return the clauses of an invariant as terms; raises `MalformedError`."""
    return [from_data(question.system, clause.data) for clause in clauses]
