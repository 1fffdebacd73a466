"""Where every key and value of a TOML text stands, and every character of a string's value."""

from __future__ import annotations

import re
import tomllib
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

import tree_sitter_toml
from tree_sitter import Language, Parser

if TYPE_CHECKING:
    from tree_sitter import Node

Key: TypeAlias = tuple[str | int, ...]
Span: TypeAlias = tuple[int, int]

ESCAPE = re.compile(
    r"\\(?:(?P<joined>[ \t]*\r?\n\s*)|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|.)",
    re.DOTALL)


def located(text: str) -> Locations:
    """Return the places of all keys and values of `text`, which may have duplicate keys."""
    raw = text.encode()
    found = Locations(raw)
    found.document(Parser(Language(tree_sitter_toml.language())).parse(raw).root_node)
    return found


def within_string(raw: str, span: Span) -> Span:
    """Return where the part `span` of the value of the TOML string `raw` stands in `raw`."""
    starts = _starts(raw)
    last = len(starts) - 1
    first = min(max(span[0], 0), last)
    end = min(max(span[1], first + 1), last + 1)
    return starts[first], max(starts[end - 1] + 1, starts[end] if end <= last else 0)


def _starts(raw: str) -> list[int]:
    """Return where each character of the string's value starts, and where the value ends."""
    quotes = 3 if raw[:3] in ('"""', "'''") else 1
    place, end = quotes, max(quotes, len(raw) - quotes)
    if quotes > 1:
        place += 2 if raw.startswith("\r\n", place) else raw.startswith("\n", place)
    starts = []
    while place < end:
        escape = ESCAPE.match(raw, place, end) if raw[0] == '"' else None
        if not (escape and escape["joined"]):
            starts.append(place)
        ends_line = 2 if raw.startswith("\r\n", place) else 1
        place = escape.end() if escape else place + ends_line
    return [*starts, end]


class Locations:
    """The character extents of the keys and of the values; `twice` lists the repeated keys."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.places: dict[Key, tuple[Span, Span]] = {}
        self.twice: list[tuple[Key, Span, Span]] = []
        self._given: dict[Key, Span] = {}
        self._counts: dict[Key, int] = {}
        starts = (byte & 0xC0 != 0x80 for byte in raw)  # noqa: PLR2004 - UTF-8's continuation mark
        self._characters = None if raw.isascii() else [0, *accumulate(starts)]

    def document(self, root: Node) -> None:
        """Collect everything below the root of a syntax tree."""
        for child in root.named_children:
            if child.type == "pair":
                self._pair((), child)
            elif child.type in ("table", "table_array_element"):
                self._table(child)

    def _extent(self, node: Node) -> Span:
        if self._characters is None:
            return node.start_byte, node.end_byte
        return self._characters[node.start_byte], self._characters[node.end_byte]

    def _table(self, node: Node) -> None:
        children = [c for c in node.named_children if c.type != "comment"]
        if not children:
            return
        header, *pairs = children
        extent = self._extent(header)
        base: Key = ()
        for word, _ in self._words(header):
            base = (*base, word)
            self.places.setdefault(base, (extent, extent))
        if node.type == "table_array_element":
            count = self._counts[base] = self._counts.get(base, -1) + 1
            base = (*base, count)
        else:
            self._give(base, extent)
        self.places[base] = (extent, extent)
        for pair in pairs:
            self._pair(base, pair)

    def _pair(self, base: Key, node: Node) -> None:
        children = [c for c in node.named_children if c.type != "comment"]
        if len(children) != 2:  # noqa: PLR2004 - a key and a value
            return
        name, value = children
        for word, extent in self._words(name):
            base = (*base, word)
            self.places.setdefault(base, (extent, extent))
        self._give(base, extent)
        self.places[base] = (extent, self._extent(value))
        self._value(base, value)

    def _give(self, key: Key, extent: Span) -> None:
        if key in self._given:
            self.twice.append((key, extent, self._given[key]))
        self._given.setdefault(key, extent)

    def _value(self, path: Key, node: Node) -> None:
        children = [c for c in node.named_children if c.type != "comment"]
        if node.type == "array":
            for index, child in enumerate(children):
                self.places[(*path, index)] = (self._extent(child), self._extent(child))
                self._value((*path, index), child)
        elif node.type == "inline_table":
            for child in children:
                self._pair(path, child)

    def _words(self, node: Node) -> list[tuple[str, Span]]:
        if node.type == "dotted_key":
            return [word for child in node.named_children for word in self._words(child)]
        text = self.raw[node.start_byte : node.end_byte].decode()
        return [(_unquoted(text), self._extent(node))]


def _unquoted(text: str) -> str:
    if text[:1] not in ("'", '"'):
        return text
    try:
        return next(iter(tomllib.loads(f"{text} = 0")))
    except tomllib.TOMLDecodeError:
        return text
