"""Verdicts in words: of a property, what it rests on, and where the whole policy stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from twinrom.diagrams.words.text import steps
from twinrom.proofs import (
    ENGINES,
    Bounded,
    Kept,
    NotChecked,
    Proved,
    ReadElsewhere,
    Unknown,
    Vacuous,
    Violated,
)
from twinrom.statemachine import fault_kinds

if TYPE_CHECKING:
    from twinrom.proofs import Certificate, Checked, Counts, Report, Result


def verdict_words(result: Result) -> tuple[str, str, str]:  # noqa: PLR0911 - one match, a branch a verdict
    """Return the verdict in words, its style, and what it rests on."""
    match result.verdict:
        case Proved(certificate, complete, depth):
            words = ("HOLDS NOW", "bold red") if result.failed else ("proved", "green")
            return *words, _basis(depth, complete, certificate)
        case Bounded(depth):
            words = ("not seen", "yellow") if result.prop.expect_violated else ("holds", "green")
            return *words, _basis(depth, None)
        case Violated(trace):
            mild = ("untidy" if result.prop.bookkeeping else "finding", "yellow")
            words = ("VIOLATED", "bold red") if result.failed else mild
            return *words, steps(len(trace.steps))
        case Vacuous(depth, complete):
            words = ("VACUOUS", "bold red") if result.failed else ("untested", "yellow")
            return *words, _basis(depth, complete)
        case Unknown(_, clean):
            return "unknown", "magenta", f"clean {clean}" if clean >= 0 else "nothing"
        case NotChecked():
            return "not checked", "dim", "-"
        case Kept():
            return "proved", "green", "text"
        case ReadElsewhere(readers):
            places = len(readers)
            return "VIOLATED", "bold red", f"{places} place{'s' if places > 1 else ''}"
        case _:
            assert_never(result.verdict)


def _basis(
    depth: int | None, complete: Counts | None, certificate: Certificate | None = None
) -> str:
    parts = []
    if certificate is not None:
        parts.append("any size" if certificate.symbolic else "proof")
    if complete is not None:
        parts.append("all")
    elif depth is not None and certificate is None:
        parts.append(str(depth))
    return " + ".join(parts)


def engine_line(report: Report) -> str:
    """Return what one engine looked at, in one line."""
    return ENGINES[report.engine].line(report)


def rests_on_words(checked: Checked) -> str:
    """Return what the words of the table mean, as far as they occur in it."""
    parts = []
    kinds = {
        v.certificate.symbolic
        for r in checked.results
        if isinstance(v := r.verdict, Proved) and v.certificate is not None
    }
    if False in kinds:
        parts.append("proof = an inductive invariant that fresh solvers confirmed")
    if True in kinds:
        names = ", ".join(checked.request.unbounded)
        parts.append(f"any size = the same for every integer as {names}, and every table")
    if any(report.complete for report in checked.reports.values()):
        sizes = " at the sizes above" if checked.request.unbounded else ""
        parts.append(f"all = every reachable state{sizes} (search)")
    if "bounded" in checked.reports:
        depth = max(0, checked.reports["bounded"].clean)
        parts.append(f"{depth} = every event sequence of up to {steps(depth)} (z3)")
    if any(isinstance(r.verdict, Kept) for r in checked.results):
        parts.append("text = the rules as they are written")
    rests = f"rests on: {', '.join(parts)}. " if parts else ""
    return f"{rests}at: after how many steps the property is first put to the test."


def exercised_words(result: Result) -> str:
    """Return after how many steps the property is put to the test, `?` where that is not known."""
    if result.exercised_at is not None:
        return str(result.exercised_at)
    if isinstance(result.verdict, Kept | ReadElsewhere):
        return "-"
    unknown = isinstance(result.verdict, Unknown | NotChecked | Proved)
    return "?" if unknown else "never"


def budget_words(checked: Checked) -> str:
    """Return how many faults a run may have, in words."""
    question = checked.question
    if not fault_kinds(question.model):
        return "none in this model"
    limits = {kind: n for kind, n in question.budget.items() if n is not None}
    words = [f"at most {n}" + (f" {kind}" if kind != "fault" else "") for kind, n in limits.items()]
    return ", ".join(words) if words else "unlimited"


def known_finding(result: Result) -> bool:
    """Say whether it is violated as the spec expects."""
    return isinstance(result.verdict, Violated) and result.prop.expect_violated


def counted_words(checked: Checked) -> str:
    """Return how many properties have which verdict."""
    decided = [r for r in checked.results if not isinstance(r.verdict, NotChecked)]
    counts = {
        "proved": sum(isinstance(r.verdict, Proved | Kept) and not r.failed for r in decided),
        "hold": sum(isinstance(r.verdict, Bounded) and not r.failed for r in decided),
        "violated": sum(
            isinstance(r.verdict, Violated | ReadElsewhere) and r.failed for r in decided
        ),
        "known to be violated": sum(known_finding(r) for r in decided),
        "untidy": sum(isinstance(r.verdict, Violated) and r.prop.bookkeeping for r in decided),
        "untested": sum(isinstance(r.verdict, Vacuous) and not r.failed for r in decided),
        "vacuous": sum(isinstance(r.verdict, Vacuous) and r.failed for r in decided),
        "suddenly hold": sum(isinstance(r.verdict, Proved) and r.failed for r in decided),
        "unknown": sum(isinstance(r.verdict, Unknown) for r in decided),
    }
    shown = ", ".join(f"{n} {what}" for what, n in counts.items() if n) or "nothing decided"
    waiting = len(checked.results) - len(decided)
    noun = "property" if len(decided) == 1 else "properties"
    shown = f"{len(decided)} {noun} checked: {shown}"
    shown += f"; {waiting} not checked" if waiting else ""
    return shown


def standing_words(checked: Checked) -> str:
    """Return where the policy stands, in words."""
    known = sum(map(known_finding, checked.results))
    but = f", but for {known} known finding{'s' if known > 1 else ''}" if known else ""
    ends = checked.question.ends is not None
    recovers = ends or any(not r.prop.kind.safety for r in checked.results)
    keeps = "safe and recovers" if recovers else "safe"
    return f"{keeps}{but}" if checked.standing == "keeps" else WORDS[checked.standing]


WORDS = {
    "unsafe": "UNSAFE",
    "undecided": "undecided",
    "does-not-recover": "safe, but does not recover",
    "departs": "safe and recovers, but departs from a clause",
}


def same_run(checked: Checked) -> list[list[Result]]:
    """Return the violated properties, bookkeeping apart; those that one run breaks together."""
    groups: dict[tuple[object, ...], list[Result]] = {}
    for result in checked.results:
        if isinstance(result.verdict, Violated) and not result.prop.bookkeeping:
            trace = result.verdict.trace
            key = (trace.states, trace.steps, trace.loop, result.prop.expect_violated)
            groups.setdefault(key, []).append(result)
    return list(groups.values())
