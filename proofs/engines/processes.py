"""Worker processes that can be killed: what they reported until then is kept.

z3's own time limit cannot be relied on, and a pool cannot kill one task, so every task has a
process: `python -m twinrom.proofs.questions.worker`, which ends when its standard input does.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from twinrom.proofs.report import Report
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinrom.proofs.mutation.mutants import Mutant
    from twinrom.proofs.spec.request import Options, Recipe

GRACE = 5.0


@dataclass(frozen=True)
class Task:
    """One engine on one question; the properties in `skip` are known to be violated.

    Where there are `mutants`, the engine looks at each, and the time limit is that of one.
    """

    name: str
    engine: str
    recipe: Recipe
    options: Options
    skip: frozenset[str] = frozenset()
    mutants: tuple[Mutant, ...] = ()


class WorkerDiedError(RuntimeError):
    """A worker ended without a result; the text is what it last wrote."""


@dataclass
class _Worker:
    task: Task
    process: subprocess.Popen[bytes]
    connection: Connection
    started: float = field(default_factory=time.monotonic)
    last: Report | None = None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.connection.close()
        if self.process.stdin is not None:
            self.process.stdin.close()

    def late(self) -> bool:
        limit = self.task.options.timeout
        often = max(1, len(self.task.mutants))
        return limit is not None and time.monotonic() - self.started > often * limit + self.grace

    @property
    def grace(self) -> float:
        """All but the bounded check stop by themselves at the limit, with what they have."""
        return 0.0 if self.task.engine == "bounded" else GRACE


def supervise(
    tasks: Sequence[Task], jobs: int, progress: Callable[[str, Report], None] | None = None
) -> dict[str, Report]:
    """Return each task's report, running at most `jobs` at a time.

    A task that is out of time has the report it last sent, marked as stopped. Raises `InputError`
    when a worker found a mistake in a model, `WorkerDiedError` when it crashed. No process is left
    behind, whatever happens.
    """
    waiting, running, done = list(tasks), list[_Worker](), dict[str, Report]()
    try:
        while waiting or running:
            while waiting and len(running) < max(1, jobs):
                running.append(_start(waiting.pop(0)))
            ready = wait([w.connection for w in running], timeout=0.1)
            for worker in list(running):
                name = worker.task.name
                if worker.connection in ready:
                    message = _receive(worker)
                    if message is not None:
                        done[name] = message
                    elif progress is not None and worker.last is not None:
                        progress(name, worker.last)
                if name not in done and worker.late():
                    done[name] = _out_of_time(worker)
                if worker.task.name in done:
                    worker.kill()
                    running.remove(worker)
    finally:
        for worker in running:
            worker.kill()
    return done


def _start(task: Task) -> _Worker:
    reader, writer = os.pipe()
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(p for p in sys.path if p))
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "twinrom.proofs.questions.worker", str(writer)],
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


def _receive(worker: _Worker) -> Report | None:
    """Return the final report, or None after keeping one on the way."""
    try:
        kind, content = worker.connection.recv()
    except (EOFError, OSError):
        code = worker.process.wait()
        raise WorkerDiedError(
            f"the `{worker.task.engine}` engine ended with status {code}"
        ) from None
    return _handle(worker, kind, content)


def _handle(worker: _Worker, kind: str, content: Any) -> Report | None:
    match kind:
        case "progress":
            worker.last = content
            return None
        case "result":
            return content  # type: ignore[no-any-return]
        case "mistake":
            raise InputError(content)
        case _:
            raise WorkerDiedError(f"the `{worker.task.engine}` engine failed:\n{content}")


def _out_of_time(worker: _Worker) -> Report:
    seconds = time.monotonic() - worker.started
    last = worker.last or Report(worker.task.engine, {}, -1)
    text = f"out of time after {seconds:.0f} s at depth {last.clean + 1}"
    return replace(last, stopped=text, complete=False, seconds=seconds)
