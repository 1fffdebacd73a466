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

from statemachine import InputError, TooLargeError

if TYPE_CHECKING:
    from proofs.results import Report
    from proofs.supervise import Task


def run(task: Task, connection: Connection) -> Report:
    """Run the task's engine, sending a report at each depth; return the last one."""
    from proofs.results import Report  # noqa: PLC0415 - after the parent is being watched

    def progress(report: Report) -> None:
        connection.send(("progress", report))

    options = task.options
    question = task.recipe.question()
    if task.engine == "search":
        from proofs.search import search  # noqa: PLC0415 - only the engine that is asked for

        deadline = time.monotonic() + options.timeout if options.timeout is not None else None
        try:
            return search(
                question, max_states=options.max_states, deadline=deadline, progress=progress
            )
        except TooLargeError as error:
            return Report("search", {}, -1, stopped=error.problems[0].message)
    from proofs.bounded import check_bounded  # noqa: PLC0415 - z3 is slow to import

    return check_bounded(question, options.depth, progress)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def main() -> None:
    """Read a task from standard input, write messages to the pipe named by the first argument."""
    connection = Connection(int(sys.argv[1]), readable=False)
    task = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the process that started us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        message = ("result", run(task, connection))
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
