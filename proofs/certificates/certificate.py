"""Certificates: an invariant as data, the scripts that state it, who has confirmed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.certificates.term_data import Data


TAUGHT = "generalisation from reachable states"
REACHABILITY = "property-directed reachability"
INDUCTION = "induction"
METHODS = (TAUGHT, REACHABILITY, INDUCTION)


@dataclass(frozen=True)
class Answer:
    """What one solver said of one script: `unsat` confirms it; anything else does not."""

    solver: str
    version: str
    script: str
    said: str
    seconds: float

    @property
    def confirms(self) -> bool:
        """Say whether the script holds, by this solver."""
        return self.said == "unsat"


@dataclass(frozen=True)
class Clause:
    """One clause of an invariant: as an expression of the model's language, and as data."""

    text: str
    data: Data


@dataclass(frozen=True)
class AnyReach:
    """That a certificate holds for any number of machines of a template.

    Its clauses are written in the system of `machines` of them, and said of all; `cutoff` is the
    number up to which every size has scripts of its own.
    """

    template: str
    machines: int
    cutoff: int


@dataclass(frozen=True)
class Certificate:
    """That `properties` hold in every run: the invariant, and what it must satisfy.

    `method` is how it was found; nothing depends on that. `k` is 1 for an inductive invariant, and
    more when only k states in a row carry it. `exclusive`: it also proves that rules of one event
    exclude each other. `symbolic`: it holds for every integer and every table; `any`: for any
    number of machines.
    """

    method: str
    k: int
    exclusive: bool
    symbolic: bool
    properties: tuple[str, ...]
    invariant: tuple[Clause, ...]
    scripts: Mapping[str, str]
    answers: tuple[Answer, ...]
    any: AnyReach | None = None

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

    @property
    def size(self) -> str:
        """Return `1 clause`, `2 clauses`."""
        number = len(self.invariant)
        return f"{number} clause{'s' * (number != 1)}"

    @property
    def reach(self) -> str:
        """Return for what it holds besides all depths: ` at every size`, or nothing more."""
        if self.any is not None:
            return f" and any number of {self.any.template}"
        return " at every size" if self.symbolic else ""

    @property
    def said(self) -> str:
        """Return how many properties it proves, how large it is, and who confirmed it."""
        number = len(self.properties)
        return (
            f"{number} {'property' if number == 1 else 'properties'} for all depths{self.reach}, "
            f"invariant of {self.size}, confirmed by {', '.join(self.solvers)}"
        )


@dataclass(frozen=True)
class Recheck:
    """What became of one folder: the certificate, and why it is refused (None: it is confirmed).

    `asked` says at which sizes, and with which faults.
    """

    folder: str
    certificate: Certificate | None
    refused: str | None
    model: str = ""
    asked: str = ""
