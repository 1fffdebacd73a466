"""Narrowings, detours, additions and splits: what they change, and which of them are tried."""

from __future__ import annotations

import pickle
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from asked import CORPUS, ROOT, SHIPPED, question, shipped

from twinrom.proofs import Mutant, MutantOutcome, Options, Question, mutants, mutate, request
from twinrom.proofs.mutation.mutants import (
    EDITS,
    GROUPS,
    changed_rules,
    further_mutants,
    group,
    mutated,
)
from twinrom.proofs.mutation.outcome import Trials
from twinrom.proofs.mutation.sample import all_mutants, chosen, sample
from twinrom.statemachine import Document, Model, ground, load_model, parse_model

if TYPE_CHECKING:
    from twinrom.statemachine import Rule

MODEL = """
title = "Two ports share a line"
[sort]
Speed = "1..2"
Plug = ["round", "flat", "square"]
[machine.Port]
instances = ["P", "Q"]
states = ["closed", "open", "broken"]
vars = { busy = { sort = "bool", initial = "False" }, peer = { sort = "Port?", initial = "none" } }
[machine.line]
states = ["free", "taken"]
vars = { speed = { sort = "Speed", initial = "1" }, hot = { sort = "bool", initial = "False" } }
[rule.opens]
by = "operator"
each = { this = ["P", "Q"] }
given = { speed = "Speed", plug = "Plug" }
moves = ["line: free -> taken", "this: closed -> open"]
when = ["not line.hot", "plug != round"]
sets = ["line.speed = speed", "this.busy = True"]
[rule.closes]
by = "controller"
each = { this = ["P", "Q"], other = ["Q", "P"] }
moves = "this: open -> closed"
also = "line: taken -> free"
when = "other is not open"
sets = ["this.busy = False", "this.peer = other"]
"""
SPEC = """
title = "What the ports keep"
[invariant.one_at_a_time]
must = "P is not open or Q is not open"
[response.it_closes]
whenever = "line is taken"
eventually = "line is free"
[ends]
when = "line is free"
"""
PORTS = question(MODEL, SPEC)
PLAIN = Options(plain=True, jobs=1)
FURTHER = {m.name: m for m in further_mutants(PORTS.model)}


def of(rule: str, kind: str, model: Model = PORTS.model) -> list[str]:
    """Return the mutants of a kind of one rule, without what all their names begin with."""
    start = f"rule.{rule}: "
    found = [m for m in further_mutants(model) if (m.rule, m.kind) == (rule, kind)]
    assert all(m.name.startswith(start) for m in found)
    return [m.name.removeprefix(start) for m in found]


def test_narrowings_say_what_the_guard_does_not_say_and_each_of_them_once() -> None:
    assert of("opens", "narrow") == [
        "narrow by this.busy", "narrow by not this.busy", "narrow by this.peer == none",
        "narrow by this.peer != none", "narrow by this.peer == this", "narrow by this.peer != this",
        "narrow by line.speed == 1", "narrow by line.speed == 2",
        "narrow by speed == 1", "narrow by speed == 2", "narrow by plug == flat",
        "narrow by plug == square", "narrow by this == P", "narrow by this == Q",
        "narrow by False",
    ]  # fmt: skip
    assert "narrow by other is closed" in of("closes", "narrow")
    assert "narrow by other is not closed" in of("closes", "narrow")
    assert not {"narrow by other is not broken", "narrow by this is open"} & {
        *of("closes", "narrow")}


def test_a_narrowing_of_a_rule_that_names_a_machine_is_about_it() -> None:
    model = parse_model(MODEL.replace(
        'each = { this = ["P", "Q"], other = ["Q", "P"] }\nmoves = "this:', 'moves = "P:').replace(
        "other", "Q").replace("this.", "P."), "model.toml")
    assert {"narrow by P.busy", "narrow by Q is closed", "narrow by P.peer == Q"} <= {
        *of("closes", "narrow", model)}


def test_parts_columns_of_many_and_large_sorts() -> None:
    model = parse_model("""
        title = "Servers"
        [sort]
        Tries = "0..9"
        [machine.Server]
        instances = "s1..s3"
        vars = { boot = "this.Bank", tries = "Tries" }
        [machine.Bank]
        part_of = "Server"
        parts = ["A", "B"]
        vars = { ok = "bool" }
        [rule.boots]
        by = "controller"
        each = { this = "Server" }
        sets = "this.boot = this.A"
        """, "model.toml")
    assert of("boots", "narrow", model) == [
        "narrow by this.boot == this.A", "narrow by this.boot == this.B",
        "narrow by this.tries == 0", "narrow by this.tries == 9",
        "narrow by this.A.ok", "narrow by not this.A.ok",
        "narrow by this.B.ok", "narrow by not this.B.ok", "narrow by this == s1",
        "narrow by False",
    ]  # fmt: skip
    for mutant in further_mutants(model):
        ground(mutated(model, mutant))


