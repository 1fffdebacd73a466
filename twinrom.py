"""The command line: thin, one library call per verb.

Everything heavy is imported by the verb that needs it, so that help and refusals answer at once.
"""

from __future__ import annotations

import importlib.util
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from proofs import Checked

__version__ = "0.1.0"

MAX_STATES = 50_000_000
EXIT_FAILED, EXIT_INPUT, EXIT_UNDECIDED, EXIT_BUG, EXIT_INTERRUPTED = 1, 2, 3, 70, 130
MARKERS = {"statemachine": "ground.py", "proofs": "question.py", "diagrams": "story.py"}

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Check firmware-redundancy policies: is this policy safe, and what would break it?",
    epilog="Exit codes: 0 as expected, 1 violated or vacuous, 2 usage or model error, "
    "3 undecided, 70 a bug of ours, 130 interrupted.",
)

Models = Annotated[list[str], typer.Argument(help="model files, or names of shipped models")]
SpecOption = Annotated[
    str | None, typer.Option("--spec", help="spec file, or name of a shipped spec")
]
SortOption = Annotated[
    list[str] | None, typer.Option("--sort", help="size of a sort: Version=1..4")
]
FaultOption = Annotated[
    list[str] | None, typer.Option("--faults", help="fault budget: 1, power_loss=2, unlimited")
]

EngineOption = Annotated[
    str, typer.Option(help="auto, or some of search, bounded, reachability, induction: a,b")
]
TimeoutOption = Annotated[
    float | None, typer.Option(min=0.1, help="seconds per model and engine")
]
JobsOption = Annotated[int, typer.Option(min=1, max=64, help="processes at a time")]
MaxStates = Annotated[int, typer.Option(min=1, help="states after which the search stops")]
PlainOption = Annotated[
    bool, typer.Option("--plain", help="search in plain Python, not in compiled code")
]
JsonOption = Annotated[
    Path | None, typer.Option(help="write the findings to a file (- for output)")
]


def _version(show: bool) -> None:  # noqa: FBT001 - typer passes the flag
    if show:
        typer.echo(f"twinrom {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="show the version and stop"
        ),
    ] = False,
) -> None:
    pass


@app.command()
def check(  # noqa: PLR0913 - one parameter per option
    models: Models,
    spec: SpecOption = None,
    depth: Annotated[
        int | None, typer.Option(min=0, max=500, help="longest event sequence for z3")
    ] = None,
    sort: SortOption = None,
    symbolic: Annotated[
        bool, typer.Option("--symbolic", help="every ordered sort is all integers")
    ] = False,
    faults: FaultOption = None,
    engine: EngineOption = "auto",
    timeout: TimeoutOption = None,
    jobs: JobsOption = 2,
    max_states: MaxStates = MAX_STATES,
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
) -> None:
    """Check models against their specs: verdicts, and the story of each violation."""
    if update and baseline is None:
        raise typer.BadParameter("`--update` says that the file of `--baseline` is to be written")
    from proofs import Options, check, drift, read_baseline, recipe, write_baseline

    recorded = read_baseline(baseline) if baseline is not None and not update else None
    options = Options(depth, _engines(engine), timeout, jobs, max_states, plain)
    every: list[str] | None = [] if symbolic else None
    recipes = [recipe(m, spec, _sizes(sort), _budget(faults), every) for m in models]

    from rich.console import Console

    from diagrams import (
        checked_view,
        drift_view,
        live_progress,
        show,
        write_certificates,
        write_json,
        write_traces,
    )

    with live_progress(Console(stderr=True), models) as progress:
        checked = check(recipes, options, progress)
    console = Console(stderr=str(json) == "-", highlight=False)
    for one in checked:
        show(console, checked_view(one))
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
        show(console, drift_view(str(baseline), drifted))
    _end(checked, drifted=bool(drifted))


def _end(checked: Sequence[Checked], *, drifted: bool = False) -> None:
    """End with the exit code that the verdicts, and what drifted from a baseline, have."""
    if drifted or any(c.failed for c in checked):
        raise typer.Exit(EXIT_FAILED)
    if any(c.undecided for c in checked):
        raise typer.Exit(EXIT_UNDECIDED)


