"""Of equally short runs one with the fewest steps of the environment is told, in both tiers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asked import CORPUS, corpus, question, sampled
from plain import Plain
from random_models import made

from twinrom.proofs import Question, Report, holds_at, holds_in
from twinrom.proofs.engines.native import search_native
from twinrom.proofs.engines.search.breadth_first import search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twinrom.proofs import Property
    from twinrom.proofs.run import Run
    from twinrom.statemachine import State
    from twinrom.statemachine.terms import Term

MODEL = """
[machine.lamp]
states = ["off", "warm", "hot", "broken"]
initial = "off"

[rule.kick]
by = "fault"
moves = "lamp: off -> warm"

[rule.switch]
by = "operator"
moves = "lamp: off -> hot"

[rule.crack]
by = "fault"
moves = "lamp: warm -> broken"

[rule.melt]
by = "controller"
moves = "lamp: hot -> broken"
"""
SPEC = """
[invariant.whole]
says = "The lamp stays whole."
must = "lamp is not broken"
"""
TIERS = [pytest.param(search, id="plain"), pytest.param(search_native, id="native")]


@pytest.mark.parametrize("engine", TIERS)
def test_a_fault_is_left_out_where_the_lamp_breaks_by_itself(
    engine: Callable[[Question], Report],
) -> None:
    asked = question(MODEL, SPEC)
    run = engine(asked).found["whole"].violation
    assert run is not None
    assert [asked.system.instances[i].rule.name for i, _ in run.steps] == ["switch", "melt"]


@pytest.mark.parametrize("engine", TIERS)
def test_the_file_decides_between_runs_that_weigh_the_same(
    engine: Callable[[Question], Report],
) -> None:
    swapped = MODEL.replace('by = "controller"', 'by = "host"')
    asked = question(swapped, SPEC)
    run = engine(asked).found["whole"].violation
    assert run is not None
    assert [asked.system.instances[i].rule.name for i, _ in run.steps] == ["kick", "crack"]


class Weights:
    """The fewest steps of the environment to each state among the shortest runs to it."""

    def __init__(self, asked: Question) -> None:
        self.asked, self.graph = asked, Plain(asked)
        self.least: dict[State, int] = dict.fromkeys(self.graph.layers[0], 0)
        for layer, following in zip(self.graph.layers, self.graph.layers[1:], strict=False):
            new = dict.fromkeys(following, len(self.graph.layers))
            for state in layer:
                for step, after in self.graph.steps[state]:
                    if after in new:
                        weight = self.least[state] + self.of(step.instance.index)
                        new[after] = min(new[after], weight)
            self.least |= new

    def of(self, index: int) -> int:
        rule = self.asked.system.instances[index].rule
        return int(not self.asked.model.automatic(rule))

    def shortest(self, prop: Property, term: Term) -> tuple[int, int] | None:
        """Return the length and the weight of the lightest of the shortest runs to a term."""
        return min(self._to(prop, term), default=None)

    def _to(self, prop: Property, term: Term) -> Iterator[tuple[int, int]]:
        for depth, layer in enumerate(self.graph.layers):
            for state in layer:
                entry, weight = self.asked.system.entry(state.tables), self.least[state]
                if not prop.stepwise:
                    if holds_in(term, state, entry):
                        yield depth, weight
                    continue
                for step, after in self.graph.steps[state]:
                    if holds_at(term, state, step, after, entry):
                        yield depth + 1, weight + self.of(step.instance.index)

    def weighed(self, run: Run | None) -> tuple[int, int] | None:
        return None if run is None else (len(run.steps), sum(self.of(i) for i, _ in run.steps))


def weigh(asked: Question) -> int:
    """Compare the runs of both tiers with the definition; return how many were compared."""
    weights, compared = Weights(asked), 0
    for engine in (search, search_native):
        report = engine(asked)
        for prop in asked.properties:
            found = report.found[prop.name]
            witness = weights.shortest(prop, prop.exercise)
            assert weights.weighed(found.witness) == witness
            compared += witness is not None
            if prop.kind.safety:
                assert weights.weighed(found.violation) == weights.shortest(prop, prop.bad)
    return compared


def small(asked: Question, states: int) -> bool:
    """Say whether there are at most so many states, each counted once for every table choice."""
    report = search(asked, max_states=states)
    return report.complete and report.counts is not None and report.counts.states <= states


NAMES = [p.name.removesuffix(".spec.toml") for p in sorted(CORPUS.glob("*.spec.toml"))]


@pytest.mark.parametrize("name", sampled(NAMES, 3))
def test_no_shortest_run_is_lighter_in_the_corpus(name: str) -> None:
    asked = corpus(name)
    if small(asked, 1_000):
        weigh(asked)


def test_no_shortest_run_is_lighter_in_random_models() -> None:
    compared = 0
    for seed in range(40):
        maker = made(seed)
        asked = question(maker.model(), maker.spec())
        if small(asked, 100):
            compared += weigh(asked)
    assert compared > 50
