"""Check models against their specs: engines in stages, one verdict per property."""

from __future__ import annotations

import itertools
import time
from functools import partial
from typing import TYPE_CHECKING

from twinrom.proofs.any_number.numbers import Numbers
from twinrom.proofs.engines.processes import run_here, supervise
from twinrom.proofs.engines.registry import ENGINES, SEARCH
from twinrom.proofs.engines.stages import STAGES, Case
from twinrom.proofs.spec.added import never_happens
from twinrom.proofs.verdicts.clauses import clause_results
from twinrom.proofs.verdicts.combine import Evidence, combine
from twinrom.proofs.verdicts.dead_ends import dead_end_traces, deadlock_result, duty_results
from twinrom.proofs.verdicts.verdict import Checked
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinrom.proofs.engines.engine import EngineTask
    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.engines.task import Key
    from twinrom.proofs.report import Report
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.request import CheckRequest
    from twinrom.statemachine import Problem


def check(
    requests: Sequence[CheckRequest],
    options: Options,
    progress: Callable[[Key, Report], None] | None = None,
) -> list[Checked]:
    """Return the verdicts for each request, in order.

    Every engine runs in a process of its own that is killed when its time is up; what it had found
    until then counts. Raises `InputError` for mistakes in the models, `EngineDisagreementError`
    when engines differ.
    """
    for r, name in itertools.product(requests, options.engines):
        if r.unbounded and ENGINES[name].proves and not ENGINES[name].every_size:
            raise InputError.whole_file(
                r.model[0], f"{name} needs sorts with an end", "use reachability, or sizes"
            )
    started = time.monotonic()
    cases = [
        Case(i, r, question, options)
        for i, (r, question) in enumerate(zip(requests, _questions(requests), strict=True))
    ]
    for stage in STAGES:
        tasks = [task for case in cases for task in stage(case)]
        for (number, engine), report in _run(tasks, options.jobs, cases, progress).items():
            cases[number].reports[engine] = report
    _all_added_happens(cases)
    seconds = time.monotonic() - started
    return [_checked(case, seconds if len(cases) == 1 else None) for case in cases]


def _all_added_happens(cases: Sequence[Case]) -> None:
    """Refuse overlays with rules that never happen, at the sizes and budgets of their files."""
    problems = [
        never_happens(case.question.model.rules[name], case.question.model)
        for case in cases if not (case.request.sorts or case.request.faults)
        for report in case.reports.values() for name in report.idle
    ]  # fmt: skip
    if problems:
        raise InputError(problems)


def _run(
    tasks: Sequence[EngineTask],
    jobs: int,
    cases: Sequence[Case],
    progress: Callable[[Key, Report], None] | None,
) -> dict[Key, Report]:
    """Run the tasks: a single search right here (it keeps its own time), others as processes."""
    if len(tasks) == 1 and tasks[0].engine is SEARCH:
        [task] = tasks
        number, _ = task.key
        note = partial(progress, task.key) if progress is not None else None
        return {task.key: run_here(task, partial(task.on, cases[number].question, note))}
    return supervise(tasks, jobs, progress)


def _checked(case: Case, seconds: float | None) -> Checked:
    evidence = Evidence(case.question, case.reports, case.depth, case.request, case.searched)
    results = combine(evidence)
    spent = seconds or sum(r.seconds for r in case.reports.values())
    return Checked(
        case.question,
        case.depth,
        results,
        clause_results(case.question, results),
        case.reports,
        spent,
        case.request,
        next(
            (dead_end_traces(case.question, r) for r in case.reports.values() if r.dead_ends), None
        ),
        deadlock_result(case.question, case.reports, asked=case.searched),
        duty_results(case.question, case.reports, asked=case.searched),
    )


def _questions(requests: Sequence[CheckRequest]) -> list[Question]:
    questions: list[Question] = []
    problems: list[Problem] = []
    for r in requests:
        try:
            questions.append(r.question())
            if r.unbounded:
                r.of_all_sizes().question()
            if r.any is not None:
                Numbers(r, r.any).check()
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return questions
