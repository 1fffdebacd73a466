"""Mistakes that only a run shows: every engine names the rule and the state, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asked import question

from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.native import search_native
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinrom.proofs import Question, Report

COUNTER = """
[sort]
Count = "0..3"
[machine.Counter]
instances = ["counter"]
states = ["counting"]
vars = { value = "Count", other = "Count" }
[init]
require = ["counter.value == 0", "counter.other == 2"]
[rule.tick]
by = "operator"
sets = "counter.value = counter.value + 1"
"""
SPEC = '[invariant.small]\nmust = "counter.value <= 3"\n'
FOUND = (
    "`counter.value = counter.value + 1` leaves the sort of its variable; "
    "at `tick` in the state counter=counting, counter.value=3, counter.other=2"
)


def bounded(asked: Question) -> Report:
    return check_bounded(asked, 5)


@pytest.mark.parametrize("engine", [search, search_native, bounded])
def test_a_value_that_leaves_its_sort_is_shown_with_the_whole_state(
    engine: Callable[[Question], Report],
) -> None:
    with pytest.raises(InputError) as error:
        engine(question(COUNTER, SPEC))
    assert str(error.value).splitlines()[0].endswith(FOUND)
