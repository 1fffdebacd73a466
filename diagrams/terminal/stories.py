"""Stories laid out for a terminal: a line per step where it fits, what changed below where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.words.story import Story, StoryStep, tell
from twinrom.diagrams.words.telling import (
    alike_words,
    beginning_words,
    finding_line,
    likewise_words,
)
from twinrom.diagrams.words.verdicts import otherwise_words
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from twinrom.diagrams.words.telling import Told
    from twinrom.proofs import Question

GAP = 2
MAX_PLACE = 30


class StepLines:
    """The steps of a run, aligned where all fit into lines; else what changes goes below its event.

    A step that fits takes one line all the same, and a file is named once for the steps in it: not
    at all if it is the `file` that is named before.
    """

    def __init__(self, told: Sequence[StoryStep], file: str = "") -> None:
        self.told, self.file = told, file

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the steps out for the width there is."""
        rows = [
            (str(s.number), s.by, s.event, "; ".join(s.changes), _tail(s.place)) for s in self.told
        ]
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(5)]
        left = widths[0] + GAP + widths[1] + GAP
        if sum(widths) + 4 * GAP <= options.max_width:
            yield self._table(rows, widths)
            return
        room, file = options.max_width - left, self.file
        for told, (number, by, event, changes, _) in zip(self.told, rows, strict=True):
            named, colon, line = told.place.rpartition(":")
            where = colon + line if named == file else _tail(told.place, room // 2)
            file = named
            beside = len(event) + len(changes) + len(where) + 2 * GAP <= room
            yield self._line(widths, number, by, _event(event, changes if beside else ""), where)
            if not beside:
                yield Padding(Text(changes), (0, 0, 0, left), expand=False)

    def _line(self, widths: Sequence[int], number: str, by: str, event: Text, place: str) -> Table:
        table = Table.grid(padding=(0, GAP, 0, 0), expand=True)
        table.add_column(style="cyan", justify="right", width=widths[0])
        table.add_column(style="dim", width=widths[1])
        table.add_column(overflow="fold", ratio=1)
        table.add_column(style="dim", justify="right", width=len(place))
        table.add_row(number, by, event, place)
        return table

    def _table(self, rows: Sequence[tuple[str, ...]], widths: Sequence[int]) -> Table:
        table = Table.grid(padding=(0, GAP, 0, 0))
        table.add_column(style="cyan", justify="right", width=widths[0])
        table.add_column(style="dim", width=widths[1])
        table.add_column(style="bold", overflow="fold")
        table.add_column(width=widths[3])
        table.add_column(style="dim", width=widths[4])
        for number, by, event, changes, place in rows:
            table.add_row(number, by, Text(event), Text(changes), place)
        return table


def _event(event: str, changes: str) -> Text:
    text = Text(event, style="bold")
    return Text.assemble(text, " " * GAP, changes) if changes else text


def _tail(place: str, most: int = MAX_PLACE) -> str:
    """Return the end of a long place, which has the line."""
    most = max(2, min(most, MAX_PLACE))
    return place if len(place) <= most else f"\u2026{place[1 - most :]}"


def stories(told: Sequence[Told], asked: Question, *, every: bool = False) -> list[RenderableType]:
    """Return the stories of what is violated; of known findings a line each, unless `every`."""
    whole = [one for one in told if every or not one.brief]
    lines = [_finding(one) for one in told if one not in whole]
    found: list[RenderableType] = [_story(asked, one) for one in whole]
    return [*found, Group(Text(), *lines)] if lines else found


def _finding(one: Told) -> Text:
    line = Text("Finding: ", style="bold yellow", no_wrap=True, overflow="ellipsis", end="\n")
    return line.append(finding_line(one), style="not bold default")


def _story(asked: Question, one: Told) -> RenderableType:
    result, prop = one.result, one.result.prop
    heading = Text("\n")
    mild = one.brief or result.other_reading
    word = "Another reading" if result.other_reading else "Finding" if one.brief else "Violated"
    heading.append(f"{word}: ", style="bold yellow" if mild else "bold red")
    heading.append(prop.name, style="bold")
    carries = ", ".join(prop.clauses) or prop.gap
    if carries:
        heading.append(f"  ({carries})", style="dim")
    likewise = likewise_words(one)
    if likewise and not one.alike:
        heading.append(f", {likewise}", style="italic")
    notes = [alike_words(one), otherwise_words(result)]
    if one.brief and prop.because:
        notes.insert(0, f"known, because {printable(prop.because)}")
    if result.question is not asked:
        there, here = result.question.sizes, asked.sizes
        sizes = ", ".join(f"{name} {text}" for name, text in there.items()
                          if text != here.get(name))
        notes.append(f"at the sizes {sizes} instead of those above" if sizes else "")
    parts: list[RenderableType] = [Text(note, style="italic") for note in notes if note]
    parts += told_lines(one, "yellow" if mild else "red")
    return Group(heading, *(Padding(part, (0, 0, 0, GAP), expand=False) for part in parts))


def told_lines(one: Told, style: str) -> list[RenderableType]:
    """Return the story of what breaks a property, from where it was not told before."""
    story = tell(one.result.question, one.result.prop, one.trace, one.readers)
    return story_lines(story, style, beginning_words(one), one.shared)


def story_lines(
    story: Story, style: str, beginning: str = "", shared: int = 0
) -> list[RenderableType]:
    """Return the story of one run, part by part; `style` is for what is wrong.

    With a `beginning` that says where they are told, the start and the first steps are left out.
    """
    parts: list[RenderableType] = [Text(beginning, style="italic")] if beginning else [
        Text(f"Start: {'; '.join(story.start)}."),
        *(Text(f"Table: {line}.") for line in story.tables),
    ]
    if story.steps[shared:]:
        file = story.steps[shared - 1].place.rpartition(":")[0] if shared else ""
        parts.append(StepLines(story.steps[shared:], file))
    if story.ever:
        parts.append(Text(story.ever, style="bold"))
    return [*parts, Text(story.end, style=style)]
