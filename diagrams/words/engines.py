"""What each engine looked at, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinrom.proofs import Certificate, Report


def steps(number: int) -> str:
    """Return `1 step`, `2 steps`."""
    return f"{number} step" if number == 1 else f"{number} steps"


def engine_line(report: Report) -> str:
    """Return what one engine looked at, in one line."""
    match report.engine:
        case "search":
            found = _searched(report)
        case "reachability" | "induction":
            found = _proved(report)
        case _:
            steps_ = f"every event sequence of up to {steps(report.clean)}"
            found = [steps_ if report.clean >= 0 else "nothing"]
            found += [report.stopped] if report.stopped else []
    name = {"bounded": "z3", "symbolic": "z3, any size"}.get(report.engine, report.engine)
    return f"{name}: {', '.join(found)}, {report.seconds:.1f} s"


def _searched(report: Report) -> list[str]:
    if report.counts is None:
        return [str(report.stopped)]
    found = ["complete"] if report.complete else []
    found += [report.stopped] if report.stopped else []
    slow = report.tier.startswith("plain")
    return [*found, counts_text(report), *([report.tier] if slow else [])]


def _proved(report: Report) -> list[str]:
    """Return how many properties have an invariant, how large it is, and who confirmed it."""
    found = []
    for c in report.certificates:
        number = len(c.properties)
        reach = " at every size" if c.symbolic else ""
        found.append(
            f"{number} {'property' if number == 1 else 'properties'} for all depths{reach}, "
            f"invariant of {clauses(c)}, confirmed by {', '.join(c.solvers)}"
        )
    left = len(report.reasons)
    return [*found, *([f"{left} not proved"] if left else [])] or ["nothing to prove"]


def clauses(certificate: Certificate) -> str:
    """Return `1 clause`, `2 clauses`."""
    number = len(certificate.invariant)
    return f"{number} clause" if number == 1 else f"{number} clauses"


def counts_text(report: Report) -> str:
    """Return the size of what a search saw, in words."""
    counts = report.counts
    if counts is None:
        return "nothing seen"
    deepest = "diameter" if report.complete else "depth"
    return (
        f"{counts.states:,} states, {counts.transitions:,} transitions, {deepest} {counts.diameter}"
    )


