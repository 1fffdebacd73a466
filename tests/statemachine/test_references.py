"""Through a reference: what is behind a machine, what is nothing, what a rule does there."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from asked import sampled
from direct import Direct, Wrong, happened, named_values
from random_models import REFERRING, made

from twinrom.statemachine import (
    InputError,
    Place,
    Problems,
    Resolver,
    Runtime,
    State,
    Step,
    ground,
    model_vocabulary,
    parse_model,
    read_formula,
    terms,
)

if TYPE_CHECKING:
    from twinrom.statemachine import Model

HEAD = """
[sort]
Level = "0..3"
[table.fits]
of = ["Level"]
allow = [[0], [1]]
[machine.Box]
instances = ["A", "B"]
states = ["on", "off"]
vars = { level = "Level", flag = "bool", peer = "Box?", twin = "Box" }
[machine.Cell]
instances = ["A.cell", "B.cell"]
states = ["good", "bad"]
vars = { of = "Box?", level = "Level" }
[machine.Lamp]
instances = ["A.lamp"]
[define]
"friend(x)" = "x.peer"
first = "A if A is on else B"
"""
SETS = '[rule.r]\nby = "operator"\n'


def anywhere(chance: random.Random, model: Model) -> State:
    """Return any state, reachable or not."""
    return State(tuple(chance.choice(v.sort.codes()) for v in ground(model).variables), 0)


def direct_in(model: Model, state: State) -> Direct:
    rows = {t.name: {tuple(s.value(c) for s, c in zip(t.of, row, strict=True))
                     for row in t.allow or ()} for t in model.tables.values()}
    return Direct(model, named_values(ground(model), state.values), rows)


def truth(model: Model, text: str, state: State) -> bool:
    formula = read_formula(text, Place(model.place.documents), Problems())
    assert formula is not None
    term = Resolver(model_vocabulary(model), formula, {}).truth(formula.expr)
    found = terms.evaluate(term, state.values, (), {}, ground(model).entry(0))
    assert bool(found) is direct_in(model, state).truth(formula.expr, {}), (text, state)
    return bool(found)


def state_of(model: Model, **named: Any) -> State:
    """Return the state in which variables are as named (`A_peer="B"`), the others lowest."""
    given = {name.replace("_", "."): value for name, value in named.items()}
    return State(tuple(v.sort.code(str(given[v.name])) if v.name in given else v.sort.plain_low  # type: ignore[misc]
                       for v in ground(model).variables), 0)


@pytest.mark.parametrize("seed", sampled(REFERRING, 31))
def test_random_expressions_mean_what_the_definition_says(seed: int) -> None:
    maker, chance = made(seed), random.Random(seed)
    model = parse_model(maker.model())
    for _ in range(40):
        text = maker.truth(2, ["A", "B"])
        for _ in range(8):
            truth(model, text, anywhere(chance, model))


def arguments(step: Step) -> dict[str, Any]:
    """Return the arguments of a step as the values that they are."""
    fixed = {a.name: a.sort.value(a.term.low) for a in step.instance.arguments}
    given = zip(step.instance.given, step.payload, strict=True)
    return fixed | {a.name: a.sort.value(code) for a, code in given}


@pytest.mark.parametrize("seed", sampled(REFERRING, 31))
def test_random_rules_do_what_the_definition_says(seed: int) -> None:
    chance, wrong = random.Random(seed), 0
    model = parse_model(made(seed).model())
    system, runtime = ground(model), Runtime(ground(model))
    for _ in range(60):
        state = anywhere(chance, model)
        direct = direct_in(model, state)
        runtime.start(state)
        enabled = set(system.enabled(state))
        assert set(runtime.enabled()) == enabled
        for step in (Step(i, p) for i in system.written if i.rule.power is None
                     for p in i.payloads()):
            try:
                after = happened(direct, step.instance.rule, arguments(step))
            except Wrong:
                wrong += 1
                with pytest.raises(InputError, match=r"nothing|two names"):
                    system.after(state, step)
                continue
            assert (after is not None) is (step in enabled)
            if after is not None:
                assert named_values(system, system.after(state, step).values) == after
                runtime.start(state)
                assert runtime.fire(step) == system.after(state, step)


NO_PEER: dict[str, Any] = {"A_peer": "none", "A_level": 1, "B_level": 1}
FALSE_OF_NOTHING = (
    "A.peer.level == 1", "A.peer.level != 1", "A.peer.level == A.peer.level", "A.peer.level < 3",
    "A.peer.level + 1 > 0", "min(A.peer.level, 1) <= 1", "A.peer.level in (0, 1, 2, 3)",
    "A.peer.level not in (2, 3)", "A.level not in (2, A.peer.level)", "A.peer is on",
    "A.peer is not on", "A.peer in (on, off)", "A.peer not in (on, off)", "A.peer.flag",
    "A.peer.flag == False", "A.peer.flag != True", "fits(A.peer.level)", "A.peer.peer == none",
    "A.peer.peer != A", "A.peer.cell is good", "A.peer.cell == A.cell", "A.peer.cell.level >= 0",
    "friend(A).level >= 0", "(A.peer if True else A).level >= 0",
    "(A.peer.level if True else 1) >= 0", "(1 if A.peer.flag else A.peer.level) == 1",
    "any(x is on for x in (A.peer, A.peer))",
)  # fmt: skip
TRUE_OF_NOTHING = (
    "A.peer == none", "A.peer != A", "A.peer not in (A, B)", "not A.peer.flag",
    "not A.peer.level == 1", "(A.peer.level if False else 1) == 1", "A.level in (A.peer.level, 1)",
    "count(x is not on for x in (A.peer, B)) == 0", "all(x is on for x in (B,) if x != A.peer)",
)  # fmt: skip


@pytest.mark.parametrize("text", FALSE_OF_NOTHING)
def test_no_comparison_holds_of_nothing(text: str) -> None:
    model = parse_model(HEAD + SETS + 'sets = "A.level = 0"')
    assert not truth(model, text, state_of(model, **NO_PEER))


@pytest.mark.parametrize("text", TRUE_OF_NOTHING)
def test_what_is_not_nothing_is_as_ever(text: str) -> None:
    model = parse_model(HEAD + SETS + 'sets = "A.level = 0"')
    assert truth(model, text, state_of(model, **NO_PEER))


@pytest.mark.parametrize(
    "text", ["A.peer.level == 2", "A.peer.peer.level == 1", "A.peer.cell.level == 3",
             "A.twin.peer.twin.cell.of.level == 2", "first.level == 1", "friend(first).level == 2",
             "(B if A.flag else A).level == 1", "A.peer is off", "A.peer in (off, on)"])
def test_a_chain_goes_through_any_machine(text: str) -> None:
    model = parse_model(HEAD + SETS + 'sets = "A.level = 0"')
    state = state_of(model, A_level=1, B_level=2, A_peer="B", B_peer="A", B="off", B_cell_level=3,
                     A_cell_of="B")
    assert truth(model, text, state)


def problem(text: str) -> str:
    with pytest.raises(InputError) as raised:
        parse_model(HEAD + SETS + text)
    return str(raised.value).splitlines()[0].partition(": ")[2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('when = "A.peer.size == 1"\nsets = "A.level = 0"',
         "`Box` has no variable `size`; known: `cell`, `flag`, `lamp`, `level`, `peer`, `twin`"),
        ('when = "A.peer.lamp == A.lamp"\nsets = "A.level = 0"', "`B` has no part `lamp`"),
        ('when = "A.peer.level.up == 1"\nsets = "A.level = 0"', "`A.peer.level` is a variable"),
        ('when = "A.peer is good"\nsets = "A.level = 0"',
         "`Box` has no state `good`; known: `off`, `on`"),
        ('when = "(1 if A.flag else 2).level == 1"\nsets = "A.level = 0"',
         "`1 if A.flag else 2` is not a machine but a number"),
        ('sets = "A.peer.size = 0"',
         "`Box` has no variable `size`; known: `flag`, `level`, `peer`, `twin`"),
        ('sets = "A.peer.level = A.twin"', "`A.peer.level` is a `Level`, and `A.twin` is a `Box`"),
        ('sets = ["A.peer.level = 0", "A.peer.level = 1"]',
         "this sets `A.level` a second time; one step sets a variable once"),
        ('moves = "A.level: on -> off"', "unknown machine `A.level`; did you mean `A.cell`?"),
        ('moves = "A.peer.level: on -> off"', "`A.peer.level` is not a machine but a `Level`"),
        ('moves = "A.peer: good -> off"', "`Box` has no state `good`; known: `off`, `on`"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    assert problem(text) == said


def test_power_is_not_taken_through_a_reference() -> None:
    text = HEAD + SETS.replace("operator", "fault") + 'power = ["A.peer"]\nwhen = "A is on"'
    with pytest.raises(InputError, match=r"`A\.peer` is one machine or another; what loses power"):
        parse_model(text)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('sets = "A.level = A.peer.level"', "`A.level = A.peer.level` assigns nothing; at `r` in"),
        ('sets = "A.flag = A.peer.flag"', "`A.flag = A.peer.flag` assigns nothing; at `r` in"),
        ('sets = "A.peer.level = 1"', "`A.peer.level = 1` sets a variable of nothing; at `r` in"),
        ('sets = ["A.twin.level = 1", "A.level = 1"]',
         "`A.level` is changed under two names; at `r` in"),
        ('moves = ["A.twin: on -> off", "A: on -> off"]',
         "`A` is changed under two names; at `r` in"),
        ('writes = [["A.twin.level = 1", "A.level = 1"]]',
         "`A.level` is changed under two names; at `r` in"),
        ('writes = ["A: on -> off", "A.twin: on -> off"]', "`A` is `off` by then; at `r` in"),
        ('also = ["A.twin: on -> off", "A: on -> off"]',
         "`A` is changed under two names; at `r` in"),
    ],
)
def test_mistakes_that_a_run_shows(rule: str, said: str) -> None:
    system = ground(parse_model(HEAD + SETS + rule))
    state = state_of(system.model, A_peer="none", A_twin="A")
    [step] = system.enabled(state)
    runtime = Runtime(system)
    runtime.start(state)
    for run in (partial(system.after, state), runtime.fire):
        with pytest.raises(InputError) as raised:
            run(step)
        assert said in str(raised.value)
    system.after(state_of(system.model, A_peer="B", A_twin="B"), step)


def test_a_move_through_nothing_is_not_possible_and_may_be_left_out() -> None:
    model = parse_model(HEAD + SETS + 'moves = "A.peer: on -> off"\n'
                        '[rule.s]\nby = "operator"\nalso = "A.peer: on -> off"')
    system = ground(model)
    assert [str(s) for s in system.enabled(state_of(model, A_peer="none"))] == ["s"]
    state = state_of(model, A_peer="none")
    assert system.after(state, next(system.enabled(state))) == state
    assert system.instances[0].conjuncts[0].text == "A.peer is on"


def test_writes_through_references_follow_each_other() -> None:
    model = parse_model(HEAD + SETS + 'writes = ["A.level = 1", "A.twin.level = 2", '
                        '"A.twin: on -> off", "A: off -> on"]')
    system = ground(model)
    [step] = system.enabled(state_of(model, A_twin="A"))
    after = named_values(system, system.after(state_of(model, A_twin="A"), step).values)
    assert (after["A.level"], after["A"]) == (2, "on")
    state = state_of(model, A_twin="B", A="off")
    [step] = system.enabled(state)
    after = named_values(system, system.after(state, step).values)
    assert (after["A.level"], after["B.level"], after["A"], after["B"]) == (1, 2, "on", "off")
    runtime = Runtime(system)
    for state in (state_of(model, A_twin="A"), state_of(model, A_twin="B", A="off")):
        runtime.start(state)
        assert runtime.fire(step) == system.after(state, step)


def test_next_of_a_machine_is_that_machine_after_the_step() -> None:
    text = "next(A.peer).level == 1 and next(A.peer.level) == 1 and next(A.peer) is on"
    model = parse_model(HEAD + SETS + 'sets = "A.peer = B"')
    formula = read_formula(text, Place(model.place.documents), Problems())
    assert formula is not None
    from twinrom.proofs import parse_spec, pose  # noqa: PLC0415 - a spec is needed for `next`

    spec = f'[step.s]\nmust = "{text}"'
    term = pose(model, *parse_spec(spec)).properties[0].goal
    before, after = state_of(model), state_of(model, A_peer="B", B_level=1)
    entry = ground(model).entry(0)
    assert terms.evaluate(term, before.values, after.values, {}, entry)
    assert not terms.evaluate(term, after.values, before.values, {}, entry)


KEPT = HEAD.replace("vars = { level", 'persistent = ["level", "flag"]\nvars = { level').replace(
    'states = ["good", "bad"]', 'states = ["good", "bad"]\ntorn = "bad"\npersistent = true') + (
    '[rule.power_loss]\nby = "fault"\npower = "off"\n').replace('"off"', '["Cell", "B"]')


def written(rule: str) -> list[int]:
    """Return how many things each write of a rule may change."""
    text = KEPT.replace('"Box?", twin = "Box" }', '{ sort = "Box?", initial = "none" }, '
                        'twin = { sort = "Box", initial = "A" } }').replace(
        'states = ["on", "off"]', 'states = ["on", "off"]\nunpowered = "off"')
    [_, made] = ground(parse_model(text + SETS + rule)).written
    return [len(entry.values) for entry in made.entries]


def test_a_change_through_a_reference_is_one_write() -> None:
    assert written('sets = "A.twin.level = 1"') == [2]
    assert written('moves = "A.twin.cell: good -> bad"\nsets = "A.twin.cell.level = 1"') == [4]
    assert written('writes = ["A.twin.level = 1", "Box.flag = True"]') == [2, 1, 1]


def test_the_order_of_changes_through_references_is_asked_for() -> None:
    with pytest.raises(InputError, match=r"`A\.level` and `A\.level` survive power loss"):
        written('sets = ["A.twin.level = 1", "B.twin.level = 1"]')
    with pytest.raises(InputError, match=r"`A\.level` and `A\.flag` survive power loss"):
        written('sets = ["A.twin.level = 1", "A.twin.flag = True"]')
