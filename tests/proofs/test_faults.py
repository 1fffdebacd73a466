"""Fault numbers: known ones, plain enumeration of every combination, and how they are shown."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asked import ROOT, question
from plain import Plain
from random_models import made
from rich.console import Console

from twinrom.diagrams import faults_json, faults_view
from twinrom.proofs import ask, fault_numbers, holds_in, parse_spec, pose
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.questions.faults import availability
from twinrom.statemachine import (
    InputError,
    State,
    from_itf,
    load_model,
    parse_model,
    replay,
    unlimited,
    with_barred_faults,
)

if TYPE_CHECKING:
    from twinrom.proofs import FaultNumber, Property, Question, Report

MODEL = """
[machine.Disk]
instances = ["x", "y", "z"]
states = ["sound", "broken"]
[machine.Power]
instances = ["power"]
states = ["on", "off"]
[rule.breaks]
by = "fault"
kind = "wear"
each = { this = ["x", "y", "z"] }
moves = "this: sound -> broken"
[rule.repair]
by = "operator"
each = { this = ["x", "y", "z"] }
moves = "this: broken -> sound"
when = "power is on"
[rule.outage]
by = "fault"
moves = "power: on -> off"
[rule.comes_back]
by = "controller"
moves = "power: off -> on"
"""
SPEC = """
[budget]
fault = 1
[invariant.two_are_sound]
availability = true
must = "count(d is sound for d in Disk) >= 2"
[invariant.x_or_power]
availability = "only"
must = "x is sound or power is on"
[response.power_comes_back]
availability = true
eventually = "power is on"
[possible.all_can_be_sound]
availability = true
can = "all(d is sound for d in Disk)"
[invariant.y_is_sound]
must = "y is sound"
"""


def asked_of(model: str, spec: str) -> Question:
    """Return the question without any limit on faults."""
    loaded = parse_model(model, "model.toml")
    return pose(loaded, *parse_spec(spec, "model.spec.toml"), unlimited(loaded))


def short(numbers: tuple[FaultNumber, ...]) -> dict[str, tuple[int | None, set[tuple[str, ...]]]]:
    return {n.prop.name: (n.survives, {c.faults for c in n.cuts}) for n in numbers}


KNOWN = {
    "two_are_sound": (1, {("breaks[this=x]", "breaks[this=y]"),
                          ("breaks[this=x]", "breaks[this=z]"),
                          ("breaks[this=y]", "breaks[this=z]")}),
    "x_or_power": (1, {("breaks[this=x]", "outage")}),
    "power_comes_back": (None, set()),
    "all_can_be_sound": (None, set()),
}  # fmt: skip


def test_every_smallest_combination_is_found() -> None:
    numbers = fault_numbers(asked_of(MODEL, SPEC))
    assert short(numbers) == KNOWN
    assert [n.stopped for n in numbers] == [None] * 4
    assert {len(c.trace.steps) for n in numbers for c in n.cuts} == {2}


def test_same_fault_twice_is_a_combination() -> None:
    spec = """
