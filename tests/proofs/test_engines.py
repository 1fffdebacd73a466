"""Both engines on the same questions: a counter, the shipped models, and every mutant of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from asked import (
    LONG,
    SHIPPED,
    dropped,
    dropped_conjuncts,
    lengths,
    of_dropped,
    outcome,
    question,
    safety,
    sampled,
    searched,
    shipped,
    up_to,
)
from small_models import COUNTER

from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import InputError, TooLargeError

if TYPE_CHECKING:
    from twinrom.proofs import Report


SIX = '[invariant.six]\nmust = "counter.value <= 6"\n'


def both(model: str, spec: str, depth: int) -> tuple[Report, Report]:
    asked = question(model, spec)
    return search(asked), check_bounded(asked, depth)


def test_two_properties_that_differ_by_one() -> None:
    spec = """
[invariant.at_most_seven]
must = "counter.value <= 7"
[invariant.at_most_six]
must = "counter.value <= 6"
[step.never_reaches_seven]
must = "next(counter.value) != 7"
[invariant.never_asked]
whenever = "counter.value == 9"
must = "counter.value == 0"
"""
    complete, bounded = both(COUNTER, spec, 10)
    expected = {
        "at_most_seven": (None, 0),
        "at_most_six": (7, 0),
        "never_reaches_seven": (7, 1),
        "never_asked": (None, None),
    }
    assert lengths(complete) == expected
    assert lengths(bounded) == expected
    assert complete.counts is not None
    assert (complete.counts.states, complete.counts.transitions, complete.counts.diameter) == (
        8,
        7,
        7,
    )


def test_bounded_does_not_see_beyond_its_depth() -> None:
    complete, bounded = both(COUNTER, '[invariant.six]\nmust = "counter.value <= 6"', 6)
    assert lengths(complete) == {"six": (7, 0)}
    assert lengths(bounded) == {"six": (None, 0)}
    assert (bounded.clean, bounded.complete) == (6, False)


def test_a_search_cut_short_says_so_and_claims_no_more() -> None:
    asked = question(COUNTER, '[invariant.six]\nmust = "counter.value <= 6"')
    report = search(asked, max_depth=4)
    assert (report.clean, report.complete, report.stopped) == (4, False, "stopped at depth 4")
    assert lengths(report) == {"six": (None, 0)}


@pytest.mark.parametrize(
    ("name", "depth"),
    [("msa1000", 4), pytest.param("msa1000", 9, marks=LONG), ("proliant", 14)],
)
def test_engines_agree_on_shipped_models(name: str, depth: int) -> None:
    asked = safety(shipped(name))
    complete = searched(name)
    assert complete.complete
    found = {p.name: lengths(complete)[p.name] for p in asked.properties}
    assert up_to(found, depth) == lengths(check_bounded(asked, depth))


MUTANTS = [(name, mutant) for name in SHIPPED for mutant in dropped(name)]
GUARDS = [(name, mutant) for name in SHIPPED for mutant in dropped_conjuncts(name)]


def test_there_are_enough_mutants() -> None:
    assert set(GUARDS) < set(MUTANTS)
    assert len(MUTANTS) >= 200


@pytest.mark.parametrize(("name", "mutant"), sampled(MUTANTS, 50))
def test_tiers_of_the_search_agree_on_mutants(name: str, mutant: str) -> None:
    depth = {"msa1000": 8, "proliant": 10, "fleet": 10}[name]
    asked = of_dropped(name, mutant)
    plain = outcome(lambda: search(asked, max_depth=depth))
    assert outcome(lambda: explore(asked, max_states=10**7, max_depth=depth)) == plain


@pytest.mark.parametrize(("name", "mutant"), sampled(GUARDS, 50))
def test_engines_agree_on_mutants(name: str, mutant: str) -> None:
    depth = {"msa1000": 5, "proliant": 7, "fleet": 3}[name]
    asked = of_dropped(name, mutant)
    complete = outcome(lambda: search(asked, max_depth=depth))
    bounded = outcome(lambda: check_bounded(asked, depth))
    if bounded == "mistake":  # its lemmas are of states that it samples, and these may be deeper
        complete = outcome(lambda: search(asked))
    elif isinstance(complete, dict):
        complete = up_to(complete, depth)
    assert complete == bounded


def test_a_search_that_is_killed_on_the_way_has_claimed_nothing() -> None:
    reports: list[Report] = []
    asked = question(COUNTER, '[invariant.six]\nmust = "counter.value <= 6"')
    search(asked, progress=reports.append)
    assert [r.counts.diameter for r in reports if r.counts] == list(range(8))
    assert all((r.clean, r.found, r.complete) == (-1, {}, False) for r in reports)


def test_value_that_leaves_its_sort_is_shown_with_the_whole_state() -> None:
    beside = '[machine.Lamp]\ninstances = ["lamp"]\nstates = ["dark", "lit"]\ninitial = "lit"\n'
    asked = question(COUNTER.replace('when = "counter.value < 7"\n', "") + beside, SIX)
    for engine in (search, partial(explore, max_states=100), partial(check_bounded, depth=12)):
        with pytest.raises(InputError) as raised:
            engine(asked)
        said = str(raised.value)
        assert "`counter.value = counter.value + 1` leaves the sort of its variable" in said
        assert "at `tick` in the state counter=counting, counter.value=9, lamp=lit" in said


def test_too_many_tables_for_the_search_are_none_for_the_solver() -> None:
    wide = COUNTER + '[table.fits]\nof = ["Count", "Count"]\n'
    spec = '[invariant.six]\nmust = "counter.value <= 6 or fits(counter.value, 0)"'
    asked = question(wide, spec)
    assert lengths(check_bounded(asked, 8)) == {"six": (7, 0)}
    with pytest.raises(TooLargeError, match="2\\^100 table choices are too many to enumerate"):
        search(asked)
