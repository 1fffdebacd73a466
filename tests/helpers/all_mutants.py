"""Every mutant of the shipped models, asked of the search and of reachability.

    python tests/helpers/all_mutants.py msa1000 proliant

The tests ask a sample of this. It takes up to an hour, and exits with 1 on a disagreement.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from asked import SHIPPED, dropped, of_mutant, proved, safety, shipped

from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.engines.prove import prove_by_reachability
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from twinrom.proofs import Question

STATES = 5_000_000
SECONDS = 40.0


def compared(mutant: Question) -> str:
    """Return how the engines compare on one mutant, as one word.

    `mistake`: the search refuses the mutant, and no certificate covers that; `proved`: everything
    that is not violated is proved; `left-open`: some of it is not. Raises `AssertionError`.
    """
    try:
        fast = explore(mutant, max_states=STATES)
    except InputError:
        return _of_a_mistake(mutant)
    assert fast.complete, "the search is not complete"
    broken = {name for name, found in fast.found.items() if found.violation is not None}
    report = prove_by_reachability(mutant, skip=broken, deadline=time.monotonic() + SECONDS)
    refuted = {name for name, why in report.reasons.items() if "counterexample" in why}
    assert not refuted, f"reachability refutes {refuted}"
    for name in sorted(broken)[:1]:
        others = {p.name for p in mutant.properties if p.name != name}
        late = time.monotonic() + SECONDS / 8
        assert name not in proved(prove_by_reachability(mutant, skip=others, deadline=late)), name
    rest = {p.name for p in mutant.properties} - broken
    return "proved" if proved(report) == rest else "left-open"


def _of_a_mistake(mutant: Question) -> str:
    try:
        explore(mutant, max_states=STATES, plain=True)
    except InputError as error:
        overlap = "can both happen" in str(error)
    else:
        raise AssertionError("the plain search finds no mistake")
    late = time.monotonic() + SECONDS / 8
    certificates = prove_by_reachability(mutant, deadline=late).certificates
    assert not any(c.exclusive if overlap else c for c in certificates), "a mistake is certified"
    return "mistake"


def main(names: list[str]) -> int:
    """Compare the engines on every mutant of the named models; return the exit code."""
    failed = 0
    for name in names or SHIPPED:
        counts: Counter[str] = Counter()
        started = time.monotonic()
        base = shipped(name)
        for text, mutant in dropped(base).items():
            try:
                word = compared(safety(of_mutant(base, mutant)))
            except AssertionError as error:
                word, failed = f"DISAGREEMENT: {error}", 1
            counts[word] += 1
            sys.stdout.write(f"{name}: {text}: {word}\n")
            sys.stdout.flush()
        seconds = time.monotonic() - started
        said = ", ".join(f"{n} {word}" for word, n in counts.most_common())
        sys.stdout.write(f"{name}: {counts.total()} mutants in {seconds:.0f} s: {said}\n")
        sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
