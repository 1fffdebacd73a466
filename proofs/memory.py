"""Memory at its end, as each library says it: no bug of ours, and no verdict either."""

from __future__ import annotations

import errno
import re
from pathlib import Path

OUT_OF_MEMORY = "out of memory"
WORDS = (
    OUT_OF_MEMORY,
    "cannot allocate memory",
    "memoryerror",
    "bad_alloc",
    "failed to map segment",
    "memory allocation still failed",
)


UNFINISHED = re.compile(r"field '\w+' is required for \w+")
HOUSE = Path(__file__).parent.parent


def out_of_memory(error: BaseException | None) -> bool:
    """Say whether memory was at its end, or was when this error came up."""
    if error is None:
        return False
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return True
    if _of_a_sound_file(error):
        return True
    foreign = isinstance(error, OSError | ImportError | RuntimeError) or _of_a_library(error)
    if foreign and says_out_of_memory(str(error)):
        return True
    return out_of_memory(error.__cause__ or error.__context__)


def says_out_of_memory(text: str) -> bool:
    """Say whether the last words of a process are that memory was at its end."""
    return any(words in text.lower() for words in WORDS)


def _of_a_sound_file(error: BaseException) -> bool:
    """Say whether Python could not read a file of ours: they are sound, so a node had no room.

    Its compiler has other words for that: a syntax error, or a node that lacks a field.
    """
    if isinstance(error, SyntaxError):
        return error.filename is not None and Path(error.filename).is_relative_to(HOUSE)
    return type(error) is ValueError and UNFINISHED.fullmatch(str(error)) is not None


def _of_a_library(error: BaseException) -> bool:
    """Say whether a library that is not Python's has raised it; none is imported to see that."""
    return type(error).__module__.partition(".")[0] in ("z3", "wasmtime", "llvmlite")
