"""A certificate for any number of machines, read again from its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinrom.proofs.any_number.lifted import Home
from twinrom.proofs.any_number.numbers import MOST, Numbers
from twinrom.proofs.certificates.any_number import certify_any, read_lifted
from twinrom.proofs.certificates.certificate import Clause
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs.certificates.certificate import Certificate
    from twinrom.proofs.certificates.folder import AnyShape, CertificateShape
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.request import CheckRequest
    from twinrom.proofs.spec.spec import Property


@dataclass(frozen=True)
class AnyHome:
    """The numbers of machines that a certificate speaks of, and the one of its clauses."""

    numbers: Numbers
    home: Home

    def text(self, clause: Clause) -> str:
        """Return a clause as people read it; raises `MalformedError`."""
        found = read_lifted(self.home, clause)
        return found.text(self.home.system, self.numbers.template, self.home.names)

    def reach(self, data: CertificateShape) -> int:
        """Return the cutoff for the clauses of a certificate."""
        clauses = (Clause(c.text, c.data) for c in data.invariant)
        return self.numbers.enough(self.home, (read_lifted(self.home, c) for c in clauses))

    def certified(self, clauses: Sequence[Clause], properties: Sequence[Property], method: str,
                  ) -> Certificate:
        """Return what fresh solvers say of the clauses."""
        lifted = [read_lifted(self.home, clause) for clause in clauses]
        names = [p.name for p in properties]
        return certify_any(self.numbers, self.home, names, lifted, method=method, strict=False)


def home_of(request: CheckRequest, question: Question, data: AnyShape) -> AnyHome:
    """Return where the clauses of a certificate are read; raises `InputError` if nowhere."""
    if not 1 <= data.machines <= MOST or not 1 <= data.cutoff <= MOST:
        raise InputError.whole_file(question.model.paths[0], "no such number of machines")
    numbers = Numbers(request, data.template)
    numbers.check()
    return AnyHome(numbers, Home(numbers.at(data.machines)))
