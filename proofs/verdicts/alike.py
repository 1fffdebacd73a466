"""Runs that are alike: one in which machines have other names, and what else a run breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.run import Run
from twinrom.proofs.spec.kinds import PossibleKind
from twinrom.proofs.spec.spec import bare
from twinrom.proofs.spec.symmetry import renamed
from twinrom.proofs.verdicts.counterexample import counterexample
from twinrom.proofs.verdicts.replay import EngineDisagreementError, replayed
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import Argument, RuleInstance, Sort, Trace


def column(name: str) -> dict[str, str]:
    """Return the column of a property by its name: `this` and `other` of `p[this=A, other=B]`."""
    inner = name.partition("[")[2].removesuffix("]")
    return dict(part.split("=", 1) for part in inner.split(", ") if "=" in part)


def renaming(question: Question, old: str, new: str) -> dict[str, str] | None:
    """Return how machines change their names from one column of a property to another of it.

    None: the two are no columns of one property, or differ in more than machines of a template.
    """
    first, second = column(old), column(new)
    if bare(old) != bare(new) or first.keys() != second.keys():
        return None
    machines = question.model.machines
    names: dict[str, str] = {}
    for key, name in first.items():
        other = second[key]
        known = name in machines and other in machines
        if name != other and not (known and machines[name].name == machines[other].name):
            return None
        if known and names.setdefault(name, other) != other:
            return None
    if len(set(names.values())) < len(names):
        return None
    free = [name for name in names if name not in names.values()]
    freed = [name for name in names.values() if name not in names]
    for name in freed:  # those that lose their name take one that is free, of the same template
        own = next((f for f in free if machines[f].name == machines[name].name), None)
        if own is None:
            return None
        free.remove(own)
        names[name] = own
    return names


def mirrored(question: Question, trace: Trace, names: Mapping[str, str]) -> Run | None:
    """Return the run in which machines have other names; None where nothing has such a name.

    It need not be a run of the system.
    """
    system = question.system
    if any(set(names) & {*(sort.labels or ())} for t in system.tables.values() for sort in t.of):
        return None
    initial = [0] * len(system.variables)
    for v, code in zip(system.variables, trace.states[0].values, strict=True):
        own = system.by_name.get(renamed(v.name, names))
        image = None if own is None else _image(v.sort, code, own.sort, names)
        if own is None or image is None:
            return None
        initial[own.index] = image
    instances = {(i.name, _cut(i)): i for i in system.instances}
    steps = []
    for step in trace.steps:
        same = instances.get((renamed(step.instance.name, names), _cut(step.instance)))
        if same is None:
            return None
        to: dict[str, Argument] = {a.name: a for a in same.given}
        payload = [_image(a.sort, code, to[a.name].sort, names)
                   for a, code in zip(step.instance.given, step.payload, strict=True)]
        if None in payload:
            return None
        steps.append((same.index, tuple(code for code in payload if code is not None)))
    return Run(tuple(initial), trace.states[0].tables, tuple(steps), trace.loop)


def _cut(instance: RuleInstance) -> tuple[str, int, bool] | None:
    """Return where an instance interrupts which rule; None for what is no cut."""
    cut = instance.cut
    return None if cut is None else (cut.rule.name, cut.written, cut.torn)


def _image(sort: Sort, code: int, other: Sort, names: Mapping[str, str]) -> int | None:
    """Return the code of a value in which machines have other names."""
    return other.code(renamed(sort.text(code), names))


def run_of(trace: Trace, length: int | None = None) -> Run:
    """Return a trace as plain data, or only its first steps."""
    steps = tuple((step.instance.index, step.payload) for step in trace.steps)
    whole = length is None or length == len(steps)
    first = trace.states[0]
    return Run(first.values, first.tables, steps if whole else steps[:length],
               trace.loop if whole else None)


def breaks(question: Question, prop: Property, run: Run, own: Trace) -> bool:
    """Say whether a run is one of the system, and breaks a property: not before its last step.

    Its `own` run breaks it. Of what is to be possible that is known only where both end alike.
    """
    try:
        if isinstance(prop.kind, PossibleKind):
            return replayed(question, prop.name, run).states[-1] == own.states[-1]
        counterexample(question, prop, run)
    except (EngineDisagreementError, InputError):
        return False
    return True


def interchangeable(question: Question, names: Iterable[str]) -> bool:
    """Say whether machines may change names so that every run stays one, by the texts alone."""
    return all(question.model.machines[name].name in question.symmetric for name in names)
