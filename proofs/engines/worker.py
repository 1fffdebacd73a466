"""The process in which one task is worked on; see `proofs.engines.processes`."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from twinrom.proofs.allowance import ALLOWANCE
from twinrom.proofs.memory import OUT_OF_MEMORY, out_of_memory
from twinrom.statemachine import CONFINEMENT, InputError

if TYPE_CHECKING:
    from twinrom.proofs.engines.task import Task


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def main() -> None:
    """Read a task from standard input, write messages to the pipe named by the first argument.

    The second says whether files may name others anywhere, as it was said to whoever started us.
    """
    connection = Connection(int(sys.argv[1]), readable=False)
    task: Task[Any] = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by who started us
    ALLOWANCE.limit(task.options.most_memory)
    CONFINEMENT.lifted = sys.argv[2] == str(True)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    message: tuple[str, Any]
    try:
        message = ("result", task.run(lambda answer: connection.send(("progress", answer))))
    except InputError as error:
        message = ("mistake", error.problems)
    except Exception as error:  # noqa: BLE001 - the parent reports it
        if out_of_memory(error):
            message = ("lost", OUT_OF_MEMORY)
        else:
            how = f"failed: {type(error).__name__}: {error}"
            message = ("crash", (how, traceback.format_exc()))
    try:
        connection.send(message)
    except OSError:
        sys.exit(1)


if __name__ == "__main__":
    main()
