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
        sys.path[:] = [entry for entry in sys.path if not _is_current(entry)]
        from twinrom import failure

        failure.prepare()
        code = failure.guarded(_run)
    except KeyboardInterrupt:  # so early, or so late, that nobody else was there to say it
        code = 130
        try:
            os.write(2, b"interrupted\n")
        except OSError:  # nobody listens
            code = 130
    sys.exit(code)


def _run() -> None:
    from twinrom.diagrams.commands import app

    app()


def _is_current(entry: str) -> bool:
    """Say whether an entry of the import path is the current folder, and not the one we are in."""
    folder, here = (os.path.realpath(name or ".") for name in (entry, "."))
    home = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    return folder == here != home
