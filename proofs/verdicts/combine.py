"""The portfolio's verdicts: one per property; engines that disagree are a bug of ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinrom.proofs.engines.registry import ANY_NUMBER, BOUNDED, ENGINES
from twinrom.proofs.spec.kinds import ResponseKind
from twinrom.proofs.spec.onsets import onsets
from twinrom.proofs.spec.spec import bare
from twinrom.proofs.verdicts.counterexample import counterexample
from twinrom.proofs.verdicts.lasso import owed_since
from twinrom.proofs.verdicts.replay import (
    EngineDisagreementError,
    replayed_onset,
    replayed_to_its_end,
)
from twinrom.proofs.verdicts.verdict import (
    Bounded,
    Kept,
    NotChecked,
    Proved,
    ReadElsewhere,
    Result,
    Unknown,
    Vacuous,
    Verdict,
    Violated,
)
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinrom.proofs.certificates.certificate import Certificate
    from twinrom.proofs.report import Counts, Report
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.request import CheckRequest
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import Trace


@dataclass(frozen=True)
class Evidence:
    """Everything that the engines reported of one question; `request` is what was asked.

    Not `searched`: a search was made for witnesses only.
    """

    question: Question
    reports: Mapping[str, Report]
    depth: int
    request: CheckRequest | None = None
    searched: bool = True

    @property
    def symbolic(self) -> bool:
        """Say whether proofs are asked to hold at every size."""
        return self.request is not None and bool(self.request.unbounded)

    @property
    def complete(self) -> Counts | None:
        """Return what a search saw that has seen every reachable state."""
        return next((r.counts for r in self.reports.values() if r.complete), None)

    @property
    def any(self) -> str | None:
        """Return the template of which proofs are to hold for any number of machines."""
        return None if self.request is None else self.request.any

    def of(self, prop: Property) -> list[Report]:
        """Return the reports that say something of the runs of a property, at the given sizes."""
        own = (r for r in self.reports.values() if not (r.sizes or r.engine == ANY_NUMBER.name))
        return [r for r in own if prop.name in r.found]

    def certificate(self, prop: Property) -> Certificate | None:
        """Return a certificate of the property."""
        found = (c for r in self.reports.values() for c in r.certificates)
        return next((c for c in found if prop.name in c.properties), None)


def combine(evidence: Evidence) -> tuple[Result, ...]:
    """Return a verdict for each property from everything the engines found.

    Every run is replayed through the running machines first. Raises `EngineDisagreementError`.
    Those of the text follow the others.
    """
    question = evidence.question
    wanted = onsets(question)
    return tuple(
        _with_more(evidence, _result(evidence, p), looked=p.name in wanted)
        for p in question.properties
    ) + tuple(
        Result(p, ReadElsewhere(by) if by else Kept(), None, 0.0, question)
        for p, by in question.reads
    )


def violated(question: Question, prop: Property, run: Run, *, quick: bool = False) -> Violated:
    """Return the verdict that a run shows, after replaying and checking it.

    Raises `EngineDisagreementError`; `quick` as in `counterexample`.
    """
    trace = counterexample(question, prop, run, quick=quick)
    owes = isinstance(prop.kind, ResponseKind)
    return Violated(trace, owed_since(question, prop, trace) if owes else None)


def _with_more(evidence: Evidence, result: Result, *, looked: bool) -> Result:
    """Return the result with what only a search tells: a run for its clause, and unasked parts."""
    prop, question = result.prop, evidence.question
    found = (r.found[prop.name].onset for r in evidence.of(prop))
    run = next((one for one in found if one is not None), None)
    unasked = (part for report in evidence.reports.values() for name, part in report.unasked
               if name == prop.name)
    return replace(
        result,
        onset=None if run is None else replayed_onset(question, prop, run),
        seen_all=(looked and evidence.complete is not None) or prop.whenever is terms.TRUE,
        unasked=tuple(dict.fromkeys(unasked)) if isinstance(result.verdict, Proved) else (),
    )


def _result(evidence: Evidence, prop: Property) -> Result:
    if not prop.kind.safety:
        return _live(evidence, prop)
    question, reports = evidence.question, evidence.of(prop)
    violation, witness = (_agreed(prop, what, reports) for what in ("violation", "witness"))
    certificate = evidence.certificate(prop)
    if violation is not None and certificate is not None:
        raise EngineDisagreementError(
            f"{prop.name}: proved by {certificate.method}, and broken in {violation.length} steps"
        )
    if violation is None and not evidence.symbolic and evidence.complete is not None:
        for report in evidence.reports.values():
            if prop.name in report.refuted:
                raise EngineDisagreementError(
                    f"{prop.name}: broken, by {report.engine}, and in no reachable state"
                )
    seconds = max((r.found[prop.name].seconds or r.seconds for r in reports), default=0.0)
    exercised = replayed_to_its_end(question, prop, witness, broken=False) if witness else None
    larger = _at_other_sizes(evidence, prop)
    if violation is not None and (larger is None or evidence.any is None):
        verdict: Verdict = violated(question, prop, violation)
        return Result(prop, verdict, exercised, seconds, question)
    if larger is not None and certificate is None:
        return replace(larger, witness=exercised)
    verdict = _verdict(evidence, prop, certificate, exercised)
    return Result(prop, verdict, exercised, seconds, question)


def _at_other_sizes(evidence: Evidence, prop: Property) -> Result | None:
    """Return the violation that needs other sizes than those given, if one was found."""
    for report in evidence.reports.values():
        name = _elsewhere(evidence, report, prop)
        if name is not None and evidence.request is not None:
            question = evidence.request.at(report.sizes[name]).question()
            own = next(p for p in question.properties if p.name == name)
            run = report.found[name].violation
            assert run is not None  # noqa: S101 - sizes are reported of violations only
            verdict = violated(question, own, run)
            own = replace(own, name=prop.name)
            return Result(own, verdict, None, report.seconds, question)
    return None


def _elsewhere(evidence: Evidence, report: Report, prop: Property) -> str | None:
    """Return the property that is broken at other sizes; of interchangeable machines any column."""
    if prop.name in report.sizes or evidence.any is None:
        return prop.name if prop.name in report.sizes else None
    return next((name for name in report.sizes if bare(name) == bare(prop.name)), None)


def _live(evidence: Evidence, prop: Property) -> Result:
    """Return the verdict on a response or a possible property: only a closed search has one."""
    question = evidence.question
    able = [r for r in evidence.reports.values() if prop.kind in ENGINES[r.engine].kinds]
    decided = [r for r in able if prop.name in r.found]
    if not decided:
        why = "; ".join(f"{r.engine}: {r.stopped}" for r in able)
        verdict: Verdict = (
            Unknown(why, -1) if able and evidence.searched else (
                NotChecked("the search decides it, and did not run")
            )
        )
        return Result(prop, verdict, None, 0.0, question)
    witness = _agreed(prop, "witness", decided)
    exercised = replayed_to_its_end(question, prop, witness, broken=False) if witness else None
    found, counts = decided[0].found[prop.name], decided[0].counts
    if len({r.found[prop.name].violation is None for r in decided}) > 1:
        raise EngineDisagreementError(f"{prop.name}: broken or not, by {len(decided)} searches")
    if found.violation is not None:
        verdict = violated(question, prop, found.violation)
    elif exercised is None:
        verdict = Vacuous(None, counts)
    else:
        verdict = Proved(None, counts, fair=found.fair)
    return Result(prop, verdict, exercised, found.seconds, question)


def _verdict(
    evidence: Evidence, prop: Property, certificate: Certificate | None, witness: Trace | None
) -> Verdict:
    """Return the strongest verdict that there is evidence for, when nothing breaks the property."""
    complete, reports = evidence.complete, evidence.reports
    bounded = reports.get(BOUNDED.name)
    looked = bounded.clean if bounded is not None else None
    if complete is not None and witness is None:
        return Vacuous(looked, complete)
    clean = max((r.clean for r in reports.values()), default=-1)
    if certificate is not None:
        return Proved(certificate, complete, looked)
    if evidence.symbolic or evidence.any is not None:
        reasons = [r.reasons[prop.name] for r in reports.values() if prop.name in r.reasons]
        why = "; ".join(reasons) or "no engine tried"
        reach = "at every size" if evidence.symbolic else f"for any number of {evidence.any}"
        return Unknown(f"not proved {reach}: {why}", clean)
    if complete is not None:
        return Proved(None, complete, looked)
    if clean < evidence.depth:
        stopped = (f"{r.engine}: {r.stopped}" for r in reports.values() if r.stopped)
        return Unknown("; ".join(stopped) or "no engine ran", clean)
    return Bounded(clean) if witness is not None else Vacuous(clean, None)


def _agreed(prop: Property, what: str, reports: Sequence[Report]) -> Run | None:
    """Return the shortest run any engine found; no engine may have ruled it out."""
    runs: dict[str, Run | None] = {
        r.engine: getattr(r.found[prop.name], what) for r in reports if prop.name in r.found
    }
    preferred = list(ENGINES)
    ordered = sorted(runs.items(), key=lambda item: preferred.index(item[0]))
    shortest = min((run for _, run in ordered if run), key=lambda run: run.length, default=None)
    if shortest is None:
        return None
    for report in reports:
        if prop.name not in report.found:
            continue
        own = runs[report.engine]
        looked = report.complete or report.clean >= shortest.length
        if looked and (own is None or own.length != shortest.length):
            said = "none" if own is None else f"one of {own.length} steps"
            raise EngineDisagreementError(
                f"{prop.name}: {what} of {shortest.length} steps found, "
                f"but `{report.engine}` says {said}"
            )
    return shortest
