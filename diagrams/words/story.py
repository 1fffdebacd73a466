"""A trace as a story: one entry per step, only what changed, and at the end what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from twinrom.diagrams.words.ending import for_ever, wrong
from twinrom.statemachine import ONLY_STATE, printable, terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs import Property, Question
    from twinrom.statemachine import Place, State, Trace, TransitionSystem
    from twinrom.statemachine.terms import Term


@dataclass(frozen=True)
class StoryStep:
    """What happened in one step."""

    number: int
    by: str
    event: str
    changes: tuple[str, ...]
    place: str
    says: str | None


@dataclass(frozen=True)
class Story:
    """A trace, told: where it starts, what happens, what goes on for ever, what is wrong."""

    start: tuple[str, ...]
    tables: tuple[str, ...]
    steps: tuple[StoryStep, ...]
    ever: str
    end: str


def tell(question: Question, prop: Property, trace: Trace) -> Story:
    """Return the story of a counterexample to `prop`."""
    start = start_of(question.system, trace, (prop.whenever, prop.goal))
    return replace(
        told_run(question.system, trace), start=start, end=wrong(question, prop, trace)
    )


def told_run(system: TransitionSystem, trace: Trace) -> Story:
    """Return the story of a run of which nothing is said at the end."""
    steps = story_steps(system, trace)
    return Story(start_of(system, trace), tables_of(system, trace), steps, for_ever(trace), "")


def changes(system: TransitionSystem, before: State, after: State) -> tuple[str, ...]:
    """Return what a step changed, as `A: off -> booting` and `A.busy = True`."""
    return tuple(
        f"{v.name}: {v.sort.text(a)} -> {v.sort.text(b)}"
        if v.machine
        else f"{v.name} = {v.sort.text(b)}"
        for v, a, b in system.changed(before, after)
        if v.role != "budget"
    )


def short_place(place: Place) -> str:
    """Return the file's name and the line."""
    return f"{printable(Path(place.path).name)}:{place.line}"


def story_steps(system: TransitionSystem, trace: Trace) -> tuple[StoryStep, ...]:
    """Return what happened in each step of a run."""
    return tuple(_step(system, i, trace) for i in range(len(trace.steps)))


def _step(system: TransitionSystem, index: int, trace: Trace) -> StoryStep:
    step = trace.steps[index]
    rule = step.instance.rule
    changed = changes(system, trace.states[index], trace.states[index + 1])
    name = step.told if rule.name == rule.event else f"{step.told} by {rule.name}"
    return StoryStep(
        index + 1,
        rule.by,
        name,
        changed or ("nothing changes",),
        short_place(rule.place),
        rule.says,
    )


def _relevant(system: TransitionSystem, trace: Trace, read: Sequence[Term]) -> set[int]:
    """Return the variables that a reader needs at the start: what terms and guards read."""
    read = [*read, *(step.instance.guard for step in trace.steps)]
    found = {t.value for t in terms.leaves(read) if t.operator in ("variable", "after")}
    for before, after in pairwise(trace.states):
        found |= {v.index for v, _, _ in system.changed(before, after) if v.machine}
    return found


def start_of(
    system: TransitionSystem, trace: Trace, read: Sequence[Term] | None = None
) -> tuple[str, ...]:
    """Return one entry per machine that plays a part: its state, its variables in brackets.

    A part plays what the run changes, its guards read, and `read`; without `read` everything does
    in a run without steps.
    """
    relevant = _relevant(system, trace, read or ())
    if read is None and not trace.steps:
        relevant = set(range(len(system.variables)))
    own: dict[str, list[str]] = {}
    states: dict[str, str] = {}
    loose = []
    for v, code in zip(system.variables, trace.states[0].values, strict=True):
        if v.machine:
            alone = v.sort.labels == (ONLY_STATE,)  # a state that nobody has given a name
            states[v.name] = v.name if alone else f"{v.name} is {v.sort.text(code)}"
            if v.index in relevant:
                own.setdefault(v.name, [])
        elif v.index in relevant and v.owner is not None:
            own.setdefault(v.owner, []).append(f"{v.own_name} {v.sort.text(code)}")
        elif v.index in relevant and v.role == "observer":
            loose.append(f"{v.name} = {v.sort.text(code)}")
    told = [states[m] + (f" ({', '.join(own[m])})" if own[m] else "") for m in states if m in own]
    return (*told, *loose)


def tables_of(system: TransitionSystem, trace: Trace) -> tuple[str, ...]:
    """Return for each free table of a run what it holds for."""
    found = []
    for name, rows in system.choices.text(trace.states[0].tables).items():
        held = ", ".join(f"({', '.join(row)})" for row in rows) or "nothing"
        found.append(f"{name} holds for {held}")
    return tuple(found)
