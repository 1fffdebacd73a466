"""Which files a file may name: what is below the working folder, or below its own.

A model may come from anybody, and an error shows the line that it is about: a name in a model must
not make anybody show a file from elsewhere.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from twinrom.statemachine.source.diagnostics import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALLOWED_BY = "`--allow-outside` allows that"


class OutsideError(InputError):
    """A file names another one that it may not."""


class Confinement:
    """Whether files may name others anywhere, in this process: only if somebody said so."""

    def __init__(self) -> None:
        self.lifted = False

    @contextlib.contextmanager
    def lift(self) -> Iterator[None]:
        """Let files name others anywhere, until the end of the block."""
        before, self.lifted = self.lifted, True
        try:
            yield
        finally:
            self.lifted = before

    def refusal(self, path: Path, folder: Path) -> str | None:
        """Return why a file in `folder` may not name the file at `path`; None when it may.

        The files themselves decide, not the links to them. Nothing of the file is read, and whether
        there is one makes no difference. Raises `InputError` when the working folder is gone.
        """
        if self.lifted:
            return None
        try:
            real, own, working = (os.path.realpath(str(p)) for p in (path, folder, "."))
        except ValueError:  # a null character: no file is called so
            return None
        except OSError as error:
            raise InputError.of_system(".", "found", error) from None
        if _below(own, working):
            return None if _below(real, working) else "leads out of the working folder"
        return None if _below(real, own) else "leads out of the folder of this file"


def _below(path: str, folder: str) -> bool:
    return os.path.commonpath((path, folder)) == folder


CONFINEMENT = Confinement()
