"""What rules mean: which steps a text enables, and what they make of the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from world import SYSTEM, World

from twinrom.statemachine import InputError, State, ground, parse_model

if TYPE_CHECKING:
    from pathlib import Path


def rule(text: str) -> World:
    return World(f'{SYSTEM}\n[rule.r]\nby = "operator"\n{text}\n')


# --------------------------------------------------------------------- moves and assignments


def test_a_move_needs_its_source_and_changes_nothing_else() -> None:
    world = rule('moves = "A: off -> booting"')
    assert world.enabled({"A": "off"}) == ["r"]
    assert world.enabled({"A": "running"}) == []
    assert world.changes({"A": "off"}) == {"A": "booting"}


def test_a_move_may_have_several_sources_or_any() -> None:
    world = rule('moves = "A: booting, running -> off"')
    assert [world.enabled({"A": s}) for s in ("off", "booting", "running")] == [[], ["r"], ["r"]]
    world = rule('moves = "A: * -> off"')
    assert [world.enabled({"A": s}) for s in ("off", "booting", "running")] == [["r"]] * 3
    assert world.changes({"A": "running"}) == {"A": "off"}


def test_all_moves_must_be_possible_and_happen_together() -> None:
    world = rule('moves = ["A: off -> running", "array: single -> redundant"]')
    assert world.enabled({"array": "redundant"}) == []
    assert world.changes({}) == {"A": "running", "array": "redundant"}


def test_a_move_of_a_template_moves_every_instance() -> None:
    world = rule('moves = "Controller: off, running -> booting"')
    assert world.enabled({"A": "booting"}) == []
    assert world.changes({"B": "running"}) == {"A": "booting", "B": "booting"}


def test_also_moves_those_that_can_and_leaves_the_others() -> None:
    world = rule('moves = "array: single -> redundant"\nalso = ["Controller: booting -> running"]')
    assert world.changes({"A": "booting", "B": "off"}) == {"A": "running", "array": "redundant"}
    assert world.changes({"A": "off", "B": "off"}) == {"array": "redundant"}
    world = rule('also = ["A: off -> booting", "A: running -> off"]')
    assert world.changes({"A": "off"}) == {"A": "booting"}
    assert world.changes({"A": "running"}) == {"A": "off"}
    assert world.changes({"A": "booting"}) == {}


def test_a_part_is_moved_by_its_path() -> None:
    assert rule('moves = "A.active: valid -> torn"').changes({}) == {"A.active": "torn"}


def test_guards_of_a_list_must_all_hold() -> None:
    world = rule('moves = "A: off -> running"\nwhen = ["B is off or B.busy", "not A.busy"]')
    assert world.enabled({}) == ["r"]
    assert world.enabled({"A.busy": "True"}) == []
    assert world.enabled({"B": "running"}) == []
    assert world.enabled({"B": "running", "B.busy": "True"}) == ["r"]


def test_assignments_read_the_state_before_the_step() -> None:
    world = rule('sets = ["A.executing = B.executing", "B.executing = A.executing"]\n'
                 'moves = "A: off -> running"')
    assert world.changes({"A.executing": "3", "B.executing": "1"}) == {
        "A": "running", "A.executing": "1", "B.executing": "3"}
    world = rule('moves = "A: off -> running"\nsets = "A.busy = A is off"')
    assert world.changes({}) == {"A": "running", "A.busy": "True"}


def test_an_assignment_to_a_template_sets_every_instance() -> None:
    world = rule('sets = ["Controller.executing = newest", "Controller.busy = True"]')
    assert world.changes({"B.executing": "3"}) == {
        "A.executing": "3", "A.busy": "True", "B.busy": "True"}


def test_assignments_of_none_of_machines_and_of_choices() -> None:
    world = rule('sets = ["A.source = none", "B.source = A", "A.last = A.executing",'
                 ' "A.board = r2 if B is off else r1"]')
    assert world.changes({"A.source": "B"}) == {
        "A.source": "none", "B.source": "A", "A.last": "1", "A.board": "r2"}


def test_a_value_outside_the_sort_is_an_error_with_the_state() -> None:
    world = rule('moves = "A: off -> off"\nsets = "A.executing = A.executing + 1"')
    assert world.changes({"A.executing": "2"}) == {"A.executing": "3"}
    with pytest.raises(InputError, match=r"at `r` in the state A=off, A\.executing=3") as raised:
        world.changes({"A.executing": "3"})
    assert "A.executing = A.executing + 1` leaves the sort" in str(raised.value)


# --------------------------------------------------------------------- each, given, events


def test_each_makes_one_rule_of_every_column() -> None:
    world = rule('each = { this = ["A", "B"], other = ["B", "A"] }\n'
                 'moves = "this: off -> booting"\nwhen = "other is running"\n'
                 'sets = ["this.executing = other.executing", "this.active.version = 2"]')
    assert world.enabled({"B": "running"}) == ["r(this=A, other=B)"]
    assert world.enabled({"A": "running"}) == ["r(this=B, other=A)"]
    assert world.changes({"A": "running", "A.executing": "3"}) == {
        "B": "booting", "B.executing": "3", "B.active.version": "2"}


def test_each_takes_parts_values_numbers_and_truth_values() -> None:
    world = rule('each = { bank = ["A.active", "A.backup"], board = ["r1", "r2"], v = [2, 3],'
                 ' flag = [true, false] }\nmoves = "bank: valid -> torn"\n'
                 'when = "A.board == board and A.busy == flag"\nsets = "bank.version = v"')
    assert world.changes({"A.busy": "True"}) == {"A.active": "torn", "A.active.version": "2"}
    assert world.changes({"A.board": "r2"}) == {"A.backup": "torn", "A.backup.version": "3"}
    assert world.enabled({"A.board": "r2", "A.busy": "True"}) == []


def test_given_is_every_value_that_the_guard_admits() -> None:
    world = rule('given = { v = "Version", b = "Board" }\nmoves = "A: off -> running"\n'
                 'when = "runs_on(v, b)"\nsets = ["A.executing = v", "A.board = b"]')
    assert world.enabled({}) == ["r(v=1, b=r1)", "r(v=2, b=r1)", "r(v=2, b=r2)"]
    assert world.changes({}, "r(v=2, b=r2)") == {
        "A": "running", "A.executing": "2", "A.board": "r2"}


def test_given_may_be_none_or_a_truth_value() -> None:
    world = rule('given = { last = "Version?", busy = "bool" }\n'
                 'sets = ["A.last = last", "A.busy = busy"]')
    assert len(world.enabled({})) == 8
    assert world.changes({"A.last": "2"}, "r(last=none, busy=True)") == {
        "A.last": "none", "A.busy": "True"}


def test_rules_are_outcomes_of_the_event_they_name() -> None:
    world = World(SYSTEM + """
