"""Worker processes that can be killed: what they reported until then is kept.

z3's own time limit cannot be relied on, and a pool cannot kill one task, so every task has a
process: `python -m twinrom.proofs.engines.worker`, which ends when its standard input does.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Generic

from twinrom.proofs.engines.task import Answer, Key
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinrom.proofs.engines.task import Task

MODULE = "twinrom.proofs.engines.worker"


class WorkerDiedError(RuntimeError):
    """A worker ended without a result; the text is what it last wrote."""


@dataclass
class _Worker(Generic[Answer]):
    task: Task[Answer]
    process: subprocess.Popen[bytes]
    connection: Connection
    started: float = field(default_factory=time.monotonic)
    last: Answer | None = None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.connection.close()
        if self.process.stdin is not None:
            self.process.stdin.close()

    def late(self) -> bool:
        limit, task = self.task.options.timeout, self.task
        spent = time.monotonic() - self.started
        return limit is not None and spent > max(1, task.parts) * limit + task.grace


def supervise(
    tasks: Sequence[Task[Answer]],
    jobs: int,
    progress: Callable[[Key, Answer], None] | None = None,
) -> dict[Key, Answer]:
    """Return each task's answer by its key, running at most `jobs` at a time.

    A task that is out of time has what it makes of the answer that it last sent. Raises
    `InputError` when a worker found a mistake in a model, `WorkerDiedError` when it crashed. No
    process is left behind, whatever happens.
    """
    waiting, running, done = list(tasks), list[_Worker[Answer]](), dict[Key, Answer]()
    try:
        while waiting or running:
            while waiting and len(running) < max(1, jobs):
                running.append(_start(waiting.pop(0)))
            ready = wait([w.connection for w in running], timeout=0.1)
            for worker in list(running):
                key = worker.task.key
                if worker.connection in ready:
                    message = _receive(worker)
                    if message is not None:
                        done[key] = message
                    elif progress is not None and worker.last is not None:
                        progress(key, worker.last)
                if key not in done and worker.late():
                    done[key] = _out_of_time(worker)
                if key in done:
                    worker.kill()
                    running.remove(worker)
    finally:
        for worker in running:
            worker.kill()
    return done


def _start(task: Task[Answer]) -> _Worker[Answer]:
    reader, writer = os.pipe()
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(p for p in sys.path if p))
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", MODULE, str(writer)],
            stdin=subprocess.PIPE,
            pass_fds=(writer,),
            start_new_session=True,
            env=environment,
        )
    finally:
        os.close(writer)
    worker = _Worker(task, process, Connection(reader, writable=False))
    assert process.stdin is not None  # noqa: S101 - asked for above
    try:
        pickle.dump(task, process.stdin)
        process.stdin.flush()
    except BrokenPipeError:
        pass  # it died at once; the reader will say so
    return worker


def _receive(worker: _Worker[Answer]) -> Answer | None:
    """Return the final answer, or None after keeping one on the way."""
    try:
        kind, content = worker.connection.recv()
    except (EOFError, OSError):
        code = worker.process.wait()
        raise WorkerDiedError(
            f"the `{worker.task.key[1]}` engine ended with status {code}"
        ) from None
    return _handle(worker, kind, content)


def _handle(worker: _Worker[Answer], kind: str, content: Any) -> Answer | None:
    match kind:
        case "progress":
            worker.last = content
            return None
        case "result":
            return content  # type: ignore[no-any-return]
        case "mistake":
            raise InputError(content)
        case _:
            raise WorkerDiedError(f"the `{worker.task.key[1]}` engine failed:\n{content}")


def _out_of_time(worker: _Worker[Answer]) -> Answer:
    return worker.task.out_of_time(worker.last, time.monotonic() - worker.started)