def rules(name: str) -> list[Rule]:
    """Return the rules that a mutant changes or adds, in the order of the model."""
    other = mutated(PORTS.model, FURTHER[f"rule.{name}"])
    return [r for n, r in other.rules.items() if n in changed_rules(PORTS.model, other)]


def told(rule: Rule) -> dict[str, object]:
    """Return what a rule says, as text; what it does not say is left out."""
    keys = ("moves", "also", "when", "sets")
    listed = {key: [str(item) for item in getattr(rule, key)] for key in keys}
    columns = [" ".join(f"{k}={v}" for k, v in column) for column in rule.columns]
    return {"name": rule.name, "by": rule.by, "on": rule.event, "each": columns} | {
        key: items for key, items in listed.items() if items}


def test_a_narrowing_adds_a_conjunct_and_nothing_else() -> None:
    [rule] = rules("opens: narrow by plug == flat")
    own = PORTS.model.rules["opens"]
    assert [str(f) for f in rule.when] == ["not line.hot", "plug != round", "plug == flat"]
    assert rule.when[:2] == own.when
    assert (rule.moves, rule.sets, rule.event) == (own.moves, own.sets, own.event)


def test_a_detour_goes_on_from_the_other_state_for_the_machines_it_is_about() -> None:
    assert of("closes", "detour") == ["detour this: open -> closed by broken"]
    turned, on = rules("closes: detour this: open -> closed by broken")
    assert [str(m) for m in turned.moves] == ["this: open -> broken"]
    assert told(on) == {"name": "closes_from_broken", "by": "controller",
                        "on": "closes_from_broken", "each": ["this=P", "this=Q"],
                        "moves": ["this: broken -> closed"]}  # fmt: skip


def test_an_addition_by_another_actor_is_not_told_from_its_rule_by_its_event() -> None:
    assert of("closes", "add") == [
        "add by operator", "add by fault", "add this: closed -> closed",
        "add this: broken -> closed", "add under another event",
    ]  # fmt: skip
    own, by = rules("closes: add by operator")
    assert (own.name, own.nondeterministic) == ("closes", True)
    assert (by.name, by.by, by.event) == ("closes_by_operator", "operator", "closes")
    assert by.nondeterministic
    assert told(by)["sets"] == told(own)["sets"]
    assert [a.split()[-1] for a in of("opens", "add")[:2]] == ["controller", "fault"]


def test_any_other_addition_has_an_event_of_its_own() -> None:
    [from_broken] = rules("closes: add this: broken -> closed")
    assert from_broken.event == from_broken.name == "closes_from_broken"
    assert [str(m) for m in from_broken.moves] == ["this: broken -> closed"]
    [otherwise] = rules("closes: add under another event")
    assert otherwise.event == otherwise.name == "closes_otherwise"
    assert otherwise.moves == PORTS.model.rules["closes"].moves


def test_a_split_does_an_effect_later_where_the_rule_has_led() -> None:
    assert of("closes", "split") == [
        "split off line: taken -> free", "split off this.busy = False",
        "split off this.peer = other",
    ]  # fmt: skip
    first, later = rules("closes: split off line: taken -> free")
    assert first.also == ()
    assert told(later) == {"name": "closes_later", "by": "controller", "on": "closes_later",
                           "each": ["this=P other=Q", "this=Q other=P"],
                           "moves": ["line: taken -> free"],
                           "when": ["this is closed", "other is not open"]}  # fmt: skip
    first, later = rules("closes: split off this.peer = other")
    assert [str(s) for s in first.sets] == ["this.busy = False"]
    assert told(later)["when"] == ["this is closed", "other is not open", "this.peer != other"]
    assert told(rules("closes: split off this.busy = False")[1])["when"] == [
        "this is closed", "other is not open", "this.busy"]


def test_what_comes_with_the_payload_cannot_come_later() -> None:
    assert of("opens", "split") == ["split off this.busy = True"]


def test_a_rule_that_only_sets_is_split_where_the_rest_is_set() -> None:
    model = parse_model(MODEL + """
        [rule.heats]
        by = "host"
        sets = ["line.hot = True", "P.peer = Q"]
        """, "model.toml")
    assert of("heats", "split", model) == [
        "split off line.hot = True", "split off P.peer = Q"]
    mutant = next(m for m in further_mutants(model) if m.name.endswith("P.peer = Q"))
    later = mutated(model, mutant).rules["heats_later"]
    assert [str(f) for f in later.when] == ["line.hot == True", "P.peer != Q"]


def test_a_name_that_is_taken_is_not_taken_twice() -> None:
    model = parse_model(MODEL + """
        [event.closes_otherwise]
        """, "model.toml")
    mutant = next(m for m in further_mutants(model) if m.name.endswith("under another event")
                  and m.rule == "closes")
    assert "closes_otherwise_" in mutated(model, mutant).rules


# ---------------------------------------------------------------- what becomes of them

def outcome(name: str, asked: Question = PORTS, spec: str = SPEC) -> MutantOutcome:
    trials = Trials(asked, Document("model.spec.toml", spec), (), PLAIN)
    found = {m.name: m for m in further_mutants(asked.model)}
    return trials.outcome_of(found[f"rule.{name}"])


