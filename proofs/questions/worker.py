"""The process in which one engine works on one question; see `proofs.supervise`."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from twinrom.proofs.engines.registry import run
from twinrom.proofs.questions.standing import judge
from twinrom.proofs.report import Report
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from twinrom.proofs.engines.processes import Task


def _work(task: Task, connection: Connection) -> Report:
    def progress(report: Report) -> None:
        connection.send(("progress", report))

    if task.engine == "policy":
        report = Report("policy", {}, -1, judged=judge(task.recipe, task.options))
        progress(report)
        return report
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
