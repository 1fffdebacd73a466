"""The command line `twinrom`: starts its verbs, and says what went wrong.

The verbs are in `twinrom.diagrams.commands`. Nothing of ours is imported before `main` runs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_INPUT, EXIT_BUG, EXIT_INTERRUPTED = 2, 70, 130


def _guarded(run: Callable[[], None]) -> int:
    """Run the command line; turn what can go wrong into one clear message and an exit code."""
    try:
        run()
    except ValueError as error:
        if not _is_ours(error, "twinrom.statemachine", "InputError"):
            raise
        print(error, file=sys.stderr)  # noqa: T201 - the one place that prints errors
        return EXIT_INPUT
    except RuntimeError as error:
        if not _is_ours(error, "twinrom.proofs", "EngineDisagreementError", "WorkerDiedError"):
            raise
        print(  # noqa: T201
            f"twinrom: {error}\nthis is a bug of twinrom, please report it with the files",
            file=sys.stderr,
        )
        return EXIT_BUG
    except SystemExit as end:
        if end.code == EXIT_INTERRUPTED:
            print("interrupted", file=sys.stderr)  # noqa: T201
        raise
    except BrokenPipeError:
        from twinrom.diagrams.commands import EXIT_FAILED

        sys.stderr.close()
        return EXIT_FAILED
    return 0


def _is_ours(error: Exception, package: str, *names: str) -> bool:
    """Say whether it is one of a package's errors, without importing that for `--help`."""
    loaded = sys.modules.get(package)
    return any(isinstance(error, getattr(loaded, name, ())) for name in names)


def main() -> None:
    """Run the command line."""
    from twinrom.diagrams.commands import app

    sys.exit(_guarded(app))
