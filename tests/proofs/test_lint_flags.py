"""Variables that excuse from what a spec asks for: whose they are, and what guards them."""

from __future__ import annotations

import pytest

from twinrom.proofs.lint.flags import excuses
from twinrom.proofs.lint.lint import lint
from twinrom.proofs.spec.posing import pose
from twinrom.proofs.spec.spec import parse_spec
from twinrom.statemachine import parse_model

MODEL = """
title = "Two copiers"
[sort]
Mood = ["calm", "tired", "broken"]
[machine.Copier]
instances = ["P", "Q"]
states = ["idle", "copying", "done"]
vars = { failed = { sort = "bool", initial = "False" }, mood = { sort = "Mood", initial = "calm" } }
unpowered = "idle"
[machine.desk]
vars = { waits_for = { sort = "Copier?", initial = "none" } }
[rule.starts]
by = "controller"
each = { this = "Copier" }
moves = "this: idle -> copying"
when = "not this.failed"
[rule.ends]
by = "controller"
each = { this = "Copier" }
moves = "this: copying -> done"
[rule.fails]
by = "fault"
each = { this = "Copier" }
moves = "this: copying -> idle"
sets = "this.failed = True"
[rule.again]
by = "operator"
each = { this = "Copier" }
moves = "this: idle, done -> idle"
sets = ["this.failed = False", "desk.waits_for = none"]
[rule.tires]
by = "controller"
each = { this = "Copier" }
moves = "this: done -> done"
when = "this.mood == calm"
sets = "this.mood = tired"
[rule.waits]
by = "controller"
each = { this = "Copier" }
moves = "this: done -> done"
when = "desk.waits_for == none"
sets = "desk.waits_for = this"
"""
SPEC = """
title = "Copies are made"
[response.is_copied]
each = { this = "Copier" }
whenever = ["this is idle", "not this.failed"]
eventually = "this is done"
"""
GUARD = """
[step.fails_while_copying]
each = { this = "Copier" }
whenever = "not this.failed and next(this.failed)"
must = "this is copying"
"""


def found(spec: str = SPEC, model: str = MODEL, max_states: int = 100_000) -> list[str]:
    """Return what W601, and what is said of its searches, is."""
    read = parse_model(model, "model.toml")
    posed = pose(read, *parse_spec(spec, "spec.toml")).spec
    return [f"{f.code} {f.problem.message}" for f in lint(read, posed, max_states=max_states)
            if f.code in ("W601", "W200")]  # fmt: skip


def message(name: str, value: str, properties: str = "`is_copied`") -> str:
    unsaid = f"and no property says when it may become {value}"
    return f"W601 `{name}` switches off {properties}, {unsaid}"


def test_a_flag_that_a_fault_sets_is_found_once_for_all_machines() -> None:
    assert found() == [message("P.failed", "True")]


def test_a_property_that_says_when_guards_it() -> None:
    assert found(SPEC + GUARD) == []
    half = GUARD.replace('each = { this = "Copier" }\n', "").replace("this", "P")
    assert found(SPEC + half) == [message("Q.failed", "True")]


def test_one_that_the_policy_sets_is_found_as_well() -> None:
    assert found(model=MODEL.replace('by = "fault"', 'by = "controller"')) == [
        message("P.failed", "True")]


def test_what_the_environment_sets_is_its_own() -> None:
    assert found(model=MODEL.replace('by = "fault"', 'by = "host"')) == []
    given = MODEL + """
        [rule.judged]
        by = "operator"
        each = { this = "Copier" }
        given = { verdict = "bool" }
        sets = "this.failed = verdict"
        """
    assert found(model=given) == []


def test_what_a_property_asks_for_is_no_excuse_from_it() -> None:
    spec = SPEC.replace('"this is done"', '"this is done or this.failed"')
    assert found(spec) == []


