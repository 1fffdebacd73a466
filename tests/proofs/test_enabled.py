"""`enabled(EVENT, argument=value)`: what a spec says of an ability, against the rules."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from asked import judged, lengths, question, safety, sampled
from plain import Plain
from random_models import POWERED, SMALL, made

from twinrom.proofs import CheckRequest, Violated, holds_in
from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.native import search_native
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import InputError, ground, parse, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs import Question
    from twinrom.statemachine import State, Step

MODEL = """
[sort]
Version = "1..3"
Board = ["r1", "r2"]
[machine.Bank]
instances = ["A", "B"]
states = ["empty", "full"]
initial = "empty"
vars = { version = { sort = "Version", initial = "1" } }
[rule.install]
by = "operator"
on = "flash"
each = { this = ["A", "B"] }
given = { version = "Version", board = "Board" }
moves = "this: empty -> full"
when = "version > this.version"
sets = "this.version = version"
[rule.erase]
by = "operator"
each = { this = ["A"] }
moves = "this: full -> empty"
[rule.wear]
by = "fault"
moves = "B: full -> empty"
[event.recall]
"""


def first(model: str, must: str, kind: str = "invariant") -> int | None:
    """Return after how many steps a property is broken; the same in both tiers and in z3."""
    asked = question(model, f'[budget]\nfault = 0\n[{kind}.p]\nmust = "{must}"\n')
    found = search(asked)
    assert lengths(found) == lengths(search_native(asked))
    bounded = check_bounded(safety(asked), depth=4)
    assert lengths(bounded)["p"][0] == lengths(found)["p"][0]
    return lengths(found)["p"][0]


@pytest.mark.parametrize(("must", "broken"), [
    ("enabled(flash)", 2),  # both are full then
    ("enabled(flash, this=A)", 1),
    ("enabled(flash, this=A) or A is full", 2),
    ("enabled(flash, version=1)", 0),
    ("enabled(flash, version=3) or A is full", 3),
    ("enabled(flash, version=3) or B is full", None),
    ("enabled(flash, version=B.version + 1, this=A) or A is full or B.version == 3", 2),
    ("enabled(flash, version=B.version + 1, this=A) or A is full", 1),
    ("enabled(install, version=2)", 2),  # a rule is an event, as after `event is`
    ("not enabled(erase, this=B)", None),
    ("not enabled(recall, this=everything)", None),  # no rule has it
    ("not enabled(wear)", 1),  # there are no faults in this budget
    ("not enabled(flash, version=none)", None),
    ("all(enabled(flash, this=b) or b is full for b in Bank)", 2),
    ("count(enabled(flash, version=v) for v in Version) < 3", None),
])  # fmt: skip
def test_what_is_enabled_is_the_same_for_all_readers(must: str, broken: int | None) -> None:
    assert first(MODEL, must) == broken


def test_in_a_step_it_is_said_of_the_state_before_or_after() -> None:
    assert first(MODEL, "not next(enabled(erase, this=A)) or event.this == A", "step") == 2
    assert first(MODEL, "enabled(flash, this=event.this) or event is erase", "step") is None
    assert first(MODEL, "next(enabled(flash, this=A))", "step") == 1


@pytest.mark.parametrize("section", [
    '[response.p]\nwhenever = "enabled(wear)"\neventually = "not enabled(wear)"\n',
    '[possible.p]\nwhenever = "not enabled(flash)"\ncan = "enabled(erase)"\n',
    '[possible.p]\nwhenever = "not enabled(flash)"\ncan = "enabled(erase, this=B)"\n',
    '[define]\n"able(b)" = "enabled(erase, this=b)"\n[possible.p]\ncan = "able(A)"\n',
    '[observer.seen]\nsort = "bool"\ninitial = "enabled(flash)"\nupdate = "next(enabled(erase))"\n'
    '[possible.p]\nwhenever = "not seen"\ncan = "seen and enabled(erase)"\n',
])  # fmt: skip
def test_every_kind_of_property_may_ask_it(section: str) -> None:
    asked = question(MODEL, section)
    report = search(asked)
    assert lengths(report) == lengths(search_native(asked))
    assert lengths(report)["p"][0] == Plain(asked).violation(asked.properties[0])


def test_policy_that_takes_an_ability_away_breaks_the_spec() -> None:
    spec = '[possible.erasable]\nwhenever = "A is full"\ncan = "enabled(erase, this=A)"\n'
    without = MODEL.replace("[rule.erase]", "[rule.forget]")
    for model, taken in ((MODEL, False), (f"{without}[event.erase]\n", True)):
        asked = question(model, spec)
        [result] = judged(asked, search(asked))
        assert isinstance(result.verdict, Violated) == taken


# ------------------------------------------------------------------------------ names of a file


@pytest.mark.parametrize(("own", "of"), [
    ('"enabled(b)" = "b is full"', "enabled(A)"), ('enabled = "A is full"', "enabled"),
])  # fmt: skip
def test_it_gives_way_to_a_name_of_the_file(own: str, of: str) -> None:
    for model, spec in ((MODEL, f"[define]\n{own}\n"), (f"{MODEL}[define]\n{own}\n", "")):
        asked = question(model, f'{spec}[invariant.p]\nmust = "{of}"\n')
        assert asked.properties[0].goal is question(
            MODEL, '[invariant.p]\nmust = "A is full"\n').properties[0].goal  # fmt: skip


def test_rule_without_an_argument_counts_for_every_value_of_it() -> None:
    refuses = '[rule.refuses]\nby = "host"\non = "flash"\neach = { this = ["A", "B"] }\n'
    model = f'{MODEL}{refuses}moves = "this: full -> full"\n'
    assert first(model, "enabled(flash, version=1) or A is empty") is None
    assert first(model, "enabled(flash, this=A, version=2) or A is empty") is None
    assert first(model, "not enabled(flash, this=B, version=1)") == 1


def test_event_is_not_the_definition_of_the_same_name() -> None:
    [prop] = question(
        MODEL, '[define]\nflash = "enabled(flash)"\n[invariant.p]\nmust = "flash"\n').properties
    assert prop.goal is question(
        MODEL, '[invariant.p]\nmust = "enabled(flash)"\n').properties[0].goal  # fmt: skip


def test_one_argument_of_two_sorts_is_refused() -> None:
    other = ('[rule.paint]\nby = "operator"\non = "flash"\neach = { version = ["r1"] }\n'
             'moves = "A: full -> full"\n')
    with pytest.raises(InputError, match="`version` of `flash` is a `Board` and a `Version`, in"):
        question(MODEL + other, '[invariant.p]\nmust = "enabled(flash, version=2)"\n')


def test_a_model_has_no_such_word() -> None:
    moves = '"this: full -> empty"'
    with pytest.raises(InputError, match="`enabled` belongs into a spec"):
        question(MODEL.replace(moves, f'{moves}\nwhen = "enabled(wear)"'), "")


def test_text_is_read_as_it_is_written() -> None:
    text = "enabled(flash, this=A, version=(1 if A is full else 2))"
    assert parse(str(parse(text))) == parse(text)
    spec = '[invariant.p]\neach = { this = ["A"] }\nmust = "enabled(flash, this=this)"\n'
    [prop] = question(MODEL, spec).properties
    assert prop.parts[0].text == "enabled(flash, this=A)"


# ------------------------------------------------------------------------------ by definition


def steps_at(asked: Question, state: State) -> Iterator[Step]:
    """Yield the steps of written rules that can happen, budgets aside."""
    for step in ground(asked.model).enabled(state._replace(
        values=state.values[: len(ground(asked.model).variables)])):
        if step.instance.cut is None:
            yield step


@pytest.mark.parametrize("seed", [*sampled(SMALL, 5), *sampled(POWERED, 31)])
def test_it_is_what_the_definition_says(seed: int) -> None:
    maker = made(seed)
    model = maker.model()
    rules = ground(question(model, "").model).written
    asks: dict[str, tuple[str, dict[str, str]]] = {}
    for name in {i.rule.name for i in rules}:
        found = [i for i in rules if i.rule.name == name]
        arguments = {a.name: a.sort for a in (*found[0].arguments, *found[0].given)}
        choices = [[None, *(s.text(c) for c in s.codes())] for s in arguments.values()]
        for number, values in enumerate(itertools.islice(itertools.product(*choices), 0, None, 3)):
            asks[f"{name}_{number}"] = name, {
                n: v for n, v in zip(arguments, values, strict=True) if v is not None}
    spec = "".join(
        f'[invariant.{key}]\nmust = "enabled({", ".join([name, *map("=".join, given.items())])})"\n'
        for key, (name, given) in asks.items()
    )
    asked = question(model, f"[budget]\nfault = 1\n{spec}")
    for layer in Plain(asked).layers:
        for state in layer:
            entry, now = asked.system.entry(state.tables), list(steps_at(asked, state))
            for prop in asked.properties:
                name, given = asks[prop.name]
                expected = any(
                    s.instance.rule.name == name and given.items() <= s.arguments().items()
                    for s in now)
                assert holds_in(prop.goal, state, entry) == expected, prop.parts[0].text


def test_nothing_can_be_said_of_every_payload_without_end() -> None:
    spec = '[invariant.all]\nmust = "enabled(flash)"\n'
    spec += '[invariant.one]\nmust = "enabled(flash, version=7)"\n'
    asked = CheckRequest(("m.toml", MODEL), ("m.spec.toml", spec), unbounded=("Version",))
    every, one = asked.of_all_sizes().question().properties
    assert terms.unknowable(every.bad)
    assert not terms.unknowable(one.bad)
