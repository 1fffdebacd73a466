"""A TOML file with the place of every key and value, for errors that point.

`tomllib` decides what the file means; tree-sitter's concrete syntax tree says where things stand.
The tree is built only when a place is asked for.
"""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from statemachine.diagnostics import InputError, Problem

if TYPE_CHECKING:
    from tree_sitter import Node

Key: TypeAlias = tuple[str | int, ...]
MAX_BYTES = 1_000_000
MAX_NESTING = 60


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
        try:
            file = Path(path)
            if file.is_file() and file.stat().st_size > MAX_BYTES:
                raise InputError.whole_file(path, f"is larger than {MAX_BYTES:,} bytes")
            if file.exists() and not file.is_file() and not file.is_fifo():
                raise InputError.whole_file(path, "is not a file")
            text = file.read_bytes().decode("utf-8-sig")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError.whole_file(path, f"cannot be read: {reason}") from None
        except ValueError as error:
            reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
            raise InputError.whole_file(path, reason) from None
        return cls(path, text)

    def _parse(self) -> dict[str, Any]:
        if self._nesting() > MAX_NESTING:
            raise InputError.whole_file(self.path, f"nests deeper than {MAX_NESTING} brackets")
        try:
            return tomllib.loads(self.text.replace("\r\n", "\n"))
        except tomllib.TOMLDecodeError as error:
            message, line, column = _decode_error(str(error), self.lines)
            raise InputError([self._problem_at(line, column, 1, message)]) from None
        except (ValueError, RecursionError) as error:
            raise InputError.whole_file(self.path, f"cannot be read: {error}".lower()) from None

    def _nesting(self) -> int:
        depth = deepest = 0
        for char in self.text:
            if char in "[{":
                depth += 1
                deepest = max(deepest, depth)
            elif char in "]}":
                depth = max(0, depth - 1)
        return deepest

    def _problem_at(self, line: int, column: int, width: int, message: str, hint: str = "") -> Problem:
        source = self.lines[line - 1].rstrip("\r") if line <= len(self.lines) else ""
        return Problem(self.path, line, column, message, hint, source, width)

    @cached_property
    def _places(self) -> dict[Key, tuple[tuple[int, int], tuple[int, int]]]:
        return _places(self.text)

    def has(self, key: Key) -> bool:
        """Say whether this file itself has something at `key`."""
        return key in self._places

    def line(self, key: Key) -> int:
        """Return the line of `key`, or 0 when this file does not have it."""
        place = self._places.get(key)
        return self.text.count("\n", 0, place[0][0]) + 1 if place else 0

    def problem(
        self, key: Key, message: str, hint: str = "", *, at_key: bool = False,
        span: tuple[int, int] | None = None,
    ) -> Problem:
        """Return a problem that points at the value of `key` (or its key, or a span inside its text)."""
        while key and key not in self._places:
            key, at_key, span = key[:-1], True, None
        if not key:
            return Problem(self.path, 0, 0, message, hint)
        name, value = self._places[key]
        start, end = name if at_key else value
        if span is not None and not at_key:
            start, end = self._inside(start, end, span)
        line = self.text.count("\n", 0, start) + 1
        column = start - (self.text.rfind("\n", 0, start) + 1) + 1
        return self._problem_at(line, column, max(1, end - start), message, hint)

    def _inside(self, start: int, end: int, span: tuple[int, int]) -> tuple[int, int]:
        raw = self.text[start:end]
        quotes = 3 if raw[:3] in ('"""', "'''") else 1
        inner = start + quotes
        if quotes > 1:
            inner += 2 if self.text.startswith("\r\n", inner) else self.text.startswith("\n", inner)
        escaped = raw.startswith('"') and "\\" in raw
        return (start, end) if escaped else (inner + span[0], inner + span[1])


def _decode_error(text: str, lines: list[str]) -> tuple[str, int, int]:
    found = re.search(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", text, re.DOTALL)
    if not found:
        return text, 1, 1
    message = found[1][0].lower() + found[1][1:]
    if found[2]:
        return message, int(found[2]), int(found[3])
    last = max((n for n, line in enumerate(lines, 1) if line.strip()), default=1)
    return f"{message} at the end of the file", last, len(lines[last - 1].rstrip()) + 1


def _places(text: str) -> dict[Key, tuple[tuple[int, int], tuple[int, int]]]:
    import tree_sitter_toml  # noqa: PLC0415 - only a file with errors pays for the syntax tree
    from tree_sitter import Language, Parser  # noqa: PLC0415

    raw = text.encode()
    tree = Parser(Language(tree_sitter_toml.language())).parse(raw)
    walker = _Walker(raw)
    walker.document(tree.root_node)
    return walker.places


class _Walker:
    """Collects the character span of every key and every value."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.ascii = raw.isascii()
        self.places: dict[Key, tuple[tuple[int, int], tuple[int, int]]] = {}
        self.counts: dict[Key, int] = {}

    def span(self, node: Node) -> tuple[int, int]:
        if self.ascii:
            return node.start_byte, node.end_byte
        start = len(self.raw[: node.start_byte].decode())
        return start, start + len(self.raw[node.start_byte : node.end_byte].decode())

    def document(self, root: Node) -> None:
        for child in root.named_children:
            if child.type == "pair":
                self.pair((), child)
            elif child.type in ("table", "table_array_element"):
                self.table(child)

    def table(self, node: Node) -> None:
        header, *pairs = [c for c in node.named_children if c.type != "comment"]
        base = self.key(header)
        for length in range(1, len(base)):
            self.places.setdefault(base[:length], (self.span(header), self.span(header)))
        if node.type == "table_array_element":
            count = self.counts[base] = self.counts.get(base, -1) + 1
            self.places.setdefault(base, (self.span(header), self.span(header)))
            base = (*base, count)
        self.places[base] = (self.span(header), self.span(header))
        for pair in pairs:
            self.pair(base, pair)

    def pair(self, base: Key, node: Node) -> None:
        children = [c for c in node.named_children if c.type != "comment"]
        if len(children) == 2:  # noqa: PLR2004 - a key and a value
            name, value = children
            path = (*base, *self.key(name))
            self.places[path] = (self.span(name), self.span(value))
            self.value(path, value)

    def value(self, path: Key, node: Node) -> None:
        children = [c for c in node.named_children if c.type != "comment"]
        if node.type == "array":
            for index, child in enumerate(children):
                self.places[(*path, index)] = (self.span(child), self.span(child))
                self.value((*path, index), child)
        elif node.type == "inline_table":
            for child in children:
                self.pair(path, child)

    def key(self, node: Node) -> tuple[str, ...]:
        if node.type == "dotted_key":
            return tuple(part for child in node.named_children for part in self.key(child))
        text = self.raw[node.start_byte : node.end_byte].decode()
        return (next(iter(tomllib.loads(f"{text} = 0"))),) if node.type == "quoted_key" else (text,)
