"""One engine on one question, by name; each is imported only when it is asked for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinrom.proofs.engines.processes import Task
    from twinrom.proofs.report import Progress, Report
    from twinrom.proofs.spec.question import Question


def run(task: Task, question: Question, progress: Progress | None) -> Report:
    """Return what the task's engine says of the question, reporting on the way."""
    options = task.options
    deadline = time.monotonic() + options.timeout if options.timeout is not None else None
    match task.engine:
        case "search":
            from twinrom.proofs.engines.exhaustive import explore  # noqa: PLC0415 - only the engine asked for

            return explore(
                question, max_states=options.max_states, deadline=deadline, progress=progress,
                plain=options.plain,
            )  # fmt: skip
        case "bounded":
            from twinrom.proofs.engines.bounded import check_bounded  # noqa: PLC0415 - z3 is slow to import

            return check_bounded(question, options.depth or 0, progress)
        case "symbolic":
            from twinrom.proofs.engines.any_size import check_symbolic  # noqa: PLC0415 - z3 is slow to import

            return check_symbolic(
                question, task.recipe, options.depth or 0, skip=task.skip, deadline=deadline
            )
        case "mutants":
            from twinrom.proofs.mutation.outcome import try_mutants  # noqa: PLC0415 - only the engine asked for

            return try_mutants(task, question, progress)
        case _:
            from twinrom.proofs.engines import prove  # noqa: PLC0415 - z3 is slow to import

            engines = {
                "reachability": prove.prove_by_reachability,
                "induction": prove.prove_by_induction,
            }
            return engines[task.engine](
                question, skip=task.skip, deadline=deadline, progress=progress
            )
