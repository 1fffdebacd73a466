"""A trace as a story: one entry per step, only what changed, and at the end what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from twinrom.diagrams.words.ending import for_ever, wrong
from twinrom.statemachine import ONLY_STATE, printable, terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from twinrom.proofs import Property, Question
    from twinrom.statemachine import Place, State, Step, Trace, TransitionSystem, Variable
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


def tell(
    question: Question, prop: Property, trace: Trace, readers: Sequence[Property] = ()
) -> Story:
    """Return the story of a counterexample to `prop`.

    Of what a spec observes it has what `prop`, or another of the `readers`, reads; what these read
    is told where it is written, also when it keeps its value.
    """
    system = question.system
    read = [term for one in (prop, *readers) for term in (one.whenever, one.goal)]
    return replace(
        told_run(system, trace),
        start=start_of(system, trace, read),
        steps=story_steps(system, trace, _read_by(read)),
        end=wrong(question, prop, trace),
    )


def told_run(system: TransitionSystem, trace: Trace) -> Story:
    """Return the story of a run of which nothing is said at the end."""
    steps = story_steps(system, trace)
    return Story(start_of(system, trace), tables_of(system, trace), steps, for_ever(trace), "")


def changes(system: TransitionSystem, before: State, after: State) -> tuple[str, ...]:
    """Return what a step changed, as `A: off -> booting (version 2)` and `A.busy = True`."""
    return _listed(
        Written(v, a, b) for v, a, b in system.changed(before, after) if v.role != "budget"
    )


class Written(NamedTuple):
    """What a step wrote: a variable, and its codes before and after."""

    variable: Variable
    before: int
    after: int

    @property
    def own(self) -> str:
        """Return the change as it stands in brackets, behind the machine that has it."""
        still = "still " * (self.before == self.after)
        return f"{self.variable.own_name} {still}{self.variable.sort.text(self.after)}"

    @property
    def moves(self) -> bool:
        """Say whether a machine comes to another state."""
        return bool(self.variable.machine) and self.before != self.after

    def __str__(self) -> str:
        v, again = self.variable, ", as before" * (self.before == self.after)
        value = v.sort.text(self.after)
        if self.moves:
            return f"{v.name}: {v.sort.text(self.before)} -> {value}"
        return f"{v.name}: {value}{again}" if v.machine else f"{v.name} = {value}{again}"


def _listed(changed: Iterable[Written]) -> tuple[str, ...]:
    """Return changes in words; what a machine that moves has goes into brackets behind it."""
    found = list(changed)
    own: dict[str, list[str]] = {c.variable.name: [] for c in found if c.moves}
    apart = []
    for change in found:
        v = change.variable
        if v.machine is None and v.owner in own:
            own[v.owner].append(change.own)
        else:
            apart.append(change)
    return tuple(
        f"{c} ({', '.join(inner)})" if (inner := own.get(c.variable.name)) else str(c)
        for c in apart
    )


def _told_changes(
    system: TransitionSystem, trace: Trace, index: int, read: Collection[int]
) -> tuple[str, ...]:
    """Return what a step changed, and wrote without changing it, as far as somebody reads it.

    Only a spec has what nobody reads: what it observes for other properties.
    """
    step, before, after = trace.steps[index], trace.states[index], trace.states[index + 1]
    found = []
    for v, a, b in zip(system.variables, before.values, after.values, strict=True):
        read_here = v.index in read
        if v.role == "model":
            told = a != b or (read_here and _writes(system, step, before, v))
        else:
            told = a != b and read_here and v.role != "budget"
        if told:
            found.append(Written(v, a, b))
    return _listed(found)


def _writes(system: TransitionSystem, step: Step, before: State, v: Variable) -> bool:
    """Say whether a step gives a variable a value that is not made of the old one."""
    term = step.instance.updates.get(v.index)
    entry, given = system.entry(before.tables), step.given()
    while term is not None and term.operator == "if":
        condition, yes, no = term.arguments
        term = yes if terms.evaluate(condition, before.values, (), given, entry) else no
    return term is not None and v.index not in terms.variables([term])


def short_place(place: Place) -> str:
    """Return the file's name and the line."""
    return f"{printable(Path(place.path).name)}:{place.line}"


def story_steps(
    system: TransitionSystem, trace: Trace, read: Collection[int] | None = None
) -> tuple[StoryStep, ...]:
    """Return what happened in each step of a run, to one who reads these variables, or to all."""
    return tuple(_step(system, i, trace, read) for i in range(len(trace.steps)))


def _step(
    system: TransitionSystem, index: int, trace: Trace, read: Collection[int] | None
) -> StoryStep:
    step = trace.steps[index]
    rule = step.instance.rule
    changed = (
        changes(system, trace.states[index], trace.states[index + 1])
        if read is None else _told_changes(system, trace, index, read)
    )
    name = step.told if rule.name == rule.event else f"{step.told} by {rule.name}"
    return StoryStep(
        index + 1,
        rule.by,
        name,
        changed or ("nothing changes",),
        short_place(rule.place),
        rule.says,
    )


def _read_by(read: Iterable[Term]) -> set[int]:
    """Return the variables that terms read."""
    return {t.value for t in terms.leaves(read) if t.operator in ("variable", "after")}


def _relevant(
    system: TransitionSystem, trace: Trace, read: Sequence[Term] | None
) -> set[int]:
    """Return the variables that a reader needs at the start: what terms and guards read.

    Where there is something to `read`, what guards read is left out if every run starts with it.
    """
    found = _read_by(step.instance.guard for step in trace.steps)
    if read is not None:
        found = found - system.pinned.keys() | _read_by(read)
    for before, after in pairwise(trace.states):
        found |= {v.index for v, _, _ in system.changed(before, after) if v.machine}
    return found


def start_of(
    system: TransitionSystem, trace: Trace, read: Sequence[Term] | None = None
) -> tuple[str, ...]:
    """Return one entry per machine that plays a part: its state, its variables in brackets.

    A part plays what the run changes, `read`, and what its guards read, if not every run starts
    with it; without `read` all that guards read, and everything in a run without steps.
    """
    relevant = _relevant(system, trace, read)
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
