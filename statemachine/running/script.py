"""What a person typed: an event, how to start, a script of events; words and where they stand.

Only the form is read here: nothing is looked up in a model yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Self

from twinrom.statemachine.source.diagnostics import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinrom.statemachine.source.locate import Span

EVENT = re.compile(r"\s*([^\W\d]\w*)\s*")
ARGUMENT = re.compile(r"([^\W\d]\w*)\s*=\s*(-?[\w.]+)(?=[\s,]|$)")
SETTING = re.compile(r"([^\W\d][\w.]*(?:\([^()]*\))?)\s*=\s*(-?[\w.]+)(?=[\s,]|$)")
START = re.compile(r"\s*init\s+(?=\S)")
SHOWN = 40


class Word(NamedTuple):
    """`name=value`, with the places of both in their line."""

    name: str
    value: str
    name_at: Span = (0, 0)
    value_at: Span = (0, 0)


class Line(NamedTuple):
    """A line of a script, counted from 1, without its comment."""

    number: int
    text: str


class Passage(NamedTuple):
    """A line of a script that stands in a model: in which of its texts, and where in that."""

    item: int
    start: int
    text: str


class NamedEvent(NamedTuple):
    """An event as it was typed."""

    name: str
    name_at: Span
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Script:
    """How to start, and one event per line; `start` is the line of `init`, if there is one."""

    path: str
    source: tuple[str, ...] = ()
    init: tuple[Word, ...] = ()
    start: Line | None = None
    events: tuple[Line, ...] = ()

    @classmethod
    def starting(cls, settings: Mapping[str, str]) -> Self:
        """Return a script without events that starts with settings that stand in no file."""
        return cls("init", init=tuple(Word(name, value) for name, value in settings.items()))

    def error(self, line: Line | None, wrong: WordError) -> InputError:
        """Return the error that points at the word in this file, or at all of it without a line."""
        if line is None:
            return InputError.whole_file(self.path, wrong.message, wrong.hint)
        return wrong.placed(self.path, line, self.source[line.number - 1])


@dataclass(frozen=True)
class WrittenScript:
    """A script in a model: its `init` line, if there is one, and one event per line."""

    start: Passage | None
    events: tuple[Passage, ...]

    @property
    def init(self) -> tuple[Word, ...]:
        """Return how to start."""
        return _settings(self.start.text) if self.start is not None else ()


class WordError(Exception):
    """Something typed that cannot be used; `at` is its place, none means the whole line."""

    def __init__(self, message: str, hint: str = "", at: Span | None = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.at = message, hint, at

    def placed(self, path: str, line: Line, source: str) -> InputError:
        """Return the error with a caret under the word."""
        indent = len(line.text) - len(line.text.lstrip())
        start, end = self.at or (indent, len(line.text.rstrip()))
        return InputError([Problem(path, line.number, start + 1, self.message, self.hint, source,
                                   max(1, end - start))])


class NeverHappensError(WordError):
    """An event that a model declares, and that no rule of it has."""


def written_script(texts: Sequence[str]) -> WrittenScript:
    """Return the lines of a script that stands in a model, `#` comments left out."""
    lines = []
    for item, text in enumerate(texts):
        start = 0
        for line in text.split("\n"):
            lines.append(Passage(item, start, line.partition("#")[0]))
            start += len(line) + 1
    events = [line for line in lines if line.text.strip()]
    first = events.pop(0) if events and START.match(events[0].text) else None
    return WrittenScript(first, tuple(events))


def read_event(text: str) -> NamedEvent:
    """Read `power_on`, `insert(this=A, version=1)` or `insert this=A version=1`."""
    found = EVENT.match(text)
    if not found:
        raise WordError("expected an event", "write `event` or `event(name=value)`")
    start, end = found.end(), len(text.rstrip())
    if text[start : start + 1] == "(":
        closing = text.find(")", start)
        if closing < 0:
            raise WordError("`(` is not closed", at=(start, start + 1))
        if closing != end - 1:
            rest = text[closing + 1 : end].lstrip()
            raise WordError(f"unexpected `{rest[:SHOWN]}` after `)`", "one event per line",
                            (end - len(rest), end))
        start, end = start + 1, closing
    return NamedEvent(found[1], found.span(1), _words(ARGUMENT, text, start, end))


def read_script(text: str, path: str) -> Script:
    """Read a script: one event per line, blank lines, `#` comments, perhaps `init A=off` first.

    Raises `InputError` with every line that has no such form.
    """
    source = tuple(line.rstrip("\r") for line in text.split("\n"))
    lines = [Line(n, line.partition("#")[0]) for n, line in enumerate(source, 1)]
    events = [line for line in lines if line.text.strip()]
    start = events.pop(0) if events and START.match(events[0].text) else None
    script = Script(path, source, start=start, events=tuple(events))
    problems: list[Problem] = []
    for line in [start, *events] if start else events:
        try:
            if line is start:
                script = replace(script, init=_settings(line.text))
            else:
                read_event(line.text)
        except WordError as wrong:
            problems += script.error(line, wrong).problems
    if problems:
        raise InputError(problems)
    return script


def _settings(text: str) -> tuple[Word, ...]:
    found = START.match(text)
    return _words(SETTING, text, found.end() if found else 0, len(text.rstrip()))


def _words(form: re.Pattern[str], text: str, start: int, end: int) -> tuple[Word, ...]:
    words: list[Word] = []
    text = text[:end]
    while True:
        start += len(text[start:]) - len(text[start:].lstrip(" \t,"))
        if start >= end:
            return tuple(words)
        found = form.match(text, start)
        if not found:
            wrong = re.split(r"[\s,]", text[start:], maxsplit=1)[0]
            raise WordError(f"`{wrong[:SHOWN]}` is not of the form `name=value`",
                            at=(start, start + len(wrong)))
        if any(plain(found[1]) == plain(word.name) for word in words):
            raise WordError(f"`{found[1]}` is given twice", at=found.span(1))
        words.append(Word(found[1], found[2], found.span(1), found.span(2)))
        start = found.end()


def plain(name: str) -> str:
    """Return a name with its spaces as the language writes them: `runs_on(1, r1)`."""
    return ", ".join(part.strip() for part in "".join(name.split()).split(","))
