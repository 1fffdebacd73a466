"""Verdicts: a closed union, and what each one rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, assert_never

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proofs.question import Question
    from proofs.results import Counts, Report
    from proofs.spec import Property
    from statemachine import Trace


@dataclass(frozen=True)
class Bounded:
    """No violation in up to `depth` steps; with `complete`, in no reachable state at all.

    Complete means that an exhaustive search closed the state space at the given sizes; `depth` is
    how far the solver looked, None when it did not.
    """

    depth: int | None
    complete: Counts | None


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
    """No engine here decides this kind of property."""

    reason: str


Verdict: TypeAlias = Bounded | Violated | Vacuous | Unknown | NotChecked


def word(verdict: Verdict) -> str:
    """Return the verdict as the one word that reports use."""
    match verdict:
        case Bounded():
            return "bounded"
        case Violated():
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
    """The verdict on one property; `witness` is a shortest run that exercises it."""

    prop: Property
    verdict: Verdict
    witness: Trace | None
    seconds: float

    @property
    def exercised_at(self) -> int | None:
        """Return after how many steps `whenever` is first reached."""
        return len(self.witness.steps) if self.witness is not None else None

    @property
    def failed(self) -> bool:
        """Say whether the verdict fails a run: violated or vacuous against what was recorded."""
        match self.verdict:
            case Violated():
                return not self.prop.expect_violated
            case Vacuous():
                return True
            case Bounded():
                return self.prop.expect_violated
            case Unknown() | NotChecked():
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
    """Everything found out about one model and spec."""

    question: Question
    depth: int
    results: tuple[Result, ...]
    clauses: tuple[ClauseResult, ...]
    reports: Mapping[str, Report]
    seconds: float

    @property
    def failed(self) -> bool:
        """Say whether any property fails the run."""
        return any(r.failed for r in self.results)

    @property
    def undecided(self) -> bool:
        """Say whether any property that engines here decide has no verdict."""
        return any(isinstance(r.verdict, Unknown) for r in self.results)


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
