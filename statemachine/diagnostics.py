"""What is wrong with a file, where, and how to mend it.

Every complaint about input is a `Problem` with a file, a line, a column and the source line;
all problems of a file travel together in one `InputError`.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN_WIDTH = 160


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one place; `line` and `column` count from 1, 0 means the whole file."""

    path: str
    line: int
    column: int
    message: str
    hint: str = ""
    source_line: str = ""
    width: int = 1

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        text = f"{place}: {printable(self.message)}"
        if self.hint:
            text += f"; {printable(self.hint)}"
        if not self.source_line:
            return text
        start = max(0, self.column - SHOWN_WIDTH // 2)
        shown = printable(self.source_line[start : start + SHOWN_WIDTH])
        caret = self.column - 1 - start
        width = max(1, min(self.width, len(self.source_line) - self.column + 1))
        gutter = str(self.line)
        blank = " " * len(gutter)
        underline = " " * caret + "^" * min(width, SHOWN_WIDTH)
        return f"{text}\n{gutter} | {shown}\n{blank} | {underline}"


class InputError(ValueError):
    """The input cannot be used; `problems` says everything that is wrong with it, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def whole_file(cls, path: str, message: str, hint: str = "") -> Self:
        """Return an error about a file as a whole, or about a word of the command line."""
        return cls([Problem(path, 0, 0, message, hint)])


def printable(text: str) -> str:
    """Return `text` with control characters made visible, so that no input can drive a terminal."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "\N{REPLACEMENT CHARACTER}"
                   for c in text)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the known words closest to `word`, or lists them when they are few."""
    names = sorted(set(known))
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    few = 8
    if 0 < len(names) <= few:
        return "known: " + ", ".join(f"`{name}`" for name in names)
    return ""
