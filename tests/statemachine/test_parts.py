"""Parts: the machines that each machine of a template has, and variables that name one of them."""

from __future__ import annotations

import pytest
from asked import corpus, question

from twinrom.proofs.engines.native import search_native
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import InputError, ground, parse_model, terms
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


def columns(each: str, sizes: dict[str, str] | None = None) -> list[str]:
    rule = f'[rule.r]\nby = "operator"\neach = {each}\nsets = "Cell.full = True"\n'
    system = ground(parse_model(SERVERS + rule, sorts=sizes))
    return [i.name.removeprefix("r") for i in system.instances if i.rule.name == "r"]


@pytest.mark.parametrize(
    ("each", "found"),
    [
        ('{ this = "Server" }', "[this=s1] [this=s2]"),
        ('{ this = "Server", other = "Server" }', "[this=s1, other=s2] [this=s2, other=s1]"),
        ('{ this = "Server", rom = "this.Bank" }',
         "[this=s1, rom=s1.A] [this=s1, rom=s1.B] [this=s2, rom=s2.A] [this=s2, rom=s2.B]"),
        ('{ rom = "this.Bank", this = ["s2"] }', "[rom=s2.A, this=s2] [rom=s2.B, this=s2]"),
        ('{ this = ["s1", "s2"], last = [true, false], other = "Server" }',
         "[this=s1, last=True, other=s2] [this=s2, last=False, other=s1]"),
        ('{ this = ["s1", "s2"], other = ["s1", "s2"] }',
         "[this=s1, other=s1] [this=s2, other=s2]"),
        ('{ rom = ["s1.A"], cell = "rom.Cell", bank = "Bank" }',
         "[rom=s1.A, cell=s1.A.x, bank=s1.B] [rom=s1.A, cell=s1.A.x, bank=s2.A] "
         "[rom=s1.A, cell=s1.A.x, bank=s2.B]"),
        ('{ this = ["s1"], cell = "this.Cell" }', "[this=s1, cell=s1.A.x] [this=s1, cell=s1.B.x]"),
    ],
)
def test_columns(each: str, found: str) -> None:
    assert " ".join(columns(each)) == found


def test_two_names_of_one_template_are_different_machines() -> None:
    found = columns('{ this = "Server", rom = "this.Bank", other = "this.Bank" }')
    assert found == [f"[this={s}, rom={s}.{a}, other={s}.{b}]"
                     for s in ("s1", "s2") for a, b in ("AB", "BA")]
    assert len(columns('{ a = "Server", b = "Server", c = "Server" }',
                       {"machine.Server": "3"})) == 6


def test_without_a_column_there_is_no_rule_and_no_property() -> None:
    three = '{ a = "Server", b = "Server", c = "Server" }'
    assert columns(three) == []
    rule = f'[rule.r]\nby = "operator"\neach = {three}\nsets = "a.spare = none"\n'
    event = f'[event.e]\neach = {three}\ncan_happen = "a is on"\n'
    spec = f'[invariant.i]\neach = {three}\nmust = "a != b"\n[step.s]\nmust = "True"\n'
    asked = question(SERVERS + rule + event, spec)
    assert [p.name for p in asked.properties] == ["s"]
    assert asked.no_columns == ("rule.r", "event.e", "invariant.i")


def test_a_property_for_each_machine_has_its_name() -> None:
    asked = question(SERVERS, '[invariant.i]\neach = { this = "Server", rom = "this.Bank" }\n'
                              'must = "this.boot != rom or rom is good"')
    assert [p.name for p in asked.properties] == [
        "i[this=s1, rom=s1.A]", "i[this=s1, rom=s1.B]", "i[this=s2, rom=s2.A]",
        "i[this=s2, rom=s2.B]"]


HIT = """
[observer.hit]
each = { this = "Server" }
sort = "bool"
initial = "this is on"
update = "hit(this) or event is swap and event.this == this"
[observer.last]
sort = "Server?"
initial = "none"
update = "event.this if event is swap else last"
[observer.reads]
each = { this = "Server", rom = "this.Bank" }
sort = "0..3"
initial = "0"
update = "3 if event.this == this and this.boot == rom else reads(this, rom)"
[invariant.of_each]
each = { this = "Server" }
must = "hit(this) == (reads(this, this.A) == 3)"
[invariant.of_the_last]
whenever = "last != none"
must = "hit(last)"
[invariant.of_none_nothing_holds]
must = "not hit(last) or last != none"
[invariant.none_for_these_values]
must = "not reads(s1, s2.A) != 7"
[step.after]
must = "next(hit(s1)) or not hit(s1)"
"""


def test_an_observer_for_each_machine_is_read_like_a_table() -> None:
    asked = question(SERVERS, HIT)
    assert [v.name for v in asked.system.variables if v.role == "observer"] == [
        "hit(s1)", "hit(s2)", "last", "reads(s1,s1.A)", "reads(s1,s1.B)", "reads(s2,s2.A)",
        "reads(s2,s2.B)"]
    report = search(asked)
    assert report.complete
    assert {n for n, f in report.found.items() if f.violation is not None} == set()


def test_an_observer_for_each_of_too_few_is_none() -> None:
    spec = HIT.replace('[observer.hit]\neach = { this = "Server" }',
                       '[observer.hit]\neach = { this = "Server", two = "Server", x = "Server" }')
    spec = spec.replace("hit(this)", "hit(this, s1, s2)").replace("hit(last)", "hit(last, s1, s2)")
    asked = question(SERVERS, spec.replace("hit(s1)", "hit(s1, s1, s2)"))
    assert "observer.hit" in asked.no_columns


