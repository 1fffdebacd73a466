"""A run as lanes: one lane per machine, the actors in a lane of their own, time downwards.

Ids: a lane is `l:MACHINE`, a step `t:NUMBER`, counted from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from twinrom.diagrams.pictures.rule_text import GLYPHS, actor_mark, one_line, rule_text
from twinrom.diagrams.words.ending import for_ever, wrong
from twinrom.diagrams.words.story import short_place
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.diagrams.pictures.graph import Mark
    from twinrom.proofs import Property, Question
    from twinrom.statemachine import State, Step, Trace, TransitionSystem

KEY: tuple[tuple[Mark, str], ...] = (
    ("environment", "\u25cb environment"),
    ("automatic", "\u25cf automatic"),
    ("fault", "\u00d7 fault"),
)
BREAKS: tuple[Mark, str] = ("bad", "! the step that breaks the property")


@dataclass(frozen=True)
class Cell:
    """What one machine shows after a step: the state it moved to, then what it changed."""

    lane: int
    state: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One step: who acts, the event, where the rule stands, and the lanes that it changes.

    `guards` is the guard of the step that breaks a property, and empty for others.
    """

    number: int
    actor: str
    event: str
    place: str
    cells: tuple[Cell, ...]
    guards: tuple[str, ...]
    rule: str
    tooltip: str
    link: str
    marks: frozenset[Mark]


@dataclass(frozen=True)
class Lanes:
    """A run, to be drawn: `start` has a cell for each lane; `loop` is the row that comes again.

    When `loop` is the number of rows, nothing happens any more. `ending` says what is wrong.
    """

    title: str
    names: tuple[str, ...]
    start: tuple[Cell, ...]
    rows: tuple[Row, ...]
    loop: int | None
    ever: str
    ending: str
    notes: tuple[str, ...]
    key: tuple[tuple[Mark, str], ...]


def lanes(
    system: TransitionSystem, trace: Trace, question: Question | None = None,
    prop: Property | None = None,
) -> Lanes:
    """Return a run as lanes; with the property that it breaks, and the question it belongs to."""
    ending = wrong(question, prop, trace) if question is not None and prop is not None else ""
    read = [prop.whenever, prop.goal] if prop is not None else []
    shown = _shown(system, trace, read)
    machines = [v for v in system.variables if v.machine]
    names = tuple(v.name for v in machines if v.name in shown)
    still = [v.name for v in machines if v.name not in shown]
    notes = (*_tables(system, trace), *_not_drawn(still))
    breaks = prop is not None and prop.kind.safety and bool(trace.steps)
    rows = [_row(system, trace, i, names) for i in range(len(trace.steps))]
    if breaks:
        last = rows[-1]
        guards = tuple(one_line(c.text) for c in trace.steps[-1].instance.conjuncts)
        rows[-1] = replace(last, marks=last.marks | {"bad"}, guards=guards)
    title = f"{one_line(system.model.title)}: " + (prop.name if prop is not None else "a run")
    return Lanes(
        title, names, _start(system, trace, names, read), tuple(rows), trace.loop, for_ever(trace),
        ending, notes, (*KEY, *([BREAKS] if breaks else [])),
    )  # fmt: skip


def _tables(system: TransitionSystem, trace: Trace) -> tuple[str, ...]:
    """Return which table choice the run is about."""
    chosen = system.choices.text(trace.states[0].tables)
    return tuple(
        f"{name} holds for {', '.join(map(_bracketed, rows)) or 'nothing'}."
        for name, rows in chosen.items()
    )


def _bracketed(row: Sequence[str]) -> str:
    return f"({', '.join(row)})"


def _not_drawn(machines: list[str]) -> tuple[str, ...]:
    if not machines:
        return ()
    return (f"Not drawn, for nothing happens to them: {', '.join(machines)}.",)


def _shown(system: TransitionSystem, trace: Trace, read: Sequence[terms.Term]) -> set[str]:
    """Return the machines that change in the run, or that the property reads."""
    found = {
        v
        for before, after in pairwise(trace.states)
        for v, _, _ in system.changed(before, after)
    }
    leaves = (t for t in terms.leaves(read) if t.operator in ("variable", "after"))
    found |= {system.variables[t.value] for t in leaves}
    return {v.owner for v in found or system.variables if v.owner is not None}


def _start(
    system: TransitionSystem, trace: Trace, names: tuple[str, ...], read: Sequence[terms.Term]
) -> tuple[Cell, ...]:
    """Return the first state of each lane, with the variables that change or are read."""
    seen = {t.value for t in terms.leaves([*read, *(s.instance.guard for s in trace.steps)])
            if t.operator in ("variable", "after")}  # fmt: skip
    first = trace.states[0].values
    cells = {name: ("", list[str]()) for name in names}
    for v, code in zip(system.variables, first, strict=True):
        name = v.owner or ""
        if name in cells and v.machine:
            cells[name] = (v.sort.text(code), cells[name][1])
        elif name in cells and v.index in seen:
            cells[name][1].append(f"{v.own_name} = {v.sort.text(code)}")
    return tuple(Cell(i, *_pair(cells[name])) for i, name in enumerate(names))


def _pair(cell: tuple[str, list[str]]) -> tuple[str, tuple[str, ...]]:
    return cell[0], tuple(cell[1])


def _row(system: TransitionSystem, trace: Trace, index: int, names: tuple[str, ...]) -> Row:
    step = trace.steps[index]
    rule = step.instance.rule
    text = rule_text(system.model, step.instance, written=False)
    mark = actor_mark(system.model, rule)
    name = str(step) if rule.name == rule.event else f"{step} by {rule.name}"
    part = text.part("", [step.instance.name], "names")
    return Row(
        index + 1, rule.by, f"{GLYPHS[mark]} {name}", short_place(rule.place),
        _cells(system, step, trace.states[index], trace.states[index + 1], names),
        (), step.instance.name, part.tooltip, part.link, frozenset([mark]),
    )  # fmt: skip


def _cells(
    system: TransitionSystem, step: Step, before: State, after: State, names: tuple[str, ...]
) -> tuple[Cell, ...]:
    """Return what a step makes of the lanes: moves, also to the state where a machine is."""
    touched = {m.machine for m in step.instance.moves if m.required}
    touched |= {v.index for v, _, _ in system.changed(before, after)}
    states: dict[str, str] = {}
    lines: dict[str, list[str]] = {}
    for v, b in zip(system.variables, after.values, strict=True):
        name = v.owner or ""
        if v.machine and v.index in touched:
            states[name] = v.sort.text(b)
        elif v.index in touched:
            lines.setdefault(name, []).append(f"{v.own_name} = {v.sort.text(b)}")
    return tuple(
        Cell(i, states.get(name, ""), tuple(lines.get(name, ())))
        for i, name in enumerate(names)
        if name in states or name in lines
    )
