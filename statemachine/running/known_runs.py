"""Known runs: whether the runs that a model says are possible, or impossible, are that.

A script stands for every run that fits it: it may start in any initial state that fits its `init`,
and an argument that is left out may have any value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinrom.statemachine import terms
from twinrom.statemachine.grounding.ground import ground
from twinrom.statemachine.running.runtime import Runtime, replay
from twinrom.statemachine.running.script import NeverHappensError, WordError, written_script
from twinrom.statemachine.running.session import closest, steps_of
from twinrom.statemachine.running.start import first_state, starts
from twinrom.statemachine.running.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twinrom.statemachine.model import KnownRun, Model
    from twinrom.statemachine.running.script import Passage
    from twinrom.statemachine.source.diagnostics import Problem
    from twinrom.statemachine.source.places import Problems
    from twinrom.statemachine.system import State, Step, TransitionSystem

MOST = 20_000
REPAIR = 'a repair says `is = "impossible"`'


@dataclass(frozen=True)
class RunFound:
    """A known run that is as the model says, with an example where it is possible."""

    run: KnownRun
    example: Trace | None


class _WrongError(Exception):
    """A run that is not as its model says; `problem` points at what is wrong."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def known_runs(model: Model, problems: Problems) -> tuple[RunFound, ...]:
    """Return the known runs of a model; one that is not as it says is noted as its mistake."""
    found = []
    for run in model.runs.values():
        try:
            found.append(_found(ground(model), run))
        except _WrongError as wrong:
            problems.add(wrong.problem)
    return tuple(found)


def _found(system: TransitionSystem, run: KnownRun) -> RunFound:
    script = written_script(run.script)
    meant = [_steps(system, run, passage) for passage in script.events]
    if not meant:
        raise _WrongError(run.place.at("script").problem("the script has no event"))
    try:
        first_state(system, script.init)
    except WordError as wrong:
        raise _at(run, script.start, wrong) from None
    layers: list[Mapping[State, tuple[State, Step] | None]] = [
        dict.fromkeys(starts(system, script.init))]
    for passage, steps in zip(script.events, meant, strict=True):
        after = _after(system, layers[-1], steps)
        if not after:
            if run.possible:
                raise _at(run, passage, _refused(system, layers[-1], steps, passage, run))
            return RunFound(run, None)
        if len(after) > MOST:
            raise _at(run, passage, WordError(
                f"more than {MOST:,} states fit `{run.name}` so far",
                "say more with `init` and with arguments"))
        layers.append(after)
    if not run.possible:
        raise _WrongError(run.place.at("is").problem(
            f"the run `{run.name}` is possible", 'write `is = "possible"`, or change the rules'))
    return RunFound(run, _example(system, layers))


def _steps(system: TransitionSystem, run: KnownRun, passage: Passage) -> tuple[Step, ...]:
    """Return the steps that a line means; none where no rule has its event any more."""
    try:
        return tuple(steps_of(system, passage.text))
    except NeverHappensError:
        return ()
    except WordError as wrong:
        raise _at(run, passage, wrong) from None


def _after(system: TransitionSystem, states: Iterable[State],
           steps: Sequence[Step]) -> dict[State, tuple[State, Step] | None]:
    """Return every state that one of the steps leads to, with a way to get there."""
    found: dict[State, tuple[State, Step] | None] = {}
    for state in states:
        entry = system.entry(state.tables)
        for step in steps:
            given = step.given()
            if terms.evaluate(step.instance.guard, state.values, (), given, entry):
                for duty in step.instance.obligations:
                    if not terms.evaluate(duty.term, state.values, (), given, entry):
                        raise system.out_of_range(step, duty, state)
                found.setdefault(system.after(state, step), (state, step))
        if len(found) > MOST:
            break
    return found


def _refused(system: TransitionSystem, states: Iterable[State], steps: Sequence[Step],
             passage: Passage, run: KnownRun) -> WordError:
    """Return that a line cannot happen, and why the step does not that is closest to it."""
    message = f"`{passage.text.strip()}` cannot happen here, so `{run.name}` is impossible"
    if not steps:
        return WordError(message, f"no rule has the event; {REPAIR}")
    runtime = Runtime(system)
    runtime.start(next(iter(states)))
    why = "; ".join(map(str, closest(runtime, steps).reasons))
    return WordError(message, f"{why}; {REPAIR}" if why else REPAIR)


def _at(run: KnownRun, passage: Passage | None, wrong: WordError) -> _WrongError:
    """Return what is wrong with a line of the script, with a caret under the word."""
    if passage is None:
        return _WrongError(run.place.at("script").problem(wrong.message, wrong.hint))
    text = passage.text
    start, end = wrong.at or (len(text) - len(text.lstrip()), len(text.rstrip()))
    span = (passage.start + start, passage.start + end)
    return _WrongError(run.place.at("script", passage.item).problem(
        wrong.message, wrong.hint, span=span))


def _example(system: TransitionSystem,
             layers: Sequence[Mapping[State, tuple[State, Step] | None]]) -> Trace:
    """Return one of the runs, after replaying it on the running machines."""
    state = next(iter(layers[-1]))
    steps: list[Step] = []
    for layer in reversed(layers[1:]):
        before = layer[state]
        assert before is not None  # noqa: S101 - only initial states have none
        state, step = before
        steps.append(step)
    steps.reverse()
    return Trace(system.model.name, tuple(replay(system, state, steps)), tuple(steps))
