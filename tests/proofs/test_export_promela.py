"""SPIN on exported models: the same counts, the same verdicts, the same shortest lengths."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asked import LONG, ROOT, corpus, question, sampled, shipped
from changed import KNOWN, of_headline
from modern import WITH_CUTS, modern
from random_models import POWERED, REFERRING, WRAPPED, made
from small_models import EMPTY, HOSTILE, HOSTILE_SPEC
from spinning import CONSTANT, CONSTANT_SPEC, MISSING, run_spin

from twinrom.proofs import Question, ask, export
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import InputError, TooLargeError, load_model

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.proofs import Report

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
SEEDS = (0, 1, 2, 3, 5, 8, 13, 21)


def counts_agree(folder: Path, asked: Question, report: Report) -> None:
    ran = run_spin(folder, export(asked, "promela"), "nothing")
    assert report.counts is not None
    assert ran.states == report.counts.states + 1
    assert ran.transitions == report.counts.transitions + report.counts.initial + 1


def verdicts_agree(folder: Path, asked: Question, report: Report) -> None:
    """Compare one property after the other: whether it is broken, and after how many steps."""
    text = export(asked, "promela")
    macros = re.findall(r"^#define (\w+) [1-9]\d*$", text, re.MULTILINE)
    for name, prop in zip(macros, asked.decidable, strict=False):
        ran = run_spin(folder, text, name, "-DBFS")
        run = report.found[prop.name].violation
        assert (len(ran.steps) if ran.errors else None) == (run.length if run else None), name


@pytest.mark.parametrize("name", ["peterson", "tcommit", "two_phase_commit"])
def test_corpus(name: str, tmp_path: Path) -> None:
    asked = corpus(name)
    report = search(asked)
    counts_agree(tmp_path, asked, report)
    verdicts_agree(tmp_path, asked, report)


@LONG
def test_msa1000_keeps_everything(tmp_path: Path) -> None:
    asked = shipped("msa1000")
    report = search(asked)
    ran = run_spin(tmp_path, export(asked, "promela"))
    assert report.counts is not None
    assert not any(found.violation for found in report.found.values())
    assert (ran.errors, ran.states) == (0, report.counts.states + 1)
    assert ran.transitions == report.counts.transitions + report.counts.initial + 1


def test_proliant_breaks_what_it_is_known_to_break_and_nothing_else(tmp_path: Path) -> None:
    asked = shipped("proliant")
    report = search(asked)
    counts_agree(tmp_path, asked, report)
    broken = [p for p in asked.decidable if p.expect_violated]
    verdicts_agree(tmp_path, replace(asked, properties=tuple(broken)), report)
    kept = tuple(p for p in asked.decidable if not p.expect_violated)
    assert len(broken) == 2
    ran = run_spin(tmp_path, export(replace(asked, properties=kept), "promela"))
    assert ran.errors == 0


@pytest.mark.parametrize("name", sampled(KNOWN, 5))
def test_changed_policies(name: str, tmp_path: Path) -> None:
    asked = of_headline(name)
    ran = run_spin(tmp_path, export(asked, "promela"), "everything", "-DBFS")
    assert len(ran.steps) == len(KNOWN[name].events)
    assert ran.errors == bool(KNOWN[name].events)
    if ran.errors:
        assert ran.trail[-1] == f"broken: {KNOWN[name].headline}"


@pytest.mark.parametrize("name", sampled(WITH_CUTS, 3))
def test_cases_with_cuts(name: str, tmp_path: Path) -> None:
    report = search(modern(name))
    counts_agree(tmp_path, modern(name), report)
    verdicts_agree(tmp_path, modern(name), report)


def test_example_is_told_step_by_step(tmp_path: Path) -> None:
    asked = ask(load_model(str(ROOT / "examples" / "update.toml")),
                str(ROOT / "examples" / "update.spec.toml"))  # fmt: skip
    ran = run_spin(tmp_path, export(asked, "promela"), "everything", "-DBFS")
    assert [step.partition("(")[0] for step in ran.steps] == ["io_starts", "copied", "reset"]
    assert ran.trail[-1] == "broken: busy_controller_is_never_reset"
    counts_agree(tmp_path, asked, search(asked))


@pytest.mark.parametrize(
    "seed", [*sampled(SEEDS, 3), *sampled(POWERED[:50], 25), *sampled(WRAPPED[:50], 25),
             *sampled(REFERRING[:50], 25)])
def test_random_models(seed: int, tmp_path: Path) -> None:
    maker = made(seed)
    asked = question(maker.model(), maker.spec())
    try:
        report = search(asked)
    except InputError:
        pytest.skip("rules overlap")
    counts_agree(tmp_path, asked, report)
    verdicts_agree(tmp_path, asked, report)


def test_hostile_names_and_texts(tmp_path: Path) -> None:
    asked = question(HOSTILE, HOSTILE_SPEC)
    report = search(asked)
    assert {n: f.violation is not None for n, f in report.found.items()} == {
        "assert_": True, "everything": True, "CHECK": True, "nothing": True, "do": True,
    }  # fmt: skip
    counts_agree(tmp_path, asked, report)
    verdicts_agree(tmp_path, asked, report)


def test_no_rules_and_no_properties(tmp_path: Path) -> None:
    asked = question(EMPTY, "")
    ran = run_spin(tmp_path, export(asked, "promela"))
    assert (ran.states, ran.transitions, ran.errors) == (4, 4, 0)


def test_properties_that_read_no_variable(tmp_path: Path) -> None:
    asked = question(CONSTANT, CONSTANT_SPEC)
    report = search(asked)
    broken = {n: f.violation.length for n, f in report.found.items() if f.violation}
    assert broken == {
        "always_broken": 0, "always_broken_by_steps": 1, "broken_by_what_is_always_possible": 1,
        "broken_by_what_is_possible_at_first": 1, "never": 0,
    }  # fmt: skip
    counts_agree(tmp_path, asked, report)
    verdicts_agree(tmp_path, asked, report)


def test_no_initial_state() -> None:
    asked = question(EMPTY + '[init]\nrequire = "m.level > m.level"\n', "")
    text = export(asked, "promela")
    assert "there is no initial state" in text


def test_an_assignment_that_leaves_its_sort_is_an_error(tmp_path: Path) -> None:
    rule = '[rule.up]\nby = "host"\nsets = "m.level = m.level + 1"\n[init]\nrequire = "m.level==0"'
    ran = run_spin(tmp_path, export(question(EMPTY + rule, ""), "promela"), "nothing", "-DBFS")
    assert ran.trail == ["up", "up", "up", "leaves its sort"]


def test_too_many_initial_states_are_refused() -> None:
    machines = EMPTY.replace('["m"]', str([f"m{i}" for i in range(12)]).replace("'", '"'))
    text = machines + '[init]\nrequire = "any(m.level == 0 for m in M)"'
    with pytest.raises(TooLargeError, match="too many to list"):
        export(question(text, ""), "promela")
