"""Writes what was found to files: whole, or not at all."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

from twinrom.diagrams.data.check import checked_json
from twinrom.diagrams.words.text import entry_name, printable_lines, trace_file
from twinrom.proofs import Violated, write_certificate
from twinrom.statemachine import InputError, to_itf, write_whole

UNSEEN = re.compile(r"[^\x20-\x7e]")

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console, RenderableType

    from twinrom.proofs import Checked


def show(console: Console, view: RenderableType) -> None:
    """Print a view; for a file or a pipe without the spaces that fill lines up."""
    if console.is_terminal:
        console.print(view)
        return
    with console.capture() as capture:
        console.print(view)
    console.file.write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))


def write_json(checked: Sequence[Checked], path: Path) -> None:
    """Write the verdicts to `path`, or to standard output when it is `-`."""
    write_data(checked_json(checked), path)


def write_data(data: dict[str, Any], path: Path) -> None:
    """Write JSON data to `path`, or to standard output when it is `-`, whatever its encoding."""
    escaped = str(path) == "-" and not (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(data, indent=2, ensure_ascii=escaped)
    lines = text.split("\n")  # a value has none of its own
    shown = (line if line.isprintable() else UNSEEN.sub(_escape, line) for line in lines)
    write_text("\n".join(shown) + "\n", path)


def _escape(found: re.Match[str]) -> str:
    """Return a character that nobody sees as JSON may spell it."""
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]


def write_text(text: str, path: Path) -> None:
    """Write text to `path`, or to standard output when it is `-`."""
    if str(path) == "-":
        sys.stdout.write(printable_lines(text))
    else:
        write_whole(str(path), text)


def write_traces(checked: Sequence[Checked], folder: Path) -> list[Path]:
    """Write an ITF trace of each violation into `folder`, which is made; return the files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError.of_system(str(folder), "made", error) from None
    written = []
    for one in checked:
        for result in one.results:
            if isinstance(result.verdict, Violated):
                path = folder / trace_file(one.question.model.name, result.prop.name)
                itf = to_itf(result.question.system, result.verdict.trace)
                write_whole(str(path), json.dumps(itf, indent=2, ensure_ascii=False) + "\n")
                written.append(path)
    return written


def write_certificates(checked: Sequence[Checked], folder: Path) -> list[Path]:
    """Write each certificate into a folder of its own below `folder`; return those folders."""
    written: list[Path] = []
    for one in checked:
        symbolic, finite = one.request.of_all_sizes(), one.request
        for number, certificate in enumerate(one.certificates, 1):
            size = "-any-size" if certificate.symbolic else (
                "-any-number" if certificate.any is not None else "")
            more = f"-{number}" if len(one.certificates) > 1 else ""
            path = _unused(folder / f"{entry_name(one.question.model.name)}{size}{more}", written)
            request = symbolic if certificate.symbolic else finite
            write_certificate(path, request, one.question, certificate)
            written.append(path)
    return written


def _unused(path: Path, written: Sequence[Path]) -> Path:
    """Return the folder, numbered when one of the same name has been written before."""
    number, found = 1, path
    while found in written:
        number += 1
        found = path.with_name(f"{path.name}-again-{number}")
    return found
