"""Reading files within limits, and writing them whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from twinrom.statemachine.source.diagnostics import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

NO_FILES = (
    (stat.S_ISDIR, "a directory, not a file"),
    (stat.S_ISFIFO, "a pipe, not a file"),
    (stat.S_ISSOCK, "a socket, not a file"),
    (stat.S_ISCHR, "a device, not a file"),
    (stat.S_ISBLK, "a device, not a file"),
)


def is_file(path: Path) -> bool:
    """Say whether there is such a file; none has a name too long, or one with a null character."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Say whether anything has this name, whatever it is."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Say whether there is such a folder, whatever its name."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def refuse_no_file(path: str) -> None:
    """Raise `InputError` when something is at `path` that is no file, such as a pipe or a device.

    It is looked at and not opened: to open a pipe is to wait for whoever is at its other end.
    """
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):  # whoever opens it says why
        return
    if not stat.S_ISREG(mode):
        what = next((words for is_one, words in NO_FILES if is_one(mode)), "not a file")
        raise InputError.whole_file(path, f"is {what}")


def refuse_inputs(outputs: Iterable[str], inputs: Iterable[str]) -> None:
    """Raise `InputError` when an output cannot be a file, is an input, or is another output.

    Names are compared by the file that they lead to: by a link, or spelled otherwise.
    """
    read, written = list(inputs), set()
    for output in outputs:
        refuse_no_file(output)
        if any(_same(output, one) for one in read):
            raise InputError.whole_file(
                output, "is an input of this command, and is not written over")
        real = os.path.realpath(output)
        if real in written:
            raise InputError.whole_file(output, "is to be written twice")
        written.add(real)


def _same(path: str, other: str) -> bool:
    try:
        return Path(path).samefile(other)
    except (OSError, ValueError):
        return False


def read_bytes(path: str, limit: int) -> bytes:
    """Return the content of the file at `path`; raises `InputError` beyond `limit` bytes."""
    refuse_no_file(path)
    try:
        with Path(path).open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as error:
        raise InputError.of_system(path, "read", error) from None
    except ValueError:
        raise InputError.whole_file(path, "is not a file name") from None
    if len(raw) > limit:
        raise InputError.whole_file(path, f"is larger than {limit:,} bytes")
    return raw


def read_text(path: str, limit: int) -> str:
    """Return the text of the file at `path`; raises `InputError` when it is none."""
    try:
        return read_bytes(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError.whole_file(path, "is not UTF-8 text") from None


def write_whole(path: str, content: str | bytes) -> None:
    """Write to the file at `path`, replacing it in one step once all of it is on disk.

    A link is written through, and the permissions of an existing file are kept. Raises `InputError`
    when the file cannot be written, and when there is something else than a file; nothing is left
    behind then.
    """
    refuse_no_file(path)
    try:
        data = content.encode() if isinstance(content, str) else content
        _replace(Path(path).resolve(), data)
    except OSError as error:
        raise InputError.of_system(path, "written", error) from None
    except (ValueError, RuntimeError) as error:
        # ValueError: a null byte in the name or a lone surrogate; RuntimeError: links in a circle.
        raise InputError.whole_file(path, f"cannot be written: {error}") from None


def _replace(target: Path, data: bytes) -> None:
    beside = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.is_file():
            shutil.copymode(target, beside)
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
