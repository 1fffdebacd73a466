"""Reading files within limits, and writing them whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

from twinrom.statemachine.source.diagnostics import InputError


def is_file(path: Path) -> bool:
    """Say whether there is such a file; none has a name too long, or one with a null character."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Say whether there is such a folder, whatever its name."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def read_bytes(path: str, limit: int) -> bytes:
    """Return the content of the file at `path`; raises `InputError` beyond `limit` bytes."""
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

    A link is written through, the permissions of an existing file are kept, and a device or a pipe
    is written to directly. Raises `InputError` when the file cannot be written; nothing is left
    behind then.
    """
    try:
        target = Path(path).resolve()
        data = content.encode() if isinstance(content, str) else content
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)
        else:
            _replace(target, data)
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
