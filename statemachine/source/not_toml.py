"""What is wrong with a text that is not TOML, in our words and with the place."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_NESTING = 60
MAX_DIGITS = 4000
STRINGS = r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
MARKS = re.compile(rf"{STRINGS}|#[^\n]*|[\[{{\]}}.\n=,]")


class Mistake(NamedTuple):
    """One mistake: the extent of the offending text, and `see` the place it clashes with."""

    start: int
    end: int
    message: str
    hint: str = ""
    see: int | None = None


# What `tomllib` says (its first words), and what we say.
WORDS = {
    "Invalid statement": ("expected a key or a `[table]`",
                          "a key of other characters than a-z, 0-9, `_` and `-` needs quotes"),
    "Expected newline or end of document": ("expected the end of the line",
                                            "one line has one key and its value"),
    "Expected ']'": ("expected `]` after the name of a table", ""),
    "Expected ']]'": ("expected `]]` after the name of a table", ""),
    "Expected '='": ("expected `=` after the key", ""),
    "Expected ": ("the string does not end", "close it with the quotes it began with"),
    "Invalid initial character for a key": (
        "expected a key", "a key of other characters than a-z, 0-9, `_` and `-` needs quotes"),
    "Unclosed array": ("expected `,` or `]` in a list", ""),
    "Unclosed inline table": ("expected `,` or `}` in an inline table",
                              "an inline table stands on one line, without a comma at its end"),
    "Unescaped '\\'": ("this escape is not known", "write `\\\\`, or the text in single quotes"),
    "Invalid hex value": ("expected hexadecimal digits", ""),
    "Escaped character": ("this escape is no character", ""),
    "Unterminated string": ("the string does not end", "close it with the quotes it began with"),
    "Illegal character '\\n'": ("the string does not end on its line",
                                "close it, or use three quotes"),
    "Illegal character '\\r'": ("a carriage return may only end a line", ""),
    "Illegal character": ("a control character may not stand here", ""),
    "Found invalid character": ("a control character may not stand here", ""),
    "Invalid date": ("there is no such date or time", ""),
    "Invalid value": ("expected a value",
                      "a string in quotes, a number, `true`, `false`, a list or a table"),
    "Cannot": ("this clashes with what the file says above", ""),
    "Duplicate": ("this clashes with what the file says above", ""),
}


def too_deep(text: str) -> Mistake | None:
    """Return where brackets nest, or keys are dotted, too deeply to be read."""
    depth = dots = 0
    for found in MARKS.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth = max(0, depth - 1)
        dots = dots + 1 if mark == "." else 0 if mark in "\n=,[{" else dots
        if depth > MAX_NESTING:
            return Mistake(found.start(), found.end(), f"nests deeper than {MAX_NESTING} brackets")
        if dots > MAX_NESTING:
            return Mistake(found.start(), found.end(), f"a key may have {MAX_NESTING} dots")
    return None


def mistakes(text: str, error: Exception) -> list[Mistake]:
    """Return the mistakes that made `tomllib` raise `error`: the first, or all repeated keys."""
    said = str(error)
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", said,
                         re.DOTALL)
    if not found:
        digits = re.search(rf"[0-9_]{{{MAX_DIGITS},}}", text)
        if digits:
            return [Mistake(digits.start(), digits.end(), "this number is too large")]
        return [Mistake(0, 1, "cannot be read as TOML")]
    if said.startswith(("Cannot", "Duplicate")):
        repeated = _repeated(text)
        if repeated:
            return repeated
    message, hint = next((words for start, words in WORDS.items() if said.startswith(start)),
                         (f"{said[:1].lower()}{found[1][1:]}", ""))
    if found[2] is None:
        end = len(text.rstrip())
        return [Mistake(end, end + 1, f"{message}, and the file ends", hint)]
    return [_pointed(text, _place(text, int(found[2]), int(found[3])), message, hint)]


def _pointed(text: str, place: int, message: str, hint: str) -> Mistake:
    """Return the mistake with the whole offending word, and a better hint where one is plain."""
    if "escape" in message:
        place = max(0, text.rfind("\\", 0, place))
        return Mistake(place, place + 2, message, hint)
    if place < len(text) and not text[place].isprintable() and not text[place].isspace():
        return Mistake(place, place + 1, *WORDS["Illegal character"])
    word = re.compile(r"[^\s,\[\]{}#=\"']*").match(text, place)
    end = max(place + 1, word.end() if word else 0)
    if message == WORDS["Invalid value"][0] and re.fullmatch(r"[^\W\d]\S*", text[place:end]):
        shown = text[place:end]
        hint = f"write `{shown.lower()}`" if shown.lower() in ("true", "false") else (
            f'write `"{shown}"`')
    return Mistake(place, end, message, hint)


def _repeated(text: str) -> list[Mistake]:
    from twinrom.statemachine.source.locate import located  # noqa: PLC0415 - only errors need the syntax tree

    found = located(text).twice
    tables = {key for key, _, _ in found}
    return [Mistake(*extent, f"`{'.'.join(map(str, key))}` is given twice", see=first[0])
            for key, extent, first in found
            if not any(key[:length] in tables for length in range(len(key)))]


def _place(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1
