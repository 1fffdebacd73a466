"""Engines: what decides properties of a question, and the task of one engine."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from twinrom.proofs.engines.task import GRACE, Task
from twinrom.proofs.report import Report
from twinrom.proofs.spec.kinds import SAFETY

if TYPE_CHECKING:
    from twinrom.proofs.report import Progress
    from twinrom.proofs.spec.kinds import Kind
    from twinrom.proofs.spec.question import Question


class Engine(ABC):
    """Something that decides properties; subclasses say what, and import what they need late.

    `kinds` are the kinds of property that it decides. One that `proves` has certificates and is
    asked after the others, for what they left open; with `every_size`, sorts may be all integers.
    `label` is what people see while it works.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    kinds: ClassVar[frozenset[Kind]] = SAFETY
    proves: ClassVar[bool] = False
    every_size: ClassVar[bool] = False
    selectable: ClassVar[bool] = True
    grace: ClassVar[float] = GRACE

    @abstractmethod
    def run(self, question: Question, task: EngineTask, progress: Progress | None) -> Report:
        """Return what the engine says of the question, reporting on the way."""

    def said(self, report: Report) -> list[str]:
        """Return what it looked at, in a few words each."""
        number = report.clean
        words = f"every event sequence of up to {number} step{'s' * (number != 1)}"
        found = [words if number >= 0 else "nothing"]
        return [*found, report.stopped] if report.stopped else found

    def line(self, report: Report) -> str:
        """Return what it looked at, in one line."""
        return f"{self.label}: {', '.join(self.said(report))}, {report.seconds:.1f} s"


@dataclass(frozen=True)
class EngineTask(Task[Report]):
    """One engine on one question; the properties in `skip` are known to be violated.

    `begun` is when its time began, on the monotonic clock; None: when it is asked for a deadline.
    """

    engine: Engine
    skip: frozenset[str] = frozenset()
    begun: float | None = None

    @property
    def grace(self) -> float:
        """Return how many seconds after its limit it is killed."""
        return self.engine.grace

    @property
    def deadline(self) -> float | None:
        """Return when its time is up, on the monotonic clock."""
        limit, begun = self.options.timeout, self.begun
        return None if limit is None else (time.monotonic() if begun is None else begun) + limit

    def run(self, progress: Progress | None) -> Report:
        """Return what the engine says of the request's question; its time includes reading that."""
        begun = replace(self, begun=time.monotonic())
        return begun.on(self.request.question(), progress)

    def on(self, question: Question, progress: Progress | None) -> Report:
        """Return what the engine says of the question, which is that of the request."""
        return self.engine.run(question, self, progress)

    def out_of_time(self, last: Report | None, seconds: float) -> Report:
        """Return the report that it last sent, marked as stopped."""
        known = last or Report(self.engine.name, {}, -1)
        where = "" if self.engine.proves else f" at depth {known.clean + 1}"
        text = f"out of time after {seconds:.0f} s{where}"
        return replace(known, stopped=text, complete=False, seconds=seconds)

    def lost(self, last: Report | None, why: str, seconds: float) -> Report:
        """Return the report that it last sent, marked as lost."""
        known = last or Report(self.engine.name, {}, -1)
        return replace(known, stopped=why, complete=False, seconds=seconds, lost=True)
