"""Verdicts: a closed union, and what each one rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, TypeAlias, assert_never

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.certificates.certificate import Certificate
    from twinrom.proofs.report import Counts, Report
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.reads import Mention
    from twinrom.proofs.spec.request import CheckRequest
    from twinrom.proofs.spec.spec import Expected, Property
    from twinrom.statemachine import Step, Trace


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
    """A shortest counterexample, replayed through the running machines.

    `owed` is after how many steps a response is owed that never comes; None for other kinds.
    """

    trace: Trace
    owed: int | None = None

    @property
    def length(self) -> int:
        """Return after how many steps it is lost."""
        return len(self.trace.steps) if self.owed is None else self.owed

    @property
    def last(self) -> Step | None:
        """Return the step in which it is lost; None at the start."""
        return self.trace.steps[self.length - 1] if self.length else None

    def otherwise(self, expected: Expected) -> bool:
        """Say whether it comes about sooner than expected, or by another last event."""
        last = self.last
        names = (last.event, last.instance.rule.name) if last is not None else ()
        return (expected.length is not None and self.length < expected.length) or (
            expected.event is not None and expected.event not in names)


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

    `onset` is a shortest run whose last step brings `whenever` about, where no other run shows a
    clause; `seen_all`: it was looked for everywhere. `unasked` are the parts of the property, by
    number, that hold of themselves in every reachable state.
    `question` is the one that the verdict's run belongs to: where sorts are all integers, the same
    question at the sizes that the run needs.
    """

    prop: Property
    verdict: Verdict
    witness: Trace | None
    seconds: float
    question: Question
    onset: Trace | None = None
    seen_all: bool = False
    unasked: tuple[int, ...] = ()

    @property
    def decided(self) -> bool:
        """Say whether anything is known: that it holds, is broken, or is never put to the test."""
        return self.reason is None

    @property
    def reason(self) -> str | None:
        """Return why there is no verdict; None where there is one."""
        return self.verdict.reason if isinstance(self.verdict, Unknown | NotChecked) else None

    @property
    def exercised_at(self) -> int | None:
        """Return after how many steps `whenever` is first reached."""
        return len(self.witness.steps) if self.witness is not None else None

    @property
    def otherwise(self) -> bool:
        """Say whether a known finding is violated in another way than the spec says."""
        expected, verdict = self.prop.expected, self.verdict
        return expected is not None and isinstance(verdict, Violated) and (
            verdict.otherwise(expected))

    @property
    def gone(self) -> bool:
        """Say whether a known finding is none any more."""
        return isinstance(self.verdict, Proved) and self.prop.expect_violated

    @property
    def not_asked(self) -> bool:
        """Say whether it is not put to the test where less can happen than the files say."""
        idle = isinstance(self.verdict, Vacuous) and not self.prop.bookkeeping
        return idle and not self.may_be_untested and bool(self.question.limited)

    @property
    def may_be_untested(self) -> bool:
        """Say whether it is not put to the test, and the spec says why that may be."""
        return isinstance(self.verdict, Vacuous) and self.prop.may_be_untested is not None

    @property
    def other_reading(self) -> bool:
        """Say whether the policy reads a gap in another way than the property does."""
        return isinstance(self.verdict, Violated) and self.prop.gap is not None

    @property
    def failed(self) -> bool:
        """Say whether the verdict fails a run: violated or vacuous against what was recorded."""
        if self.prop.bookkeeping or self.other_reading or self.may_be_untested:
            return False
        match self.verdict:
            case Violated():
                otherwise = self.otherwise and not self.question.elsewhere
                return otherwise or not self.prop.expect_violated
            case Vacuous():
                return not self.not_asked
            case ReadElsewhere():
                return True
            case Proved():
                return self.gone and not self.question.elsewhere
            case Bounded() | Unknown() | NotChecked() | Kept():
                return False
            case _:
                assert_never(self.verdict)


@dataclass(frozen=True)
class ClauseEvidence:
    """The run in which a clause matters: a shortest one that puts its `property` to the test.

    It has at least one step. Where it `breaks` the property, that is all it may lack. Without a
    `trace` the property is put to the test from the start on, and no step brings that about anew.
    `steps` is the number of those up to `last`, which does it.
    """

    property: str
    trace: Trace | None = None
    steps: int = 0
    last: Step | None = None
    breaks: bool = False


@dataclass(frozen=True)
class ClauseResult:
    """What became of a clause.

    `verdict` is the worst word among its properties; without any it is `by-rules`, `stated` (the
    spec says why nothing carries it) or `open`. What is no requirement is `stated` unless something
    is wrong or open with it. `principal` are the columns of the property that says it, and
    `witness` is the property whose witness stands for the clause: the shortest one of those, or of
    all. `evidence` is None where none is known.
    """

    id: str
    kind: str
    verdict: str
    properties: tuple[str, ...]
    rules: tuple[str, ...]
    principal: tuple[str, ...] = ()
    witness: str | None = None
    evidence: ClauseEvidence | None = None


