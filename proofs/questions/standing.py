"""One policy, judged by the exhaustive search alone, as one row of plain data."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.engines.registry import SEARCH
from twinrom.proofs.engines.task import Task
from twinrom.proofs.report import Counts  # noqa: TC001 - pydantic reads the annotations of a row
from twinrom.proofs.verdicts.clauses import clause_results, worst_word
from twinrom.proofs.verdicts.combine import Evidence, combine
from twinrom.proofs.verdicts.dead_ends import deadlock_result, duty_results
from twinrom.proofs.verdicts.verdict import UNDECIDED, Checked, Violated
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.spec.request import CheckRequest

ALL_DEPTHS = sys.maxsize  # a search that did not end has looked at less


@dataclass(frozen=True)
class PolicyStanding:
    """Where a policy stands, as one row of plain data.

    `broken` is the property that fails and weighs most, after `length` steps if there is a run.
    `keeps` and `breaks` are clauses. An `error` says why there is no answer.
    """

    standing: str
    counts: Counts | None = None
    broken: str | None = None
    length: int | None = None
    failed: bool = False
    undecided: bool = False
    keeps: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    error: str | None = None

    @property
    def unusable(self) -> bool:
        """Say whether a mistake in the files is why there is no answer."""
        return self.standing == "error" and not self.undecided


LATE = PolicyStanding("undecided", undecided=True, error="out of time")


@dataclass(frozen=True)
class StandingTask(Task[PolicyStanding]):
    """One policy, judged in a process of its own."""

    def run(self, progress: Callable[[PolicyStanding], None] | None) -> PolicyStanding:
        """Return where the policy stands; a mistake in its files is in the row, not raised."""
        found = standing_of(self.request, self.options)
        if progress is not None:
            progress(found)
        return found

    def out_of_time(self, last: PolicyStanding | None, seconds: float) -> PolicyStanding:
        """Return that it is undecided."""
        del seconds
        return last or LATE

    def lost(self, last: PolicyStanding | None, why: str, seconds: float) -> PolicyStanding:
        """Return that it is an error, with why."""
        return last or replace(LATE, standing="error", error=why, seconds=seconds)

    def at_its_limit(
        self, last: PolicyStanding | None, why: str, seconds: float
    ) -> PolicyStanding:
        """Return that it is undecided, and why: a limit is no accident."""
        return last or replace(LATE, error=why, seconds=seconds)


def standing_of(request: CheckRequest, options: Options) -> PolicyStanding:
    """Return where a policy stands; a mistake in its files is in the row, and is not raised."""
    started = time.monotonic()
    try:
        found = _judged(request, options, started)
    except InputError as error:
        return PolicyStanding("error", error=str(error), seconds=time.monotonic() - started)
    return found


def searched(request: CheckRequest, options: Options) -> Checked:
    """Return what the exhaustive search alone finds out of a policy.

    Raises `InputError` and `EngineDisagreementError` as `check` does.
    """
    started = time.monotonic()
    question = request.question()
    deadline = started + options.timeout if options.timeout is not None else None
    report = explore(
        question, max_states=options.max_states, deadline=deadline, plain=options.plain
    )
    results = combine(Evidence(question, {SEARCH.name: report}, ALL_DEPTHS, request))
    clauses = clause_results(question, results)
    seconds = time.monotonic() - started
    reports = {SEARCH.name: report}
    return Checked(question, ALL_DEPTHS, results, clauses, reports, seconds, request, None,
                   deadlock_result(question, reports, asked=True),
                   duty_results(question, reports, asked=True))


def _judged(request: CheckRequest, options: Options, started: float) -> PolicyStanding:
    checked = searched(request, options)
    results, clauses, report = checked.results, checked.clauses, checked.reports[SEARCH.name]
    worst = checked.worst
    run = worst.verdict.trace if worst and isinstance(worst.verdict, Violated) else None
    failed = {name for r in results if r.failed for name in r.prop.clauses}
    by_name = {r.prop.name: r for r in results}
    decided = {c.id for c in clauses if worst_word(
        by_name[name] for name in c.properties) in ("proved", "violated")}
    return PolicyStanding(
        checked.standing,
        report.counts if report.complete else None,
        None if worst is None else worst.prop.name,
        None if run is None else len(run.steps),
        failed=checked.failed,
        undecided=checked.undecided,
        keeps=tuple(c.id for c in clauses if c.id in decided - failed),
        breaks=tuple(c.id for c in clauses if c.id in failed),
        seconds=time.monotonic() - started,
        error=report.stopped if checked.standing == UNDECIDED else None,
    )
