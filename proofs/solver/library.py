"""Where z3's library is looked for: z3 would load it from the current folder, a model's, first."""

from __future__ import annotations

import builtins
import sys
from importlib.util import find_spec
from pathlib import Path


def pin() -> None:
    """Leave the current folder out; what `Z3_LIB_DIRS` says already stays."""
    spec = find_spec("z3")
    folders = spec.submodule_search_locations or () if spec is not None else ()
    own = [place for folder in folders for place in (str(Path(folder) / "lib"), folder)]
    vars(builtins).setdefault("Z3_LIB_DIRS", [*own, str(Path(sys.prefix) / "lib")])


pin()
