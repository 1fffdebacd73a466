"""Mutants: how they are made, what becomes of them, and that the shipped specs notice them."""

from __future__ import annotations

import itertools
import json
from collections import Counter, deque
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest
from asked import (
    CORPUS,
    LONG,
    ROOT,
    SHIPPED,
    corpus,
    included,
    of_mutant,
    question,
    sampled,
    shipped,
)
from typer.testing import CliRunner

from twinrom.diagrams import commands
from twinrom.proofs import (
    Mutant,
    MutantOutcome,
    Options,
    Question,
    mutants,
    mutate,
    mutated,
    request,
)
from twinrom.proofs.mutation.mutants import EDITS, further_mutants
from twinrom.proofs.mutation.outcome import Trials
from twinrom.proofs.mutation.sample import all_mutants, spread
from twinrom.proofs.spec.observables import observables
from twinrom.statemachine import Document, InputError, Model, ground

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.statemachine import State, TransitionSystem

MANY = Options(max_states=1_000_000)

MODEL = """
title = "A lamp and a counter"
[machine.Lamp]
instances = ["lamp"]
states = ["dark", "lit", "broken"]
vars = { times = "Count" }
[sort]
Count = "0..3"
[init]
require = "lamp.times == 0"
[rule.on]
by = "operator"
moves = "lamp: dark -> lit"
when = "lamp.times < 3"
sets = "lamp.times = lamp.times + 1"
[rule.off]
by = "controller"
moves = "lamp: lit -> dark"
[rule.repair]
by = "operator"
moves = "lamp: broken -> dark"
"""
SPEC = """
title = "What a lamp does"
[step.on]
whenever = "event is on"
must = "next(lamp is lit) and next(lamp.times) > lamp.times"
[response.dark_again]
whenever = "lamp is lit"
eventually = "lamp is dark"
[ends]
when = "lamp is dark"
[invariant.thrice]
must = "lamp.times < 3"
expect = "violated"
because = "three times is enough"
"""


def outcomes(asked: Question, spec: str) -> dict[str, MutantOutcome]:
    trials = Trials(asked, Document("model.spec.toml", spec), (), MANY)
    return {m.name: trials.outcome_of(m) for m in mutants(asked.model)}


LAMP = question(MODEL, SPEC)
LAMP_FATES = outcomes(LAMP, SPEC)


def end(name: str) -> tuple[str, str, str, int | None]:
    outcome = LAMP_FATES[f"rule.{name}"]
    return outcome.end, outcome.how, outcome.by, outcome.length


def test_every_end_and_every_kind_of_kill() -> None:
    assert end("on: redirect lamp: dark -> lit to broken") == ("killed", "violated", "on", 1)
    assert end("off: swap controller for operator") == ("killed", "violated", "dark_again", 1)
    assert end("on: negate lamp.times < 3") == ("killed", "holds", "thrice", None)
    without = SPEC[: SPEC.index("[invariant")]
    found = outcomes(LAMP, without)["rule.on: negate lamp.times < 3"]
    assert (found.end, found.how, found.by) == ("killed", "vacuous", "on")
    assert end("off: redirect lamp: lit -> dark to lit")[:3] == ("killed", "violated", "dark_again")
    mistake = end("on: drop lamp.times < 3")
    assert mistake[:2] == ("killed", "mistake")
    assert "leaves the sort of its variable" in mistake[2]
    assert end("repair: negate lamp: broken -> dark")[0] == "survived"
    assert end("repair: redirect lamp: broken -> dark to lit")[0] == "equivalent"
    assert end("repair: swap operator for controller") == (
        "equivalent", "", "its rule never happens", None,
    )  # fmt: skip


def test_two_rules_that_overlap_kill() -> None:
    asked = question(
        MODEL.replace("[rule.off]", '[rule.off]\non = "turn"').replace(
            "[rule.repair]", '[rule.repair]\non = "turn"'
        ),
        SPEC,
    )
    found = outcomes(asked, SPEC)["rule.repair: widen lamp: broken -> dark"]
    assert (found.end, found.how) == ("killed", "mistake")
    assert "can both happen" in found.by


@pytest.mark.parametrize("name", SHIPPED)
def test_mutants_have_names_of_their_own_and_change_one_rule(name: str) -> None:
    model = shipped(name).model
    found = mutants(model)
    assert len({m.name for m in found}) == len(found)
    for mutant in found:
        other = mutated(model, mutant)
        assert [n for n, rule in other.rules.items() if rule != model.rules[n]] == [mutant.rule]
        same = [f.name for f in fields(Model) if f.compare and f.name != "rules"]
        assert [n for n in same if getattr(other, n) != getattr(model, n)] == []


