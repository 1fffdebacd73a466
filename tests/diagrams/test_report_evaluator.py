"""The page's own reader of the rules says what the transition system says."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from asked import corpus, question, resized, shipped
from random_models import POWERED, REFERRING, WRAPPED, made

from twinrom.diagrams.page.data import run_data, system_data
from twinrom.proofs import holds_at, holds_in
from twinrom.statemachine import State, Trace, from_itf, terms

if TYPE_CHECKING:
    from twinrom.proofs import Question
    from twinrom.statemachine import Step

EVALUATOR = Path(__file__).parent.parent.parent / "diagrams" / "page" / "evaluator.js"
NODE = shutil.which("node")
RUN = """
const { GroundSystem } = require(process.argv[1]);
const { data, tables, walk, rows } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const system = new GroundSystem(data);
const looked = walk.map((run) => run.states.map((state, i) => {
  const enabled = system.enabled(state, run.rows);
  const step = run.steps[i - 1];
  return {
    enabled,
    after: enabled.map((one) => system.after(state, run.rows, one)),
    texts: enabled.map((one) => system.stepText(one)),
    judged: system.properties.map((p) => system.judge(p, run.rows, state, run.states[i - 1], step)),
  };
}));
console.log(JSON.stringify({
  initial: tables.map((one) => system.initial(one)), looked,
  traces: walk.map((run) => system.trace(run.rows, run.states, run.steps)),
}));
"""
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed: no JavaScript to run")


def walked(asked: Question, rng: random.Random, length: int) -> Trace:
    """Return a random run, every step of it one that can happen."""
    system = asked.system
    states, steps = [rng.choice(list(system.initial()))], list[Any]()
    for _ in range(length):
        successors = list(system.successors(states[-1]))
        if not successors:
            break
        step, after = rng.choice(successors)
        steps.append(step)
        states.append(after)
    return Trace(asked.model.name, tuple(states), tuple(steps))


def coded(step: Step) -> list[Any]:
    return [step.instance.index, list(step.payload)]


def judged(asked: Question, trace: Trace, at: int) -> list[str]:
    entry = asked.system.entry(trace.states[0].tables)
    found = []
    for prop in asked.decidable:
        if prop.kind.key == "step" and at == 0:
            found.append("idle")
            continue

        def holds(term: Any, *, step: bool = prop.kind.key == "step") -> bool:
            if not step:
                return holds_in(term, trace.states[at], entry)
            before, after = trace.states[at - 1 : at + 1]
            return holds_at(term, before, trace.steps[at - 1], after, entry)

        goal = "holds" if holds(prop.goal) else "broken"
        found.append(goal if holds(prop.whenever) else "idle")
    return found


def by_node(asked: Question, traces: list[Trace]) -> dict[str, Any]:
    system = asked.system
    choices = range(min(8, 1 << len(system.choices.rows)))
    assert NODE is not None
    sent = {
        "data": system_data(asked),
        "rows": len(system.choices.rows),
        "tables": [[c >> i & 1 for i in range(len(system.choices.rows))] for c in choices],
        "walk": [
            {"states": [s.values for s in t.states], **run_data(system, t)} for t in traces
        ],
    }
    done = subprocess.run(
        [NODE, "-e", RUN, str(EVALUATOR)],
        input=json.dumps(sent), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def agrees(asked: Question, traces: list[Trace]) -> int:
    """Compare everything that the page computes along the runs; return how many steps it saw."""
    system, found, seen = asked.system, by_node(asked, traces), 0
    everything = list(system.initial())
    for choice, initial in enumerate(found["initial"]):
        assert initial == [list(s.values) for s in everything if s.tables == choice]
    for trace, looked, itf in zip(traces, found["looked"], found["traces"], strict=True):
        for i, (state, one) in enumerate(zip(trace.states, looked, strict=True)):
            enabled = list(system.enabled(state))
            assert one["enabled"] == [coded(step) for step in enabled]
            assert one["texts"] == list(map(str, enabled))
            after = [State(tuple(values), state.tables) for values in one["after"]]
            assert after == [system.after(state, step) for step in enabled]
            assert one["judged"] == judged(asked, trace, i)
            seen += len(enabled)
        assert from_itf(system, itf) == trace
    return seen


def test_the_page_knows_every_operator() -> None:
    known = set(re.findall(r'case "(\w+)":', EVALUATOR.read_text(encoding="utf-8")))
    assert known == set(get_args(terms.Operator)) - {"opaque"}  # only sorts without end have them


@needs_node
@pytest.mark.parametrize("name", ["msa1000", "proliant", "fleet"])
def test_shipped_models(name: str) -> None:
    asked, rng = shipped(name), random.Random(name)
    assert agrees(asked, [walked(asked, rng, 40) for _ in range(12)]) > 500


@needs_node
def test_a_budget_is_counted_down() -> None:
    asked = resized("proliant", faults={"fault": 2})
    rng = random.Random(2)
    assert agrees(asked, [walked(asked, rng, 30) for _ in range(6)]) > 100


@needs_node
@pytest.mark.parametrize("name", ["peterson", "tcommit", "two_phase_commit"])
def test_corpus(name: str) -> None:
    asked, rng = corpus(name), random.Random(name)
    assert agrees(asked, [walked(asked, rng, 15) for _ in range(4)]) > 20


@needs_node
@pytest.mark.parametrize("seed", [*range(12), *POWERED[:6], *WRAPPED[:6], *REFERRING[:6]])
def test_random_models(seed: int) -> None:
    rng, maker = random.Random(seed), made(seed)
    asked = question(maker.model(), maker.spec())
    if next(asked.system.initial(), None) is None:
        pytest.skip("this random model has no initial state")
    agrees(asked, [walked(asked, rng, 12) for _ in range(4)])