[observer.cuts]
sort = "0..3"
initial = "0"
update = "min(cuts + 1, 3) if event is outage else cuts"
[invariant.few]
must = "cuts < 2"
"""
    [number] = fault_numbers(asked_of(MODEL, spec))
    assert (number.survives, [c.faults for c in number.cuts]) == (1, [("outage", "outage")])
    assert len(number.cuts[0].trace.steps) == 3


def test_broken_without_any_fault() -> None:
    [number] = fault_numbers(asked_of(MODEL, '[invariant.off]\nmust = "power is off"\n'))
    assert (number.survives, [c.faults for c in number.cuts]) == (-1, [()])


def test_looking_no_further_than_told() -> None:
    spec = '[invariant.one]\nmust = "any(d is sound for d in Disk)"\n'
    [number] = fault_numbers(asked_of(MODEL, spec), max_faults=2)
    assert (number.survives, number.cuts) == (2, ())
    assert number.stopped == "no more than 2 faults were tried"
    [number] = fault_numbers(asked_of(MODEL, spec), max_faults=3)
    assert (number.survives, len(number.cuts)) == (2, 1)


def test_search_that_does_not_end_claims_no_more_than_it_saw() -> None:
    def shallow(asked: Question) -> Report:
        return search(asked, max_depth=1)

    numbers = fault_numbers(asked_of(MODEL, SPEC), decide=shallow)
    assert {n.prop.name: (n.survives, n.cuts) for n in numbers} == dict.fromkeys(KNOWN, (0, ()))
    assert {n.stopped for n in numbers} == {"stopped at depth 1"}


def test_marked_properties_are_asked_for_and_only_ones_are_not_checked() -> None:
    asked = question(MODEL, SPEC)
    assert [p.name for p in asked.properties] == [
        "two_are_sound", "y_is_sound", "power_comes_back", "all_can_be_sound",
    ]  # fmt: skip
    assert [p.name for p in availability(asked)] == [
        "two_are_sound", "x_or_power", "power_comes_back", "all_can_be_sound",
    ]  # fmt: skip
    bare = question(MODEL, '[invariant.i]\nmust = "True"\n[step.s]\nmust = "True"\n')
    assert [p.name for p in availability(bare)] == ["i"]


@pytest.mark.parametrize("word", ['"sometimes"', "1", "[true]"])
def test_other_words_for_availability_are_refused(word: str) -> None:
    with pytest.raises(InputError, match="availability"):
        question(MODEL, f'[invariant.i]\navailability = {word}\nmust = "True"\n')


def test_expectation_that_nobody_checks_is_refused() -> None:
    spec = (
        '[invariant.i]\navailability = "only"\nexpect = "violated"\nbecause = "x"\nmust = "True"\n'
    )
    with pytest.raises(InputError, match="`expect` says nothing here"):
        question(MODEL, spec)


def test_barred_combination_does_not_happen_and_others_do() -> None:
    asked = asked_of(MODEL, SPEC)
    index = {i.name: i.index for i in asked.system.instances}
    x, y = index["breaks[this=x]"], index["breaks[this=y]"]
    system = with_barred_faults(asked.system, 2, [{x: 1, y: 1}])
    seen: set[tuple[int, ...]] = set()
    todo = [(s, Counter[int]()) for s in system.initial()]
    known = {(s, ()) for s, _ in todo}
    while todo:
        state, used = todo.pop()
        seen.add(tuple(sorted(used.elements())))
        for step, after in system.successors(state):
            more = Counter(used)
            more[step.instance.index] += step.instance.rule.by == "fault"
            key = after, tuple(sorted(more.elements()))
            if key not in known:
                known.add(key)
                todo.append((after, more))
    faults = sorted(i.index for i in asked.system.instances if i.rule.by == "fault")
    pairs = {(a, b) for a in faults for b in faults if a <= b}
    assert seen == {(), *((f,) for f in faults), *pairs} - {(x, y)}


# ---------------------------------------------------------------- shipped


def of_shipped(name: str) -> Question:
    model = load_model(name)
    return ask(model, str(ROOT / "proofs" / "specs" / f"{name}.toml"), unlimited(model))


def test_proliant_survives_any_one_fault_and_not_every_two() -> None:
    asked = of_shipped("proliant")
    numbers = {n.prop.name: n for n in fault_numbers(asked)}
    fatal = {
        ("corruption[this=A]", "corruption[this=B]"): 3,
        ("corruption[this=A]", "power_loss"): 5,
        ("corruption[this=B]", "power_loss"): 8,
    }
    for name in ("never_halts", "comes_up_by_itself"):
        number = numbers.pop(name)
        assert number.survives == 1
        assert {c.faults: len(c.trace.steps) for c in number.cuts} == fatal
        for cut in number.cuts:
            assert tuple(replay(asked.system, cut.trace.states[0], cut.trace.steps)) == (
                cut.trace.states)  # fmt: skip
    assert numbers
    assert {(n.survives, n.stopped) for n in numbers.values()} == {(None, None)}


def test_msa1000_comes_back_after_any_number_of_faults() -> None:
    numbers = fault_numbers(of_shipped("msa1000"))
    assert "redundancy_can_come_back" in {n.prop.name for n in numbers}
    assert {(n.survives, n.stopped) for n in numbers} == {(None, None)}


# ---------------------------------------------------------------- plain enumeration


class Counted(Plain):
    """The explicit graph of states with the faults that happened so far, at most `most`."""

    def __init__(self, asked: Question, most: int) -> None:
        self.asked = asked
        automatic = asked.model.automatic
        start = [(s, ()) for s in asked.system.initial()]
        self.steps, self.own, todo = {}, {}, list(start)
        while todo:
            node = todo.pop()
            if node in self.steps:
                continue
            state, used = node
            self.steps[node], self.own[node] = [], []
            for step, after in asked.system.successors(state):
                fault = step.instance.rule.by == "fault"
                if fault and len(used) == most:
                    continue
                name = (step.instance.name,) if fault else ()
                following = after, tuple(sorted((*used, *name)))
                self.steps[node].append((step, following))
                if automatic(step.instance.rule):
                    self.own[node].append((step.instance.index, following))
                todo.append(following)
        self.rules = [i.index for i in asked.system.instances if automatic(i.rule)]

    def breaking(self, prop: Property) -> set[tuple[str, ...]]:
        """Return the combinations of faults after which the property is broken."""
        entry = self.asked.system.entry
        goal = {n for n in self.steps if holds_in(prop.goal, n[0], entry(n[0].tables))}
        asked = {n for n in self.steps if holds_in(prop.whenever, n[0], entry(n[0].tables))}
        match prop.kind.key:
            case "invariant":
                lost = set(self.steps) - goal
            case "possible":
                lost = set(self.steps) - self.backwards(
                    goal, set(self.steps), lambda n: [a for _, a in self.steps[n]]
                )
            case _:
                lost = self.avoiding(set(self.steps) - goal)
        return {used for _, used in lost & asked}


def plain_number(asked: Question, prop: Property) -> tuple[int | None, set[tuple[str, ...]]]:
    for most in range(3):
        broken = Counted(asked, most).breaking(prop)
        if broken:
            return most - 1, broken
    return 2, set()


SEEDS = (6, 9, 18, 24, 27, 30, 33, 40, 46, 56, 58, 60)


def every_number(seed: int) -> list[tuple[int | None, int]]:
    """Compare the numbers of one random model with plain ones; return what they were."""
    maker = made(seed)
    model, spec = maker.model(), maker.spec()
    model = model.replace('by = "operator"', 'by = "fault"')
    asked = asked_of(model, spec.replace("[budget]\nfault = 1", ""))
    asked = replace(asked, properties=tuple(p for p in asked.properties if not p.stepwise))
    found = []
    for number in fault_numbers(asked, max_faults=2):
        known = number.survives, {c.faults for c in number.cuts}
        if number.survives is None:
            never = search(replace(asked, properties=(number.prop,)))
            assert never.found[number.prop.name].violation is None
        else:
            assert known == plain_number(asked, number.prop), number.prop.name
        found.append((number.survives, len(number.cuts)))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_are_those_of_every_combination(seed: int) -> None:
    assert every_number(seed)


def test_random_models_break_after_some_faults_in_some_ways() -> None:
    found = {n for seed in SEEDS for n in every_number(seed)}
    assert {survives for survives, _ in found} >= {None, -1, 0}
    assert max(ways for _, ways in found) > 1


# ---------------------------------------------------------------- views


def text_of(asked: Question, numbers: tuple[FaultNumber, ...], *, told: bool = False) -> str:
    console = Console(width=80, file=io.StringIO(), highlight=False)
    console.print(faults_view(asked, numbers, told=told))
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    return "\n".join(line.rstrip() for line in lines)


def test_view_says_what_is_survived_and_what_is_fatal() -> None:
    asked = asked_of(MODEL, SPEC)
    text = text_of(asked, fault_numbers(asked))
    assert "two_are_sound     1           2, in 3 ways" in text
    assert "power_comes_back  any number  -" in text
    assert "two_are_sound survives any one fault; two are fatal in these 3 ways.\n" in text
    assert "\n  breaks[this=x] and breaks[this=y], after 2 steps\n" in text
    assert "x_or_power survives any one fault; two are fatal in this way.\n" in text
    assert "Start:" not in text
    text = text_of(asked, fault_numbers(asked), told=True)
    assert "    1  fault  breaks(this=x)  x: sound -> broken  model.toml:8\n" in text
    assert "Wrong: after step 2 `x is sound or power is on` is false (x is broken, power" in text


def test_view_of_what_was_not_decided() -> None:
    asked = asked_of(MODEL, '[invariant.one]\nmust = "any(d is sound for d in Disk)"\n')
    text = text_of(asked, fault_numbers(asked, max_faults=1))
    assert "one       at least 1  -" in text
    assert "one survives any one fault, and is not decided beyond that: no more than 1\n" in text


def test_json_has_the_runs() -> None:
    asked = asked_of(MODEL, SPEC)
    data = json.loads(json.dumps(faults_json([(asked, fault_numbers(asked))])))
    assert data["schema"] == "twinrom/faults/1"
    (model,) = data["models"]
    found = {p["name"]: (p["survives"], p["fatal"], len(p["cuts"])) for p in model["properties"]}
    assert found == {
        "two_are_sound": (1, 2, 3), "x_or_power": (1, 2, 1),
        "power_comes_back": ("any", None, 0), "all_can_be_sound": ("any", None, 0),
    }  # fmt: skip
    cut = model["properties"][1]["cuts"][0]
    trace = from_itf(asked.system, cut["trace"])
    assert isinstance(trace.states[0], State)
    assert sorted(step.instance.name for step in trace.steps) == cut["faults"]
