"""One engine on one question, by name; each is imported only when it is asked for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proofs.question import Question
    from proofs.results import Progress, Report
    from proofs.supervise import Task


def run(task: Task, question: Question, progress: Progress | None) -> Report:
    """Return what the task's engine says of the question, reporting on the way."""
    options = task.options
    deadline = time.monotonic() + options.timeout if options.timeout is not None else None
    match task.engine:
        case "search":
            from proofs.exhaustive import explore  # noqa: PLC0415 - only the engine asked for

            return explore(
                question, max_states=options.max_states, deadline=deadline, progress=progress,
                plain=options.plain,
            )  # fmt: skip
        case "bounded":
            from proofs.bounded import check_bounded  # noqa: PLC0415 - z3 is slow to import

            return check_bounded(question, options.depth or 0, progress)
        case "symbolic":
            from proofs.symbolic import check_symbolic  # noqa: PLC0415 - z3 is slow to import

            return check_symbolic(
                question, task.recipe, options.depth or 0, skip=task.skip, deadline=deadline
            )
        case "mutants":
            from proofs.fate import try_mutants  # noqa: PLC0415 - only the engine asked for

            return try_mutants(task, question, progress)
        case _:
            from proofs import prove  # noqa: PLC0415 - z3 is slow to import

            engines = {
                "reachability": prove.prove_by_reachability,
                "induction": prove.prove_by_induction,
            }
            return engines[task.engine](
                question, skip=task.skip, deadline=deadline, progress=progress
            )
