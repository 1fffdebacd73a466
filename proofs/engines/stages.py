"""The strategy of the portfolio: which engine is asked what, knowing what others found.

Left to itself, the check searches every state; makes a proof of what was not broken out of them, or
asks z3 for one where the search could not finish; lets the bounded check confirm what was broken,
or look for more; and tries reachability, then induction, where no invariant was found. Where any
number of machines is asked for, that is one more stage.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from twinrom.proofs.engines.engine import EngineTask
from twinrom.proofs.engines.options import DEFAULT_DEPTH, Options
from twinrom.proofs.engines.registry import (
    ANY_NUMBER,
    ANY_SIZE,
    BOUNDED,
    ENGINES,
    INDUCTION,
    REACHABILITY,
    SEARCH,
    TAUGHT,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinrom.proofs.engines.engine import Engine
    from twinrom.proofs.report import Report
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.request import CheckRequest

WITNESS_STATES = 200_000
PATIENCE = 60.0
LONG_PATIENCE = 600.0


@dataclass
class Case:
    """One model and spec on its way to verdicts: what was asked, and what was answered so far."""

    number: int
    request: CheckRequest
    question: Question
    options: Options
    reports: dict[str, Report] = field(default_factory=dict)

    @property
    def chosen(self) -> bool:
        """Say whether the engines were chosen by the user."""
        return bool(self.options.engines)

    @property
    def searched(self) -> bool:
        """Say whether the search is to decide, and not only to find witnesses."""
        return not self.chosen or SEARCH in self.engines

    @property
    def engines(self) -> list[Engine]:
        """Return the engines that the user chose, in that order."""
        return [ENGINES[name] for name in self.options.engines]

    @property
    def complete(self) -> bool:
        """Say whether every reachable state was seen."""
        return any(r.complete for r in self.reports.values())

    @property
    def violations(self) -> dict[str, int]:
        """Return the length of the shortest violation found of each property."""
        found: dict[str, int] = {}
        for report in self.reports.values():
            for name, one in report.found.items():
                if one.violation is not None:
                    found[name] = min(found.get(name, one.violation.length), one.violation.length)
        return found

    @property
    def unproved(self) -> list[str]:
        """Return the invariants and step properties that are neither violated nor proved."""
        proved = {n for r in self.reports.values() for c in r.certificates for n in c.properties}
        known = proved | self.violations.keys()
        return [p.name for p in self.question.provable(known)]

    @property
    def depth(self) -> int:
        """Return how far the bounded check is to look when nothing else decides."""
        return DEFAULT_DEPTH if self.options.depth is None else self.options.depth

    def task(self, engine: Engine, **changed: object) -> EngineTask:
        """Return the task for one engine, with options changed."""
        options = replace(self.options, **changed)  # type: ignore[arg-type]
        request = self.request
        if request.unbounded and engine.every_size:
            request = request.of_all_sizes()
        skip = frozenset(self.violations)
        return EngineTask((self.number, engine.name), request, options, engine, skip)


def explore(case: Case) -> list[EngineTask]:
    """Return the first tasks: what looks at runs and states."""
    if not case.chosen:
        tasks = [case.task(SEARCH)]
        if case.options.depth is not None:
            tasks.append(case.task(BOUNDED))
        return tasks
    tasks = [
        case.task(engine, depth=case.depth) for engine in case.engines if not engine.proves
    ]
    states = min(WITNESS_STATES, case.options.max_states)
    return tasks or [case.task(SEARCH, max_states=states)]


def confirm(case: Case) -> list[EngineTask]:
    """Return the second tasks: proofs of what was not broken, a second opinion on what was."""
    limit = case.options.timeout
    if case.chosen:
        return [case.task(engine) for engine in case.engines if engine.proves and case.unproved]
    tasks = []
    if case.unproved and not case.request.any:
        prover = TAUGHT if case.complete and not case.request.unbounded else REACHABILITY
        patience = PATIENCE if case.complete else LONG_PATIENCE
        tasks.append(case.task(prover, timeout=limit or patience))
    if BOUNDED.name not in case.reports:
        lengths = _confirmable(case)
        if not case.complete:
            tasks.append(case.task(BOUNDED, depth=case.depth))
        elif lengths:
            tasks.append(case.task(BOUNDED, depth=max(lengths)))
    return tasks


def generalise(case: Case) -> list[EngineTask]:
    """Return the task that looks at other numbers of machines, where any number is asked for."""
    if not case.request.any:
        return []
    return [case.task(ANY_NUMBER, timeout=case.options.timeout or LONG_PATIENCE)]


def _confirmable(case: Case) -> list[int]:
    decidable = {p.name for p in case.question.decidable}
    return [length for name, length in case.violations.items() if name in decidable]


def insist(case: Case) -> list[EngineTask]:
    """Return the next task for what has no invariant yet; asked until nothing is left to try."""
    left: tuple[Engine, ...] = ()
    if case.request.unbounded:
        refuted = {n for r in case.reports.values() for n in r.refuted}
        left = (ANY_SIZE,) if refuted & set(case.unproved) else ()
    elif case.unproved and not (case.chosen or case.request.any):
        left = (REACHABILITY, INDUCTION)
    patience = case.options.timeout or PATIENCE
    untried = (engine for engine in left if engine.name not in case.reports)
    return [case.task(e, depth=case.depth, timeout=patience) for e in islice(untried, 1)]


STAGES: tuple[Callable[[Case], list[EngineTask]], ...] = (
    explore, confirm, generalise, insist, insist)
