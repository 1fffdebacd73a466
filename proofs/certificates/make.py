"""From an invariant to a certificate: the scripts are written, and fresh solvers answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.certificates.certificate import Certificate, Clause
from twinrom.proofs.certificates.scripts import scripts, start_script
from twinrom.proofs.certificates.solvers import recheck, said_by_z3
from twinrom.proofs.certificates.term_data import from_data, to_data
from twinrom.statemachine import InputError, nowhere, term_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine.terms import Term


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


def check_start(question: Question) -> None:
    """Raise `InputError` where z3 finds no state to start in: of nothing, everything is proved.

    What can be enumerated was asked before; this is for every size, and where there is too much.
    """
    if said_by_z3(start_script(question)) == "unsat":
        raise InputError([nowhere(question.model)])


def invariant_of(question: Question, clauses: Iterable[Clause]) -> list[Term]:
    """Return the clauses of an invariant as terms; raises `MalformedError`."""
    return [from_data(question.system, clause.data) for clause in clauses]