@app.command()
def report(  # noqa: PLR0913 - one parameter per option
    models: Models,
    html: Annotated[Path, typer.Option(help="the page to write")],
    spec: SpecOption = None,
    sort: SortOption = None,
    symbolic: Annotated[
        bool, typer.Option("--symbolic", help="every ordered sort is all integers")
    ] = False,
    faults: FaultOption = None,
    engine: EngineOption = "auto",
    timeout: TimeoutOption = None,
    jobs: JobsOption = 2,
) -> None:
    """Check models as `check` does, and write one page that says all that was found out."""
    from proofs import Options, check, recipe

    options = Options(None, _engines(engine), timeout, jobs)
    every: list[str] | None = [] if symbolic else None
    recipes = [recipe(m, spec, _sizes(sort), _budget(faults), every) for m in models]

    from rich.console import Console

    from diagrams import Subject, cheap_faults, live_progress, report_page
    from statemachine import write_whole

    with live_progress(Console(stderr=True), models) as progress:
        checked = check(recipes, options, progress)
    again = (
        *(("--spec", spec) if spec else ()),
        *(word for size in sort or [] for word in ("--sort", size)),
        *(("--symbolic",) if symbolic else ()),
        *(word for limit in faults or [] for word in ("--faults", limit)),
        *(("--engine", engine) if engine != "auto" else ()),
        *(("--timeout", f"{timeout:g}") if timeout is not None else ()),
    )
    subjects = [
        Subject(m, c, again, cheap_faults(c)) for m, c in zip(models, checked, strict=True)
    ]
    command = shlex.join(["twinrom", "report", *models, *again, "--html", str(html)])
    write_whole(str(html), report_page(subjects, command, __version__))
    _end(checked)


@app.command()
def certify(
    folder: Annotated[str, typer.Argument(help="folder with certificates")],
) -> None:
    """Re-check certificates from their folder alone, with every solver that is installed."""
    from proofs import certify_folders

    found = certify_folders(folder)
    from rich.console import Console

    from diagrams import recheck_view, show

    console = Console(highlight=False)
    for one in found:
        show(console, recheck_view(one))
    if any(one.refused for one in found):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def faults(  # noqa: PLR0913 - one parameter per option
    models: Models,
    spec: SpecOption = None,
    sort: SortOption = None,
    max_faults: Annotated[int, typer.Option(min=0, max=9, help="how many faults to try")] = 3,
    stories: Annotated[
        bool, typer.Option("--stories", help="tell the story of each fatal combination")
    ] = False,
    max_states: MaxStates = MAX_STATES,
    plain: PlainOption = False,
    json: JsonOption = None,
) -> None:
    """Count how many faults availability properties survive, and list the fatal combinations."""
    from proofs import count_faults, recipe

    counted = [
        count_faults(recipe(m, spec, _finite(sort)), max_faults, max_states, plain=plain)
        for m in models
    ]
    from rich.console import Console

    from diagrams import faults_json, faults_view, show, write_data

    console = Console(stderr=str(json) == "-", highlight=False)
    for question, numbers in counted:
        show(console, faults_view(question, numbers, told=stories))
    if json is not None:
        write_data(faults_json(counted), json)


