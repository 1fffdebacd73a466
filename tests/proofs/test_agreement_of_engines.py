"""The search and the provers on every mutant and every policy change; the tests ask a sample."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from asked import (
    LONG,
    SHIPPED,
    dropped,
    lengths,
    of_dropped,
    proved,
    safety,
    up_to,
)
from changed import MANIFEST, of_change

from twinrom.proofs.engines.bounded import check_bounded
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


# Of every mutant it takes hours: `TWINROM_EVERY=1 make test-all`.
EVERY = int(os.environ.get("TWINROM_EVERY", "8"))
CASES = [(name, mutant) for name in SHIPPED for mutant in dropped(name)][::EVERY]


@pytest.mark.parametrize(
    ("name", "mutant"),
    [pytest.param(*case, marks=[] if case in CASES[-2:] else [LONG]) for case in CASES],
)
def test_reachability_agrees_with_the_search(name: str, mutant: str) -> None:
    assert compared(safety(of_dropped(name, mutant))) in ("proved", "left-open", "mistake")


@LONG
@pytest.mark.parametrize("name", MANIFEST)
def test_engines_agree_on_changes(name: str) -> None:
    asked = safety(of_change(name))
    found = explore(asked, max_states=STATES)
    assert lengths(found) == lengths(explore(asked, max_states=STATES, plain=True))
    depth = max((f.violation.length for f in found.found.values() if f.violation), default=0)
    if depth:
        assert up_to(lengths(found), depth) == lengths(check_bounded(asked, depth))
    assert compared(asked) in ("proved", "left-open")
