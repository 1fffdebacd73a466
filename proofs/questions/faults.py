"""Fault numbers: how many faults a property survives, and which combinations of them break it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.engines.options import DEFAULT_STATES
from twinrom.proofs.verdicts.counterexample import counterexample
from twinrom.proofs.verdicts.replay import replayed
from twinrom.statemachine import Trace, unlimited, with_barred_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twinrom.proofs.report import Report
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.request import CheckRequest
    from twinrom.proofs.spec.spec import Property

DECIDE = partial(explore, max_states=DEFAULT_STATES)
MAX_FAULTS = 3
MAX_CUTS = 100


@dataclass(frozen=True)
class Cut:
    """A cut set: a smallest combination of faults that breaks a property, with a shortest run.

    `faults` are the names of rule instances, in order, each as often as it happens.
    """

    faults: tuple[str, ...]
    trace: Trace


@dataclass(frozen=True)
class FaultNumber:
    """How many faults a property survives, wherever and whenever they happen.

    `survives` None: any number. Otherwise one fault more breaks it in the ways `cuts`, -1 being a
    property that is broken without any fault; without `cuts` that many were tried, and `stopped`
    says why no more were. With `cuts`, `stopped` says why there may be other ways.
    """

    prop: Property
    survives: int | None
    cuts: tuple[Cut, ...] = ()
    stopped: str | None = None


def count_faults(
    asked: CheckRequest, max_faults: int = MAX_FAULTS, max_states: int = DEFAULT_STATES, *,
    plain: bool = False,
) -> tuple[Question, tuple[FaultNumber, ...]]:
    """Return the question of a request without any budget, and its fault numbers.

    Raises `InputError` and `EngineDisagreementError` as `fault_numbers` does.
    """
    model = asked.question().model
    question = replace(asked, faults=unlimited(model)).question()
    decide = partial(explore, max_states=max_states, plain=plain)
    return question, fault_numbers(question, max_faults, decide)


def availability(question: Question) -> tuple[Property, ...]:
    """Return the properties marked `availability`, else all but steps, bookkeeping and readings."""
    return question.availability or tuple(
        p for p in question.properties
        if not (p.kind.goal_in_step or p.bookkeeping or p.gap is not None)
    )


def fault_numbers(
    question: Question,
    max_faults: int = MAX_FAULTS,
    decide: Callable[[Question], Report] = DECIDE,
) -> tuple[FaultNumber, ...]:
    """Return the fault number of each availability property, in the order of the spec.

    The budget of `question` must be unlimited. `decide` is the search to use. Each run is replayed
    and checked; raises `EngineDisagreementError` when it does not show what it should, and
    `InputError` for mistakes of the model.
    """
    properties = availability(question)
    found: dict[str, FaultNumber] = {}
    report = decide(replace(question, properties=properties))
    for prop in properties:
        known = report.found.get(prop.name)
        if report.complete and known is not None and known.violation is None:
            found[prop.name] = FaultNumber(prop, None)
    for faults in range(max_faults + 1):
        left = tuple(p for p in properties if p.name not in found)
        if not left:
            break
        limited = _limited(question, left, faults, ())
        report = decide(limited)
        for prop in left:
            known = report.found.get(prop.name)
            if known is not None and known.violation is not None:
                found[prop.name] = _all_cuts(question, prop, faults, known.violation, decide)
            elif known is None or not report.complete:
                why = report.stopped or "not decided"
                found[prop.name] = FaultNumber(prop, faults - 1, (), why)
    why = f"no more than {max_faults} faults were tried"
    return tuple(found.get(p.name, FaultNumber(p, max_faults, (), why)) for p in properties)


def _limited(
    question: Question,
    properties: tuple[Property, ...],
    faults: int,
    barred: Sequence[Mapping[int, int]],
) -> Question:
    system = with_barred_faults(question.system, faults, barred)
    return replace(question, system=system, properties=properties)


def _all_cuts(
    question: Question,
    prop: Property,
    faults: int,
    run: Run | None,
    decide: Callable[[Question], Report],
) -> FaultNumber:
    """Return all combinations of so many faults that break it, barring those already found.

    Fewer faults do not break it, so each run has exactly so many, and each combination is minimal.
    """
    barred: list[Mapping[int, int]] = []
    cuts = []
    while run is not None:
        limited = _limited(question, (prop,), faults, barred)
        cuts.append(_cut(question, limited, prop, run))
        barred.append(_faults(question, run))
        if not faults or len(cuts) == MAX_CUTS:
            break
        report = decide(_limited(question, (prop,), faults, barred))
        known = report.found.get(prop.name)
        run = known.violation if known is not None else None
        if run is None and (known is None or not report.complete):
            return FaultNumber(prop, faults - 1, tuple(cuts), report.stopped or "not decided")
    stopped = f"only the first {MAX_CUTS} are listed" if len(cuts) == MAX_CUTS else None
    return FaultNumber(prop, faults - 1, tuple(cuts), stopped)


def _faults(question: Question, run: Run) -> Counter[int]:
    instances = question.system.instances
    return Counter(index for index, _ in run.steps if instances[index].rule.by == "fault")


def _cut(question: Question, limited: Question, prop: Property, run: Run) -> Cut:
    """Return the run, checked where faults are limited, as a trace of the system without limits."""
    counterexample(limited, prop, run)
    plain = replace(run, initial=run.initial[: len(question.system.variables)])
    names = [question.system.instances[i].name for i in _faults(question, run).elements()]
    return Cut(tuple(sorted(names)), replayed(question, prop.name, plain))
