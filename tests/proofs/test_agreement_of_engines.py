"""Search and reachability on a sample of mutants; `all_mutants.py` asks every one of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from all_mutants import compared
from asked import SHIPPED, dropped, of_mutant, safety, shipped

if TYPE_CHECKING:
    from twinrom.proofs import Question

SAMPLE = 5


@cache
def sample(name: str) -> dict[str, Question]:
    """Return mutants spread over all rules: dropped conjuncts first, then dropped effects."""
    base = shipped(name)
    every = list(dropped(base).values())
    chosen = [every[i * len(every) // SAMPLE] for i in range(SAMPLE)]
    return {mutant.name: safety(of_mutant(base, mutant)) for mutant in chosen}


CASES = [(name, mutant) for name in SHIPPED for mutant in sample(name)]


def test_sample_is_spread_over_the_rules() -> None:
    for name in SHIPPED:
        rules = {mutant.partition(":")[0] for mutant in sample(name)}
        assert len(sample(name)) == SAMPLE
        assert len(rules) >= SAMPLE // 2


@pytest.mark.parametrize(("name", "mutant"), CASES)
def test_reachability_agrees_with_the_search(name: str, mutant: str) -> None:
    assert compared(sample(name)[mutant]) in ("proved", "left-open", "mistake")