def test_a_narrowing_survives_kills_or_is_the_same() -> None:
    alive = outcome("opens: narrow by plug == flat")
    assert (alive.end, alive.by) == ("survived", "the mutant cannot do the last step")
    assert alive.steps == ("opens(this=P, speed=1, plug=square)",)
    dead = outcome("closes: narrow by line.speed == 1")
    assert (dead.end, dead.by, dead.how) == ("killed", "it_closes", "violated")
    same = outcome("closes: narrow by this.busy")
    assert (same.end, same.by) == ("equivalent", "as many states, and as many steps")
    assert outcome("opens: narrow by False").how == "vacuous"


def test_what_an_added_rule_does_is_the_difference() -> None:
    found = outcome("closes: add this: broken -> closed")
    assert found.end == "equivalent"  # no port is ever broken
    model = question(MODEL.replace("open -> closed", "open, broken -> closed") + """
        [rule.breaks]
        by = "fault"
        each = { this = ["P", "Q"] }
        moves = "this: closed -> broken"
        """, SPEC)
    found = outcome("breaks: add this: open -> broken", model)
    assert (found.end, found.by) == ("survived", "only the mutant does the last step")
    assert found.steps == ("opens(this=P, speed=1, plug=flat)", "breaks_from_open(this=P)")
    killed = outcome("breaks: detour this: closed -> broken by open", model)
    assert (killed.end, killed.by) == ("killed", "one_at_a_time")
    split = outcome("closes: split off this.busy = False", model)
    assert split.end == "survived"
    assert split.by == "the last step makes `P.busy` True in the mutant, and not False"


def test_a_narrowing_that_reads_what_it_may_not_is_killed_by_the_text() -> None:
    spec = SPEC + '[reads.nobody_asks_who_is_busy]\nof = "Port.busy"\n'
    found = outcome("opens: narrow by not this.busy", question(MODEL, spec), spec)
    assert (found.end, found.by, found.how, found.length) == (
        "killed", "nobody_asks_who_is_busy", "violated", None)
    assert outcome("opens: narrow by plug == flat", question(MODEL, spec), spec).end == "survived"


# ---------------------------------------------------------------- which of them are tried

@pytest.mark.parametrize("name", [*SHIPPED, "peterson", "two_phase_commit", "fleet"])
def test_every_mutant_has_a_name_of_its_own_is_plain_data_and_can_be_made(name: str) -> None:
    model = shipped(name).model if name in SHIPPED else load_model(str(CORPUS / f"{name}.toml"))
    found = all_mutants(model)
    assert len({m.name for m in found}) == len(found)
    assert found[: len(mutants(model))] == mutants(model)
    assert {group(model, m) for m in found} <= {*EDITS, *GROUPS}
    for mutant in further_mutants(model)[::29]:
        again: Mutant = pickle.loads(pickle.dumps(mutant))  # noqa: S301 - our own
        assert again == mutant
        other = mutated(model, again)
        ground(other)
        assert changed_rules(model, other)


def test_cut_rules_have_further_mutants_that_can_be_made() -> None:
    model = load_model(str(ROOT / "examples" / "modern" / "mcuboot_revert_magic.toml"))
    for mutant in further_mutants(model)[::7]:
        ground(mutated(model, mutant))


def test_the_sample_is_the_same_each_time_and_spread_over_rules() -> None:
    model = shipped("msa1000").model
    further = further_mutants(model)
    some = sample(model, further, 100)
    assert len(some) == 100
    assert some == sample(model, further, 100) == tuple(m for m in further if m in some)
    assert {*sample(model, further, 50)} < {*some}
    shares = Counter(group(model, m) for m in some)
    assert [shares[name] for name in GROUPS] == [51, 25, 13, 6, 3, 2]
    per_rule = Counter(m.rule for m in some if group(model, m) == GROUPS[0])
    assert max(per_rule.values()) - min(per_rule.values()) <= 1
    assert sample(model, further, 10_000) == further


def test_a_limit_may_be_less_more_or_none() -> None:
    model = shipped("proliant").model
    every = all_mutants(model)
    edits = len(mutants(model))
    assert len(chosen(model, every, None)) == edits + 200
    assert chosen(model, every, None)[:edits] == mutants(model)
    assert len(chosen(model, every, 7)) == 7
    assert len(chosen(model, every, edits + 300)) == edits + 300
    assert chosen(model, every, 0) == every
    assert chosen(model, every, 100_000) == every


def test_groups_have_scores_of_their_own() -> None:
    found = mutate(request(str(CORPUS / "tcommit.toml")), PLAIN, 12)
    assert [*found.groups] == [
        "drop", "negate", "widen", "redirect", "swap", "narrow, automatic", "detour", "add",
    ]  # fmt: skip
    assert sum(score.total for score in found.groups.values()) == found.total
    assert sum(score.tried for score in found.groups.values()) == len(found.outcomes) == 12
    assert sum(score.killed for score in found.groups.values()) == found.score[0]
    assert sum(score.could_be for score in found.groups.values()) == found.score[1]
