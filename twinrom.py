"""The command line: thin, one library call per verb.

Everything heavy is imported by the verb that needs it, so that help and refusals answer at once.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

__version__ = "0.1.0"

EXIT_FAILED, EXIT_INPUT, EXIT_UNDECIDED, EXIT_BUG, EXIT_INTERRUPTED = 1, 2, 3, 70, 130
MARKERS = {"statemachine": "ground.py", "proofs": "question.py", "diagrams": "story.py"}

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="Check firmware-redundancy policies: is this policy safe, and what would break it?",
    epilog="Exit codes: 0 as expected, 1 violated or vacuous, 2 usage or model error, 3 undecided.")

Models = Annotated[list[str], typer.Argument(help="model files, or names of shipped models")]
SpecOption = Annotated[Optional[str], typer.Option("--spec", help="spec file, or name of a shipped spec")]
SortOption = Annotated[Optional[list[str]], typer.Option("--sort", help="size of a sort: Version=1..4")]
FaultOption = Annotated[Optional[list[str]], typer.Option(
    "--faults", help="fault budget: 1, power_loss=2, unlimited")]


def _version(show: bool) -> None:  # noqa: FBT001 - typer passes the flag
    if show:
        typer.echo(f"twinrom {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True,
                                          help="show the version and stop")] = False,  # noqa: FBT002
) -> None:
    pass


@app.command()
def check(  # noqa: PLR0913 - one parameter per option
    models: Models,
    spec: SpecOption = None,
    depth: Annotated[int, typer.Option(min=0, max=500, help="longest event sequence for z3")] = 20,
    sort: SortOption = None,
    faults: FaultOption = None,
    engine: Annotated[str, typer.Option(help="both, bounded (z3) or search")] = "both",
    timeout: Annotated[Optional[float], typer.Option(min=0.1, help="seconds per model and engine")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="processes at a time")] = 2,
    max_states: Annotated[int, typer.Option(min=1, help="states after which the search stops")] = 3_000_000,
    json: Annotated[Optional[Path], typer.Option(help="write the verdicts to a file (- for output)")] = None,
    trace: Annotated[Optional[Path], typer.Option(help="write an ITF trace per violation to a folder")] = None,
) -> None:
    """Check models against their specs: verdicts, and the story of each violation."""
    from proofs import Options, check, recipe

    options = Options(depth, _engines(engine), timeout, jobs, max_states)
    recipes = [recipe(m, spec, _sizes(sort), _budget(faults)) for m in models]

    from rich.console import Console

    from diagrams import checked_view, live_progress, write_json, write_traces

    with live_progress(Console(stderr=True), models, depth) as progress:
        checked = check(recipes, options, progress)
    console = Console(stderr=str(json) == "-", highlight=False)
    for one in checked:
        console.print(checked_view(one))
    if json is not None:
        write_json(checked, json)
    if trace is not None:
        write_traces(checked, trace)
    if any(c.failed for c in checked):
        raise typer.Exit(EXIT_FAILED)
    if any(c.undecided for c in checked):
        raise typer.Exit(EXIT_UNDECIDED)


def _engines(name: str) -> tuple[str, ...]:
    known = {"both": ("bounded", "search"), "bounded": ("bounded",), "search": ("search",)}
    if name not in known:
        raise typer.BadParameter(f"`{name}` is not an engine: both, bounded or search")
    return known[name]


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
            raise typer.BadParameter(f"`--faults {option}`: write a number, KIND=number or unlimited")
        found[kind if equals else "fault"] = None if value == "unlimited" else int(value)
    return found


def _foreign() -> str | None:
    """Return what is wrong when somebody else's package stands where one of ours should."""
    for name, marker in MARKERS.items():
        spec = importlib.util.find_spec(name)
        places = list(spec.submodule_search_locations or []) if spec else []
        if not any((Path(place) / marker).is_file() for place in places):
            found = f"found another one at {places[0]}" if places else "it is missing"
            return (f"the package `{name}` is not twinrom's: {found}; "
                    "install twinrom into an environment of its own")
    return None


def _guarded(run: Callable[[], None]) -> int:
    """Run the command line; turn what can go wrong into one clear message and an exit code."""
    try:
        run()
    except ValueError as error:
        if not _is_input_error(error):
            raise
        print(error, file=sys.stderr)  # noqa: T201 - the one place that prints errors
        return EXIT_INPUT
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)  # noqa: T201
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_FAILED
    return 0


def _is_input_error(error: Exception) -> bool:
    """Say whether it is `statemachine.InputError`, without importing that for `--help`."""
    loaded = sys.modules.get("statemachine")
    return loaded is not None and isinstance(error, loaded.InputError)


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
