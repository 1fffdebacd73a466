"""Parts: the machines that each machine of a template has, and variables that name one of them."""

from __future__ import annotations

import pytest

from twinrom.statemachine import InputError, ground, parse_model
from twinrom.statemachine.running.session import Session

SERVERS = """
[machine.Server]
instances = "s1..s2"
states = ["off", "on"]
unpowered = "off"
vars.boot = { sort = "this.Bank", initial = "this.A", unpowered = "this.A" }
vars.spare = { sort = "this.Bank?", initial = "none" }
[machine.Bank]
part_of = "Server"
parts = ["A", "B"]
states = ["good", "bad"]
unpowered = "bad"
[machine.Cell]
part_of = "Bank"
parts = ["x"]
vars.full = { sort = "bool", initial = "False" }
[rule.swap]
by = "operator"
each = { this = ["s1", "s2"] }
sets = ["this.spare = this.boot", "this.boot = this.B"]
"""
FILL = '[rule.fill]\nby = "operator"\nsets = "s1.boot.x.full = True"\n'


def test_every_machine_has_its_parts_in_order() -> None:
    model = parse_model(SERVERS)
    assert [*model.machines] == [
        "s1", "s2", "s1.A", "s1.B", "s2.A", "s2.B", "s1.A.x", "s1.B.x", "s2.A.x", "s2.B.x"]
    more = parse_model(SERVERS, sorts={"machine.Server": "3"})
    assert [*more.templates["Cell"].instances][-2:] == ["s3.A.x", "s3.B.x"]


def test_a_variable_that_names_an_own_part_starts_as_one() -> None:
    free = SERVERS.replace(', initial = "this.A"', "").replace(', initial = "none"', "")
    system = ground(parse_model(free))
    found = {tuple(system.by_name[n].sort.text(s.values[system.by_name[n].index])
                   for n in ("s1.boot", "s1.spare")) for s in system.initial()}
    assert found == {(b, s) for b in ("s1.A", "s1.B") for s in ("s1.A", "s1.B", "none")}


def test_what_is_behind_an_own_part() -> None:
    session = Session(ground(parse_model(SERVERS + FILL)))
    for word in ("fill", "swap(this=s1)", "fill"):
        session.step(session.parse_event(word))
    text = session.system.text(session.state.values)
    assert "s1.boot=s1.B" in text
    assert "s1.spare=s1.A" in text
    assert "s1.A.x.full=True" in text
    assert "s1.B.x.full=True" in text


def test_power_is_lost_with_all_parts() -> None:
    fault = '[rule.fails]\nby = "fault"\neach = { this = ["s2"] }\npower = ["this"]\n'
    [_, _, fails] = ground(parse_model(SERVERS + fault)).written
    assert fails.powerless == {"s2", "s2.A", "s2.B", "s2.A.x", "s2.B.x"}
    some = fault.replace('"this"]', '"this.B"]')
    [_, _, fails] = ground(parse_model(SERVERS + some)).written
    assert fails.powerless == {"s2.B", "s2.B.x"}


def test_a_part_of_another_machine_is_out_of_the_sort() -> None:
    other = '[rule.other]\nby = "operator"\nsets = "s1.spare = s2.boot"\n'
    system = ground(parse_model(SERVERS + other))
    state = next(system.initial())
    step = next(s for s in system.enabled(state) if str(s) == "other")
    with pytest.raises(InputError, match=r"`s1\.spare = s2\.boot` leaves the sort of its variable"):
        system.after(state, step)


def test_a_part_that_is_never_its_own_is_a_mistake_of_the_text() -> None:
    with pytest.raises(InputError, match=r"`s2\.A` is never a part of `s1`"):
        parse_model(SERVERS + '[rule.other]\nby = "operator"\nsets = "s1.boot = s2.A"\n')
