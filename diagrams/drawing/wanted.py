"""Which picture is wanted of a model, and how it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinrom.diagrams.pictures.against import against_graph
from twinrom.diagrams.pictures.composed import DRAWN_STATES, SECONDS, composed_graph
from twinrom.diagrams.pictures.highlight import highlighted
from twinrom.diagrams.pictures.lanes import lanes
from twinrom.diagrams.pictures.machine_graph import machine_graph, model_graph
from twinrom.diagrams.pictures.rule_text import DETAILS
from twinrom.diagrams.words.ending import for_ever, wrong
from twinrom.proofs import Options, Violated, check, request
from twinrom.statemachine import (
    InputError,
    did_you_mean,
    ground,
    load_model,
    read_trace,
    run_script,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.diagrams.pictures.graph import Graph
    from twinrom.diagrams.render import Picture
    from twinrom.proofs import Property, Question
    from twinrom.statemachine import Model, Trace, TransitionSystem


@dataclass(frozen=True)
class Wanted:
    """Which picture: by default the machines of a model side by side, one drawing per template.

    `machine`: one machine or template alone. `each`: every machine. `labels`: how much the arrows
    say. `composed`: the reachable states, told apart `by` these. `trace`: a run from a file, or
    the counterexample to `prop`, as lanes, or `highlight`ed on the machines. `against`: another
    model, and what changed to it.
    """

    machine: str | None = None
    each: bool = False
    labels: str = "auto"
    composed: bool = False
    by: tuple[str, ...] = ()
    trace: str | None = None
    prop: str | None = None
    highlight: bool = False
    against: str | None = None
    spec: str | None = None
    sorts: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, int | None] = field(default_factory=dict)
    max_states: int = DRAWN_STATES
    seconds: float = SECONDS


def picture(model: str, wanted: Wanted) -> Picture:
    """Return the picture that is wanted of the model with this name.

    Raises `InputError` when the model is wrong, or has not what is asked for.
    """
    _check(wanted)
    loaded = load_model(model, wanted.sorts)
    if wanted.against is not None:
        return against_graph(loaded, load_model(wanted.against, wanted.sorts), wanted.machine)
    if wanted.composed:
        return composed_graph(loaded, wanted.by, wanted.max_states, wanted.seconds)
    if wanted.trace is not None:
        trace = trace_of(loaded, wanted.trace)
        return _run(wanted, loaded, ground(loaded), trace)
    if wanted.prop is not None:
        question, prop, trace = counterexample(model, wanted)
        return _run(wanted, loaded, question.system, trace, (question, prop))
    return _machines(loaded, wanted, each=wanted.each)


def _check(wanted: Wanted) -> None:
    """Refuse combinations that mean nothing."""
    if wanted.labels not in DETAILS:
        known = ", ".join(DETAILS)
        raise InputError.whole_file(f"--labels {wanted.labels}", "is not a kind of label", known)
    kinds = {
        "--against": wanted.against, "--composed": wanted.composed, "--trace": wanted.trace,
        "--property": wanted.prop,
    }  # fmt: skip
    chosen = [name for name, value in kinds.items() if value]
    if len(chosen) > 1:
        raise InputError.whole_file(" and ".join(chosen), "are different pictures", "choose one")
    if wanted.highlight and wanted.trace is None and wanted.prop is None:
        raise InputError.whole_file("--highlight", "needs a run", "add `--trace` or `--property`")
    whole = wanted.composed or (not wanted.highlight and (wanted.trace or wanted.prop))
    if wanted.machine and whole:
        hint = "it is for pictures of machines"
        raise InputError.whole_file("--machine", "cannot be drawn alone here", hint)
    if wanted.by and not wanted.composed:
        raise InputError.whole_file("--by", "is for `--composed`", "add `--composed`")


def _machines(model: Model, wanted: Wanted, *, each: bool) -> Graph:
    if wanted.machine is not None:
        return machine_graph(model, wanted.machine, wanted.labels)
    return model_graph(model, each=each, detail=wanted.labels)


def _run(
    wanted: Wanted, model: Model, system: TransitionSystem, trace: Trace,
    breaks: tuple[Question, Property] | None = None,
) -> Picture:  # fmt: skip
    """Return a run as lanes, or marked on the machines; a template stands for none of its own."""
    if not wanted.highlight:
        return lanes(system, trace, *(breaks or ()))
    template = model.templates.get(wanted.machine or "")
    if template is not None and template.name not in model.machines:
        known = ", ".join(f"`{m}`" for m in template.instances)
        raise InputError.whole_file(
            f"--machine {wanted.machine}", "is a template, and a run moves single machines", known
        )
    graph = _machines(model, wanted, each=True)
    bad = breaks is not None and breaks[1].kind.safety
    story = [for_ever(trace), *([f"{breaks[1].name}: {wrong(*breaks, trace)}"] if breaks else [])]
    return highlighted(graph, system, trace, tuple(filter(None, story)), bad=bad)


def trace_of(model: Model, path: str) -> Trace:
    """Return the run in a file (an ITF trace, or a script of events), replayed on the machines."""
    session = run_script(ground(model), path)
    try:
        return read_trace(ground(model), path)
    except InputError:
        return session.trace()  # a script


def counterexample(model: str, wanted: Wanted) -> tuple[Question, Property, Trace]:
    """Return a shortest run that breaks the property, found by searching every state.

    Raises `InputError` when the spec has no such property, or nothing breaks it.
    """
    asked = request(model, wanted.spec, wanted.sorts, wanted.faults)
    names = [p.name for p in asked.question().properties]
    fits = [n for n in names if n == wanted.prop or n.partition("[")[0] == wanted.prop]
    if not fits:
        hint = did_you_mean(wanted.prop or "", names)
        raise InputError.whole_file(asked.spec[0], f"has no property `{wanted.prop}`", hint)
    options = Options(engines=("search",), timeout=wanted.seconds)
    [checked] = check([asked], options)
    for result in checked.results:
        if result.prop.name in fits and isinstance(result.verdict, Violated):
            return result.question, result.prop, result.verdict.trace
    raise InputError.whole_file(
        asked.spec[0], f"nothing that was found breaks `{wanted.prop}`",
        "only a violated property has a counterexample to draw",
    )  # fmt: skip