FAULTS = """
[rule.decay]
by = "fault"
kind = "rot"
each = { this = "Server", rom = "this.Bank" }
moves = "rom: good -> bad"
[rule.mend]
by = "operator"
moves = "s1.A: bad -> good"
[rule.flip]
by = "fault"
kind = "rot"
given = { this = "Which" }
sets = "s1.A.x.full = not s1.A.x.full"
[sort]
Which = ["some", "other"]
"""


def test_a_budget_for_each_value_of_an_argument() -> None:
    model = SERVERS + FAULTS.partition("[rule.flip]")[0]
    asked = question(model, '[budget]\nrot = { at_most = 1, each = "this" }\n')
    named = [v.name for v in asked.system.variables if v.role == "budget"]
    assert named == ["faults left: rot s1", "faults left: rot s2"]
    assert asked.limits == {"rot": "1 for each this"}
    found = search(asked)
    assert found.counts is not None
    most = 0
    todo, seen = [(s, 0) for s in asked.system.initial()], set()
    while todo:
        state, faults = todo.pop()
        most = max(most, faults)
        if (state, faults) not in seen:
            seen.add((state, faults))
            todo += [(after, faults + (step.event == "decay"))
                     for step, after in asked.system.successors(state)]
    assert most == 2
    other = question(model, '[budget]\nrot = { at_most = 2, each = "rom" }\nfault = 3\n')
    assert [v.name for v in other.system.variables if v.role == "budget"] == [
        "faults left: rot s1.A", "faults left: rot s1.B", "faults left: rot s2.A",
        "faults left: rot s2.B", "faults left"]


def test_a_budget_for_each_value_of_a_payload() -> None:
    model = SERVERS + FAULTS.replace(FAULTS.partition("[rule.mend]")[0], "")
    asked = question(model, '[budget]\nfault = { at_most = 1, each = "this" }\n')
    [state] = asked.system.initial()
    [first] = [s for s in asked.system.enabled(state) if str(s) == "flip(this=some)"]
    left = {str(s) for s in asked.system.enabled(asked.system.after(state, first))}
    assert "flip(this=some)" not in left
    assert "flip(this=other)" in left


def test_a_budget_is_counted_by_an_argument_of_one_sort() -> None:
    with pytest.raises(InputError, match=r"`this` is a `Server` and a `Which`, in different rules"):
        question(SERVERS + FAULTS, '[budget]\nrot = { at_most = 1, each = "this" }\n')
    with pytest.raises(InputError, match=r"`flip` is of this kind and has no `rom`; known: `this`"):
        question(SERVERS + FAULTS, '[budget]\nrot = { at_most = 1, each = "rom" }\n')


def test_no_event_is_enabled_of_nothing() -> None:
    rule = '[rule.boots]\nby = "operator"\neach = { this = "Server" }\nmoves = "this: off -> on"\n'
    text = (SERVERS + rule).replace("vars.spare", 'vars.peer = "Server?"\nvars.spare')
    asked = question(text, '[invariant.i]\nmust = "enabled(boots, this=s1.peer.peer)"\n')
    goal = asked.properties[0].goal
    for state in asked.system.initial():
        found = terms.evaluate(goal, state.values, (), {}, asked.system.entry(0))
        named = {v.name: v.sort.text(c)
                 for v, c in zip(asked.system.variables, state.values, strict=True)}
        peer = named["s1.peer"]
        assert bool(found) is (peer != "none" and named[f"{peer}.peer"] != "none")


def test_a_quantifier_runs_over_the_parts_of_a_machine() -> None:
    define = '[define]\n"healthy(s)" = "all(b is good for b in s.Bank)"\n'
    spec = ('[invariant.i]\neach = { this = "Server" }\nmust = ["healthy(this)", '
            '"count(c.full for c in this.Cell) == 0", "all(any(b != s.boot for b in s.Bank) '
            'for s in Server)", "any(c == this.A.x for c in this.A.Cell)"]\n')
    report = search(question(SERVERS + define, spec))
    assert {n for n, f in report.found.items() if f.violation is not None} == set()


@pytest.mark.parametrize(("group", "said"), [
    ("s1.boot.Server", "`s1.boot` is one machine or another; run over all of `Server`"),
    ("s1.Server", "no `Server` is part of `s1`"),
    ("s1.A.x.full.Bank", "`s1.A.x.full` is not a machine but a `bool`"),
    ("s1.Bnk", "`s1.Bnk` is not a group; did you mean `Bank`?"),
])
def test_groups_that_are_none(group: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        question(SERVERS, f'[invariant.i]\nmust = "any(b == b for b in {group})"\n')
    assert str(raised.value).splitlines()[0].endswith(f": {said}")


def test_a_fleet_is_counted_alike_by_both_searches() -> None:
    asked = corpus("fleet")
    plain, native = search(asked), search_native(asked)
    assert plain.counts == native.counts
    assert plain.counts is not None
    assert (plain.counts.states, plain.counts.transitions) == (2903, 9764)
    assert {n for n, f in plain.found.items() if f.violation is not None} == set()
    assert {n for n, f in plain.found.items() if f.witness is None} == set()