[rule.boot_primary]
by = "controller"
on = "boot"
moves = "A: off -> running"
when = "A.active is valid"
[rule.boot_falls_back]
by = "controller"
on = "boot"
moves = "A: off -> running"
when = "A.active is torn and A.backup is valid"
[event.boot]
can_happen = "A is off and A.backup is valid"
[event.explode]
""")
    assert world.enabled({}) == ["boot"]
    [step] = world.system.enabled(world.state({"A.active": "torn"}))
    assert (step.event, step.instance.rule.name) == ("boot", "boot_falls_back")
    assert world.enabled({"A.active": "torn", "A.backup": "torn"}) == []
    assert [duty.event.name for duty in world.system.duties] == ["boot"]
    assert world.model.event_names() == ["boot", "boot_falls_back", "boot_primary", "explode"]


def test_actors_are_environment_or_automatic() -> None:
    text = '[actor]\nboot_block = "automatic"\nadministrator = "environment"\n'
    actors = ("operator", "host", "fault", "controller", "boot_block", "administrator")
    for by in actors:
        text += f'[rule.by_{by}]\nby = "{by}"\nmoves = "A: off -> running"\n'
    model = parse_model(SYSTEM + text)
    automatic = [r.by for r in model.rules.values() if model.automatic(r)]
    assert automatic == ["controller", "boot_block"]


def test_what_a_rule_says_of_itself() -> None:
    model = parse_model(SYSTEM + """
