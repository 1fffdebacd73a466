"""Texts, numbers and names of files as every view shows them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from twinrom.statemachine import printable

if TYPE_CHECKING:
    from twinrom.proofs import Question


def steps(number: int) -> str:
    """Return `1 step`, `2 steps`."""
    return f"{number} step" if number == 1 else f"{number} steps"


def short_file(path: str) -> str:
    """Return a file as seen from here, or from the package when it comes with it."""
    for base in (Path.cwd(), Path(__file__).parent.parent.parent):
        if Path(path).resolve().is_relative_to(base):
            return printable(str(Path(path).resolve().relative_to(base)))
    return printable(path)


def against(question: Question) -> str:
    """Return which model file is put against which spec."""
    return f"{short_file(question.model.paths[0])} against {short_file(question.spec.paths[0])}"


def printable_lines(text: str) -> str:
    """Return a text of several lines, as errors are, in which nothing else can drive a terminal."""
    return "\n".join(map(printable, text.split("\n")))


def error_words(name: str, error: str) -> str:
    """Return an error behind a name; one of several lines below it, where carets stand right."""
    lines = printable_lines(error).split("\n")
    told = f" {lines[0]}" if len(lines) == 1 else "".join(f"\n  {line}" for line in lines)
    return f"{printable(name)}:{told}"


def entry_name(model: str) -> str:
    """Return what a file or folder that is named after a model is called: never `.` or `..`.

    A model may be called so, in a file `...toml`; its certificates would leave their folder.
    """
    return re.sub(r"^\.+|[/\\]", lambda found: "_" * len(found[0]), model)


def trace_file(model: str, name: str) -> str:
    """Return the name of the file for a run of this name."""
    return entry_name(re.sub(r"[^\w.-]+", "_", f"{model}.{name}").strip("_")) + ".itf.json"