@app.command()
def compare(  # noqa: PLR0913 - one parameter per option
    old: Annotated[str, typer.Argument(help="model file, or name of a shipped model")],
    new: Annotated[str, typer.Argument(help="the same after a change")],
    spec: SpecOption = None,
    sort: SortOption = None,
    faults: FaultOption = None,
    timeout: Annotated[
        float | None, typer.Option(min=0.1, help="seconds for each search")
    ] = None,
    max_states: MaxStates = MAX_STATES,
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
    from proofs import Effort
    from proofs import compare as compared

    effort = Effort(timeout, max_states, plain)
    found = compared(old, new, spec, sorts=_finite(sort), faults=_budget(faults), effort=effort)
    from rich.console import Console

    from diagrams import (
        comparison_json,
        comparison_markdown,
        comparison_view,
        show,
        write_data,
        write_text,
    )

    aside = "-" in (str(json), str(markdown))
    show(Console(stderr=aside, highlight=False), comparison_view(found))
    if json is not None:
        write_data(comparison_json(found), json)
    if markdown is not None:
        write_text(comparison_markdown(found), markdown)
    if found.worse or (strict and found.relation != "equivalent"):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def mutate(  # noqa: PLR0913 - one parameter per option
    model: Annotated[str, typer.Argument(help="model file, or name of a shipped model")],
    spec: SpecOption = None,
    sort: SortOption = None,
    faults: FaultOption = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="how many mutants to try, evenly spread")
    ] = None,
    timeout: Annotated[float | None, typer.Option(min=0.1, help="seconds per mutant")] = None,
    jobs: JobsOption = 2,
    killed: Annotated[
        bool, typer.Option("--killed", help="list the killed ones too, with what kills them")
    ] = False,
    max_states: MaxStates = MAX_STATES,
    plain: PlainOption = False,
    json: JsonOption = None,
) -> None:
    """Change one thing of each rule after the other, and see whether the spec notices."""
    from proofs import Options, mutate, recipe

    asked = recipe(model, spec, _finite(sort), _budget(faults))
    options = Options(timeout=timeout, jobs=jobs, max_states=max_states, plain=plain)
    from rich.console import Console

    from diagrams import counting, mutated_json, mutated_view, show, write_data

    with counting(Console(stderr=True), "mutants") as progress:
        found = mutate(asked, options, limit, progress)
    show(Console(stderr=str(json) == "-", highlight=False), mutated_view(found, killed=killed))
    if json is not None:
        write_data(mutated_json(found), json)
    if found.unexplained or found.stale:
        raise typer.Exit(EXIT_FAILED)
    if found.of("undecided"):
        raise typer.Exit(EXIT_UNDECIDED)


@app.command()
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
    timeout: Annotated[float | None, typer.Option(min=0.1, help="seconds per policy")] = None,
    jobs: JobsOption = 2,
    max_states: MaxStates = MAX_STATES,
    plain: PlainOption = False,
    json: JsonOption = None,
) -> None:
    """Judge many policies at many sizes: one row each, and none stops the others."""
    from proofs import Options, axes_of, policies, sweep
    from proofs import grid as points_of

    points = points_of(policies(models), axes_of(grid or []))
    options = Options(timeout=timeout, jobs=jobs, max_states=max_states, plain=plain)
    from rich.console import Console

    from diagrams import counting, show, sweep_json, sweep_view, write_data

    with counting(Console(stderr=True), "policies") as progress:
        rows = sweep(points, options, spec, results, progress)
    show(Console(stderr=str(json) == "-", highlight=False), sweep_view(rows))
    if json is not None:
        write_data(sweep_json(rows), json)
    if any(judged.failed or judged.standing == "error" for _, judged in rows):
        raise typer.Exit(EXIT_FAILED)
    if any(judged.undecided for _, judged in rows):
        raise typer.Exit(EXIT_UNDECIDED)


@app.command()
def gaps(  # noqa: PLR0913 - one parameter per option
    model: Annotated[str, typer.Argument(help="model file, or name of a shipped model")],
    spec: SpecOption = None,
    timeout: Annotated[float | None, typer.Option(min=0.1, help="seconds per policy")] = None,
    jobs: JobsOption = 2,
    max_states: MaxStates = MAX_STATES,
    plain: PlainOption = False,
    json: JsonOption = None,
) -> None:
    """Judge every reading of every gap that has a policy: which clauses it keeps and breaks."""
    from proofs import Options, read_gaps, recipe

    options = Options(timeout=timeout, jobs=jobs, max_states=max_states, plain=plain)
    asked = recipe(model, spec)
    found = read_gaps(asked, options)
    from rich.console import Console

    from diagrams import gaps_json, gaps_view, show, write_data

    show(Console(stderr=str(json) == "-", highlight=False), gaps_view(found))
    if json is not None:
        write_data(gaps_json(found), json)
    if any(r.judged is not None and r.judged.standing == "error" for r in found):
        raise typer.Exit(EXIT_FAILED)
    if any(r.judged is not None and r.judged.undecided for r in found):
        raise typer.Exit(EXIT_UNDECIDED)


