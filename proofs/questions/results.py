"""A file of rows of a sweep: a line of JSON each, appended as they come, read again later.

A row is believed where its digest fits all that it says. That shows an edit, and not who wrote it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from twinrom.proofs.questions.standing import LATE, PolicyStanding
from twinrom.proofs.verdicts.verdict import STANDINGS, UNDECIDED
from twinrom.statemachine import InputError, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_RESULTS = 100_000_000
BEGINNING = '{"policy"'
ROW = tuple(asdict(LATE))


@dataclass(frozen=True)
class Results:
    """The rows of a file by their keys, and the lines whose digest does not fit, from 1."""

    rows: Mapping[str, PolicyStanding] = field(default_factory=dict)
    edited: tuple[int, ...] = ()


def sealed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the digest of all else that it says."""
    own = {name: value for name, value in row.items() if name != "digest"}
    text = json.dumps(own, sort_keys=True)
    return own | {"digest": hashlib.sha256(text.encode()).hexdigest()}


def read_results(path: str) -> Results:
    """Return what a file has; lines that are no rows, and rows of earlier versions, are left out.

    A last line without an end is what a sweep that was stopped left behind. A file with
    neither that nor a row is another file, and is refused: it would be written to.
    """
    if not _exists(path):
        if not Path(path).parent.is_dir():
            raise InputError.whole_file(path, "cannot be written: no such folder")
        return Results()
    text = read_text(path, MAX_RESULTS)
    rows = [(n, row) for n, row in enumerate(map(_row, text.splitlines()), 1) if row is not None]
    cut_short = "\n" not in text and text.startswith(BEGINNING[: len(text)])
    if not rows and text.strip() and not cut_short:
        raise InputError.whole_file(path, "has no rows of a sweep in it")
    fits = {n: sealed(data) == data for n, (data, _) in rows}
    return Results(
        {data["key"]: one for n, (data, one) in rows
         if fits[n] and one.error is None and not one.undecided},
        tuple(n for n, (data, _) in rows if "digest" in data and not fits[n]))


def append_row(path: str, row: Mapping[str, Any]) -> None:
    """Write a row behind the others, on a line of its own."""
    try:
        with Path(path).open("ab+") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - 1, 0))
            ends = file.read(1) in (b"", b"\n")
            line = json.dumps(sealed(row))
            file.write(("" if ends else "\n").encode() + line.encode() + b"\n")
    except OSError as error:
        raise InputError.of_system(path, "written", error) from None


def _exists(path: str) -> bool:
    """Say whether anything has this name; raises `InputError` when nothing ever can."""
    try:
        there = Path(path).exists()
    except OSError:
        there = None
    if there is None or "\0" in path:
        raise InputError.whole_file(path, "is not a file name")
    return there


def _row(line: str) -> tuple[dict[str, Any], PolicyStanding] | None:
    try:
        data = json.loads(line)
        judged = TypeAdapter(PolicyStanding).validate_python({k: data[k] for k in ROW})
        known = judged.standing in (*STANDINGS, UNDECIDED, "error") and isinstance(data["key"], str)
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
        return None
    return (data, judged) if known else None
