"""Models whose state counts, transition counts and depth other people recorded."""

from __future__ import annotations

import pytest
from asked import corpus, lengths, safety, up_to

from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.search.breadth_first import search

# distinct states, generated states with the initial ones, depth in states: from the manifests of
# the TLA+ Examples repository
RECORDED = {
    "two_phase_commit": (288, 1146, 11),
    "tcommit": (34, 94, 7),
    "peterson": (42, 77, 11),
}


@pytest.mark.parametrize("name", RECORDED)
def test_counts_are_the_recorded_ones(name: str) -> None:
    report = search(corpus(name))
    assert report.complete
    assert report.counts is not None
    found = (
        report.counts.states,
        report.counts.transitions + report.counts.initial,
        report.counts.diameter + 1,
    )
    assert found == RECORDED[name]


@pytest.mark.parametrize("name", RECORDED)
def test_plain_enumeration_counts_the_same(name: str) -> None:
    system = corpus(name).system
    seen = set(system.initial())
    frontier, generated, depth = list(seen), len(seen), 1
    while frontier:
        new = []
        for state in frontier:
            for _, after in system.successors(state):
                generated += 1
                if after not in seen:
                    seen.add(after)
                    new.append(after)
        frontier = new
        depth += bool(new)
    assert (len(seen), generated, depth) == RECORDED[name]


@pytest.mark.parametrize("name", RECORDED)
def test_verdicts_are_the_recorded_ones_in_both_engines(name: str) -> None:
    question = safety(corpus(name))
    depth = RECORDED[name][2] - 1
    complete, bounded = search(question), check_bounded(question, depth)
    for prop in question.decidable:
        found = complete.found[prop.name]
        assert (found.violation is not None) == prop.expect_violated
        assert found.witness is not None
    assert up_to(lengths(complete), depth) == lengths(bounded)