@dataclass(frozen=True)
class Checked:
    """Everything found out about one model and spec; `request` says what was asked.

    `dead_ends` has a run into a deadlock and one into a livelock, as far as there are any; it is
    None where no search has seen every state. `deadlock` is the verdict on the one of them that is
    a violation, and `duties` are those on whether declared events are answered.
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
    duties: tuple[Result, ...] = ()

    @property
    def asked(self) -> tuple[Result, ...]:
        """Return the verdicts on the properties, and on the duties of declared events."""
        return (*self.results, *self.duties)

    @property
    def judged(self) -> tuple[Result, ...]:
        """Return the verdicts that count: on the properties, on duties, and on a deadlock.

        That there is none counts as open, where it is, in a spec that says where standing still is
        meant. Where less can happen than the files say, it does not count.
        """
        one = self.deadlock
        if one is None or self.question.limited:
            return self.asked
        counts = isinstance(one.verdict, Violated) or self.question.ends is not None
        return (*self.asked, one) if counts else self.asked

    @cached_property
    def broken(self) -> Mapping[str, tuple[Result, ...]]:
        """Return what is broken, or never put to the test, by the standing that it means."""
        found: dict[str, list[Result]] = {}
        for one in self.judged:
            if isinstance(one.verdict, Violated | ReadElsewhere) and (
                    one.failed or one.other_reading):
                found.setdefault(STANDINGS[weight(one.prop)], []).append(one)
            elif isinstance(one.verdict, Vacuous) and one.failed:
                found.setdefault(UNTESTED, []).append(one)
        return {word: tuple(found[word]) for word in STANDINGS if word in found}

    @property
    def uncut(self) -> tuple[str, ...]:
        """Return the rules with several writes that happen, and are never cut between them."""
        return tuple(dict.fromkeys(n for report in self.reports.values() for n in report.uncut))

    @property
    def tested(self) -> bool:
        """Say whether any property may have been put to the test."""
        return not all(isinstance(r.verdict, Vacuous) for r in self.judged)

    @property
    def _put_to_the_test(self) -> bool:
        """Say whether some property was, and all writes were cut where the files let them be."""
        return self.tested and (not self.uncut or bool(self.question.limited))

    @property
    def rank(self) -> tuple[int, bool]:
        """Return the number of the first of `STANDINGS` that applies, and whether it is decided.

        What is not decided takes the place of its violation.
        """
        opened = {weight(r.prop) for r in self.judged if not (r.decided or r.prop.bookkeeping)}
        last = len(STANDINGS) - 1
        for number, word in enumerate(STANDINGS):
            if word in self.broken or (word == UNTESTED and not self._put_to_the_test):
                return number, True
            if number in opened:
                return number, False
        return last, True

    @property
    def standing(self) -> str:
        """Return what an engineer asks first, in one word of `STANDINGS`, or `undecided`."""
        number, decided = self.rank
        return STANDINGS[number] if decided else UNDECIDED

    @property
    def worst(self) -> Result | None:
        """Return what fails and weighs most, and of that what breaks soonest; what is gone last."""

        def order(one: Result) -> float:
            return len(one.verdict.trace.steps) if isinstance(one.verdict, Violated) else inf

        gone = (r for r in self.judged if r.gone and r.failed)
        groups = (group for group in self.broken.values() if any(r.failed for r in group))
        return min(next(groups, gone), key=order, default=None)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Return the certificates of all engines."""
        return tuple(c for r in self.reports.values() for c in r.certificates)

    @property
    def failed(self) -> bool:
        """Say whether any property fails the run, a deadlock does, or none is put to the test."""
        return any(r.failed for r in self.judged) or not (
            self._put_to_the_test or self.question.limited)

    @property
    def undecided(self) -> bool:
        """Say whether any property that engines here decide has no verdict."""
        return any(
            isinstance(r.verdict, Unknown) and not r.prop.bookkeeping for r in self.judged
        )


UNTESTED, UNDECIDED = "untested", "undecided"
STANDINGS = ("unsafe", "does-not-recover", UNTESTED, "departs", "other-reading", "keeps")


def ranked(old: str, new: str) -> str:
    """Return how one standing is beside another: `worse`, `same`, `better`, or `undecided`."""
    if UNDECIDED in (old, new):
        return UNDECIDED
    lenient = STANDINGS.index("other-reading")  # from there on nothing fails
    first, second = (min(STANDINGS.index(word), lenient) for word in (old, new))
    return "same" if first == second else "worse" if second < first else "better"


def weight(prop: Property) -> int:
    """Return how little it weighs that a property is broken: the number of its standing."""
    if prop.bookkeeping:
        return STANDINGS.index("keeps")
    if prop.gap is not None:
        return STANDINGS.index("other-reading")
    return STANDINGS.index("departs") if prop.departure else prop.kind.weight
