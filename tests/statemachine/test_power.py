"""Power: what is left without it, the order of writes, and the cuts between and within them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asked import sampled
from cutting import Cutting, cut_steps
from random_models import CutReferMaker, PowerMaker

from twinrom.statemachine import (
    InputError,
    Runtime,
    from_itf,
    ground,
    parse_model,
    read_script,
    to_itf,
)
from twinrom.statemachine.running.session import Session

if TYPE_CHECKING:
    from twinrom.statemachine import TransitionSystem

HEAD = """
[sort]
Magic = ["unset", "good", "torn"]
[machine.Trailer]
instances = ["first", "second"]
persistent = true
vars = { ok = "bool", magic = { sort = "Magic", torn = "torn" } }
[machine.Boot]
instances = ["boot"]
states = ["off", "fixing", "up"]
unpowered = "off"
vars.tries = { sort = "Magic", initial = "unset" }
vars.said = { sort = "bool", unpowered = "False" }
[init]
require = ["all(t.magic == unset and not t.ok for t in Trailer)", "not boot.said"]
"""
REVERTS = """
[rule.reverts]
by = "controller"
moves = "boot: off -> fixing"
writes = [["second.ok = True", "first.ok = False"], "second.magic = good"]
"""
POWER_LOSS = """
[rule.power_loss]
by = "fault"
power = "off"
when = "boot is not off"
"""
STATES = 400


def cuts(text: str) -> list[str]:
    return [i.name for i in ground(parse_model(text)).instances if i.cut is not None]


def problem(text: str) -> str:
    with pytest.raises(InputError) as raised:
        parse_model(text)
    return str(raised.value).replace("<text>:", "")


@pytest.mark.parametrize("maker", [PowerMaker, CutReferMaker])
@pytest.mark.parametrize("seed", sampled(range(180), 6))
def test_random_models_have_the_cuts_of_the_definition(
        seed: int, maker: type[PowerMaker]) -> None:
    model = parse_model(maker(seed).model())
    system, cutting = ground(model), Cutting(model)
    seen = set(system.initial())
    todo = list(seen)
    while todo and len(seen) < STATES:
        state = todo.pop()
        assert cut_steps(system, state) == cutting.after(state), system.text(state.values)
        for _, after in system.successors(state):
            if after not in seen:
                seen.add(after)
                todo.append(after)


def runs_alike(system: TransitionSystem) -> int:
    """Run the machines beside the system, and return how many cuts came by."""
    runtime = Runtime(system)
    state = next(iter(system.initial()))
    came = 0
    for number in range(60):
        runtime.start(state)
        enabled = list(system.enabled(state))
        assert runtime.enabled() == enabled
        if not enabled:
            break
        step = enabled[number * 7 % len(enabled)]
        came += step.instance.cut is not None
        after = system.after(state, step)
        assert runtime.fire(step) == after
        state = after
    return came


def test_the_machines_run_the_cuts() -> None:
    assert sum(runs_alike(ground(parse_model(PowerMaker(s).model()))) for s in range(20)) > 20


def test_power_fails_after_each_write_and_within_one_that_can_be_torn() -> None:
    assert cuts(HEAD + REVERTS + POWER_LOSS) == [
        "power_loss[during=reverts, written=1, torn=False]",
        "power_loss[during=reverts, written=1, torn=True]",
    ]


def test_after_the_last_write_there_is_a_cut_where_something_else_outlives_it() -> None:
    lost = POWER_LOSS.replace('"off"', '["Trailer"]')
    assert cuts(HEAD + REVERTS + lost)[-1] == "power_loss[during=reverts, written=2, torn=False]"


def test_a_fault_cuts_unless_it_says_not() -> None:
    assert cuts(HEAD + REVERTS + POWER_LOSS + "cuts = false\n") == []
    panic = '[rule.panic]\nby = "fault"\ncuts = true\nsets = "boot.said = True"\n'
    assert cuts(HEAD + REVERTS + panic)[-1] == "panic[during=reverts, written=2, torn=False]"


def test_a_rule_that_is_atomic_is_not_cut() -> None:
    rule = REVERTS + 'atomic = "one sector"\n'
    assert cuts(HEAD + rule + POWER_LOSS) == []


def test_a_cut_is_an_event_of_a_script_and_of_a_trace() -> None:
    system = ground(parse_model(HEAD + REVERTS + POWER_LOSS))
    session = Session(system)
    session.play(read_script("power_loss during=reverts torn=True", "script"))
    values = dict(zip((v.name for v in system.variables), session.state.values, strict=True))
    assert (values["boot"], values["second.ok"], values["second.magic"]) == (0, 1, 2)
    trace = session.trace()
    assert from_itf(system, to_itf(system, trace)) == trace
    assert trace.steps[0].told == "power_loss: power fails within write 2 of 2 of `reverts`"
    assert str(trace.steps[0]) == "power_loss(during=reverts, written=1, torn=True)"


def test_a_fault_of_a_script_cuts_only_where_it_says_so() -> None:
    model = HEAD + REVERTS + POWER_LOSS.replace("not off", "not up")
    [step] = Session(ground(parse_model(model))).play(read_script("power_loss", "script"))
    assert (str(step), step.instance.cut) == ("power_loss", None)


def test_arguments_that_are_called_alike_are_told_apart() -> None:
    rule = """