@app.command()
def lint(
    files: Annotated[
        list[str], typer.Argument(help="model files, spec files, or names of shipped ones")
    ],
    spec: SpecOption = None,
    sort: SortOption = None,
    strict: Annotated[bool, typer.Option(help="warnings fail the run too")] = False,
) -> None:
    """Find what is questionable: rules that never fire, unanswered events, torn writes and more."""
    from proofs import lint_files

    findings = lint_files(files, spec, _finite(sort))
    for finding in findings:
        typer.echo(str(finding))
    errors = sum(f.severity == "error" for f in findings)
    warnings = len(findings) - errors
    typer.echo(f"{errors} errors, {warnings} warnings" if findings else "nothing found")
    if errors or (strict and warnings):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def simulate(
    model: Annotated[str, typer.Argument(help="model file, or name of a shipped model")],
    script: Annotated[
        str | None, typer.Option(help="events to run, one per line, or an ITF trace")
    ] = None,
    save: Annotated[str | None, typer.Option(help="write the run as an ITF trace")] = None,
    init: Annotated[
        list[str] | None, typer.Option("--set", help="how to start: A=off, A.busy=False")
    ] = None,
    sort: SortOption = None,
) -> None:
    """Step through a model by hand, or run a script of events."""
    if script and init:
        raise typer.BadParameter("`--set` and `--script` exclude each other: use an `init` line")
    from statemachine import load_model, run_script, start_session, write_trace

    system = load_model(model, _finite(sort)).system
    session = run_script(system, script) if script else start_session(system, _settings(init))
    from rich.console import Console

    from diagrams import Simulator, show, state_view, trace_view

    console = Console(highlight=False)
    if script:
        show(console, trace_view(system, session.trace()))
        show(console, state_view(session))
    else:
        Simulator(session, console).run()
    if save:
        write_trace(system, session.trace(), save)


def _settings(options: list[str] | None) -> dict[str, str]:
    found = {}
    for option in options or []:
        name, equals, value = option.rpartition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"`--set {option}`: write NAME=VALUE")
        found[name.strip()] = value.strip()
    return found


@app.command("draw")
def draw_(  # noqa: PLR0913 - one parameter per option
    model: Annotated[str, typer.Argument(help="model file, or name of a shipped model")],
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
    faults: FaultOption = None,
    max_states: Annotated[
        int, typer.Option(min=1, help="states after which --composed stops")
    ] = 100_000,
    timeout: Annotated[float, typer.Option(min=0.1, help="seconds to look for states")] = 60.0,
    form: Annotated[
        str | None,
        typer.Option("--as", help="svg, dot, mermaid, plantuml, markdown, png or pdf"),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="file to write (default: output)")] = None,
    renderer: Annotated[
        str, typer.Option(help="wasm (comes along), or dot: the Graphviz of this computer")
    ] = "wasm",
) -> None:
    """Draw a model: machines, reachable states, a run, or what changed to another model."""
    from diagrams import Out, Wanted, draw

    told_apart = tuple(name.strip() for name in by.split(",") if name.strip())
    wanted = Wanted(
        machine, each, labels, composed, told_apart, trace, prop, highlight, against, spec,
        _sizes(sort), _budget(faults), max_states, timeout,
    )  # fmt: skip
    draw(model, wanted, Out(output, form, renderer))


@app.command()
def export(  # noqa: PLR0913 - one parameter per option
    model: Annotated[str, typer.Argument(help="model file, or name of a shipped model")],
    to: Annotated[str, typer.Option(help="promela, smv, tla or smtlib2")],
    spec: SpecOption = None,
    output: Annotated[Path | None, typer.Option(help="file to write (default: output)")] = None,
    depth: Annotated[int, typer.Option(min=0, max=500, help="steps, for smtlib2")] = 20,
    sort: SortOption = None,
    faults: FaultOption = None,
) -> None:
    """Write a model and its spec for another tool: SPIN, NuSMV, TLC or an SMT solver."""
    from proofs import FORMATS, recipe, write_export

    if to not in FORMATS:
        raise typer.BadParameter(f"`{to}` is not a format: {', '.join(FORMATS)}")
    question = recipe(model, spec, _finite(sort), _budget(faults)).question()
    typer.echo(write_export(question, to, depth, output), nl=False)