def test_numbers_of_mutants_are_the_recorded_ones() -> None:
    counted = {
        name: {
            kind: len(list(group))
            for kind, group in itertools.groupby(
                sorted(mutants(shipped(name).model), key=lambda m: m.kind), key=lambda m: m.kind
            )
        }
        for name in SHIPPED
    }
    assert counted == {
        "fleet": {"drop": 52, "negate": 53, "redirect": 35, "swap": 16, "widen": 19},
        "proliant": {"drop": 39, "negate": 30, "redirect": 23, "swap": 12, "widen": 11},
        "msa1000": {"drop": 141, "negate": 77, "redirect": 147, "swap": 29, "widen": 50},
    }


def test_a_rule_may_not_take_the_power() -> None:
    model = shipped("msa1000").model
    drops = {m.rule: m for m in mutants(model) if m.part == "power"}
    assert [m.name for m in drops.values()] == [
        "rule.power_off: drop power", "rule.power_loss: drop power"]
    assert mutated(model, drops["power_off"]).rules["power_off"].power is None


def test_a_limit_spreads_evenly() -> None:
    found = mutants(shipped("proliant").model)
    some = spread(found, 10)
    assert len(some) == 10
    gaps = [b - a for a, b in itertools.pairwise(found.index(m) for m in some)]
    assert max(gaps) - min(gaps) <= 1
    assert spread(found, None) == spread(found, 1000) == found


def nearest_difference(old: TransitionSystem, new: TransitionSystem) -> int | None:
    """Return after how many steps two systems differ, side by side, state by state."""
    def moves(system: TransitionSystem, state: State) -> set[object]:
        return {(s.instance.index, s.payload, after) for s, after in system.successors(state)}

    start = list(old.initial())
    depth = dict.fromkeys(start, 0)
    queue = deque(start)
    while queue:
        state = queue.popleft()
        if moves(old, state) != moves(new, state):
            return depth[state] + 1
        for _, after in old.successors(state):
            if after not in depth:
                depth[after] = depth[state] + 1
                queue.append(after)
    return None


@pytest.mark.parametrize("name", sampled(["peterson", "tcommit", "two_phase_commit"], 3))
def test_difference_is_the_nearest_one_and_refinement_agrees(name: str) -> None:
    base = corpus(name)
    old = ground(base.model)
    spec = Document.read(base.spec.paths[0])
    skip = ["deadlock", *(p.name for p in base.properties)]  # every mutant is to be compared
    for mutant in (*mutants(base.model), *further_mutants(base.model)[::4]):
        if mutant.kind == "swap":
            continue
        outcome = Trials(base, spec, skip, replace(MANY, plain=True)).outcome_of(mutant)
        if outcome.end == "killed":
            assert outcome.how == "mistake"
            continue
        new = ground(of_mutant(base, mutant).model)
        nearest = nearest_difference(old, new)
        assert (outcome.length, outcome.end) == (nearest, "survived" if nearest else "equivalent")
        assert len(outcome.steps) == (nearest or 0)
        what = observables(old, new)
        if nearest is None:
            assert included(old, new, what).holds
            assert included(new, old, what).holds


def test_workers_find_what_one_process_finds() -> None:
    asked = request(str(CORPUS / "peterson.toml"))
    seen: list[tuple[int, int]] = []
    options = Options(jobs=1, plain=True)
    one = mutate(asked, options, 24, progress=lambda done, of: seen.append((done, of)))
    two = mutate(asked, Options(jobs=2, plain=True), 24)
    assert one.outcomes == two.outcomes
    assert len(one.outcomes) == 24
    assert one.total == 41 + len(further_mutants(one.question.model))
    assert seen[-1] == (24, 24)


def test_edits_of_peterson_are_killed_but_for_three() -> None:
    base = corpus("peterson")
    trials = Trials(base, Document.read(base.spec.paths[0]), (), replace(MANY, plain=True))
    found = {m.name: trials.outcome_of(m) for m in mutants(base.model)}
    assert Counter(outcome.end for outcome in found.values()) == {"killed": 38, "survived": 3}
    assert [name for name, outcome in found.items() if outcome.end == "survived"] == [
        "rule.begins: swap operator for controller",
        "rule.finishes: redirect this: critical -> leaving to yielding",
        "rule.leaves: redirect this: leaving -> outside to asking",
    ]


def files(folder: Path, more: str) -> str:
    (folder / "lamp.toml").write_text(MODEL, encoding="utf-8")
    (folder / "lamp.spec.toml").write_text(SPEC + more, encoding="utf-8")
    return str(folder / "lamp.toml")


