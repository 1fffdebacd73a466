"""Every policy change of examples/changes, asked of every engine.

    python tests/helpers/all_changes.py [NAME...]

The tests ask the search for everything and the solver for what is short. This asks z3 for every
shortest counterexample to an invariant or step property, and reachability to prove all the others.
It takes some minutes, and exits with 1 on a disagreement.
"""

from __future__ import annotations

import sys
import time

from all_mutants import STATES, compared
from asked import lengths, safety, up_to
from test_changes import MANIFEST, of_change

from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.exhaustive import explore


def agreed(name: str) -> str:
    """Return in words what the engines agree on; raises `AssertionError` where they do not."""
    asked = safety(of_change(name))
    found = explore(asked, max_states=STATES)
    plain = explore(asked, max_states=STATES, plain=True)
    assert lengths(found) == lengths(plain), "the tiers of the search differ"
    broken = [f.violation.length for f in found.found.values() if f.violation is not None]
    depth = max(broken, default=0)
    if broken:
        assert up_to(lengths(found), depth) == lengths(check_bounded(asked, depth)), "z3 differs"
    rest = compared(asked)
    return f"{len(broken)} broken, the last after {depth} events; the others: {rest}"


def main(names: list[str]) -> int:
    """Ask about the named changes, or all; return the exit code."""
    failed = 0
    for name in names or MANIFEST:
        started = time.monotonic()
        try:
            said = agreed(name)
        except AssertionError as error:
            said, failed = f"DISAGREEMENT: {error}", 1
        sys.stdout.write(f"{name}: {said} ({time.monotonic() - started:.0f} s)\n")
        sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
