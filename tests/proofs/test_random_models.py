"""On random small models, three independent ways to an answer: plain enumeration, search, z3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asked import lengths, question, safety, sampled, up_to
from random_models import POWERED, REFERRING, SMALL, WRAPPED, made

from twinrom.proofs import Evidence, combine, holds_at
from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from twinrom.proofs import Question

DEPTH = 4
Lengths = dict[str, tuple[int | None, int | None]]


def enumerated(asked: Question) -> tuple[Lengths, int, int, int]:
    """Return shortest violations and witnesses, states, transitions and diameter, the plain way."""
    system = asked.system
    frontier = list(system.initial())
    seen = set(frontier)
    found: dict[tuple[str, str], int] = {}
    transitions = depth = 0
    for state in frontier:
        note(asked, found, 0, state)
    while frontier:
        new = []
        for state in frontier:
            for step, after in system.successors(state):
                transitions += 1
                entry = system.entry(state.tables)
                for prop in asked.decidable:
                    if prop.kind.key == "step":
                        for what, term in (("violation", prop.bad), ("witness", prop.exercise)):
                            if holds_at(term, state, step, after, entry):
                                found.setdefault((prop.name, what), depth + 1)
                if after not in seen:
                    seen.add(after)
                    new.append(after)
                    note(asked, found, depth + 1, after)
        frontier = new
        depth += bool(new)
    both = {p.name: (found.get((p.name, "violation")), found.get((p.name, "witness")))
            for p in asked.decidable}
    return both, len(seen), transitions, depth


def note(asked: Question, found: dict[tuple[str, str], int], depth: int, state: object) -> None:
    entry = asked.system.entry(state.tables)  # type: ignore[attr-defined]
    for prop in asked.decidable:
        if prop.kind.key == "invariant":
            for what, term in (("violation", prop.bad), ("witness", prop.exercise)):
                if terms.evaluate(term, state.values, (), {}, entry):  # type: ignore[attr-defined]
                    found.setdefault((prop.name, what), depth)


@pytest.mark.parametrize(
    "seed", [*sampled(SMALL, 3), *sampled(POWERED, 40), *sampled(WRAPPED, 40),
             *sampled(REFERRING, 40)])
def test_three_ways_to_one_answer(seed: int) -> None:
    maker = made(seed)
    model, spec = maker.model(), maker.spec()
    asked = safety(question(model, spec))
    plain, *sizes = enumerated(asked)
    report = search(asked)
    assert report.complete
    assert lengths(report) == plain, model
    assert report.counts is not None
    counts = [report.counts.states, report.counts.transitions, report.counts.diameter]
    assert counts == (sizes if sizes[0] else [0, 0, -1]), model
    bounded = check_bounded(asked, DEPTH)
    assert lengths(bounded) == up_to(plain, DEPTH), model
    reports = {"bounded": bounded, "search": report}
    assert [r.prop.name for r in combine(Evidence(asked, reports, DEPTH))] == list(plain)
