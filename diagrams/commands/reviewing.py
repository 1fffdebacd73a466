"""The verb of people who go through a page clause by clause: `review`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twinrom.diagrams.commands.exit_codes import any_lost, end
from twinrom.diagrams.commands.options import (
    DefineOption,
    EngineOption,
    FaultOption,
    InstancesOption,
    JobsOption,
    Models,
    SortOption,
    SpecOption,
    TimeoutOption,
    __version__,
    budget,
    engines,
    finite,
)
from twinrom.diagrams.commands.outputs import keep_inputs


def review(  # noqa: PLR0913 - one parameter per option
    models: Models,
    spec: SpecOption = None,
    signoff: Annotated[
        str | None, typer.Option(help="file of sign-offs: who agreed to which clause")
    ] = None,
    sign: Annotated[
        str | None, typer.Option(metavar="WHO", help="print the sign-offs that WHO could add")
    ] = None,
    mutants: Annotated[
        list[str] | None, typer.Option(help="file of `mutate --clauses --json`: mutation scores")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="write the table as CSV (- for output)")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="write a page to print")] = None,
    sort: SortOption = None,
    instances: InstancesOption = None,
    define: DefineOption = None,
    faults: FaultOption = None,
    engine: EngineOption = "auto",
    timeout: TimeoutOption = None,
    jobs: JobsOption = 2,
) -> None:
    """Show clause by clause what carries it, its evidence, and who signed it off."""
    if sign is not None and not sign.strip():
        raise typer.BadParameter("`--sign` says who signs")
    if sign is not None and str(csv) == "-":
        raise typer.BadParameter("`--sign` and `--csv -` both print to standard output")
    from twinrom.proofs import ClauseScores, Options, Signoffs, request, review

    signed = Signoffs.read(signoff) if signoff is not None else None
    scores = [ClauseScores.read(path) for path in mutants or []]
    at = finite(sort, instances, define)
    requests = [request(m, spec, at, budget(faults)) for m in models]
    keep_inputs(models, spec, (csv, html), others=(signoff, *(mutants or ())))

    from datetime import date

    from twinrom.diagrams.data.output import show, write_text
    from twinrom.diagrams.data.review import review_csv, signoff_toml
    from twinrom.diagrams.page.review import review_page
    from twinrom.diagrams.terminal.console import TextConsole
    from twinrom.diagrams.terminal.progress import live_progress
    from twinrom.diagrams.terminal.review import review_view
    from twinrom.statemachine import write_whole

    options = Options(None, engines(engine), timeout, jobs)
    with live_progress(TextConsole(stderr=True), models) as progress:
        found = review(requests, options, signed, scores, progress)
    console = TextConsole(stderr=str(csv) == "-" or sign is not None, highlight=False)
    for one in found:
        show(console, review_view(one))
    if csv is not None:
        write_text(review_csv(found), csv)
    if html is not None:
        write_whole(str(html), review_page(found, __version__))
    if sign is not None:
        typer.echo(signoff_toml(found, sign.strip(), date.today()), nl=False)  # noqa: DTZ011 - the reader's day
    checked = [one.checked for one in found]
    lost = any_lost(checked)
    end(failed=any(c.failed for c in checked) or any(one.stale for one in found),
        undecided=lost or any(c.undecided for c in checked))
