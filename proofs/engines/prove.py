"""Unbounded proofs: one inductive invariant for all goals, by z3's Spacer or by k-induction.

A third prover is `engines.taught`. Whatever is claimed comes with a certificate that fresh solvers
have confirmed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinrom.proofs.certificates.certificate import INDUCTION, REACHABILITY
from twinrom.proofs.certificates.make import certify, check_start
from twinrom.proofs.engines.induction import induce
from twinrom.proofs.engines.spacer import GaveUpError, RefutedError, find_invariant
from twinrom.proofs.report import Report
from twinrom.proofs.solver.dialect import FINITE, SYMBOLIC
from twinrom.proofs.solver.linear import UnreadableError
from twinrom.proofs.solver.mistakes import mistakes
from twinrom.proofs.solver.theory import Theory
from twinrom.proofs.spec.overlaps import overlapping

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from twinrom.proofs.certificates.certificate import Certificate
    from twinrom.proofs.report import Progress
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine.terms import Term

SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Goals:
    """What is to be proved at once.

    `exclusive`: also that rules of one event exclude each other.
    """

    properties: tuple[Property, ...]
    exclusive: bool

    @property
    def size(self) -> int:
        """Return how many things are to be proved."""
        return len(self.properties) + self.exclusive

    def halves(self) -> tuple[Goals, Goals]:
        """Return two smaller goals that together are this one."""
        middle = len(self.properties) // 2
        if self.exclusive and len(self.properties) == 1:
            return Goals(self.properties, exclusive=False), Goals((), exclusive=True)
        first, second = self.properties[:middle], self.properties[middle:]
        return Goals(first, exclusive=False), Goals(second, exclusive=self.exclusive)


def prove_by_reachability(
    question: Question,
    *,
    skip: Collection[str] = (),
    deadline: float | None = None,
    progress: Progress | None = None,
) -> Report:
    """Return what property-directed reachability proves; `skip` are known to be violated.

    All goals are asked at once first; only where that fails, in ever smaller parts.
    """
    proving = Proving(question, "reachability", deadline, progress)
    exclusive = bool(overlapping(question.system))
    proving.prove(Goals(tuple(question.provable(skip)), exclusive=exclusive))
    return proving.report()


def prove_by_induction(
    question: Question,
    *,
    skip: Collection[str] = (),
    deadline: float | None = None,
    progress: Progress | None = None,
) -> Report:
    """Return what k-induction proves, strengthened by facts about pairs of values."""
    proving = Proving(question, "induction", deadline, progress)
    goals = question.provable(skip)
    found = induce(question, goals)
    if found.properties:
        proving.certify(
            found.properties, found.clauses, INDUCTION, k=found.k, exclusive=found.exclusive)
    names = {p.name for p in found.properties}
    proving.reasons |= {p.name: "not inductive" for p in goals if p.name not in names}
    return proving.report()


@dataclass
class Proving:
    """One engine at work on proofs: what it has proved, and why not the rest."""

    question: Question
    engine: str
    deadline: float | None
    progress: Progress | None
    certificates: list[Certificate] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    refuted: set[str] = field(default_factory=set)
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        provable = {p.name for p in self.question.provable()}
        beyond = [p.name for p in self.question.decidable if p.name not in provable]
        self.reasons |= dict.fromkeys(beyond, "it runs over a sort that is any integer")

    def report(self) -> Report:
        """Return what is proved so far."""
        stopped = next(iter(self.reasons.values()), None)
        return Report(
            self.engine,
            {},
            -1,
            stopped=stopped,
            seconds=time.monotonic() - self.started,
            certificates=tuple(self.certificates),
            reasons=dict(self.reasons),
            refuted=frozenset(self.refuted),
        )

    def prove(self, goals: Goals) -> None:
        """Prove the goals, or what can be proved of them."""
        if not goals.size:
            return
        try:
            invariant = self._attempt(goals)
        except (RefutedError, GaveUpError, UnreadableError) as error:
            if goals.size > 1 and not self._late():
                for half in goals.halves():
                    self.prove(half)
                return
            self.reasons |= dict.fromkeys((p.name for p in goals.properties), _reason(error))
            if isinstance(error, RefutedError):
                self.refute(goals.properties)
            return
        self.certify(goals.properties, invariant, REACHABILITY, exclusive=goals.exclusive)
        if self.progress is not None:
            self.progress(self.report())

    def certify(
        self, properties: Sequence[Property], invariant: Sequence[Term], method: str, *,
        exclusive: bool, k: int = 1,
    ) -> None:  # fmt: skip
        """Keep the certificate for an invariant; raises `UnconfirmedError` as its making does.

        Raises `InputError` where the model can start nowhere.
        """
        if not self.certificates:
            check_start(self.question)
        made = certify(
            self.question, properties, invariant, method=method, k=k, exclusive=exclusive)
        self.certificates.append(made)

    def refute(self, properties: Collection[Property]) -> None:
        """Note that these have a counterexample."""
        names = {p.name for p in properties}
        self.refuted |= names
        self.reasons |= dict.fromkeys(names, _reason(RefutedError()))

    def _attempt(self, goals: Goals) -> list[Term]:
        seconds = None if self.deadline is None else self.deadline - time.monotonic()
        if seconds is not None and seconds <= 0:
            raise GaveUpError("out of time")
        readable: UnreadableError | None = None
        for seed in SEEDS:
            try:
                return invariant_for(self.question, goals, seconds=seconds, seed=seed)
            except UnreadableError as error:
                readable = error
        assert readable is not None  # noqa: S101 - otherwise one attempt has returned
        raise readable

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline


def invariant_for(
    question: Question, goals: Goals, *, seconds: float | None, seed: int
) -> list[Term]:
    """Return the clauses of an invariant that carries the goals; raises as its search does."""
    dialect = SYMBOLIC if question.symbolic else FINITE
    theory = Theory(question.system, dialect, [p.bad for p in goals.properties])
    states = [theory.broken(p) for p in goals.properties if not p.kind.goal_in_step]
    states += [f for f, _ in mistakes(question.system, theory, overlaps=goals.exclusive)]
    steps = [theory.broken(p) for p in goals.properties if p.kind.goal_in_step]
    return find_invariant(theory, states, steps, seconds=seconds, seed=seed)


def _reason(error: Exception) -> str:
    match error:
        case RefutedError():
            return "z3 says that there is a counterexample"
        case UnreadableError():
            return f"the invariant cannot be said in the model's language: {error}"
        case _:
            return f"z3 gave up: {error}"


