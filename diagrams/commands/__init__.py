"""The command line: a file for each group of verbs, one library call per verb.

Everything heavy is imported by the verb that needs it, so that help and refusals answer at once.
"""

from __future__ import annotations

from typing import Annotated

import typer

from twinrom.diagrams.commands.changing import compare, gaps, mutate, sweep
from twinrom.diagrams.commands.checking import certify, check, faults, report
from twinrom.diagrams.commands.exit_codes import EXIT_FAILED, EXIT_UNDECIDED
from twinrom.diagrams.commands.looking import draw, export, lint, schema, simulate
from twinrom.diagrams.commands.options import __version__, reading
from twinrom.diagrams.commands.reviewing import review
from twinrom.diagrams.commands.verbs import Verbs

app = typer.Typer(
    cls=Verbs,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Check firmware-redundancy policies: is this policy safe, and what would break it?",
    epilog="Exit codes: 0 as expected, 1 violated or vacuous, 2 usage or model error, "
    "3 undecided, 70 a bug of ours, 130 interrupted.",
)


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
    debug: Annotated[
        bool, typer.Option("--debug", help="print the traceback of a bug, and write no file of it")
    ] = False,
) -> None:
    del version, debug  # the one has been shown; the other is for whoever tells of bugs


for verb in (
    check, report, certify, faults,
    review, compare, mutate, sweep, gaps,
    lint, simulate, draw, export,
):  # fmt: skip
    app.command()(reading(verb))
app.command()(schema)

__all__ = ["EXIT_FAILED", "EXIT_UNDECIDED", "__version__", "app"]
