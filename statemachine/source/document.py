"""A TOML file with the place of every key and value, for errors that point.

`tomllib` decides what the file means; tree-sitter's concrete syntax tree says where things stand.
The tree is built only when a place is asked for.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Any

from twinrom.statemachine.source.diagnostics import InputError, Problem
from twinrom.statemachine.source.files import read_bytes
from twinrom.statemachine.source.not_toml import Mistake, mistakes, too_deep

if TYPE_CHECKING:
    from twinrom.statemachine.source.locate import Key, Locations, Span

MAX_BYTES = 1_000_000


class Document:
    """One parsed TOML file; raises `InputError` when it cannot be read or is not TOML."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        self.data: dict[str, Any] = self._parse()

    @classmethod
    def read(cls, path: str) -> Document:
        """Read and parse the file at `path`."""
        raw = read_bytes(path, MAX_BYTES)
        return cls(path, _decoded(path, raw))

    def _parse(self) -> dict[str, Any]:
        deep = too_deep(self.text)
        if deep:
            raise InputError([self._mistake(deep)])
        try:
            return tomllib.loads(self.text)
        except (ValueError, RecursionError) as error:
            found = mistakes(self.text, error)
        raise InputError(map(self._mistake, found))

    def _mistake(self, mistake: Mistake) -> Problem:
        hint = mistake.hint
        if mistake.see is not None:
            hint = f"see {self.path}:{self._position(mistake.see)[0]}"
        return self._problem_at(mistake.start, mistake.end, mistake.message, hint)

    def _problem_at(self, start: int, end: int, message: str, hint: str) -> Problem:
        line, column = self._position(start)
        source = self.lines[line - 1].rstrip("\r")
        width = max(1, min(end - start, len(source) - column + 1))
        return Problem(self.path, line, column, message, hint, source or " ", width)

    def _position(self, place: int) -> tuple[int, int]:
        """Return line and column, from 1, of a character of the text."""
        line = bisect_right(self._line_starts, place)
        return line, place - self._line_starts[line - 1] + 1

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        for line in self.lines[:-1]:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    @cached_property
    def _located(self) -> Locations:
        from twinrom.statemachine.source.locate import located  # noqa: PLC0415 - only errors need the syntax tree

        return located(self.text)

    def has(self, key: Key) -> bool:
        """Say whether this file itself has something at `key`."""
        return self._written(key) in self._located.places

    def value(self, key: Key) -> Any:
        """Return what the file has at `key`, None when it has nothing."""
        return value_of(self.data, key)

    def line(self, key: Key) -> int:
        """Return the line of `key`, or 0 when this file does not have it."""
        place = self._located.places.get(self._written(key))
        return self._position(place[0][0])[0] if place else 0

    def _written(self, key: Key) -> Key:
        """Return `key`, without the index when one string stands for a list of one."""
        single = key and key[-1] == 0 and key not in self._located.places
        return key[:-1] if single else key

    def problem(
        self, key: Key, message: str, hint: str = "", *, at_key: bool = False,
        span: Span | None = None,
    ) -> Problem:
        """Return a problem at the value of `key` (or its key, or a span inside its text)."""
        places, key = self._located.places, self._written(key)
        while key and key not in places:
            key, at_key, span = key[:-1], True, None
        if not key:
            return Problem(self.path, 0, 0, message, hint)
        name, value = places[key]
        start, end = name if at_key else value
        if span is not None and not at_key:
            start, end = self._inside(start, end, span)
        return self._problem_at(start, end, message, hint)

    def _inside(self, start: int, end: int, span: Span) -> Span:
        from twinrom.statemachine.source.locate import within_string  # noqa: PLC0415 - only errors need it

        first, last = within_string(self.text[start:end], span)
        return start + first, start + last


def value_of(data: Any, key: Key) -> Any:
    """Return what data has at `key`, None when it has nothing."""
    found: Any = data
    for part in key:
        if isinstance(found, str) and part == 0:
            continue  # one string may stand for a list of one
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            return None
    return found


def _decoded(path: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = raw.rfind(b"\n", 0, error.start) + 1
        end = raw.find(b"\n", error.start)
        line = raw[start : end if end >= 0 else len(raw)].decode(errors="replace").rstrip("\r")
        column = len(raw[start : error.start].decode(errors="replace")) + 1
        number = raw.count(b"\n", 0, error.start) + 1
        problem = Problem(path, number, column, "is not UTF-8 text",
                          "save the file as UTF-8", line)
        raise InputError([problem]) from None
