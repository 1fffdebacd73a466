"""Verbs that show or write what a model says: `lint`, `simulate`, `draw`, `export`, `schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from twinrom.diagrams.commands.exit_codes import EXIT_BAD_INPUT, end
from twinrom.diagrams.commands.options import (
    DefineOption,
    FaultOption,
    InstancesOption,
    Model,
    OutputOption,
    SortOption,
    SpecOption,
    budget,
    finite,
    settings,
    sizes,
)
from twinrom.diagrams.commands.outputs import keep_inputs


def lint(  # noqa: PLR0913 - one parameter per option
    files: Annotated[
        list[str], typer.Argument(help="model files, spec files, or names of shipped ones")
    ],
    spec: SpecOption = None,
    sort: SortOption = None,
    instances: InstancesOption = None,
    define: DefineOption = None,
    strict: Annotated[bool, typer.Option(help="warnings fail the run too")] = False,
) -> None:
    """Find what is questionable: rules that never fire, unanswered events, torn writes and more."""
    from twinrom.proofs import NOWHERE, lint_files

    findings = lint_files(files, spec, finite(sort, instances, define))
    for finding in findings:
        typer.echo(str(finding))
    errors = sum(f.severity == "error" for f in findings)
    warnings = len(findings) - errors
    typer.echo(f"{errors} errors, {warnings} warnings" if findings else "nothing found")
    if any(f.code == NOWHERE for f in findings):
        raise typer.Exit(EXIT_BAD_INPUT)
    end(failed=bool(errors or (strict and warnings)))


def simulate(  # noqa: PLR0913 - one parameter per option
    model: Model,
    script: Annotated[
        str | None, typer.Option(help="events to run, one per line, or an ITF trace")
    ] = None,
    save: Annotated[str | None, typer.Option(help="write the run as an ITF trace")] = None,
    init: Annotated[
        list[str] | None, typer.Option("--set", help="how to start: A=off, A.busy=False")
    ] = None,
    sort: SortOption = None,
    instances: InstancesOption = None,
    define: DefineOption = None,
) -> None:
    """Step through a model by hand, or run a script of events."""
    if script and init:
        raise typer.BadParameter("`--set` and `--script` exclude each other: use an `init` line")
    from twinrom.statemachine import ground, load_model, run_script, start_session, write_trace

    system = ground(load_model(model, finite(sort, instances, define)))
    keep_inputs((model,), None, (save,), others=(script,))
    session = run_script(system, script) if script else start_session(system, settings(init))
    from twinrom.diagrams.data.output import show
    from twinrom.diagrams.terminal.console import TextConsole
    from twinrom.diagrams.terminal.simulator import Simulator, state_view, trace_view

    console = TextConsole(highlight=False)
    if script:
        show(console, trace_view(system, session.trace()))
        show(console, state_view(session))
    else:
        Simulator(session, console).run()
    if save:
        write_trace(system, session.trace(), save)


def draw(  # noqa: PLR0913 - one parameter per option
    model: Model,
    machine: Annotated[str | None, typer.Option(help="one machine or template alone")] = None,
    each: Annotated[bool, typer.Option("--each", help="every machine of every template")] = False,
    labels: Annotated[
        str, typer.Option(help="what arrows say: auto, names, short or full")
    ] = "auto",
    composed: Annotated[
        bool, typer.Option("--composed", help="the reachable states of all machines together")
    ] = False,
    by: Annotated[str, typer.Option(help="what tells reachable states apart: A,array")] = "",
    trace: Annotated[
        str | None, typer.Option(help="a run as lanes: an ITF trace or a script of events")
    ] = None,
    prop: Annotated[
        str | None, typer.Option("--property", help="the counterexample of a property as lanes")
    ] = None,
    highlight: Annotated[
        bool, typer.Option("--highlight", help="mark the run on the machines instead")
    ] = False,
    against: Annotated[
        str | None, typer.Option(help="another model: what changed from MODEL to it")
    ] = None,
    spec: SpecOption = None,
    sort: SortOption = None,
    instances: InstancesOption = None,
    define: DefineOption = None,
    faults: FaultOption = None,
    max_states: Annotated[
        int, typer.Option(min=1, help="states after which --composed stops")
    ] = 100_000,
    timeout: Annotated[float, typer.Option(min=0.1, help="seconds to look for states")] = 60.0,
    form: Annotated[
        str | None,
        typer.Option("--as", help="svg, dot, mermaid, plantuml, markdown, png or pdf"),
    ] = None,
    output: OutputOption = None,
    renderer: Annotated[
        str, typer.Option(help="wasm (comes along), or dot: the Graphviz of this computer")
    ] = "wasm",
) -> None:
    """Draw a model: machines, reachable states, a run, or what changed to another model."""
    from twinrom.diagrams.drawing.draw import Out, draw
    from twinrom.diagrams.drawing.wanted import Wanted

    told_apart = tuple(name.strip() for name in by.split(",") if name.strip())
    wanted = Wanted(
        machine, each, labels, composed, told_apart, trace, prop, highlight, against, spec,
        sizes(sort, instances, define), budget(faults), max_states, timeout,
    )  # fmt: skip
    keep_inputs([model, *filter(None, (against,))], spec, (output,), others=(trace,))
    draw(model, wanted, Out(output, form, renderer))


def export(  # noqa: PLR0913 - one parameter per option
    model: Model,
    to: Annotated[str, typer.Option(help="promela, smv, tla or smtlib2")],
    spec: SpecOption = None,
    output: OutputOption = None,
    depth: Annotated[int, typer.Option(min=0, max=500, help="steps, for smtlib2")] = 20,
    sort: SortOption = None,
    instances: InstancesOption = None,
    define: DefineOption = None,
    faults: FaultOption = None,
) -> None:
    """Write a model and its spec for another tool: SPIN, NuSMV, TLC or an SMT solver."""
    from twinrom.proofs import FORMATS, request, write_export

    if to not in FORMATS:
        raise typer.BadParameter(f"`{to}` is not a format: {', '.join(FORMATS)}")
    question = request(model, spec, finite(sort, instances, define), budget(faults)).question()
    beside = output.with_suffix(".cfg") if output is not None and to == "tla" else None
    keep_inputs((model,), spec, (output, beside))
    typer.echo(write_export(question, to, depth, output), nl=False)


def schema(kind: Annotated[str, typer.Argument(help="model or spec")]) -> None:
    """Print the JSON Schema of model or spec files, for editors."""
    import json

    if kind not in ("model", "spec"):
        raise typer.BadParameter(f"`{kind}` is not a kind of file: model or spec")
    from twinrom.proofs import spec_json_schema
    from twinrom.statemachine import model_json_schema

    chosen = model_json_schema if kind == "model" else spec_json_schema
    typer.echo(json.dumps(chosen(), indent=2))
