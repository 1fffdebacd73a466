"""The command line `twinrom`: starts its verbs, which are in `twinrom.diagrams.commands`.

Nothing is imported before `main` has taken the current folder off the import path: models lie
there, and a `random.py` or a folder `rich/` beside them is none of ours.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line."""
    try:
        _stand_somewhere()
        sys.path[:] = [entry for entry in sys.path if not _is_current(entry)]
        from twinrom import failure

        failure.prepare()
        code = failure.guarded(_run)
    except BaseException as error:  # noqa: BLE001 - too early or too late for anyone else to say
        code, message = _told(error)
        try:
            os.write(2, message)
        except OSError:  # nobody listens
            sys.exit(code)
    sys.exit(code)


class NowhereError(Exception):
    """The current folder is gone: no file has a place then."""


def _stand_somewhere() -> None:
    try:
        os.getcwd()
    except FileNotFoundError:
        raise NowhereError from None


def _told(error: BaseException) -> tuple[int, bytes]:
    """Return the exit code and the words that `failure` would have for it, as far as is known."""
    if isinstance(error, KeyboardInterrupt):
        return 130, b"interrupted\n"
    if isinstance(error, NowhereError):
        return 2, b"twinrom: the current folder is not there any more\n"
    if isinstance(error, MemoryError):
        return 3, b"twinrom: out of memory\n"
    return 70, f"twinrom: it cannot start: {type(error).__name__}: {error}\n".encode()


def _run() -> None:
    from twinrom.diagrams.commands import app

    app()


def _is_current(entry: str) -> bool:
    """Say whether an entry of the import path is the current folder, and not the one we are in."""
    folder, here = (os.path.realpath(name or ".") for name in (entry, "."))
    home = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    return folder == here != home
