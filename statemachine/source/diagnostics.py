"""What is wrong with a file, where, and how to mend it.

Every complaint about input is a `Problem` with a file, a line, a column and the source line;
all problems of a file travel together in one `InputError`.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN_WIDTH = 160
LONGEST_WORD = 120
FEW = 8
MOST = 500


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
        text = f"{place}: {_shortened(self.message)}"
        if self.hint:
            text += f"; {_shortened(self.hint)}"
        text = printable(text)
        return f"{text}\n{self._pointed()}" if self.source_line else text

    def _pointed(self) -> str:
        """Return the source line with a caret under the word."""
        long = len(self.source_line) > SHOWN_WIDTH
        start = max(0, self.column - SHOWN_WIDTH // 2) if long else 0
        shown = printable(self.source_line[start : start + SHOWN_WIDTH])
        caret = self.column - 1 - start
        word = shown[caret : caret + self.width]
        gutter = str(self.line)
        underline = " " * _cells(shown[:caret]) + "^" * max(1, _cells(word))
        return f"{gutter} | {shown}\n{' ' * len(gutter)} | {underline}"


class InputError(ValueError):
    """The input cannot be used; `problems` says everything that is wrong with it, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        # Several columns of a rule or uses of a definition find the same mistake: one is enough.
        found = {(p.path, p.line, p.column, p.message): p for p in sorted(problems, reverse=True)}
        kept = sorted(found.values())
        if len(kept) > MOST:
            more = f"and {len(kept) - MOST:,} more problems"
            kept[MOST:] = [Problem(kept[-1].path, 0, 0, more)]
        self.problems = tuple(kept)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def whole_file(cls, path: str, message: str, hint: str = "") -> Self:
        """Return an error about a file as a whole, or about a word of the command line."""
        return cls([Problem(path, 0, 0, message, hint)])

    @classmethod
    def of_system(cls, path: str, what: str, error: OSError) -> Self:
        """Return an error about a file of which the system says that it `cannot be` read, or so."""
        reason = (error.strerror or str(error)).lower()
        return cls.whole_file(path, f"cannot be {what}: {reason}")


def printable(text: str) -> str:
    """Return `text` with control characters made visible, so that no input can drive a terminal."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "\N{REPLACEMENT CHARACTER}"
                   for c in text)


def closest(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the known word closest to `word`, when one is close."""
    names = sorted(set(known) - {word})
    close = difflib.get_close_matches(word[:LONGEST_WORD], names, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint: the known word closest to `word`, or all known words when they are few."""
    names = sorted(set(known) - {word})
    listed = "known: " + ", ".join(f"`{name}`" for name in names)
    return closest(word, names) or (listed if 0 < len(names) <= FEW else "")


def _shortened(text: str) -> str:
    """Return `text` with the middle of every overlong word in backquotes left out."""
    return re.sub(r"`([^`]+)`", _ends, text)


def _ends(found: re.Match[str]) -> str:
    word = found[1]
    return f"`{word[:80]}...{word[-20:]}`" if len(word) > LONGEST_WORD else found[0]


def _cells(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    stacked = sum(unicodedata.category(c) in ("Mn", "Me") for c in text)
    return len(text) + wide - stacked
