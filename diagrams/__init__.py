"""What people look at: tables, stories, pictures, pages, JSON, and the verbs of the command line.

The names are those of `twinrom.diagrams.public`. They are imported when one is used (PEP 562): the
help of the command line needs none of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twinrom.diagrams.public import *  # noqa: F403 - what stands there is listed there
else:  # type checkers must not take a misspelt name for one that comes later

    def __getattr__(name: str) -> Any:
        if name == "__all__" or not name.startswith("_"):
            public = import_module("twinrom.diagrams.public")
            if name == "__all__" or name in public.__all__:
                return getattr(public, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *import_module("twinrom.diagrams.public").__all__})