def test_a_value_that_nobody_gives_is_no_excuse() -> None:
    model = MODEL.replace("this.failed = True", "this.failed = False").replace(
        '{ sort = "bool", initial = "False" }', '"bool"')
    assert found(model=model) == []


def test_what_is_lost_with_the_power_is_not_given_by_the_environment() -> None:
    ready = MODEL.replace('sort = "bool", initial = "False"', 'sort = "bool", initial = "True"')
    ready = ready.replace("this.failed = True", "this.failed = False").replace(
        '"this.failed = False", "desk', '"this.failed = True", "desk').replace(
        "not this.failed", "this.failed")
    ready = ready.replace("failed", "ready").replace(', initial = "True"', ', initial = "False"')
    power = '[rule.power_off]\nby = "operator"\npower = "off"\nmoves = "P: idle -> idle"\n'
    spec = SPEC.replace("not this.failed", "this.ready")
    assert found(spec, ready + power) == [message("P.ready", "False")]


def test_names_numbers_and_machines_excuse_too() -> None:
    spec = SPEC.replace("not this.failed", "this.mood != tired")
    assert found(spec) == [message("P.mood", "tired")]
    spec = SPEC.replace("not this.failed", "desk.waits_for != this")
    assert found(spec) == [message("desk.waits_for", "P"), message("desk.waits_for", "Q")]
    many = MODEL.replace('"broken"]', '"broken", "a", "b", "c"]')
    assert found(SPEC.replace("not this.failed", "this.mood != tired"), many) == []


def test_possible_properties_and_what_is_asked_of_steps_count_and_others_do_not() -> None:
    spec = """
        [possible.can_be_done]
        each = { this = "Copier" }
        whenever = "not this.failed"
        can = "this is done"
        [response.goes_on]
        each = { this = "Copier" }
        whenever = ["event is again", "event.this == this", "not next(this.failed)"]
        eventually = "this is not idle"
        """
    assert found(spec) == [message("P.failed", "True", "`goes_on` and `can_be_done`")]
    both = found(spec + SPEC.replace('title = "Copies are made"', ""))
    assert both == [message("P.failed", "True", "`goes_on`, `is_copied` and 1 more")]
    assert found('[invariant.x]\nwhenever = "not P.failed"\nmust = "P is P"'.replace(
        "P is P", "P is not idle or not P.failed")) == []


def test_a_property_that_is_switched_off_does_not_guard_itself() -> None:
    model, posed = parse_model(MODEL, "model.toml"), parse_spec(SPEC, "spec.toml")
    question = pose(model, *posed)
    assert [(x.variable.name, x.value, x.properties) for x in excuses(question)] == [
        ("P.failed", "True", ("is_copied[this=P]",)), ("Q.failed", "True", ("is_copied[this=Q]",))]


@pytest.mark.parametrize("more", [
    '[invariant.broken_already]\nmust = "not P.failed"\n',
    '[invariant.known]\nmust = "not P.failed"\nexpect = "violated"\nbecause = "it may fail"\n',
    '[reads.nobody_asks]\nof = "Copier.failed"\nonly = "starts"\n',
])  # fmt: skip
def test_what_fails_the_model_already_and_what_is_of_the_text_guards_nothing(more: str) -> None:
    assert found(SPEC + more) == [message("P.failed", "True")]


def test_a_search_that_does_not_end_finds_nothing_and_says_so() -> None:
    said = found(max_states=3)
    assert said[0].startswith("W200 the search stopped at ")
    assert said[1] == ("W200 whether a property guards the variables that excuse from a property "
                       "was not decided: the search of the model itself did not end: stopped at "
                       "6 states")
    assert len(said) == 2


def test_a_search_with_the_excuse_may_be_the_one_that_does_not_end() -> None:
    assert found(max_states=100) == [
        "W200 whether a property guards `P.failed` was not decided: stopped at 102 states"]


def test_without_a_spec_nothing_is_asked() -> None:
    assert [f for f in lint(parse_model(MODEL, "model.toml")) if f.code == "W601"] == []
