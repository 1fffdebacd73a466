"""Mutants after a change: what the model keeps kills, what an overlay touches, the work list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from asked import question
from typer.testing import CliRunner

from twinrom import failure
from twinrom.diagrams import commands
from twinrom.proofs import Options, mutants, mutate, request
from twinrom.proofs.mutation.failures import own_verdicts
from twinrom.proofs.mutation.outcome import Trials
from twinrom.proofs.mutation.touched import touched_rules
from twinrom.statemachine import Document, InputError, load_model

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.proofs import MutantOutcome

MODEL = """title = "Two lamps"
[machine.Lamp]
instances = ["a", "b"]
states = ["dark", "lit", "broken"]
[define]
both = "all(l is lit for l in Lamp)"
free = "not both"
[rule.on]
by = "operator"
each = { this = ["a", "b"] }
moves = "this: dark -> lit"
when = "free"
[rule.off]
by = "operator"
each = { this = ["a", "b"] }
moves = "this: lit -> dark"
[rule.breaks]
by = "operator"
moves = "a: lit -> broken"
[rule.mends]
by = "operator"
moves = "a: broken -> dark"
"""
FINDING = """[invariant.never_broken]
each = { this = ["a", "b"] }
must = "this is not broken"
expect = "violated"
because = "one of them breaks"
"""
FALLS = """[invariant.never_broken]
must = "b is not broken"
expect = "violated"
because = "some lamp breaks"
"""
OPTIONS = Options(jobs=1)


def became(model: str, spec: str, name: str) -> MutantOutcome:
    """Return what becomes of one mutant, by what `mutate` knows of the model."""
    asked = question(model, spec)
    own = own_verdicts(asked, OPTIONS)
    trials = Trials(asked, Document("model.spec.toml", spec), own.failing, OPTIONS, kept=own.kept)
    return trials.outcome_of(next(m for m in mutants(asked.model) if m.name == name))


TO_BROKEN = "rule.off: redirect this: lit -> dark to broken"


def test_a_finding_that_the_model_keeps_kills_what_breaks_it() -> None:
    """Of the column that holds nobody expects that it may break."""
    own = own_verdicts(question(MODEL, FINDING), OPTIONS)
    assert own.failing == ("never_broken[this=b]",)  # it holds now
    assert "never_broken[this=b]" in own.kept
    found = became(MODEL, FINDING, TO_BROKEN)
    assert (found.end, found.how, found.by) == ("killed", "violated", "never_broken[this=b]")


def test_a_finding_that_the_model_breaks_kills_nothing_by_being_broken() -> None:
    found = became(MODEL, FINDING, "rule.mends: redirect a: broken -> dark to lit")
    assert found.end == "survived"  # never_broken[this=a] is broken, as before


def test_what_is_never_put_to_the_test_kills_what_breaks_it() -> None:
    spec = '[step.idle]\nwhenever = "b is broken"\nmust = "b is broken and a is lit"\n'
    own = own_verdicts(question(MODEL, spec), OPTIONS)
    assert own.failing == ("idle",)
    found = became(MODEL, spec, TO_BROKEN)
    assert (found.end, found.how, found.by) == ("killed", "violated", "idle")


def test_a_finding_that_limits_keep_out_of_sight_is_not_kept(tmp_path: Path) -> None:
    """The model breaks it at the budget of its files, and so may a mutant at a smaller one."""
    model = MODEL + '[rule.falls]\nby = "fault"\nmoves = "b: lit -> broken"\n'
    (tmp_path / "lamps.toml").write_text(model, encoding="utf-8")
    (tmp_path / "lamps.spec.toml").write_text(FALLS, encoding="utf-8")
    less = request(str(tmp_path / "lamps.toml"), None, {}, {"falls": 0}).question()
    assert less.limited
    assert "never_broken" not in own_verdicts(less, OPTIONS).kept
    path = tmp_path / "none.toml"  # but of an overlay with that budget nobody breaks it
    path.write_text('extends = "lamps.toml"\n[budget]\nfalls = 0', encoding="utf-8")
    assert "never_broken" in own_verdicts(request(str(path)).question(), OPTIONS).kept


@pytest.mark.parametrize(
    ("text", "touched"),
    [
        ('[rule.off]\nwhen = "this is lit"', {"off"}),
        ('[define]\nboth = "a is lit and b is lit"', {"on"}),  # through `free`
        ('[define]\nfree = "True"', {"on"}),
        ('[rule.out]\nby = "operator"\nmoves = "b: lit -> dark"', {"out"}),
        ('[event.off]\ncan_happen = "free"', {"off"}),
        ('[init]\nrequire = "a is dark"', set()),
        ('remove = "rule.mends"', set()),
    ],
)
def test_the_rules_that_an_overlay_touches(tmp_path: Path, text: str, touched: set[str]) -> None:
    (tmp_path / "lamps.toml").write_text(MODEL, encoding="utf-8")
    path = tmp_path / "new.toml"
    path.write_text(f'extends = "lamps.toml"\n{text}', encoding="utf-8")
    assert touched_rules(load_model(str(path))) == touched


SPEC = """[possible.mended]
whenever = "a is broken"
can = "a is dark"
[invariant.b_is_whole]
must = "b is not broken"
"""


def overlay(folder: Path, text: str) -> str:
    (folder / "lamps.toml").write_text(MODEL, encoding="utf-8")
    (folder / "lamps.spec.toml").write_text(SPEC, encoding="utf-8")
    (folder / "new.toml").write_text(f'extends = "lamps.toml"\n{text}', encoding="utf-8")
    return str(folder / "new.toml")


CHANGE = '[rule.off]\nwhen = "a is not broken"'


def test_only_mutants_of_what_is_touched_are_tried(tmp_path: Path) -> None:
    path = overlay(tmp_path, CHANGE)
    with (tmp_path / "lamps.spec.toml").open("a", encoding="utf-8") as file:
        file.write('[mutant."rule.on: drop free"]\nbecause = "it may"\n')
    some = mutate(request(path), OPTIONS, 20, changed=True)
    assert {m.rule for m, _ in some.outcomes} == {"off"}
    assert 0 < len(some.outcomes) <= some.total
    assert some.total < mutate(request(path), OPTIONS, 1).total
    assert some.stale == {}  # the mutant that it speaks of is there, and was not tried


def test_what_is_no_overlay_has_not_changed(tmp_path: Path) -> None:
    overlay(tmp_path, CHANGE)
    with pytest.raises(InputError, match="is no overlay") as caught:
        mutate(request(str(tmp_path / "lamps.toml")), OPTIONS, changed=True)
    assert failure.EXIT_INPUT == 2
    assert "lamps.toml" in str(caught.value)


def test_the_work_list_is_by_rule_with_what_comes_nearest(tmp_path: Path) -> None:
    path = overlay(tmp_path, CHANGE)
    found = mutate(request(path), OPTIONS, 40)
    assert list(found.work_list) == [n for n in found.question.model.rules if n in found.work_list]
    assert sum(map(len, found.work_list.values())) == len(found.unexplained) > 0
    assert mutate(request(path), OPTIONS, changed=True).nearest["off"][0] == "b_is_whole"
    done = CliRunner().invoke(commands.app, ["mutate", path, "--changed", "--jobs", "1"])
    lines = done.output.splitlines()
    [head] = [number for number, line in enumerate(lines) if line.startswith("  rule.off (nearest")]
    assert "nearest: b_is_whole, kills" in lines[head]
    assert lines[head + 1].startswith("    ")
    assert "rule.off: " not in lines[head + 1]
    written = CliRunner().invoke(commands.app, ["mutate", path, "--changed", "--json", "-"])
    data: dict[str, Any] = json.loads(written.stdout)
    near = {m["end"]: m["nearest"] for m in data["mutants"]}
    assert near["survived"] == "b_is_whole"
    assert near["killed"] is None
