"""Numbers that wrap: sums stay in their sort, `later` goes round; `%` is never negative."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from world import World

from twinrom.proofs import Question, parse_spec, pose
from twinrom.proofs.engines.prove import prove_by_reachability
from twinrom.proofs.spec.request import request
from twinrom.statemachine import InputError, parse_model

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """
[sort]
Gen = "{spelled}"
Plain = "0..9"
[machine.Box]
instances = ["a", "b"]
vars = {{ gen = "Gen", seen = "Plain", maybe = "Gen?", yes = "bool" }}
[rule.r]
by = "operator"
{rule}
"""
NOT_POSITIVE = "the divisor is not a positive number"
RANGES = ["0..7 wraps", "5..8 wraps", "-2..2   wraps", "0..0 wraps"]


def computed(spelled: str, value: str, target: str = "a.gen") -> dict[tuple[int, int], int]:
    """Return what an expression is for all values of `a.gen` and `b.gen`."""
    low, high = map(int, spelled.removesuffix("wraps").strip().split(".."))
    world = World(MODEL.format(spelled=spelled, rule=f'sets = "{target} = {value}"'))
    index = world.system.by_name[target].index
    found = {}
    for a, b in itertools.product(range(low, high + 1), repeat=2):
        state = world.state({"a.gen": str(a), "b.gen": str(b)})
        [step] = world.system.enabled(state)
        found[a, b] = world.system.after(state, step).values[index]
    return found


@pytest.mark.parametrize("spelled", RANGES)
def test_sums_stay_in_the_sort(spelled: str) -> None:
    low, high = map(int, spelled.removesuffix("wraps").strip().split(".."))
    size = high - low + 1

    def into(number: int) -> int:
        return low + (number - low) % size

    for value, meant in (("a.gen + 1", lambda a, _: a + 1), ("a.gen - 3", lambda a, _: a - 3),
                         ("a.gen + b.gen", lambda a, b: a + b), ("2 - b.gen", lambda _, b: 2 - b),
                         ("a.gen - b.gen - 1", lambda a, b: into(a - b) - 1),
                         ("(a.gen + 9) - (b.gen + 5)", lambda a, b: into(a + 9) - into(b + 5))):
        assert computed(spelled, value) == {
            pair: into(meant(*pair)) for pair in computed(spelled, "a.gen")}


@pytest.mark.parametrize("spelled", RANGES)
def test_later_goes_round_the_shorter_way(spelled: str) -> None:
    low, high = map(int, spelled.removesuffix("wraps").strip().split(".."))
    size = high - low + 1
    assert computed(spelled, "later(a.gen, b.gen)", "a.yes") == {
        (a, b): int(1 <= (a - b) % size <= (size - 1) // 2)
        for a, b in itertools.product(range(low, high + 1), repeat=2)}


@pytest.mark.parametrize("spelled", RANGES)
def test_remainder_is_never_negative(spelled: str) -> None:
    low, high = map(int, spelled.removesuffix("wraps").strip().split(".."))
    pairs = list(itertools.product(range(low, high + 1), repeat=2))
    for by in (1, 2, 3, 10):
        assert computed(spelled, f"a.gen % {by}", "a.seen") == {(a, b): a % by for a, b in pairs}
    none = computed(spelled, "count(x.yes for x in Box) + 3 % 2", "a.seen")
    assert none == dict.fromkeys(pairs, 1)


def test_order_is_plain() -> None:
    assert computed("0..3 wraps", "a.gen + 1 < a.gen", "a.yes") == {
        (a, b): int(a == 3) for a in range(4) for b in range(4)}


def test_a_name_of_the_file_comes_before_later() -> None:
    text = MODEL.format(spelled="0..7 wraps", rule='sets = "a.yes = later(1)"')
    parse_model(text + '[define]\n"later(n)" = "n > 0"\n')


@pytest.mark.parametrize(("spelled", "value", "said"), [
    ("0..7 wrap", "1", "`0..7 wrap` is not a range"),
    ("0..7wraps", "1", "`0..7wraps` is not a range"),
    ("wraps", "1", "`wraps` is not a range"),
    ("0..7 wraps", "9", "`9` is not in Gen (0..7 wraps)"),
    ("0..7 wraps", "a.gen + a.seen", "`a.gen + a.seen` computes with a `Gen` and a `Plain`"),
    ("0..7 wraps", "a.gen % 0", "`a.gen % 0` cannot be computed: " + NOT_POSITIVE),
    ("0..7 wraps", "a.gen % -2", "`a.gen % (-2)` cannot be computed: " + NOT_POSITIVE),
    ("0..7 wraps", "a.gen % b.gen", "`a.gen % b.gen` cannot be computed: " + NOT_POSITIVE),
    ("0..7 wraps", "1 if later(a.gen) else 2", "`later` takes 2 arguments, not 1"),
    ("0..7", "1 if later(a.gen, b.gen) else 2",
     '`later` compares two values of one sort that wraps; declare it as "0..7 wraps"'),
    ("0..7 wraps", "1 if later(a.gen, a.seen) else 2", "`later` compares two values of one sort"),
    ("0..7 wraps", "1 if later(1, 2) else 2", "`later` compares two values of one sort"),
    ("0..7 wraps", "1 if later(a.gen, a.maybe) else 2",
     "`a.maybe` may be `none`, so it cannot be computed with"),
])
def test_mistakes(spelled: str, value: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_model(MODEL.format(spelled=spelled, rule=f'sets = "a.gen = {value}"'))
    assert said in str(raised.value)


def test_size_from_the_command_line_wraps_too() -> None:
    text = MODEL.format(spelled="0..7 wraps", rule='sets = "a.gen = a.gen + 1"')
    for given in ("0..3", "0..3 wraps"):
        assert parse_model(text, sorts={"Gen": given}).sizes["Gen"] == "0..3 wraps"
    with pytest.raises(InputError, match="`--sort Gen`: `integers` is not a range"):
        parse_model(text, sorts={"Gen": "integers"})


def test_symbolic_proofs_keep_a_sort_that_wraps(tmp_path: Path) -> None:
    model = tmp_path / "m.toml"
    model.write_text(MODEL.format(spelled="0..7 wraps", rule='sets = "a.gen = a.gen + 2"')
                     + '[init]\nrequire = ["a.gen == 0", "all(not x.yes for x in Box)"]\n')
    spec = tmp_path / "m.spec.toml"
    spec.write_text('[invariant.even]\nmust = "a.gen % 2 == 0"\n')
    asked = request(str(model), symbolic=[])
    assert asked.unbounded == ("Plain",)
    report = prove_by_reachability(asked.of_all_sizes().question())
    assert [c.confirmed for c in report.certificates] == [True]
    with pytest.raises(InputError, match="`Gen` cannot be all integers: it wraps"):
        request(str(model), symbolic=["Gen"])


def test_remainders_of_any_integer_are_proved() -> None:
    sets = 'sets = ["a.seen = a.seen + 3", "b.seen = b.seen - 9"]'
    text = MODEL.format(spelled="0..7", rule=sets)
    spec = '[invariant.thirds]\nmust = "a.seen % 3 == 1 and b.seen % 3 == 2"\n'
    model = parse_model(text + '[init]\nrequire = ["a.seen == 1", "b.seen == 2"]\n',
                        sorts={"Plain": "integers"})
    asked: Question = pose(model, *parse_spec(spec))
    report = prove_by_reachability(asked)
    assert [c.confirmed for c in report.certificates] == [True]
