"""Proofs for any number of machines, from what the reachable states of a few of them teach."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from twinrom.proofs.any_number.lifted import Home
from twinrom.proofs.any_number.numbers import Numbers
from twinrom.proofs.certificates.any_number import certify_any
from twinrom.proofs.certificates.certificate import TAUGHT
from twinrom.proofs.engines.any_number.keeping import Keeping, UnkeptError
from twinrom.proofs.engines.any_number.readings import readings
from twinrom.proofs.engines.any_number.steps import MODEL
from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.engines.taught.columns import UntaughtError
from twinrom.proofs.engines.taught.teach import teach
from twinrom.proofs.report import Found, Report
from twinrom.proofs.spec.spec import bare
from twinrom.statemachine import cannot_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs.any_number.lifted import LiftedClause
    from twinrom.proofs.certificates.certificate import Certificate
    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.engines.taught.teach import TaughtInvariant
    from twinrom.proofs.report import Progress
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.request import CheckRequest

NAME = "any"
LEARNT_FROM = 6  # machines: their states have grown a thousandfold long before that


def prove_any(
    question: Question,
    request: CheckRequest,
    options: Options,
    deadline: float | None,
    progress: Progress | None,
) -> Report:
    """Return what holds for any number of the machines that the request names, or is broken.

    A violation is one for the smallest number of machines for which there is one.
    """
    proving = _Proving(question, Numbers(request, request.any or ""), options, deadline, progress)
    proving.run()
    return proving.report()


@dataclass
class _Proving:
    question: Question
    numbers: Numbers
    options: Options
    deadline: float | None
    progress: Progress | None
    found: dict[str, Found] = field(default_factory=dict)
    sizes: dict[str, dict[str, str]] = field(default_factory=dict)
    certificates: list[Certificate] = field(default_factory=list)
    why: str = ""
    taught: tuple[Home, list[LiftedClause]] | None = None
    started: float = field(default_factory=time.monotonic)

    def report(self) -> Report:
        """Return what is known so far."""
        proved = {n for c in self.certificates for n in c.properties}
        open_ = [p.name for p in self.question.provable() if p.name not in proved
                 and bare(p.name) not in self.violated]
        return Report(
            NAME, self.found, -1, stopped=self.why or None if open_ else None,
            seconds=time.monotonic() - self.started, certificates=tuple(self.certificates),
            reasons=dict.fromkeys(open_, self.why or "out of time"), sizes=self.sizes)

    @property
    def violated(self) -> set[str]:
        """Return the properties that are broken for some number of machines, without columns."""
        return {bare(name) for name in self.found}

    @property
    def goals(self) -> set[str]:
        """Return the properties that are not broken so far, without their columns."""
        return {bare(p.name) for p in self.question.provable()} - self.violated

    def run(self) -> None:
        """Try one number of machines after the other; where that ends, prove what can be proved."""
        self._try()
        if not self.certificates and self.taught is not None:
            with suppress(UnkeptError):
                self._rest(*self.taught)

    def _rest(self, home: Home, clauses: list[LiftedClause]) -> None:
        """Prove those goals that follow from clauses, without the others."""
        goals = self.goals
        while goals:
            keeping = Keeping(home, self.numbers, clauses, self.deadline, goals)
            try:
                if not keeping.broken:
                    self._certify(home, keeping, goals)
                    return
                goals = set() if MODEL in keeping.broken else goals - keeping.broken
            finally:
                keeping.close()

    def _try(self) -> None:
        for number in count(1):
            if number > LEARNT_FROM:
                self.why = self.why or "no invariant was found"
                return
            if not self._starts(number):
                continue
            if not self._searched(number) or not self.goals:
                return
            if self.progress is not None:
                self.progress(self.report())
            try:
                if number > 1 and self._proved(number):  # one alone teaches nothing of two
                    return
            except (UntaughtError, UnkeptError) as error:
                self.why = f"with {number} machines: {error}"
                return

    def _starts(self, number: int) -> bool:
        """Say whether there is a state to start in with so many machines."""
        return cannot_start(self.numbers.at(number).question.system) is None

    def _searched(self, number: int) -> bool:
        """Look for violations; return whether every state was seen."""
        here = self.numbers.at(number).question
        report = explore(here, max_states=self.options.max_states, deadline=self.deadline,
                         plain=self.options.plain)
        known = self.violated
        for name, one in report.found.items():
            safe = any(p.name == name for p in here.decidable)
            if one.violation is not None and safe and bare(name) not in known:
                self.found[name] = Found(one.violation.length, one.violation)
                self.sizes[name] = {f"machine.{self.numbers.template}": str(number)}
        if not report.complete:
            self.why = f"with {number} machines: the search was stopped: {report.stopped}"
        return report.complete

    def _proved(self, number: int) -> bool:
        """Return whether all goals are proved from what so many machines teach."""
        here = self.numbers.at(number)
        home = Home(here)
        wanted = [p for p in here.question.provable() if bare(p.name) in self.goals]
        taught = teach(here.question, wanted, max_states=self.options.max_states,
                       deadline=self.deadline)
        for clauses in _lifted(home, taught):
            self.taught = (home, clauses)
            keeping = Keeping(home, self.numbers, clauses, self.deadline, self.goals)
            try:
                if not keeping.broken:
                    self._certify(home, keeping, self.goals)
                    return True
                self.why = f"what {number} machines teach does not carry everything"
            finally:
                keeping.close()
        return False

    def _certify(self, home: Home, keeping: Keeping, goals: set[str]) -> None:
        names = [p.name for p in self.question.provable() if bare(p.name) in goals]
        invariant = keeping.needed(goals)
        self.certificates = [certify_any(self.numbers, home, names, invariant, method=TAUGHT)]


def _lifted(home: Home, taught: TaughtInvariant) -> Iterator[list[LiftedClause]]:
    """Yield lifted clauses to try: what the proof of this size needed, then all that was seen."""
    for cubes in (taught.needed, taught.empty):
        found = (c for cube in cubes for c in readings(home, taught.features, cube))
        yield list(dict.fromkeys(found))
