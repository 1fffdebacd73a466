"""Worker processes that can be killed: what they reported until then is kept.

z3's own time limit cannot be relied on, and a pool cannot kill one task, so every task has a
process: `python -P -m twinrom.proofs.engines.worker`, which ends when its standard input does. It
imports nothing from the current folder: that has models in it, and who knows what else.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Generic

from twinrom.proofs.allowance import resident, stopped_at
from twinrom.proofs.engines.task import Answer, Key
from twinrom.proofs.memory import OUT_OF_MEMORY, out_of_memory, says_out_of_memory
from twinrom.statemachine import CONFINEMENT, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinrom.proofs.engines.task import Task

OWN_MEMORY = 1 << 27  # what a process has before it does anything, libraries above all
MODULE = "twinrom.proofs.engines.worker"


class WorkerDiedError(RuntimeError):
    """A worker ended without a result, by a fault of ours; a note says what it last wrote."""

    def __init__(self, task: Task[Any], how: str, wrote: str) -> None:
        number, name = task.key
        super().__init__(f"the `{name}` engine on {task.request.model[0]} {how}")
        self.add_note(f"task {number}:\n{wrote}")


@dataclass
class _Worker(Generic[Answer]):
    task: Task[Answer]
    process: subprocess.Popen[bytes]
    connection: Connection
    written: IO[bytes] | None
    started: float = field(default_factory=time.monotonic)
    last: Answer | None = None
    memory: int = 0

    def __post_init__(self) -> None:
        self.memory = self.task.options.most_memory

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.connection.close()
        if self.process.stdin is not None:
            self.process.stdin.close()
        if self.written is not None:
            self.written.close()

    def wrote(self) -> str:
        """Return what it has written, which is meant for nobody unless it fails."""
        if self.written is None:
            return ""
        self.written.seek(0)
        return self.written.read().decode(errors="replace")

    def late(self) -> bool:
        limit, task = self.task.options.timeout, self.task
        spent = time.monotonic() - self.started
        return limit is not None and spent > max(1, task.parts) * limit + task.grace

    def too_large(self) -> bool:
        """Say whether it has far more than its memory: it stops by itself before, if it can."""
        return resident(self.process.pid) > self.memory + self.memory // 8 + OWN_MEMORY


def supervise(
    tasks: Sequence[Task[Answer]],
    jobs: int,
    progress: Callable[[Key, Answer], None] | None = None,
) -> dict[Key, Answer]:
    """Return each task's answer by its key, running at most `jobs` at a time.

    A task that is out of time, or that the system does not let run on, has what it makes of the
    answer that it last sent. Raises `InputError` when a worker found a mistake in a model,
    `WorkerDiedError` when it crashed. No process is left behind, whatever happens.
    """
    waiting, running, done = list(tasks), list[_Worker[Answer]](), dict[Key, Answer]()
    try:
        while waiting or running:
            while waiting and len(running) < max(1, jobs):
                task = waiting.pop(0)
                try:
                    running.append(_start(task))
                except OSError as error:
                    done[task.key] = _not_started(task, error)
            ready = wait([w.connection for w in running], timeout=0.1)
            for worker in list(running):
                answer = _heard(worker, progress) if worker.connection in ready else None
                if answer is None and worker.late():
                    answer = _out_of_time(worker)
                if answer is None and worker.too_large():
                    answer = _at_its_limit(worker)
                if answer is not None:
                    done[worker.task.key] = answer
                    worker.kill()
                    running.remove(worker)
    finally:
        for worker in running:
            worker.kill()
    return {task.key: done[task.key] for task in tasks}  # whoever was done first


def run_here(task: Task[Answer], run: Callable[[], Answer]) -> Answer:
    """Return the answer of a task that runs in this process, or what stands without memory."""
    started = time.monotonic()
    try:
        return run()
    except Exception as error:
        if not out_of_memory(error):
            raise
    return task.lost(None, OUT_OF_MEMORY, time.monotonic() - started)


def import_path() -> list[str]:
    """Return where workers import from: as we do, but not from the current folder.

    It stays when twinrom itself lies there.
    """
    home = Path(str(sys.modules["twinrom"].__file__)).parent.parent
    entries = (Path(entry) for entry in sys.path)
    return [str(e) for e in entries if e.is_absolute() and (e == home or not _is_current(e))]


def _is_current(folder: Path) -> bool:
    try:
        return folder.samefile(Path())
    except (OSError, ValueError):
        return False


def _start(task: Task[Answer]) -> _Worker[Answer]:
    reader, writer = os.pipe()
    connection = Connection(reader, writable=False)
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(import_path()))
    written = _scratch()
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-m", MODULE, str(writer), str(CONFINEMENT.lifted)],
            stdin=subprocess.PIPE,
            stdout=written or subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            pass_fds=(writer,),
            start_new_session=True,
            env=environment,
        )
    except BaseException:
        connection.close()
        if written is not None:
            written.close()
        raise
    finally:
        os.close(writer)
    worker = _Worker(task, process, connection, written)
    assert process.stdin is not None  # noqa: S101 - asked for above
    try:
        pickle.dump(task, process.stdin)
        process.stdin.flush()
    except BrokenPipeError:
        pass  # it died at once; the reader will say so
    return worker


def _scratch() -> IO[bytes] | None:
    """Return a file without a name for what a worker writes; none where no file can be made."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return None


def _not_started(task: Task[Answer], error: OSError) -> Answer:
    reason = (error.strerror or str(error)).lower()
    return task.lost(None, f"its process cannot be started: {reason}", 0)


def _heard(
    worker: _Worker[Answer], progress: Callable[[Key, Answer], None] | None
) -> Answer | None:
    """Return the final answer, or None after passing on one on the way."""
    answer = _receive(worker)
    if answer is None and progress is not None and worker.last is not None:
        progress(worker.task.key, worker.last)
    return answer


def _receive(worker: _Worker[Answer]) -> Answer | None:
    """Return the final answer, or None after keeping one on the way."""
    try:
        kind, content = worker.connection.recv()
    except (EOFError, OSError):
        kind, content = "end", worker.process.wait()
    except MemoryError:
        kind, content = "lost", OUT_OF_MEMORY
    match kind:
        case "progress":
            worker.last = content
            return None
        case "result":
            return content  # type: ignore[no-any-return]
        case "mistake":
            raise InputError(content)
        case "lost":
            return _lost(worker, content)
    wrote = worker.wrote()
    if says_out_of_memory(wrote):  # as that of a library which could not be loaded
        return _lost(worker, OUT_OF_MEMORY)
    if kind == "end" and content < 0:
        return _lost(worker, f"its process was killed by the system (signal {-content})")
    how, note = (f"ended with status {content}", "") if kind == "end" else content
    raise WorkerDiedError(worker.task, how, f"{wrote}{note}")


def _lost(worker: _Worker[Answer], why: str) -> Answer:
    return worker.task.lost(worker.last, why, time.monotonic() - worker.started)


def _at_its_limit(worker: _Worker[Answer]) -> Answer:
    why, seconds = stopped_at(worker.memory), time.monotonic() - worker.started
    return worker.task.at_its_limit(worker.last, why, seconds)


def _out_of_time(worker: _Worker[Answer]) -> Answer:
    return worker.task.out_of_time(worker.last, time.monotonic() - worker.started)
