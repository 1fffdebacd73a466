"""Check models against their specs: engines in worker processes, one verdict per property."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from proofs.merge import merge
from proofs.supervise import Task, supervise
from proofs.verdict import Checked, clause_results
from statemachine import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from proofs.question import Question
    from proofs.recipe import Options, Recipe
    from proofs.results import Report
    from statemachine import Problem


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
    questions = _questions(recipes)
    tasks = [
        Task(f"{i}:{engine}", engine, r, options)
        for i, r in enumerate(recipes)
        for engine in options.engines
    ]
    started = time.monotonic()
    reports = supervise(tasks, options.jobs, progress)
    checked = []
    for i, question in enumerate(questions):
        own = {engine: reports[f"{i}:{engine}"] for engine in options.engines}
        results = merge(question, own, options.depth)
        seconds = max((r.seconds for r in own.values()), default=time.monotonic() - started)
        checked.append(
            Checked(
                question, options.depth, results, clause_results(question, results), own, seconds
            )
        )
    return checked


def _questions(recipes: Sequence[Recipe]) -> list[Question]:
    questions: list[Question] = []
    problems: list[Problem] = []
    for r in recipes:
        try:
            questions.append(r.question())
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return questions
