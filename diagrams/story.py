"""A trace as a story: one entry per step, only what changed, and at the end what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from proofs import holds_at
from statemachine import terms

if TYPE_CHECKING:
    from proofs import Property, Question
    from statemachine import Place, State, Trace, TransitionSystem, Variable


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
    """A trace, told: where it starts, what happens, what is wrong at the end."""

    start: tuple[str, ...]
    tables: tuple[str, ...]
    steps: tuple[StoryStep, ...]
    end: str


def tell(question: Question, prop: Property, trace: Trace) -> Story:
    """Return the story of a counterexample to `prop`."""
    told = story_steps(question.system, trace)
    return Story(
        _start(question, prop, trace), _tables(question, trace), told, _wrong(question, prop, trace)
    )


def changes(variables: tuple[Variable, ...], before: State, after: State) -> tuple[str, ...]:
    """Return what a step changed, as `A: off -> booting` and `A.busy = True`."""
    found = []
    for v, a, b in zip(variables, before.values, after.values, strict=True):
        if a != b and v.role != "budget":
            found.append(
                f"{v.name}: {v.sort.text(a)} -> {v.sort.text(b)}"
                if v.machine
                else f"{v.name} = {v.sort.text(b)}"
            )
    return tuple(found)


def short_place(place: Place) -> str:
    """Return the file's name and the line."""
    return f"{Path(place.path).name}:{place.line}"


def story_steps(system: TransitionSystem, trace: Trace) -> tuple[StoryStep, ...]:
    """Return what happened in each step of a run."""
    return tuple(_step(system, i, trace) for i in range(len(trace.steps)))


def _step(system: TransitionSystem, index: int, trace: Trace) -> StoryStep:
    step = trace.steps[index]
    rule = step.instance.rule
    changed = changes(system.variables, trace.states[index], trace.states[index + 1])
    name = str(step) if rule.name == rule.event else f"{step} by {rule.name}"
    return StoryStep(
        index + 1,
        rule.by,
        name,
        changed or ("nothing changes",),
        short_place(rule.place),
        rule.says,
    )


def _relevant(question: Question, prop: Property, trace: Trace) -> set[int]:
    """Return the variables that a reader needs at the start: what the property and guards read."""
    read = [prop.whenever, prop.goal, *(step.instance.guard for step in trace.steps)]
    found = {t.value for t in terms.leaves(read) if t.operator in ("variable", "after")}
    for before, after in zip(trace.states, trace.states[1:], strict=False):
        changed = zip(question.system.variables, before.values, after.values, strict=True)
        found |= {v.index for v, a, b in changed if a != b and v.machine}
    return found


def _start(question: Question, prop: Property, trace: Trace) -> tuple[str, ...]:
    """Return one entry per machine that plays a part: its state, its variables in brackets."""
    relevant = _relevant(question, prop, trace)
    own: dict[str, list[str]] = {}
    states: dict[str, str] = {}
    loose = []
    for v, code in zip(question.system.variables, trace.states[0].values, strict=True):
        if v.machine:
            states[v.name] = f"{v.name} is {v.sort.text(code)}"
            if v.index in relevant:
                own.setdefault(v.name, [])
        elif v.index in relevant and v.role == "model":
            owner, _, name = v.name.rpartition(".")
            own.setdefault(owner, []).append(f"{name} {v.sort.text(code)}")
        elif v.index in relevant and v.role == "observer":
            loose.append(f"{v.name} = {v.sort.text(code)}")
    told = [states[m] + (f" ({', '.join(own[m])})" if own[m] else "") for m in states if m in own]
    return (*told, *loose)


def _tables(question: Question, trace: Trace) -> tuple[str, ...]:
    found = []
    for name, rows in question.system.choices.text(trace.states[0].tables).items():
        held = ", ".join(f"({', '.join(row)})" for row in rows) or "nothing"
        found.append(f"{name} holds for {held}")
    return tuple(found)


def _wrong(question: Question, prop: Property, trace: Trace) -> str:
    """Return the sentence that says what is wrong, with the values that make it so."""
    entry = question.system.entry(trace.states[-1].tables)
    broken = []
    for part in prop.parts:
        if prop.kind == "invariant":
            holds = bool(terms.evaluate(part.term, trace.states[-1].values, (), {}, entry))
        else:
            holds = holds_at(part.term, trace.states[-2], trace.steps[-1], trace.states[-1], entry)
        if not holds:
            broken.append(part)
    what = " and ".join(f"`{part.text}`" for part in broken)
    values = _values(question, prop, trace, [p.term for p in broken])
    when = "at the start" if not trace.steps else f"after step {len(trace.steps)}"
    if prop.kind == "step":
        when = f"step {len(trace.steps)}, `{trace.steps[-1]}`, is where it breaks"
        text = f"Wrong: {when}: {what} is false"
    else:
        text = f"Wrong: {when} {what} is false"
    text += f" ({values})" if values else ""
    return text + (
        f", although `{prop.whenever_text}` holds." if prop.whenever_text != "always" else "."
    )


def _values(question: Question, prop: Property, trace: Trace, read: list[terms.Term]) -> str:
    found = {}
    variables = question.system.variables
    for leaf in sorted(terms.leaves(read), key=lambda t: (str(t.operator), str(t.value))):
        if leaf.operator not in ("variable", "after"):
            continue
        v = variables[leaf.value]
        at = -1 if prop.kind == "invariant" or leaf.operator == "after" else -2
        value = v.sort.text(trace.states[at].values[v.index])
        name = f"next({v.name})" if leaf.operator == "after" else v.name
        found[name] = f"{name} is {value}" if v.machine else f"{name} = {value}"
    return ", ".join(found.values())
