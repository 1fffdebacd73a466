"""Liveness and possibility on a closed state graph, whichever engine closed it.

A response is decided under weak fairness: an automatic rule instance that stays enabled for ever
happens, with a payload that the worst case chooses; the environment is quiet.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from twinrom.proofs.engines.search.closed import OutOfTimeError
from twinrom.proofs.engines.search.fairness import FairRuns, components
from twinrom.proofs.report import DeadEnds
from twinrom.proofs.spec.kinds import InvariantKind, PossibleKind, ReadsKind, ResponseKind, StepKind
from twinrom.proofs.spec.standard import livelock
from twinrom.statemachine import Packing, State

if TYPE_CHECKING:
    from twinrom.proofs.engines.search.closed import Clock, ClosedSpace
    from twinrom.proofs.engines.search.fairness import Explored, Path
    from twinrom.proofs.report import Report
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property


def decided(question: Question, report: Report, space: ClosedSpace, clock: Clock) -> Report:
    """Return a complete report with responses, possible properties and `dead_ends` decided as well.

    When the deadline of the clock passes, those that are not decided then are left out and
    `stopped` says so; what the search itself saw stays complete.
    """
    found = dict(report.found)
    live = [p for p in question.properties if not p.kind.safety]
    for prop in live:
        found.pop(prop.name, None)
    try:
        for prop in live:
            started = time.monotonic()
            answer = _decided(question, prop, space, clock)
            found[prop.name] = replace(
                report.found[prop.name],
                violation=answer.run,
                fair=answer.fair,
                seconds=time.monotonic() - started,
            )
        endless = _response(question, livelock(question), space, clock)
    except OutOfTimeError as error:
        return replace(report, found=found, stopped=f"{error} while deciding responses")
    return replace(report, found=found, dead_ends=DeadEnds(report.deadlock, endless.run))


@dataclass(frozen=True)
class _Answer:
    """A counterexample, if there is one; else whether fairness was needed to exclude one."""

    run: Run | None
    fair: bool = False


def _decided(question: Question, prop: Property, space: ClosedSpace, clock: Clock) -> _Answer:
    match prop.kind:
        case InvariantKind() | StepKind():
            raise AssertionError("the search itself decides what a state or a step breaks")
        case ReadsKind():
            raise AssertionError("the text decides it")
        case ResponseKind():
            return _response(question, prop, space, clock)
        case PossibleKind():
            return _possible(prop, space)
        case _:
            assert_never(prop.kind)


def _possible(prop: Property, space: ClosedSpace) -> _Answer:
    hit = space.stranded(prop)
    return _Answer(
        None if hit is None else space.runs({("violation", prop.name): hit}).popitem()[1]
    )


def _response(question: Question, prop: Property, space: ClosedSpace, clock: Clock) -> _Answer:
    """Return a run to the first start from which a fair automatic run avoids the goal, and on.

    What was explored from earlier starts is harmless, and is not entered again.
    """
    packing, quiet = Packing(question.system.variables), FairRuns(question, prop.goal, clock)
    harmless: set[State] = set()
    for hit in space.unavoided(prop):
        clock.tick()
        start = State(tuple(packing.unpack(hit.state)), hit.choice)
        if hit.last is not None:
            start = question.system.after(start, hit.last)
        if start in harmless:
            continue
        explored = quiet.explore(start, harmless)
        ending = _ending(quiet, explored)
        if ending is not None:
            stem = space.runs({("violation", prop.name): hit}).popitem()[1]
            return _Answer(_extended(stem, *ending))
        harmless.update(explored.origin)
    return _Answer(None, fair=bool(harmless))


def _ending(quiet: FairRuns, explored: Explored) -> tuple[Path, Path] | None:
    """Return a way to the nearest dead end, or else to a fair loop, and that loop."""
    if explored.stuck is not None:
        return explored.way(explored.stuck), []
    inner = explored.origin.keys()
    found = components(inner, lambda s: (after for _, after in quiet.moves[s]), quiet.clock)
    fair = {state: c for c in found if quiet.fair(c) for state in c}
    entry = next((state for state in inner if state in fair), None)
    return None if entry is None else (explored.way(entry), quiet.loop(entry, fair[entry]))


def _extended(stem: Run, way: Path, loop: Path) -> Run:
    steps = tuple((step.instance.index, step.payload) for step, _ in (*way, *loop))
    return replace(stem, steps=stem.steps + steps, loop=len(stem.steps) + len(way))
