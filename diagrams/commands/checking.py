"""Verbs that judge a model: `check`, `report`, `certify` and `faults`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twinrom.diagrams.commands.exit_codes import any_lost, end
from twinrom.diagrams.commands.options import (
    DEFAULT_STATES,
    AnyOption,
    DefineOption,
    EngineOption,
    FaultOption,
    InstancesOption,
    JobsOption,
    JsonOption,
    MaxStates,
    MemoryOption,
    Models,
    PlainOption,
    SortOption,
    SpecOption,
    SymbolicOption,
    TimeoutOption,
    __version__,
    allowed,
    budget,
    engines,
    finite,
    sizes,
)
from twinrom.diagrams.commands.outputs import keep_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs import Checked, FaultChanges


def check(  # noqa: PLR0913 - one parameter per option
    models: Models,
    spec: SpecOption = None,
    depth: Annotated[
        int | None, typer.Option(min=0, max=500, help="longest event sequence for z3")
    ] = None,
    sort: SortOption = None,
    instances: InstancesOption = None,
    define: DefineOption = None,
    symbolic: SymbolicOption = False,
    any_number: AnyOption = None,
    faults: FaultOption = None,
    engine: EngineOption = "auto",
    timeout: TimeoutOption = None,
    jobs: JobsOption = 2,
    max_states: MaxStates = DEFAULT_STATES,
    memory: MemoryOption = None,
    plain: PlainOption = False,
    json: JsonOption = None,
    trace: Annotated[
        Path | None, typer.Option(help="write an ITF trace per violation to a folder")
    ] = None,
    certificates: Annotated[
        Path | None, typer.Option(help="write what proves each property to a folder")
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(help="compare with what was found before, and fail on drift")
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="write the baseline instead of comparing")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="tell every story, and each of them whole")
    ] = False,
) -> None:
    """Check models against their specs: verdicts, and the story of each violation."""
    if update and baseline is None:
        raise typer.BadParameter("`--update` says that the file of `--baseline` is to be written")
    from twinrom.proofs import (
        Options,
        check,
        drift,
        read_baseline,
        refuse_another_file,
        request,
        write_baseline,
    )

    if baseline is not None and update:
        refuse_another_file(baseline)
    recorded = read_baseline(baseline) if baseline is not None and not update else None
    options = Options(depth, engines(engine), timeout, jobs, max_states, plain, allowed(memory))
    unbounded: list[str] | None = [] if symbolic else None
    at = sizes(sort, instances, define)
    requests = [request(m, spec, at, budget(faults), unbounded, any_number=any_number)
                for m in models]
    keep_inputs(models, spec, (json, baseline if update else None),
                others=(None if update else baseline,), traces=trace, certificates=certificates)

    from twinrom.diagrams.data.output import show, write_certificates, write_json, write_traces
    from twinrom.diagrams.terminal.console import TextConsole
    from twinrom.diagrams.terminal.drift import drift_view
    from twinrom.diagrams.terminal.progress import live_progress
    from twinrom.diagrams.terminal.tables import checked_view

    with live_progress(TextConsole(stderr=True), models) as progress:
        checked = check(requests, options, progress)
    console = TextConsole(stderr=str(json) == "-", highlight=False)
    for one in checked:
        show(console, checked_view(one, every=every))
    if json is not None:
        write_json(checked, json)
    if trace is not None:
        write_traces(checked, trace)
    if certificates is not None:
        write_certificates(checked, certificates)
    if baseline is not None and update:
        write_baseline(baseline, checked)
    drifted = drift(recorded, checked) if recorded is not None else []
    if recorded is not None:
        waiting = [one.question.model.name for one in checked if one.undecided]
        show(console, drift_view(str(baseline), drifted, waiting))
    _end(checked, drifted=bool(drifted))


def report(  # noqa: PLR0913 - one parameter per option
    models: Models,
    html: Annotated[Path, typer.Option(help="the page to write")],
    spec: SpecOption = None,
    sort: SortOption = None,
    instances: InstancesOption = None,
    define: DefineOption = None,
    symbolic: SymbolicOption = False,
    any_number: AnyOption = None,
    faults: FaultOption = None,
    engine: EngineOption = "auto",
    timeout: TimeoutOption = None,
    jobs: JobsOption = 2,
    memory: MemoryOption = None,
) -> None:
    """Check models as `check` does, and write one page that says all that was found out."""
    from twinrom.diagrams.render.room import need_room

    need_room()  # it draws at the end
    from twinrom.proofs import Options, check, request

    options = Options(None, engines(engine), timeout, jobs, memory=allowed(memory))
    every: list[str] | None = [] if symbolic else None
    at = sizes(sort, instances, define)
    requests = [request(m, spec, at, budget(faults), every, any_number=any_number) for m in models]
    keep_inputs(models, spec, (html,))

    from twinrom.diagrams.page import Subject, cheap_faults, report_page
    from twinrom.diagrams.terminal.console import TextConsole
    from twinrom.diagrams.terminal.progress import live_progress
    from twinrom.statemachine import CONFINEMENT, write_whole

    with live_progress(TextConsole(stderr=True), models) as progress:
        checked = check(requests, options, progress)
    again = (
        *(("--spec", spec) if spec else ()),
        *(word for size in sort or [] for word in ("--sort", size)),
        *(("--symbolic",) if symbolic else ()),
        *(("--any", any_number) if any_number is not None else ()),
        *(word for limit in faults or [] for word in ("--faults", limit)),
        *(("--engine", engine) if engine != "auto" else ()),
        *(("--timeout", f"{timeout:g}") if timeout is not None else ()),
        *(("--allow-outside",) if CONFINEMENT.lifted else ()),
    )
    subjects = [Subject(m, c, again, cheap_faults(c)) for m, c in zip(models, checked, strict=True)]
    command = shlex.join(["twinrom", "report", *models, *again, "--html", str(html)])
    write_whole(str(html), report_page(subjects, command, __version__))
    _end(checked)


def _end(checked: Sequence[Checked], *, drifted: bool = False) -> None:
    lost = any_lost(checked)
    failed = drifted or any(one.failed for one in checked)
    end(failed=failed, undecided=lost or any(one.undecided for one in checked))


def certify(
    folder: Annotated[str, typer.Argument(help="folder with certificates")],
) -> None:
    """Re-check certificates from their folder alone, with every solver that is installed."""
    from twinrom.proofs import recheck_folders

    found = recheck_folders(folder)
    from twinrom.diagrams.data.output import show
    from twinrom.diagrams.terminal.console import TextConsole
    from twinrom.diagrams.terminal.recheck import recheck_view

    console = TextConsole(highlight=False)
    for one in found:
        show(console, recheck_view(one))
    end(failed=any(one.refused for one in found))


def faults(  # noqa: PLR0913 - one parameter per option
    models: Models,
    spec: SpecOption = None,
    sort: SortOption = None,
    instances: InstancesOption = None,
    define: DefineOption = None,
    max_faults: Annotated[int, typer.Option(min=0, max=9, help="how many faults to try")] = 3,
    against: Annotated[
        str | None, typer.Option(help="say what differs in another policy: the same after a change")
    ] = None,
    stories: Annotated[
        bool, typer.Option("--stories", help="tell the story of each fatal combination")
    ] = False,
    max_states: MaxStates = DEFAULT_STATES,
    memory: MemoryOption = None,
    plain: PlainOption = False,
    json: JsonOption = None,
) -> None:
    """Count how many faults availability properties survive, and list the fatal combinations."""
    if against is not None and len(models) != 1:
        raise typer.BadParameter("`--against` sets one policy beside another")
    from twinrom.proofs import Options, compare_faults, count_faults, request, searched

    options = Options(max_states=max_states, plain=plain, memory=allowed(memory))
    at = finite(sort, instances, define)
    keep_inputs([*models, *filter(None, (against,))], spec, (json,))
    if against is not None:
        _end_faults(compare_faults(models[0], against, spec, sorts=at, max_faults=max_faults,
                                   options=options), json, told=stories)
        return
    requests = [request(m, spec, at) for m in models]
    counted = [count_faults(r, max_faults, max_states, plain=plain) for r in requests]
    checked = [searched(r, options) for r in requests]
    from twinrom.diagrams.data.faults import faults_json
    from twinrom.diagrams.data.output import show, write_data
    from twinrom.diagrams.terminal.console import TextConsole
    from twinrom.diagrams.terminal.faults import faults_view

    console = TextConsole(stderr=str(json) == "-", highlight=False)
    for (question, numbers), one in zip(counted, checked, strict=True):
        show(console, faults_view(question, numbers, told=stories, checked=one))
    if json is not None:
        write_data(faults_json(counted, checked), json)
    end(failed=any(one.failed for one in checked), undecided=any(one.undecided for one in checked))


def _end_faults(found: FaultChanges, json: Path | None, *, told: bool) -> None:
    from twinrom.diagrams.data.faults import fault_changes_json
    from twinrom.diagrams.data.output import show, write_data
    from twinrom.diagrams.terminal.console import TextConsole
    from twinrom.diagrams.terminal.fault_changes import fault_changes_view

    console = TextConsole(stderr=str(json) == "-", highlight=False)
    show(console, fault_changes_view(found, told=told))
    if json is not None:
        write_data(fault_changes_json(found), json)
    lost = any_lost(found.checked)
    end(failed=found.worse, undecided=lost or found.undecided)