[rule.r]
clause = "C-1"
by = "fault"
on = "power"
kind = "power_loss"
moves = "A: * -> off"
says = "power is lost"
atomic = "at once"
nondeterministic = true
[rule.s]
clause = ["C-1", "C-2"]
by = "fault"
on = "power"
moves = "B: * -> off"
""")
    r, s = model.rules.values()
    assert (r.clauses, r.kind, r.says, r.atomic) == (
        ("C-1",), "power_loss", "power is lost", "at once")
    assert (s.clauses, s.kind, s.says, s.atomic) == (("C-1", "C-2"), "power", None, None)
    assert (r.nondeterministic, s.nondeterministic) == (True, False)


# --------------------------------------------------------------------- the start


def test_a_machine_starts_in_its_first_state_or_in_those_that_are_listed() -> None:
    light = '[machine.Light]\ninstances = ["light"]\nstates = ["red", "amber", "green"]\n'
    assert World(light).initial("light") == [("red",)]
    assert World(light + 'initial = "green"\n').initial("light") == [("green",)]
    assert World(light + 'initial = ["red", "green"]\n').initial("light") == [
        ("green",), ("red",)]


def test_a_variable_starts_with_any_value_that_is_not_excluded() -> None:
    text = ('[sort]\nV = "1..3"\n[machine.M]\ninstances = ["m", "n"]\nstates = ["s"]\n'
            'vars = { v = "V?" }\n[init]\nrequire = ["n.v == m.v", "m.v != 2"]\n')
    assert World(text).initial("m.v", "n.v") == [("1", "1"), ("3", "3"), ("none", "none")]


def test_a_table_without_rows_is_chosen_once_at_the_start() -> None:
    text = ('[sort]\nV = "1..2"\n[table.bad]\nof = ["V"]\n[machine.M]\ninstances = ["m"]\n'
            'states = ["s"]\nvars = { v = "V" }\n[init]\nrequire = "m.v == 1 and not bad(m.v)"\n'
            '[rule.next_one]\nby = "host"\ngiven = { v = "V" }\nwhen = "not bad(v)"\n'
            'sets = "m.v = v"\n')
    world = World(text)
    states = list(world.system.initial())
    assert sorted(s.tables for s in states) == [0, 2]  # the row of 1 does not hold in either
    assert world.enabled({}, tables=0) == ["next_one(v=1)", "next_one(v=2)"]
    assert world.enabled({}, tables=2) == ["next_one(v=1)"]
    assert all(after.tables == s.tables for s in states for _, after in world.system.successors(s))


def test_sorts_can_be_replaced_from_outside() -> None:
    world = World(SYSTEM + '[rule.r]\nby = "host"\ngiven = { v = "Version", b = "Board" }\n'
                  'sets = "A.executing = v"\n', {"Version": "1..4", "Board": "r1, r2, r3"})
    assert len(world.enabled({})) == 12


def test_persistent_and_torn_are_kept_for_the_linter() -> None:
    model = parse_model('[sort]\nV = "1..2"\n[machine.Bank]\ninstances = ["A"]\n'
                        'states = ["valid", "torn"]\nvars = { version = "V", known = "bool" }\n'
                        'persistent = ["version"]\ntorn = "torn"\n')
    bank = model.templates["Bank"]
    assert (bank.persistent, bank.torn) == (("version",), "torn")


def test_an_included_file_is_completed_by_the_model(tmp_path: Path) -> None:
    (tmp_path / "bank.toml").write_text(
        'title = "a bank"\n[machine.Bank]\nstates = ["valid", "torn"]\n'
        'vars = { version = "Version" }\n[define]\n'
        '"good(b)" = "b is valid and b.version == newest"\n')
    main = tmp_path / "main.toml"
    text = ('title = "two banks"\ninclude = "bank.toml"\n[sort]\nVersion = "1..2"\n'
            '[machine.Bank]\ninstances = ["A", "B"]\nvars = { known = "bool" }\n'
            '[define]\nnewest = "max(A.version, B.version)"\n'
            '[rule.r]\nby = "host"\nwhen = "good(A)"\nsets = "A.known = True"\n')
    model = parse_model(text, str(main))
    assert model.title == "two banks"
    assert model.paths == (str(main), str(tmp_path / "bank.toml"))
    assert [v.name for v in ground(model).variables] == [
        "A", "A.known", "A.version", "B", "B.known", "B.version"]
    assert [str(s) for s in ground(model).enabled(State((0, 0, 2, 0, 0, 1), 0))] == ["r"]
    assert [str(s) for s in ground(model).enabled(State((0, 0, 1, 0, 0, 2), 0))] == []


def test_strings_of_several_lines_and_literal_strings_are_expressions() -> None:
    world = rule("moves = 'A: off -> running'\n"
                 "when = '''\nA is off\n  and B is off\n'''\n"
                 'sets = """A.executing = \\\n      2"""\n')
    assert world.changes({}) == {"A": "running", "A.executing": "2"}


MOVERS = """
[machine.Lamp]
instances = ["A", "B"]
states = ["dark", "lit", "broken"]
vars = {{ other = "Lamp" }}
[rule.go]
by = "operator"
each = {{ this = ["A"], that = ["A"] }}
{}
"""
TWICE = [
    'also = ["this: dark, lit -> lit", "this: lit -> broken"]',
    'also = ["this: lit -> broken", "this: dark, lit -> lit"]',
    'also = ["this: dark -> dark", "this: dark -> lit"]',
    'also = ["this: dark -> lit", "this: dark -> dark"]',
    'also = ["Lamp: dark, lit -> lit", "A: lit -> broken"]',
    'also = ["this: dark -> lit", "that: dark -> broken"]',
    'also = ["this: dark -> lit", "this: dark -> lit"]',
    'also = ["this: * -> dark", "Lamp: dark -> lit"]',
    'moves = "this: dark -> lit"\nalso = "Lamp: dark -> broken"',
    'moves = "this: dark -> dark"\nalso = "that: dark -> lit"',
    'moves = ["this: dark -> lit", "that: dark -> lit"]',
    'also = ["this.other: dark -> dark", "this.other: dark -> lit"]',
]


@pytest.mark.parametrize("rule", TWICE)
def test_one_step_moves_a_machine_once_whatever_it_is_called(rule: str) -> None:
    with pytest.raises(InputError) as found:
        parse_model(MOVERS.format(rule))
    [problem] = {p.message for p in found.value.problems if "`A`" in p.message}
    assert problem == "this moves `A` a second time"
    assert all(p.line > MOVERS.splitlines().index("{}") and p.hint for p in found.value.problems)


@pytest.mark.parametrize("rule", [
    'also = ["this: dark -> lit", "that: lit -> broken"]',
    'also = ["Lamp: dark, broken -> lit", "A: lit -> broken"]',
    'moves = "this: dark -> lit"\nalso = "B: dark -> lit"',
])
def test_sources_that_differ_are_no_second_move(rule: str) -> None:
    """No state has both, so each machine moves at most once."""
    system = ground(parse_model(MOVERS.format(rule)))
    [instance] = system.instances
    for state in system.initial():
        for lamp in (0, 1, 2):
            started = State((lamp, *state.values[1:]), state.tables)
            for step in system.enabled(started):
                assert step.instance is instance
                after = system.after(started, step).values[0]
                assert after == {0: 1, 1: 2, 2: 1 if "broken ->" in rule else 2}[lamp]
