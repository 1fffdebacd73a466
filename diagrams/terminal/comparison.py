"""A comparison of two policies for a terminal: text, verdicts, behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.changes import change_lines
from twinrom.diagrams.terminal.stories import GAP, story_lines, told_lines
from twinrom.diagrams.terminal.tables import broken_name
from twinrom.diagrams.words import comparison as words
from twinrom.diagrams.words.text import short_file
from twinrom.diagrams.words.verdicts import standing_style
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from twinrom.diagrams.words.telling import Told
    from twinrom.proofs import Comparison

NAME_WIDTH = 44


def comparison_view(found: Comparison) -> RenderableType:
    """Return what changed, in the order text, verdicts, behaviour, with a line at the end."""
    return Group(
        *_heading(found), *_structure(found), *_verdicts(found), *_behaviour(found),
        *_summary(found),
    )  # fmt: skip


def _heading(found: Comparison) -> list[RenderableType]:
    old, new = found.old.question, found.new.question
    names = [printable(short_file(q.model.paths[0])) for q in (old, new)]
    against = printable(short_file(old.spec.paths[0]))
    return [
        Text(f"\n{printable(new.model.title)}", style="bold"),
        Text(f"old {names[0]}, new {names[1]}, both against {against}", style="dim"),
    ]


def _structure(found: Comparison) -> list[RenderableType]:
    if not found.changes:
        return [Text("\nText: the two say the same.")]
    return [Text("\nText:", style="bold"), change_lines(found.changes)]


def _verdicts(found: Comparison) -> list[RenderableType]:
    parts: list[RenderableType] = [Text("\nVerdicts:", style="bold")]
    if found.verdicts:
        table = Table.grid(padding=(0, GAP, 0, 0))
        for change in found.verdicts:
            name = "\n".join(broken_name(change.after.prop.name, NAME_WIDTH))
            old, new = words.both_texts(change)
            mark = Text(*words.mark(change))
            table.add_row(Text(name), Text(old), Text("->"), Text(new), mark)
        parts.append(Padding(table, (0, 0, 0, GAP), expand=False))
    parts.append(Text(f"  {words.unchanged(found)}", style="dim"))
    more = (*words.asked_of_one(found), *words.dead_end_changes(found),
            *words.named_elsewhere(found))
    parts += [Text(f"  {printable(line)}") for line in more]
    for heading, story, also in words.newly_violated(found):
        parts += _broken(heading, story, also)
    return parts


def _broken(heading: str, story: Told, also: Sequence[str]) -> list[RenderableType]:
    title = Text(f"\n{heading}: ", style="bold red").append(story.name, style="bold")
    notes = words.notes(story, also)
    lines = [*(Text(note, style="italic") for note in notes), *told_lines(story, "red")]
    return [title, *(Padding(line, (0, 0, 0, GAP), expand=False) for line in lines)]


def _behaviour(found: Comparison) -> list[RenderableType]:
    parts: list[RenderableType] = [
        Text("\nBehaviour: ", style="bold").append(words.RELATIONS[found.relation], style="none")
    ]
    parts.append(Text(f"  seen: {words.seen_words(found)}", style="dim"))
    for way, forward in ((found.forward, True), (found.backward, False)):
        answer = Text(words.way_words(way, forward=forward))
        parts.append(Padding(answer, (0, 0, 0, GAP), expand=False))
        if way.difference is not None:
            lines = story_lines(words.difference_story(way.difference, forward=forward), "yellow")
            parts += [Padding(line, (0, 0, 0, 2 * GAP), expand=False) for line in lines]
    return parts


def _summary(found: Comparison) -> list[RenderableType]:
    old, new, beside = words.standing_change(found)
    same = old == new and found.ranked != "undecided"
    standing = f"{new}, as before" if same else f"{old} -> {new}{beside}"
    style, open_ = words.style(found), words.undecided(found)
    ends = [words.got_worse(found)]
    if found.relation != "undecided":
        ends.append(found.relation)
    if open_:
        ends.append(f"undecided: {open_}")
    name = printable(found.new.question.model.name)
    stands = standing_style(found.new) if found.undecided and not found.worse else style
    return [Text(), Text(f"{name}: {standing}", style=stands),
            Text(f"{name}: {'; '.join(ends)}", style=style)]  # fmt: skip
