"""A model that can start nowhere: every verb that asks something of it says so, and ends with 2."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from asked import question
from called import twinrom
from small_models import COUNTER, SAFE

from twinrom.proofs.engines.prove import prove_by_reachability
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path

NOWHERE = COUNTER.replace('"counter.value == 0"', '["counter.value == 0", "counter.value > k"]')
NOWHERE += "[define]\nk = 0\n"
VERBS = (
    "check {}", "check {} --plain", "check {} --symbolic", "check {} --engine bounded",
    "check {} --engine induction", "compare {} {}", "faults {}", "mutate {}", "review {}",
    "gaps {}", "lint {}", "simulate {}", "draw {} --composed --as dot",
    "draw {} --property at_most_seven", "export {} --to promela", "export {} --to smtlib2",
)  # fmt: skip
IS_NOT = "no state satisfies all of this; there is nothing to check"


def written(folder: Path, model: str, spec: str = SAFE) -> str:
    """Write a model and its spec, and return where the model is."""
    (folder / "m.toml").write_text(model)
    (folder / "m.spec.toml").write_text(spec)
    return str(folder / "m.toml")


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_shows_where_it_is_said(tmp_path: Path, verb: str) -> None:
    path = written(tmp_path, NOWHERE)
    done = twinrom(*verb.format(path, path).split(), merged=True)
    line = NOWHERE.splitlines().index("[init]") + 2
    assert done.returncode == 2, done.stdout
    said = done.stdout.splitlines()
    assert said[0].replace("E104 ", "") == f"{path}:{line}:1: {IS_NOT}"
    assert said[1].startswith(f"{line} | require = [")
    assert said[2].strip(" |") == "^^^^^^^"


def test_a_sweep_has_a_row_of_it(tmp_path: Path) -> None:
    done = twinrom("sweep", written(tmp_path, NOWHERE), "--grid", "define.k=0,-1", "--json", "-")
    rows = json.loads(done.stdout)["rows"]
    assert rows[0]["standing"] == "error"
    assert IS_NOT in rows[0]["error"]
    assert IS_NOT not in str(rows[1])


STARTS = {
    "an option": (NOWHERE.replace("k = 0", "k = -1"), ("--define", "k=0"), IS_NOT),
    "sizes": (COUNTER.replace("== 0", "== 9"), ("--sort", "Count=0..9"), ""),
    "initial values": (
        COUNTER.replace('{ value = "Count" }', '{ value = { sort = "Count", initial = "1" } }'), (),
        IS_NOT),
    "only initial values": (
        COUNTER.replace('[init]\nrequire = "counter.value == 0"\n', "").replace(
            '{ value = "Count" }', '{ value = { sort = "Count", initial = "this.value + 1" } }'),
        (), "no state satisfies this and every other `initial`; there is nothing to check"),
    "a table": (
        COUNTER.replace('"counter.value == 0"', '["fits(counter.value)", '
                        '"all(not fits(v) for v in Count)"]')
        + '[table.fits]\nof = ["Count"]\n', (), IS_NOT),
    "a table of the file": (
        COUNTER.replace('"counter.value == 0"', '["counter.value == 0", "fits(counter.value)"]')
        + '[table.fits]\nof = ["Count"]\nallow = [[3]]\n', (), IS_NOT),
    "late variables": (
        COUNTER.replace('{ value = "Count" }', '{ value = "Count", a = "Count", b = "Count", '
                        'c = "Count", d = "Count", e = "Count", f = "Count", g = "Count" }')
        .replace('"counter.value == 0"', '["counter.g == 1", "counter.g == 2"]'), (), IS_NOT),
}  # fmt: skip


@pytest.mark.parametrize("case", STARTS)
def test_what_can_contradict_itself(tmp_path: Path, case: str) -> None:
    model, options, said = STARTS[case]
    done = twinrom("check", written(tmp_path, model), *options)
    assert (done.returncode == 2) is bool(said)
    assert said in done.stderr
    assert not said or done.stdout == ""


def test_the_second_of_two_models_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    good, bad = written(tmp_path / "good", COUNTER), written(tmp_path, NOWHERE)
    done = twinrom("check", good, bad)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{bad}:")


OBSERVED = """
[observer.first]
sort = "0..1"
initial = "counter.value"
update = "first"
""" + SAFE
ANY_START = COUNTER.replace('"counter.value == 0"', '"counter.value < 3"')


def test_an_observer_takes_no_start_away(tmp_path: Path) -> None:
    """A model starts where it starts, whoever watches: `initial` has to have a value there."""
    done = twinrom("check", written(tmp_path, ANY_START, OBSERVED))
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].endswith(
        "m.spec.toml:4:11: `first = counter.value` leaves the sort of its variable; at the start "
        "in the state counter=counting, counter.value=2")
    whole = OBSERVED.replace("0..1", "0..2")
    assert twinrom("check", written(tmp_path, ANY_START, whole)).returncode != 2


@pytest.mark.parametrize("initial", ["counter.value", "min(counter.value, 1)"])
def test_an_observer_at_every_size(tmp_path: Path, initial: str) -> None:
    observed = OBSERVED.replace('"counter.value"', f'"{initial}"').replace("0..1", "0..2")
    done = twinrom("check", written(tmp_path, ANY_START, observed), "--symbolic")
    assert done.returncode == 2
    assert "nobody can say whether this holds at every start" in done.stderr


MANY = " + ".join(f"counter.{name}" for name in "abcdefgh")


def test_a_start_that_cannot_be_enumerated_is_asked_of_z3() -> None:
    """What is proved of nothing is no proof: an engine that would prove it says that it is not."""
    several = ", ".join(f'{name} = "Count"' for name in "abcdefgh")
    model = COUNTER.replace('value = "Count"', f'value = "Count", {several}')
    model = model.replace('"counter.value == 0"', f'["{MANY} == 10", "{MANY} == 11"]')
    with pytest.raises(InputError, match="there is nothing to check"):
        prove_by_reachability(question(model, SAFE))
    starts = model.replace("== 11", "<= 11").replace(
        "require = [", 'require = ["counter.value == 0", ')
    assert prove_by_reachability(question(starts, SAFE)).certificates
