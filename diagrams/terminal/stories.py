"""Stories laid out for a terminal: a line per step where it fits, what changed below where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.words.story import Story, StoryStep, tell
from twinrom.diagrams.words.verdicts import known_finding, otherwise_words, same_run
from twinrom.proofs import Violated
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from twinrom.proofs import Checked, Question, Result

GAP = 2
MAX_PLACE = 30


class StepLines:
    """The steps of a run, aligned; wide changes go below their event, indented."""

    def __init__(self, told: Sequence[StoryStep]) -> None:
        self.told = told

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the steps out for the width there is."""
        rows = [
            (str(s.number), s.by, s.event, "; ".join(s.changes), _tail(s.place)) for s in self.told
        ]
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(5)]
        fits = sum(widths) + 4 * GAP <= options.max_width
        indent = widths[0] + GAP + widths[1] + GAP
        table = self._table(widths, fits=fits)
        for number, by, event, changes, place in rows:
            if fits:
                table.add_row(number, by, Text(event), Text(changes), place)
                continue
            table.add_row(number, by, Text(event), place)
            yield table
            yield Padding(Text(changes), (0, 0, 0, indent), expand=False)
            table = self._table(widths, fits=fits)
        if fits:
            yield table

    def _table(self, widths: list[int], *, fits: bool) -> Table:
        table = Table.grid(padding=(0, GAP, 0, 0), expand=not fits)
        table.add_column(style="cyan", justify="right", width=widths[0])
        table.add_column(style="dim", width=widths[1])
        table.add_column(style="bold", overflow="fold", ratio=None if fits else 1)
        if fits:
            table.add_column(width=widths[3])
        table.add_column(style="dim", justify="left" if fits else "right", width=widths[4])
        return table


def _tail(place: str) -> str:
    """Return the end of a long place, which has the line."""
    return place if len(place) <= MAX_PLACE else f"\u2026{place[1 - MAX_PLACE :]}"


def stories(checked: Checked) -> list[RenderableType]:
    """Return the story of each run that breaks something, known findings included."""
    return [_story(checked.question, *group) for group in same_run(checked)]


def _story(asked: Question, result: Result, *others: Result) -> RenderableType:
    verdict = result.verdict
    assert isinstance(verdict, Violated)  # noqa: S101 - the caller chose it
    prop = result.prop
    known = known_finding(result)
    heading = Text("\n")
    mild = known or result.other_reading
    word = "Another reading" if result.other_reading else "Finding" if known else "Violated"
    heading.append(f"{word}: ", style="bold yellow" if mild else "bold red")
    heading.append(prop.name, style="bold")
    carries = ", ".join(prop.clauses) or prop.gap
    if carries:
        heading.append(f"  ({carries})", style="dim")
    parts: list[RenderableType] = []
    if others:
        names = ", ".join(r.prop.name for r in others)
        parts.append(Text(f"the same run breaks {names}", style="italic"))
    if known and prop.because:
        parts.append(Text(f"known, because {printable(prop.because)}", style="italic"))
    if result.otherwise:
        parts.append(Text(otherwise_words(result), style="italic"))
    if result.question is not asked:
        sorts = result.question.model.sorts.values()
        sizes = ", ".join(f"{s.name} {s.range_text()}" for s in sorts if s.ordered)
        parts.append(Text(f"at the sizes {sizes} instead of those above", style="italic"))
    story = tell(result.question, prop, verdict.trace)
    parts += story_lines(story, "yellow" if mild else "red")
    return Group(heading, *(Padding(part, (0, 0, 0, GAP), expand=False) for part in parts))


def story_lines(story: Story, style: str) -> list[RenderableType]:
    """Return the story of one run, part by part; `style` is for what is wrong."""
    parts: list[RenderableType] = [Text(f"Start: {'; '.join(story.start)}.")]
    parts += [Text(f"Table: {line}.") for line in story.tables]
    if story.steps:
        parts.append(StepLines(story.steps))
    if story.ever:
        parts.append(Text(story.ever, style="bold"))
    return [*parts, Text(story.end, style=style)]
