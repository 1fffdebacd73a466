"""A comparison of two policies as Markdown, for a pull request: a short table, then the details."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinrom.diagrams.words import comparison as words
from twinrom.diagrams.words.story import tell
from twinrom.diagrams.words.text import short_file
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.diagrams.words.story import Story
    from twinrom.proofs import Comparison, VerdictChange

MAX_CHARACTERS = 60_000  # what a comment of a pull request may have, with room to spare
SPECIAL = "\\`*_[]#|~@$"


def comparison_markdown(found: Comparison) -> str:
    """Return a comparison as Markdown.

    Text of the files is escaped, so that none of it is markup. What would make it too long for a
    pull request is left out, whole blocks of details at a time, and that is said.
    """
    old, new = found.old.question, found.new.question
    worse, open_ = plain(words.got_worse(found)), words.undecided(found)
    names = [code(short_file(q.model.paths[0])) for q in (old, new)]
    was, now, beside = map(plain, words.standing_change(found))
    lines = [
        f"### {plain(new.model.title)}",
        "",
        f"{' → '.join(names)}, against {code(short_file(old.spec.paths[0]))}",
        "",
        "| | |",
        "|---|---|",
        f"| standing | {was} → **{now}**{beside} |",
        f"| verdicts | {f'**{worse}**' if found.worse else worse} |",
        f"| behaviour | {plain(words.RELATIONS[found.relation])} |",
        *([f"| undecided | **{plain(open_)}** |"] if open_ else []),
        "",
    ]
    left_out = "Left out for length; run `twinrom compare` to see it.\n"
    text = "\n".join(lines)
    for title, body in _details(found):
        block = f"\n<details><summary>{plain(title)}</summary>\n\n{body}\n</details>\n"
        long = len(text) + len(block) > MAX_CHARACTERS
        text += f"\n{plain(title)}: {left_out}" if long else block
    return text


def _details(found: Comparison) -> Iterable[tuple[str, str]]:
    if found.changes:
        listed = (f"{words.SIGNS[c.kind]} {printable(str(c))}" for c in found.changes)
        number = len(found.changes)
        yield f"Text: {number} change{'s' * (number != 1)}", block(listed)
    rows = [_row(change) for change in found.verdicts]
    head = ["| property | before | after | |", "|---|---|---|---|"] if rows else []
    more = (*words.asked_of_one(found), *words.dead_end_changes(found),
            *words.named_elsewhere(found))
    rest = [f"\n{plain(line)}" for line in more]
    note = f"\n{plain(words.unchanged(found))}"
    yield "Verdicts", "\n".join([*head, *rows, note, *rest, ""])
    for heading, one, also in words.newly_violated(found):
        story = tell(one.result.question, one.result.prop, one.trace)
        told = [*_told(story), *words.notes(one, also)]
        yield f"{heading}: {one.name}", block(told)
    for way, forward in ((found.forward, True), (found.backward, False)):
        lines = [f"seen: {words.seen_words(found)}"]
        if way.difference is not None:
            lines = _told(words.difference_story(way.difference, forward=forward))
        yield f"Behaviour: {words.way_words(way, forward=forward)}", block(lines)


def _row(change: VerdictChange) -> str:
    cells = [
        code(change.after.prop.name),
        *map(plain, words.both_texts(change)),
        f"**{word}**" if (word := words.mark(change)[0]) else "",
    ]
    return f"| {' | '.join(cells)} |"


def _told(story: Story) -> list[str]:
    return [
        f"Start: {'; '.join(story.start)}.",
        *(f"Table: {line}." for line in story.tables),
        *(f"{s.number:>3}  {s.by}  {s.event}  ({'; '.join(s.changes)})" for s in story.steps),
        *(line for line in (story.ever, story.end) if line),
    ]


def block(lines: Iterable[str]) -> str:
    """Return lines as a block of code that nothing in them can end."""
    text = "\n".join(map(printable, lines))
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}\n"


def code(text: str) -> str:
    """Return text as code within a line or a table."""
    return f"<code>{plain(text)}</code>"


def plain(text: str) -> str:
    """Return text in which nothing is markup."""
    entities = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    return "".join(
        entities.get(c, f"&#{ord(c)};" if c in SPECIAL else c)
        for c in printable(text)
    )
