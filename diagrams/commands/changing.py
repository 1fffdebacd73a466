"""Verbs that set policies side by side: `compare`, `mutate`, `sweep` and `gaps`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twinrom.diagrams.commands.exit_codes import any_lost, end
from twinrom.diagrams.commands.options import (
    DEFAULT_STATES,
    DefineOption,
    FaultOption,
    InstancesOption,
    JobsOption,
    JsonOption,
    MaxStates,
    MemoryOption,
    Model,
    PlainOption,
    PolicyTimeout,
    SortOption,
    SpecOption,
    allowed,
    budget,
    finite,
)
from twinrom.diagrams.commands.outputs import keep_inputs

if TYPE_CHECKING:
    from twinrom.proofs import CheckRequest, Options


def compare(  # noqa: PLR0913 - one parameter per option
    old: Model,
    new: Annotated[str, typer.Argument(help="the same after a change")],
    spec: SpecOption = None,
    sort: SortOption = None,
    instances: InstancesOption = None,
    define: DefineOption = None,
    faults: FaultOption = None,
    timeout: Annotated[float | None, typer.Option(min=0.1, help="seconds for each search")] = None,
    max_states: MaxStates = DEFAULT_STATES,
    memory: MemoryOption = None,
    plain: PlainOption = False,
    json: JsonOption = None,
    markdown: Annotated[
        Path | None, typer.Option(help="write a summary for a pull request (- for output)")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="fail unless the two are equivalent")
    ] = False,
) -> None:
    """Say what a policy change changes: text, verdicts, and what can be seen to happen."""
    if "-" == str(json) == str(markdown):
        raise typer.BadParameter("`--json -` and `--markdown -` exclude each other")
    from twinrom.proofs import Options
    from twinrom.proofs import compare as compared

    options = Options(timeout=timeout, max_states=max_states, plain=plain,
                      memory=allowed(memory))  # fmt: skip
    at = finite(sort, instances, define)
    keep_inputs((old, new), spec, (json, markdown))
    found = compared(old, new, spec, sorts=at, faults=budget(faults), options=options)
    from twinrom.diagrams.data.compare import comparison_json
    from twinrom.diagrams.data.markdown import comparison_markdown
    from twinrom.diagrams.data.output import show, write_data, write_text
    from twinrom.diagrams.terminal.comparison import comparison_view
    from twinrom.diagrams.terminal.console import TextConsole

    aside = "-" in (str(json), str(markdown))
    show(TextConsole(stderr=aside, highlight=False), comparison_view(found))
    if json is not None:
        write_data(comparison_json(found), json)
    if markdown is not None:
        write_text(comparison_markdown(found), markdown)
    lost = any_lost((found.old, found.new))
    failed = found.worse or (strict and found.relation != "equivalent")
    end(failed=failed, undecided=lost or found.undecided)


def mutate(  # noqa: PLR0913 - one parameter per option
    model: Model,
    spec: SpecOption = None,
    sort: SortOption = None,
    instances: InstancesOption = None,
    define: DefineOption = None,
    faults: FaultOption = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="how many mutants to try; 0: all of every kind")
    ] = None,
    timeout: Annotated[float | None, typer.Option(min=0.1, help="seconds per mutant")] = None,
    jobs: JobsOption = 2,
    killed: Annotated[
        bool, typer.Option("--killed", help="list the killed ones too, with what kills them")
    ] = False,
    clauses: Annotated[
        bool, typer.Option("--clauses", help="a score for each clause: what its properties kill")
    ] = False,
    changed: Annotated[
        bool, typer.Option("--changed", help="only mutants of the rules that an overlay touches")
    ] = False,
    max_states: MaxStates = DEFAULT_STATES,
    memory: MemoryOption = None,
    plain: PlainOption = False,
    json: JsonOption = None,
) -> None:
    """Change one thing of each rule after the other, and see whether the spec notices."""
    from twinrom.proofs import Options, mutate, request

    asked = request(model, spec, finite(sort, instances, define), budget(faults))
    keep_inputs((model,), spec, (json,))
    options = Options(timeout=timeout, jobs=jobs, max_states=max_states, plain=plain,
                      memory=allowed(memory))  # fmt: skip
    from twinrom.diagrams.data.mutants import mutated_json
    from twinrom.diagrams.data.output import show, write_data
    from twinrom.diagrams.terminal.console import TextConsole
    from twinrom.diagrams.terminal.mutants import mutated_view
    from twinrom.diagrams.terminal.progress import counting

    with counting(TextConsole(stderr=True), "mutants") as progress:
        found = mutate(asked, options, limit, clauses=clauses, changed=changed, progress=progress)
    show(TextConsole(stderr=str(json) == "-", highlight=False), mutated_view(found, killed=killed))
    if json is not None:
        write_data(mutated_json(found), json)
    end(failed=bool(found.unexplained or found.stale), undecided=bool(found.of("undecided")))


def sweep(  # noqa: PLR0913 - one parameter per option
    models: Annotated[
        list[str], typer.Argument(help="folders, model files, or names of shipped models")
    ],
    spec: SpecOption = None,
    grid: Annotated[
        list[str] | None,
        typer.Option("--grid", help="sizes or budgets to try: Version=1..2,1..3 or fault=0,1"),
    ] = None,
    results: Annotated[
        str | None, typer.Option(help="keep rows in a file, and do not run them again")
    ] = None,
    timeout: PolicyTimeout = None,
    jobs: JobsOption = 2,
    max_states: MaxStates = DEFAULT_STATES,
    memory: MemoryOption = None,
    plain: PlainOption = False,
    json: JsonOption = None,
) -> None:
    """Judge many policies at many sizes: one row each, and none stops the others."""
    from twinrom.proofs import Options, axes_of, policies, sweep
    from twinrom.proofs import grid as points_of

    points = points_of(policies(models), axes_of(grid or []))
    keep_inputs(policies(models), spec, (json, results))
    options = Options(timeout=timeout, jobs=jobs, max_states=max_states, plain=plain,
                      memory=allowed(memory))  # fmt: skip
    from twinrom.diagrams.data.output import show, write_data
    from twinrom.diagrams.data.sweep import sweep_json
    from twinrom.diagrams.terminal.console import TextConsole
    from twinrom.diagrams.terminal.progress import counting
    from twinrom.diagrams.terminal.sweep import edited_rows, sweep_view

    edited: list[int] = []
    with counting(TextConsole(stderr=True), "policies") as progress:
        rows = sweep(points, options, spec, results, progress=progress, doubt=edited.extend)
    if edited:
        typer.echo(f"twinrom: {edited_rows(str(results), edited)}", err=True)
    show(TextConsole(stderr=str(json) == "-", highlight=False), sweep_view(rows))
    if json is not None:
        write_data(sweep_json(rows), json)
    end(
        failed=any(judged.failed or judged.unusable for _, judged in rows),
        undecided=any(judged.undecided for _, judged in rows),
    )


def gaps(  # noqa: PLR0913 - one parameter per option
    model: Model,
    spec: SpecOption = None,
    timeout: PolicyTimeout = None,
    jobs: JobsOption = 2,
    max_states: MaxStates = DEFAULT_STATES,
    memory: MemoryOption = None,
    plain: PlainOption = False,
    json: JsonOption = None,
) -> None:
    """Judge the readings of each gap; of an overlay, say which of them it takes."""
    from twinrom.proofs import Options, read_gaps, request

    options = Options(timeout=timeout, jobs=jobs, max_states=max_states, plain=plain,
                      memory=allowed(memory))  # fmt: skip
    asked = request(model, spec)
    keep_inputs((model,), spec, (json,), gaps=True)
    if asked.question().model.base is not None:
        _taken(asked, options, json)
        return
    found = read_gaps(asked, options)
    from twinrom.diagrams.data.output import show, write_data
    from twinrom.diagrams.data.sweep import gaps_json
    from twinrom.diagrams.terminal.console import TextConsole
    from twinrom.diagrams.terminal.sweep import gaps_view

    show(TextConsole(stderr=str(json) == "-", highlight=False), gaps_view(found))
    if json is not None:
        write_data(gaps_json(found), json)
    judged = [reading.standing for reading in found if reading.standing is not None]
    end(
        failed=any(one.unusable for one in judged),
        undecided=any(one.undecided for one in judged),
    )


def _taken(asked: CheckRequest, options: Options, json: Path | None) -> None:
    from twinrom.proofs import readings_taken

    found = readings_taken(asked, options)
    from twinrom.diagrams.data.output import show, write_data
    from twinrom.diagrams.data.sweep import readings_json
    from twinrom.diagrams.terminal.console import TextConsole
    from twinrom.diagrams.terminal.readings import readings_view

    show(TextConsole(stderr=str(json) == "-", highlight=False), readings_view(found))
    if json is not None:
        write_data(readings_json(found), json)
    end(failed=False, undecided=any_lost([found.checked]) or any(t.undecided for t in found.taken))
