"""The command line `twinrom`: looks whose packages stand here, and says what went wrong.

Its verbs are in `diagrams.commands`. Nothing of ours is imported before `main` has looked.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_INPUT, EXIT_BUG, EXIT_INTERRUPTED = 2, 70, 130
MARKERS = {"statemachine": "ground.py", "proofs": "question.py", "diagrams": "story.py"}
OF_THE_VERBS = ("EXIT_FAILED", "EXIT_UNDECIDED", "__version__", "app")


def __getattr__(name: str) -> Any:
    """Return what the verbs bring along, as if it stood here."""
    if name not in OF_THE_VERBS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("diagrams.commands"), name)


def _foreign() -> str | None:
    """Return what is wrong when somebody else's package stands where one of ours should."""
    for name, marker in MARKERS.items():
        spec = importlib.util.find_spec(name)
        places = list(spec.submodule_search_locations or []) if spec else []
        if not any((Path(place) / marker).is_file() for place in places):
            found = f"found another one at {places[0]}" if places else "it is missing"
            return (
                f"the package `{name}` is not twinrom's: {found}; "
                "install twinrom into an environment of its own"
            )
    return None


def _guarded(run: Callable[[], None]) -> int:
    """Run the command line; turn what can go wrong into one clear message and an exit code."""
    try:
        run()
    except ValueError as error:
        if not _is_ours(error, "statemachine", "InputError"):
            raise
        print(error, file=sys.stderr)  # noqa: T201 - the one place that prints errors
        return EXIT_INPUT
    except RuntimeError as error:
        if not _is_ours(error, "proofs", "EngineDisagreementError", "WorkerDiedError"):
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
        from diagrams.commands import EXIT_FAILED

        sys.stderr.close()
        return EXIT_FAILED
    return 0


def _is_ours(error: Exception, package: str, *names: str) -> bool:
    """Say whether it is one of a package's errors, without importing that for `--help`."""
    loaded = sys.modules.get(package)
    return any(isinstance(error, getattr(loaded, name, ())) for name in names)


def main() -> None:
    """Run the command line."""
    wrong = _foreign()
    if wrong:
        sys.exit(_refuse(wrong))
    from diagrams.commands import app

    sys.exit(_guarded(app))


def _refuse(message: str) -> int:
    print(f"twinrom: {message}", file=sys.stderr)  # noqa: T201
    return EXIT_INPUT


if __name__ == "__main__":
    main()
