"""The process in which one engine works on one question; see `proofs.supervise`."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from statemachine import InputError

if TYPE_CHECKING:
    from proofs.question import Question
    from proofs.results import Progress, Report
    from proofs.supervise import Task


def run(task: Task, question: Question, progress: Progress) -> Report:
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
        case _:
            from proofs import prove  # noqa: PLC0415 - z3 is slow to import

            engines = {
                "reachability": prove.prove_by_reachability,
                "induction": prove.prove_by_induction,
            }
            return engines[task.engine](
                question, skip=task.skip, deadline=deadline, progress=progress
            )


def _work(task: Task, connection: Connection) -> Report:
    def progress(report: Report) -> None:
        connection.send(("progress", report))

    return run(task, task.recipe.question(), progress)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def main() -> None:
    """Read a task from standard input, write messages to the pipe named by the first argument."""
    connection = Connection(int(sys.argv[1]), readable=False)
    task = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the process that started us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        message = ("result", _work(task, connection))
    except InputError as error:
        message = ("mistake", error.problems)  # type: ignore[assignment]
    except Exception:  # noqa: BLE001 - the parent reports it
        message = ("crash", traceback.format_exc())  # type: ignore[assignment]
    try:
        connection.send(message)
    except OSError:
        sys.exit(1)


if __name__ == "__main__":
    main()