def explained(name: str) -> str:
    return f'[mutant."{name}"]\nbecause = "so it is"\n'


def test_explanations_are_checked(tmp_path: Path) -> None:
    survivor = "rule.repair: negate lamp: broken -> dark"
    dead = "rule.on: redirect lamp: dark -> lit to broken"
    same = "rule.repair: redirect lamp: broken -> dark to lit"
    model = files(tmp_path, "".join(map(explained, (survivor, dead, same, "rule.on: drop it"))))
    found = mutate(request(model), Options(plain=True, jobs=1))
    assert found.because(next(m for m, _ in found.of("survived") if m.name == survivor))
    assert survivor not in [m.name for m, _ in found.unexplained]
    assert found.stale[dead] == "it is killed by on"
    assert found.stale[same] == "it does the same as the model, which needs no reason"
    assert found.stale["rule.on: drop it"].startswith("there is no such mutant")
    assert set(found.stale) == {dead, same, "rule.on: drop it"}


def test_an_explanation_needs_a_reason() -> None:
    with pytest.raises(InputError, match="because"):
        question(MODEL, SPEC + '[mutant."rule.on: drop it"]\n')


def test_too_little_time_and_too_few_states_decide_nothing() -> None:
    base = corpus("two_phase_commit")
    spec = Document.read(base.spec.paths[0])
    mutant = next(m for m in mutants(base.model) if m.kind == "swap")
    outcome = Trials(base, spec, (), Options(max_states=1)).outcome_of(mutant)
    assert (outcome.end, outcome.steps) == ("undecided", ())
    with pytest.raises(InputError, match="the search of the model itself did not end"):
        mutate(request(str(CORPUS / "two_phase_commit.toml")), Options(max_states=1))


def test_what_fails_the_model_itself_kills_nothing() -> None:
    spec = SPEC + '[invariant.wrong]\nmust = "lamp is dark"\n'
    document = Document("model.spec.toml", spec)
    asked = question(MODEL, spec)
    name = "rule.on: swap operator for controller"
    mutant = next(m for m in mutants(asked.model) if m.name == name)
    assert Trials(asked, document, (), MANY).outcome_of(mutant).by == "wrong"
    assert Trials(asked, document, ("wrong",), MANY).outcome_of(mutant).by != "wrong"


@pytest.mark.parametrize("plain", [False, True])
def test_both_tiers_kill_alike(*, plain: bool) -> None:
    document = Document("model.spec.toml", SPEC)
    trials = Trials(LAMP, document, (), replace(MANY, plain=plain))
    again = {m.name: trials.outcome_of(m) for m in mutants(LAMP.model)}
    assert again == LAMP_FATES


def test_the_command_writes_json_and_exits_by_what_is_left(tmp_path: Path) -> None:
    file = tmp_path / "mutants.json"
    arguments = ["mutate", files(tmp_path, ""), "--json", str(file), "--killed", "--plain",
                 "--limit", "16"]  # fmt: skip
    done = CliRunner().invoke(commands.app, arguments, env={"COLUMNS": "200"})
    assert done.exit_code == commands.EXIT_FAILED
    assert "on after 1 step" in done.output
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["schema"] == "twinrom/mutate/1"
    left = [m["name"] for m in data["mutants"] if m["end"] == "survived"]
    assert left
    arguments[1] = files(tmp_path, "".join(map(explained, left)))
    assert CliRunner().invoke(commands.app, arguments).exit_code == 0


@LONG
def test_every_mutant_of_proliant_is_noticed_or_explained() -> None:
    found = mutate(request("proliant"), Options())
    assert (dict(found.stale), found.failing) == ({}, ())
    assert [m.name for m, _ in found.unexplained if m.kind in EDITS] == []
    edits = [score for name, score in found.groups.items() if name in EDITS]
    assert sum(score.killed for score in edits) == 108
    assert sum(score.could_be for score in edits) == 115
    assert sum(score.survived for score in edits) == 7


@pytest.mark.parametrize("name", SHIPPED)
def test_explanations_of_the_shipped_specs_name_mutants(name: str) -> None:
    asked = shipped(name)
    by_name = {m.name: m for m in all_mutants(asked.model)}
    assert set(asked.spec.mutants) <= by_name.keys()
    spec = Document.read(str(ROOT / "proofs" / "specs" / f"{name}.toml"))
    for explained_one in asked.spec.mutants:
        assert Trials(asked, spec, (), MANY).outcome_of(by_name[explained_one]).end == "survived"


def test_a_mutant_is_plain_data() -> None:
    mutant = Mutant("rule.on: drop lamp.times < 3", "on", "drop", "when", 0)
    assert mutant in mutants(LAMP.model)
