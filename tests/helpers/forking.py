"""Workers that are forked from a process which has loaded the program already.

A worker that `twinrom` starts imports everything anew, half a second of work. In the tests it comes
from a server instead; a command line in a process of its own starts the real one.
"""

from __future__ import annotations

import os
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any

from twinrom.proofs.engines import worker

FORKING = get_context("forkserver")
FORKING.set_forkserver_preload([worker.__name__, "z3", __name__])


class Forked:
    """A worker process with the methods of `subprocess.Popen` that are used on one."""

    def __init__(self, words: list[str], **_: Any) -> None:
        reader, writer = os.pipe()
        answers = Connection(os.dup(int(words[-1])), readable=False)
        tasks = Connection(reader, writable=False)
        self.process = FORKING.Process(target=_work, args=(tasks, answers), daemon=True)
        self.process.start()
        tasks.close()
        answers.close()
        self.pid, self.stdin = self.process.pid, os.fdopen(writer, "wb")

    def kill(self) -> None:
        self.process.kill()

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode


def _work(tasks: Connection, answers: Connection) -> None:
    sys.stdin = os.fdopen(os.dup(tasks.fileno()))
    tasks.close()
    sys.argv = [worker.__name__, str(answers.fileno())]
    worker.main()


SUBPROCESS = SimpleNamespace(Popen=Forked, PIPE=None)
