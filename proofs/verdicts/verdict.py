"""Verdicts: a closed union, and what each one rests on."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, TypeAlias, assert_never

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.certificates.certificate import Certificate
    from twinrom.proofs.report import Counts, Report
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.reads import Mention
    from twinrom.proofs.spec.request import CheckRequest
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import Trace


@dataclass(frozen=True)
class Proved:
    """No run of any length breaks it: an inductive invariant, a closed state space, or both.

    `complete` means that an exhaustive search has seen every reachable state at the given sizes.
    `depth` is how far the bounded check has looked too. `fair`: a response that holds only because
    automatic rules are weakly fair.
    """

    certificate: Certificate | None
    complete: Counts | None
    depth: int | None = None
    fair: bool = False


@dataclass(frozen=True)
class Bounded:
    """No run of up to `depth` steps breaks it; nothing is said of longer ones."""

    depth: int


@dataclass(frozen=True)
class Violated:
    """A shortest counterexample, replayed through the running machines."""

    trace: Trace


@dataclass(frozen=True)
class Vacuous:
    """Nothing violates it because `whenever` was not reached within `depth` (or at all)."""

    depth: int | None
    complete: Counts | None


@dataclass(frozen=True)
class Unknown:
    """Undecided: `reason` says why, and all runs of up to `clean` steps are clean."""

    reason: str
    clean: int


@dataclass(frozen=True)
class NotChecked:
    """The engines that were asked for do not decide this kind of property."""

    reason: str


@dataclass(frozen=True)
class Kept:
    """A property of the text that no rule breaks."""


@dataclass(frozen=True)
class ReadElsewhere:
    """A property of the text, and who names what only others may."""

    readers: tuple[Mention, ...]


Verdict: TypeAlias = (
    Proved | Bounded | Violated | Vacuous | Unknown | NotChecked | Kept | ReadElsewhere
)


def word(verdict: Verdict) -> str:
    """Return the verdict as the one word that reports use."""
    match verdict:
        case Proved() | Kept():
            return "proved"
        case Bounded():
            return "bounded"
        case Violated() | ReadElsewhere():
            return "violated"
        case Vacuous():
            return "vacuous"
        case Unknown():
            return "unknown"
        case NotChecked():
            return "not-checked"
        case _:
            assert_never(verdict)


@dataclass(frozen=True)
class Result:
    """The verdict on one property; `witness` is a shortest run that exercises it.

    `question` is the one that the verdict's run belongs to: where sorts are all integers, the same
    question at the sizes that the run needs.
    """

    prop: Property
    verdict: Verdict
    witness: Trace | None
    seconds: float
    question: Question

    @property
    def exercised_at(self) -> int | None:
        """Return after how many steps `whenever` is first reached."""
        return len(self.witness.steps) if self.witness is not None else None

    @property
    def failed(self) -> bool:
        """Say whether the verdict fails a run: violated or vacuous against what was recorded."""
        if self.prop.bookkeeping:
            return False
        match self.verdict:
            case Violated():
                return not self.prop.expect_violated
            case Vacuous() | ReadElsewhere():
                return True
            case Proved():
                return self.prop.expect_violated
            case Bounded() | Unknown() | NotChecked() | Kept():
                return False
            case _:
                assert_never(self.verdict)


@dataclass(frozen=True)
class ClauseResult:
    """What became of a clause.

    `verdict` is the worst word among its properties; without any it is `by-rules`, `stated` (the
    spec says why nothing carries it) or `open`.
    """

    id: str
    kind: str
    verdict: str
    properties: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """Everything found out about one model and spec; `request` says what was asked.

    `dead_ends` has a run into a deadlock and one into a livelock, as far as there are any; it is
    None where no search has seen every state. `deadlock` is the verdict on the one of them that is
    a violation.
    """

    question: Question
    depth: int
    results: tuple[Result, ...]
    clauses: tuple[ClauseResult, ...]
    reports: Mapping[str, Report]
    seconds: float
    request: CheckRequest
    dead_ends: Mapping[str, Trace | None] | None
    deadlock: Result | None = None

    @property
    def judged(self) -> tuple[Result, ...]:
        """Return the verdicts that count: on the properties, and on a deadlock.

        That there is none counts as open, where it is, in a spec that says where standing still is
        meant.
        """
        one = self.deadlock
        counts = one and (isinstance(one.verdict, Violated) or self.question.ends is not None)
        return (*self.results, one) if one and counts else self.results

    @property
    def standing(self) -> str:
        """Return what an engineer asks first, in one word of `STANDINGS`."""
        broken = [
            r.prop for r in self.judged
            if isinstance(r.verdict, Violated | ReadElsewhere) and r.failed
        ]  # fmt: skip
        weights = {weight(prop) for prop in broken}
        if 0 in weights:
            return "unsafe"
        if self.undecided or any(isinstance(r.verdict, NotChecked) for r in self.judged):
            return "undecided"
        if weights:
            return "does-not-recover" if 1 in weights else "departs"
        untested = any(isinstance(r.verdict, Vacuous) and r.failed for r in self.results)
        return "undecided" if untested else "keeps"

    @property
    def worst(self) -> Result | None:
        """Return what fails and weighs most, and of that what breaks soonest; vacuous last."""

        def order(one: Result) -> tuple[bool, int, float]:
            run = one.verdict.trace if isinstance(one.verdict, Violated) else None
            return run is None, weight(one.prop), inf if run is None else len(run.steps)

        return min((r for r in self.judged if r.failed), key=order, default=None)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Return the certificates of all engines."""
        return tuple(c for r in self.reports.values() for c in r.certificates)

    @property
    def failed(self) -> bool:
        """Say whether any property fails the run, or a deadlock does."""
        return any(r.failed for r in self.judged)

    @property
    def undecided(self) -> bool:
        """Say whether any property that engines here decide has no verdict."""
        return any(
            isinstance(r.verdict, Unknown) and not r.prop.bookkeeping for r in self.judged
        )


def weight(prop: Property) -> int:
    """Return how little it weighs that a property is broken.

    0: that is unsafe; 1: it does not recover; 2: a departure; 3: bookkeeping.
    """
    if prop.bookkeeping:
        return 3
    if prop.departure:
        return 2
    return prop.kind.weight


STANDINGS = ("unsafe", "undecided", "does-not-recover", "departs", "keeps")
SEVERITY = ("violated", "vacuous", "unknown", "not-checked", "bounded", "proved")


def clause_results(question: Question, results: tuple[Result, ...]) -> tuple[ClauseResult, ...]:
    """Return what became of each clause of the spec, in its order."""
    found = []
    for name, clause in question.spec.clauses.items():
        carried = [r for r in results if name in r.prop.clauses]
        rules = tuple(n for n, rule in question.model.rules.items() if name in rule.clauses)
        words = {word(r.verdict) for r in carried}
        verdict = next((w for w in SEVERITY if w in words), None)
        if verdict is None:
            stated = clause.because or clause.kind != "requirement"
            verdict = "by-rules" if rules else "stated" if stated else "open"
        found.append(
            ClauseResult(name, clause.kind, verdict, tuple(r.prop.name for r in carried), rules)
        )
    return tuple(found)