@app.command()
def schema(kind: Annotated[str, typer.Argument(help="model or spec")]) -> None:
    """Print the JSON Schema of model or spec files, for editors."""
    import json

    if kind not in ("model", "spec"):
        raise typer.BadParameter(f"`{kind}` is not a kind of file: model or spec")
    from proofs import spec_json_schema
    from statemachine import model_json_schema

    chosen = model_json_schema if kind == "model" else spec_json_schema
    typer.echo(json.dumps(chosen(), indent=2))


def _engines(text: str) -> tuple[str, ...]:
    from proofs import ENGINES

    if text == "auto":
        return ()
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in ENGINES:
            known = ", ".join(ENGINES)
            raise typer.BadParameter(f"`{name}` is not an engine: auto, or some of {known}")
    return names


def _finite(options: list[str] | None) -> dict[str, str]:
    found = _sizes(options)
    for name, size in found.items():
        if size == "integers":
            raise typer.BadParameter(f"`--sort {name}=integers`: only `check` can do that")
    return found


def _sizes(options: list[str] | None) -> dict[str, str]:
    found = {}
    for option in options or []:
        name, equals, value = option.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise typer.BadParameter(f"`--sort {option}`: write NAME=1..4 or NAME=a,b,c")
        found[name.strip()] = value.strip()
    return found


def _budget(options: list[str] | None) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for option in options or []:
        kind, equals, value = option.rpartition("=")
        if value != "unlimited" and not (value.isascii() and value.isdecimal() and len(value) < 5):  # noqa: PLR2004 - digits
            raise typer.BadParameter(
                f"`--faults {option}`: write a number, KIND=number or unlimited"
            )
        found[kind if equals else "fault"] = None if value == "unlimited" else int(value)
    return found


def _foreign() -> str | None:
    """Return what is wrong when somebody else's package stands where one of ours should."""
    for name, marker in MARKERS.items():
        spec = importlib.util.find_spec(name)
        places = list(spec.submodule_search_locations or []) if spec else []
        if not any((Path(place) / marker).is_file() for place in places):
            found = f"found another one at {places[0]}" if places else "it is missing"
            return (
                f"the package `{name}` is not twinrom's: {found}; "
                "install twinrom into an environment of its own"
            )
    return None


def _guarded(run: Callable[[], None]) -> int:
    """Run the command line; turn what can go wrong into one clear message and an exit code."""
    try:
        run()
    except ValueError as error:
        if not _is_ours(error, "statemachine", "InputError"):
            raise
        print(error, file=sys.stderr)  # noqa: T201 - the one place that prints errors
        return EXIT_INPUT
    except RuntimeError as error:
        if not _is_ours(error, "proofs", "EngineDisagreementError", "WorkerDiedError"):
            raise
        print(  # noqa: T201
            f"twinrom: {error}\nthis is a bug of twinrom, please report it with the files",
            file=sys.stderr,
        )
        return EXIT_BUG
    except SystemExit as end:
        if end.code == EXIT_INTERRUPTED:
            print("interrupted", file=sys.stderr)  # noqa: T201
        raise
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_FAILED
    return 0


def _is_ours(error: Exception, package: str, *names: str) -> bool:
    """Say whether it is one of a package's errors, without importing that for `--help`."""
    loaded = sys.modules.get(package)
    return any(isinstance(error, getattr(loaded, name, ())) for name in names)


def main() -> None:
    """Run the command line."""
    wrong = _foreign()
    if wrong:
        sys.exit(_refuse(wrong))
    sys.exit(_guarded(app))


def _refuse(message: str) -> int:
    print(f"twinrom: {message}", file=sys.stderr)  # noqa: T201
    return EXIT_INPUT


if __name__ == "__main__":
    main()