[rule.writes]
by = "controller"
each = { this = ["first", "second"] }
given = { m = "Magic" }
writes = ["this.magic = m", "this.ok = True"]
"""
    fault = POWER_LOSS + 'each = { this = ["boot"] }\ngiven = { m = "Magic" }\n'
    assert cuts(HEAD + rule + fault)[0] == (
        "power_loss[this=boot, writes_this=first, during=writes, written=0, torn=True]")
    system = ground(parse_model(HEAD + rule + fault))
    cut = next(i for i in system.instances if i.cut is not None)
    assert [a.name for a in cut.given] == ["m", "writes_m"]


@pytest.mark.parametrize(("text", "said"), [
    (HEAD + '[rule.r]\nby = "controller"\nsets = ["first.ok = True", "second.ok = True"]\n'
     + POWER_LOSS, "18:9: `first.ok` and `second.ok` survive power loss: which is written first?; "
     "give the order in `writes` (see 18), or say with `atomic` why there is none"),
    (HEAD + REVERTS + 'sets = "first.magic = good"\n' + POWER_LOSS,
     "`first.magic` survives power loss: when is it written?"),
    (HEAD.replace(', unpowered = "False"', "") + POWER_LOSS,
     "`Boot.said` has no value when `power_loss` takes its power; say `unpowered` or `initial`, "
     "or name it under `persistent`"),
    (HEAD.replace('unpowered = "off"\n', "") + POWER_LOSS,
     '`Boot` has no state when `power_loss` takes its power; say `unpowered = "off"`, or `state` '
     "under `persistent`"),
    (HEAD.replace('unpowered = "off"', 'unpowered = "of"') + POWER_LOSS,
     "`Boot` has no state `of`; did you mean `off`?"),
    (HEAD.replace('unpowered = "off"', 'unpowered = "up, fixin -> off"') + POWER_LOSS,
     "`Boot` has no state `fixin`; did you mean `fixing`?"),
    (HEAD.replace('torn = "torn"', 'torn = "ton"') + REVERTS + POWER_LOSS,
     "unknown name `ton`; did you mean `torn`?"),
    (HEAD.replace('initial = "unset"', 'initial = "boot.said"') + POWER_LOSS,
     "`tries` is a `Magic`, and `boot.said` is a `bool`"),
    (HEAD + POWER_LOSS.replace('"off"', '["bot"]'), "unknown machine `bot`; did you mean `boot`?"),
    (HEAD + POWER_LOSS.replace('"off"', '"on"', 1),
     'expected "off" (of everything) or a list of machines'),
    (HEAD + POWER_LOSS.replace('"off"', "[]", 1),
     'expected "off" (of everything) or a list of machines'),
    (HEAD + POWER_LOSS + 'cuts = "no"\n', "expected `true` or `false`"),
    (HEAD + REVERTS + "cuts = true\n", "only a fault cuts; this rule is by `controller`"),
    (HEAD + REVERTS + "cuts = false\n", "only a fault cuts; this rule is by `controller`"),
    (HEAD + '[rule.r]\nby = "controller"\nwrites = ["first.ok"]\n',
     "`first.ok` is not an assignment; write `machine.variable = expression`"),
    (HEAD + '[rule.r]\nby = "controller"\nwrites = [["first.ok = True", "first.ok = False"]]\n',
     "this write changes `first.ok` a second time; what is written one after the other are two "
     "writes"),
    (HEAD + '[rule.r]\nby = "controller"\nwrites = ["boot: off -> up", "boot: fixing -> off"]\n',
     "`boot` is `up` by then; an earlier write moves it there"),
    (HEAD + '[rule.r]\nby = "controller"\nsets = "first.ok = True"\nwrites = ["first.ok = True"]\n',
     "this sets `first.ok` a second time; one step sets a variable once"),
    (HEAD + '[rule.r]\nby = "controller"\nwrites = [[]]\n', "must not be empty"),
    (HEAD.replace("persistent = true", 'persistent = ["okay"]'),
     "`Trailer` has no variable `okay`; did you mean `ok`?"),
    (HEAD.replace("persistent = true", 'persistent = "ok"'),
     "expected `true` or a list of variables"),
    (HEAD.replace("persistent = true", "persistent = false"),
     "expected `true` or a list of variables"),
    (HEAD.replace('unpowered = "False"', "unpowered = false"), "expected a string"),
    (HEAD.replace('unpowered = "False"', 'unpowred = "False"'),
     "unknown key `unpowred`; did you mean `unpowered`?"),
    (HEAD.replace('initial = "unset"', 'initial = ""'), "expected an expression"),
    (HEAD.replace('tries = { sort = "Magic"', 'tries = { sort = "Magik"') + POWER_LOSS,
     "unknown sort `Magik`; did you mean `Magic`?"),
])  # fmt: skip
def test_mistakes(text: str, said: str) -> None:
    assert said in problem(text)


def test_a_model_without_power_is_asked_for_no_order() -> None:
    rule = '[rule.r]\nby = "controller"\nsets = ["first.ok = True", "second.ok = True"]\n'
    assert parse_model(HEAD + rule).loses_power is False


def test_what_a_step_changes_on_its_way_through_the_torn_state_is_one_write() -> None:
    text = """
[machine.Bank]
instances = ["bank"]
states = ["good", "torn"]
torn = "torn"
persistent = true
vars = { a = "bool", b = "bool" }
[rule.begins]
by = "controller"
moves = "bank: good -> torn"
sets = "bank.a = True"
[rule.ends]
by = "controller"
moves = "bank: torn -> good"
sets = ["bank.a = False", "bank.b = True"]
[rule.power_loss]
by = "fault"
power = "off"
"""
    assert cuts(text) == []
    whole = text.replace("bank: torn -> good", "bank: torn, good -> good")
    assert cuts(whole) == ["power_loss[during=ends, written=0, torn=True]"]


def test_a_machine_without_states_has_one_and_variables_may_start_somewhere() -> None:
    system = ground(parse_model(HEAD + POWER_LOSS))
    assert system.by_name["first"].sort.labels == ("present",)
    assert {s.values[system.by_name["boot.tries"].index] for s in system.initial()} == {0}
