"""A traceability matrix for a terminal: a clause with all that is traced to it, then the gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.tables import broken_name
from twinrom.diagrams.words.clauses import clause_words
from twinrom.diagrams.words.review import (
    chosen_words,
    few_words,
    property_words,
    score_words,
    shown_words,
    signed_words,
    summary_words,
)
from twinrom.diagrams.words.story import short_place
from twinrom.diagrams.words.text import against
from twinrom.diagrams.words.verdicts import standing_style, standing_words
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from twinrom.proofs import Result, Reviewed, ReviewedGap, ReviewRow, Signed

STYLES = {"current": "green", "stale": "bold red", "without-hash": "yellow"}


def review_view(reviewed: Reviewed) -> RenderableType:
    """Return a row per clause, page by page, then a row per gap, and where the policy stands."""
    checked = reviewed.checked
    question = checked.question
    results = {r.prop.name: r for r in checked.results}
    parts: list[RenderableType] = [
        Text(f"\n{printable(question.model.title)}", style="bold"),
        Text(against(question), style="dim"),
    ]
    pages: dict[str | None, list[ReviewRow]] = {}
    for row in reviewed.rows:
        pages.setdefault(row.shape.page, []).append(row)
    parts += [part for page, rows in pages.items() for part in _page(page, rows, results)]
    if reviewed.gaps:
        parts += [Text("\nGaps, and how they are read", style="bold"), _gaps(reviewed.gaps)]
    if reviewed.stale:
        text = Text("\nStale, since what was signed has changed: ", style="bold red")
        parts.append(text.append(", ".join(map(_who, reviewed.stale)), style="not bold"))
    name, style = printable(question.model.name), standing_style(checked)
    parts.append(Text(f"\n{name}: {summary_words(reviewed)}", style="bold"))
    parts.append(Text(f"{name}: {standing_words(checked)}", style=style))
    return Group(*parts)


def _page(
    page: str | None, rows: list[ReviewRow], results: Mapping[str, Result]
) -> Iterator[RenderableType]:
    yield Text(f"\n{printable(page or 'Clauses')}", style="bold")
    table = Table.grid(padding=(0, 2, 1, 0), expand=True)
    table.add_column(max_width=10)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True)
    for row in rows:
        word, style = clause_words(row.result, results)
        place = Text(printable(row.result.id), style="bold")
        place.append(f"\n{printable(row.shape.at)}" if row.shape.at else "", style="dim not bold")
        verdict = Text(word, style=style).append(f"\n{row.digest}", style="dim not bold")
        table.add_row(place, Group(Text(printable(row.shape.says)), _traced(row)), verdict)
    yield table


class BrokenName:
    """The name of a property, which goes on in another line behind an underscore if it must."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Break the name for the width there is."""
        yield Text("\n".join(broken_name(self.name, options.max_width)))


def _traced(row: ReviewRow) -> RenderableType:
    """Return what is traced to a clause, a line for each that there is."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    lines: dict[str, RenderableType] = {
        **(_asked(row) if row.properties else {}),
        "rules": few_words(row.result.rules),
        "gaps": few_words(row.gaps),
        "tested": score_words(row),
        "because": printable(row.shape.because or "") if not row.properties else "",
    }
    for name, text in lines.items():
        if text:
            table.add_row(name, text)
    for signed in row.signed:
        table.add_row("signed", Text(signed_words(signed, row.digest), style=STYLES[signed.state]))
    return table


def _asked(row: ReviewRow) -> dict[str, RenderableType]:
    label = "says it" if row.result.principal else "asked by"
    return {"run": shown_words(row), label: BrokenName(property_words(row))}


def _who(signed: Signed) -> str:
    return printable(f"{signed.clause} by {signed.who}") + f" ({short_place(signed.place)})"


def _gaps(gaps: tuple[ReviewedGap, ...]) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(ratio=1)
    for gap in gaps:
        read = Text(printable(gap.shape.asks), style="dim")
        read.append(f"\n{chosen_words(gap)}",
                    style="not dim yellow" if gap.shape.chosen is None else "not dim")
        if gap.clauses:
            read.append(f" ({', '.join(gap.clauses)})", style="dim")
        table.add_row(printable(gap.name), read)
    return table
