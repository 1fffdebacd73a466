"""Check models against their specs: engines in stages, one verdict per property."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from twinrom.proofs.engines.processes import supervise
from twinrom.proofs.engines.registry import run
from twinrom.proofs.engines.stages import STAGES, Case
from twinrom.proofs.verdicts.at_rest import rest_findings
from twinrom.proofs.verdicts.combine import Evidence, merge
from twinrom.proofs.verdicts.verdict import Checked, clause_results
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinrom.proofs.engines.processes import Task
    from twinrom.proofs.report import Report
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.request import Options, Recipe
    from twinrom.statemachine import Problem


def check(
    recipes: Sequence[Recipe],
    options: Options,
    progress: Callable[[str, Report], None] | None = None,
) -> list[Checked]:
    """Return the verdicts for each recipe, in order.

    Every engine runs in a process of its own that is killed when its time is up; what it had found
    until then counts. Raises `InputError` for mistakes in the models, `EngineDisagreementError`
    when engines differ.
    """
    for r in recipes:
        if r.unbounded and "induction" in options.engines:
            raise InputError.whole_file(
                r.model[0], "induction needs sorts with an end", "use reachability, or sizes"
            )
    started = time.monotonic()
    cases = [
        Case(i, r, question, options)
        for i, (r, question) in enumerate(zip(recipes, _questions(recipes), strict=True))
    ]
    for stage in STAGES:
        tasks = [task for case in cases for task in stage(case)]
        for name, report in _run(tasks, options.jobs, cases, progress).items():
            number, _, engine = name.partition(":")
            cases[int(number)].reports[engine] = report
    seconds = time.monotonic() - started
    return [_checked(case, seconds if len(cases) == 1 else None) for case in cases]


def _run(
    tasks: Sequence[Task],
    jobs: int,
    cases: Sequence[Case],
    progress: Callable[[str, Report], None] | None,
) -> dict[str, Report]:
    """Run the tasks: a single search right here (it keeps its own time), others as processes."""
    if len(tasks) == 1 and tasks[0].engine == "search":
        task = tasks[0]
        question = cases[int(task.name.partition(":")[0])].question
        note = partial(progress, task.name) if progress is not None else None
        return {task.name: run(task, question, note)}
    return supervise(tasks, jobs, progress)


def _checked(case: Case, seconds: float | None) -> Checked:
    evidence = Evidence(case.question, case.reports, case.depth, case.recipe, case.searched)
    results = merge(evidence)
    spent = seconds or sum(r.seconds for r in case.reports.values())
    return Checked(
        case.question,
        case.depth,
        results,
        clause_results(case.question, results),
        case.reports,
        spent,
        case.recipe,
        next((rest_findings(case.question, r) for r in case.reports.values() if r.rest), None),
    )


def _questions(recipes: Sequence[Recipe]) -> list[Question]:
    questions: list[Question] = []
    problems: list[Problem] = []
    for r in recipes:
        try:
            questions.append(r.question())
            if r.unbounded:
                r.of_all_sizes().question()
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return questions
