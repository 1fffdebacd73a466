"""Verdicts in words: of a property, what it rests on, and where the whole policy stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from twinrom.diagrams.words.text import steps
from twinrom.proofs import (
    ENGINES,
    STANDINGS,
    Bounded,
    Kept,
    NotChecked,
    Proved,
    ReadElsewhere,
    Unknown,
    Vacuous,
    Violated,
)
from twinrom.statemachine import fault_kinds, printable

if TYPE_CHECKING:
    from twinrom.proofs import Certificate, Checked, Counts, Report, Result


def verdict_words(result: Result) -> tuple[str, str, str]:  # noqa: PLR0911 - one match, a branch a verdict
    """Return the verdict in words, its style, and what it rests on."""
    match result.verdict:
        case Proved(certificate, complete, depth):
            words = ("HOLDS NOW", "bold red") if result.failed else (
                ("not seen", "yellow") if result.gone else ("proved", "green"))
            return *words, _basis(depth, complete, certificate)
        case Bounded(depth):
            words = ("not seen", "yellow") if result.prop.expect_violated else ("holds", "green")
            return *words, _basis(depth, None)
        case Violated(trace):
            mild = "untidy" if result.prop.bookkeeping else (
                "another reading" if result.other_reading else "finding")
            words = ("VIOLATED", "bold red") if result.failed else (mild, "yellow")
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
        parts.append("any size" if certificate.symbolic else "proof" if certificate.any is None
                     else "any number")
    if complete is not None:
        parts.append("all")
    elif depth is not None and certificate is None:
        parts.append(str(depth))
    return " + ".join(parts)


def engine_line(report: Report) -> str:
    """Return what one engine looked at, in one line."""
    return ENGINES[report.engine].line(report)


def z3_line(checked: Checked) -> str:
    """Return of which event sequences z3 says something, and by what, in one line."""
    reports, whole = checked.reports, len(checked.results)
    noun = "property" if whole == 1 else "properties"
    certificates = checked.certificates
    proved = {name for c in certificates for name in c.properties}
    invariant = "the invariant" if len(certificates) == 1 else "invariants"
    length = "any length and size" if all(c.symbolic for c in certificates) else "any length"
    if certificates and all(c.any for c in certificates):
        length = f"any length and any number of {checked.request.any}"
    parts = []
    bounded = reports.get("bounded")
    if bounded is not None and bounded.clean >= 0:
        parts.append(_up_to(bounded.clean, f"{len(bounded.found)} of {whole} {noun}"))
        if proved:
            parts.append(f"by {invariant}, of {length} ({len(proved)} of {whole})")
    elif proved:
        parts.append(f"by {invariant}, {_up_to(checked.depth)}, and of {length} "
                     f"({len(proved)} of {whole} {noun})")
    larger = reports.get("symbolic")
    if larger is not None and larger.clean >= 0:
        parts.append(f"at any size, {_up_to(larger.clean, 'what was not proved')}")
    return f"checked by z3: {'; '.join(parts) or 'nothing'}"


def _up_to(depth: int, what: str = "") -> str:
    told = f"every event sequence of up to {steps(depth)}"
    return f"{told} ({what})" if what else told


def rests_on_words(checked: Checked) -> str:
    """Return what the words of the table mean, as far as they occur in it."""
    parts = []
    proofs = [
        v.certificate
        for r in checked.results
        if isinstance(v := r.verdict, Proved) and v.certificate is not None
    ]
    if any(not c.symbolic and c.any is None for c in proofs):
        parts.append("proof = an inductive invariant that fresh solvers confirmed")
    if any(c.any is not None for c in proofs):
        parts.append(f"any number = the same for every number of {checked.request.any}, by an "
                     "inductive invariant that fresh solvers confirmed")
    if any(c.symbolic for c in proofs):
        names = ", ".join(checked.request.unbounded)
        allowed = " that [init] allows" if checked.question.narrowed else ""
        parts.append(f"any size = the same for every integer as {names}, and every table{allowed}")
    if any(report.complete for report in checked.reports.values()):
        other = checked.request.unbounded or checked.request.any
        sizes = " at the sizes above" if other else ""
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
    words = [f"at most {n}" + f" {kind}" * (kind != "fault") + question.for_each(kind)
             for kind, n in limits.items()]
    return ", ".join(words) if words else "unlimited"


def known_finding(result: Result) -> bool:
    """Say whether it is violated as the spec expects."""
    violated = isinstance(result.verdict, Violated)
    return violated and result.prop.expect_violated and not result.failed


def otherwise_words(result: Result) -> str:
    """Return how a known finding is violated that is expected otherwise; empty where it is not."""
    verdict, expected = result.verdict, result.prop.expected
    if expected is None or not isinstance(verdict, Violated) or not result.otherwise:
        return ""
    parts = []
    if expected.length is not None and verdict.length < expected.length:
        parts.append(f"after {steps(verdict.length)} instead of {expected.length}")
    if verdict.otherwise(replace(expected, length=None)):
        last = "nothing at all" if verdict.last is None else f"`{verdict.last.event}`"
        parts.append(f"by {last} instead of `{expected.event}`")
    return f"known, but otherwise: {', '.join(parts)}"


def counted_words(checked: Checked) -> str:
    """Return how many properties have which verdict."""
    decided = [r for r in checked.results if not isinstance(r.verdict, NotChecked)]
    counts = {
        "proved": sum(isinstance(r.verdict, Proved | Kept) and not r.gone for r in decided),
        "hold": sum(isinstance(r.verdict, Bounded) and not r.failed for r in decided),
        "violated": sum(
            isinstance(r.verdict, Violated | ReadElsewhere) and r.failed for r in decided
        ),
        "known to be violated": sum(known_finding(r) for r in decided),
        "of another reading": sum(r.other_reading for r in decided),
        "untidy": sum(isinstance(r.verdict, Violated) and r.prop.bookkeeping for r in decided),
        "untested": sum(isinstance(r.verdict, Vacuous) and not r.failed for r in decided),
        "vacuous": sum(isinstance(r.verdict, Vacuous) and r.failed for r in decided),
        "suddenly hold": sum(r.gone for r in decided),
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
    word = checked.standing
    recovers = checked.question.ends is not None or any(map(_asks_to_recover, checked.results))
    safe = "safe and recovers" if recovers else "safe"
    told = "; ".join(told for key in STANDINGS if (told := _below(checked, key)))
    counted = " and ".join(_counted(checked))
    but = f", but for {counted}" if counted else ""
    match word:
        case "unsafe":
            return "UNSAFE"
        case "undecided":
            return f"undecided; {told}" if told else "undecided"
        case "does-not-recover":
            return f"safe, but does not recover{_with(checked)}"
        case "untested":
            return f"safe as far as tested{but}{_with(checked)}{_gone(checked)}"
        case "departs":
            more = f"; {counted}" if counted else ""
            return f"{told}{more}{_with(checked)}{_gone(checked)}"
        case _:
            reading = f"; {told}" if told else ""
            return f"{safe}{but}{reading}{_with(checked)}{_gone(checked)}"


def standing_style(checked: Checked) -> str:
    """Return the style of the line that says where the policy stands."""
    return "bold red" if checked.failed else "bold magenta" if checked.undecided else "bold green"


def _asks_to_recover(result: Result) -> bool:
    """Say whether the policy is held to come back, and has been put to the test."""
    prop = result.prop
    asked = not isinstance(result.verdict, Vacuous) and not result.other_reading
    return asked and not (prop.kind.safety or prop.bookkeeping)


def _below(checked: Checked, standing: str) -> str:
    """Return what is broken of those that mean a standing, as a part of a sentence."""
    found = checked.broken.get(standing, ())
    match standing:
        case "does-not-recover" if found:
            return "does not recover"
        case "untested" if found:
            return f"{len(found)} never put to the test"
        case "departs" if found:
            named = {name for one in found for name in one.prop.clauses}
            names = [name for name in checked.question.spec.clauses if name in named]
            return f"departs from {', '.join(names) or 'a clause'}"
        case "other-reading" if found:
            gaps = dict.fromkeys(one.prop.gap or "" for one in found)
            return f"another reading of {', '.join(gaps)}"
        case _:
            return ""


def _counted(checked: Checked) -> list[str]:
    """Return how many known findings there are, and how many properties may be untested."""
    known = sum(map(known_finding, checked.results))
    idle = sum(r.may_be_untested for r in checked.results)
    findings = [f"{known} known finding{'s' * (known != 1)}"] if known else []
    return findings + ([f"{idle} that may be untested"] if idle else [])


def _with(checked: Checked) -> str:
    """Return the limits of the command line, and how many properties nothing asks within them."""
    limits, unasked = checked.question.limited, sum(r.not_asked for r in checked.results)
    more = f" ({unasked} not asked)" if unasked else ""
    return f", with {', '.join(map(str, limits))}{more}" if limits else ""


def _gone(checked: Checked) -> str:
    gone = sum(r.gone and r.failed for r in checked.results)
    return f"; {gone} finding{'s are' if gone > 1 else ' is'} gone: take `expect` out" * bool(gone)


def known_run_words(checked: Checked) -> list[str]:
    """Return of each run that the model knows whether it is possible."""
    return [f"{found.run.name} is possible ({steps(len(found.example.steps))})"
            if found.example is not None else f"{found.run.name} is impossible"
            for found in checked.question.runs]


def unasked_lines(checked: Checked) -> list[str]:
    """Return what nothing puts to the test though nothing fails, and which findings are gone."""
    limits = ", ".join(map(str, checked.question.limited))
    groups = {
        f"Not asked with {limits}": [r.prop.name for r in checked.results if r.not_asked],
        "A finding no more, so take `expect` out": [
            r.prop.name for r in checked.results if r.gone and r.failed],
    }
    groups["Never cut between its writes, so their order is not put to the test"] = [
        f"rule {name}" for name in checked.uncut]
    for one in checked.results:
        if one.may_be_untested:
            why = printable(one.prop.may_be_untested or "")
            groups.setdefault(f"Not put to the test, which may be ({why})", []).append(
                one.prop.name)
    return [f"{title}: {', '.join(names)}" for title, names in groups.items() if names]


def same_run(checked: Checked) -> list[list[Result]]:
    """Return the violated properties and duties, bookkeeping apart; those of one run together."""
    groups: dict[tuple[object, ...], list[Result]] = {}
    for result in checked.asked:
        if isinstance(result.verdict, Violated) and not result.prop.bookkeeping:
            trace = result.verdict.trace
            key = (trace.states, trace.steps, trace.loop, known_finding(result),
                   result.prop.gap)
            groups.setdefault(key, []).append(result)
    return list(groups.values())
