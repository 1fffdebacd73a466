"""Public bug reports as models: the draft shows the bug, and its repair is proved.

`tests/modern.toml` says what is known of each; docs/cases.md has a table of it, which
`python tests/test_modern.py` writes again.
"""

from __future__ import annotations

import random
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from asked import ROOT, judged, of_mutant, sampled, with_table
from called import twinrom
from cutting import Cutting, cut_steps
from modern import CASES, KNOWN, WITH_CUTS, modern, path
from relation import Solver, walked

from twinrom.proofs import (
    Checked,
    CheckRequest,
    Proved,
    Question,
    Vacuous,
    Violated,
    ask,
    mutants,
)
from twinrom.proofs.engines.exhaustive import explore
from twinrom.statemachine import ALL_POWER, InputError, load_model

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.proofs import Mutant, Report
    from twinrom.statemachine import State, TransitionSystem

BY_HAND = sorted((ROOT / "benchmarks" / "by_hand").glob("*.toml"))
PAGE = ROOT / "docs" / "cases.md"
STATES = 300
ONE = r"[\w-]+/[\w-]+ (issue|PR) \d+"
SOURCE = re.compile(f"{ONE}(, {ONE})*(, repaired by PR \\d+)?")


def found(name: str, count: str = "") -> dict[str, object]:
    """Return what the manifest would say of a model."""
    report = explore(modern(name, count), max_states=100_000)
    assert report.complete
    results = judged(modern(name, count), report)
    violated: dict[str, list[int]] = {}
    untested: list[str] = []
    for result in results:
        if isinstance(result.verdict, Violated):
            prop = result.prop.name.partition("[")[0]
            violated.setdefault(prop, []).append(len(result.verdict.trace.steps))
        elif isinstance(result.verdict, Vacuous):
            assert result.prop.may_be_untested
            untested.append(result.prop.name)
        else:
            assert isinstance(result.verdict, Proved)
    assert report.counts is not None
    request = CheckRequest(("model", ""), ("spec", ""))
    checked = Checked(modern(name), 0, results, (), {"search": report}, 0.0, request, None)
    said = {"standing": checked.standing, "states": report.counts.states}
    more = {"violated": violated, "untested": untested}
    return said | {key: value for key, value in more.items() if value}


def test_every_case_is_known_and_complete() -> None:
    names = {p.name for p in CASES.glob("*.toml")}
    ends = (".toml", ".spec.toml", "_repaired.toml")
    assert names == {name + end for name in KNOWN for end in ends}


@pytest.mark.parametrize("name", KNOWN)
def test_the_draft_shows_the_bug(name: str) -> None:
    known = {k: KNOWN[name][k] for k in ("standing", "states", "violated")}
    assert found(name) == known


@pytest.mark.parametrize("name", KNOWN)
def test_the_repair_is_proved(name: str) -> None:
    assert found(f"{name}_repaired") == KNOWN[name]["repaired"]
    model = modern(f"{name}_repaired").model
    assert model.base == name
    assert model.changes


@pytest.mark.parametrize(
    ("name", "count"), [(n, count) for n in KNOWN for count in KNOWN[n].get("of_size", ())]
)
def test_any_number_of_machines_shows_the_bug_and_keeps_the_repair(name: str, count: str) -> None:
    known, sizes = KNOWN[name], KNOWN[name]["of_size"][count]
    draft, repaired = found(name, count), found(f"{name}_repaired", count)
    assert draft["standing"] == known["standing"]
    assert {prop: set(steps) for prop, steps in draft["violated"].items()} == {
        prop: set(steps) for prop, steps in known["violated"].items()
    }
    assert repaired == {"standing": known["repaired"]["standing"], "states": sizes["repaired"]}
    assert draft["states"] == sizes["states"]


@pytest.mark.parametrize("twin", BY_HAND, ids=lambda twin: twin.stem)
def test_a_state_by_hand_for_each_cut_shows_the_same_bugs(twin: Path) -> None:
    spec = str(path(f"{twin.stem}.spec"))
    by_hand, draft = (ask(load_model(str(p)), spec) for p in (twin, path(twin.stem)))
    assert all(instance.cut is None for instance in by_hand.system.instances)
    seen = [explore(question, max_states=100_000) for question in (by_hand, draft)]
    assert all(report.complete for report in seen)
    broken = [
        {r.prop.name for r in judged(question, report) if isinstance(r.verdict, Violated)}
        for question, report in zip((by_hand, draft), seen, strict=True)
    ]
    assert broken[0] == broken[1] != set()


def test_machines_of_any_number_are_interchangeable() -> None:
    of_any_number = [name for name in KNOWN if "of_size" in KNOWN[name]]
    assert len(of_any_number) == 2
    for name in of_any_number:
        [template] = modern(name).symmetric
        assert modern(name).model.templates[template].ranged


@pytest.mark.parametrize("name", KNOWN)
def test_the_repair_compares_well(name: str) -> None:
    done = twinrom("compare", path(name), path(f"{name}_repaired"), "--plain", COLUMNS="200")
    assert done.returncode == 0, done.stdout
    *_, standings, verdicts = done.stdout.splitlines()
    assert standings.endswith("(better)")
    assert ": no verdict got worse; " in verdicts


@pytest.mark.parametrize("name", KNOWN)
def test_a_case_says_in_a_sentence_what_happened_and_where_it_was_told(name: str) -> None:
    model = modern(name).model
    assert SOURCE.fullmatch(model.source)
    for file in (name, f"{name}_repaired"):
        schema, says, *_ = (CASES / f"{file}.toml").read_text(encoding="utf-8").splitlines()
        assert schema == "#:schema ../../statemachine/models/model.schema.json"
        assert re.match(r"# [A-Z]", says)


@pytest.mark.parametrize("name", WITH_CUTS)
def test_no_draft_has_a_rule_for_a_cut(name: str) -> None:
    """Say that power does nothing but fail: what that means is worked out."""
    model = modern(name).model
    [fault] = [rule for rule in model.rules.values() if rule.by == "fault"]
    assert (fault.name, fault.power, fault.cuts) == ("power_loss", ALL_POWER, True)
    assert (fault.moves, fault.also, fault.sets, fault.when) == ((), (), (), ())
    assert any(i.cut is not None for i in modern(name).system.instances)


def reachable(system: TransitionSystem) -> set[State]:
    seen = set(system.initial())
    todo = sorted(seen, key=lambda s: (s.values, s.tables))
    while todo and len(seen) < STATES:
        for _, after in system.successors(todo.pop()):
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return seen


@cache
def changed(name: str) -> dict[str, Mutant]:
    return {m.name: m for m in mutants(modern(name).model)}


def all_of(report: Report) -> tuple[object, ...]:
    """Return everything a report says, apart from the time and the tier."""
    return (report.found, report.counts, report.clean, report.complete)


def answered(question: Question, *, plain: bool) -> object:
    try:
        return all_of(explore(question, max_states=100_000, plain=plain))
    except InputError as error:
        return str(error)


@pytest.mark.parametrize(
    ("name", "mutant"), sampled(((n, m) for n in WITH_CUTS for m in changed(n)), 12)
)
def test_readers_agree_on_mutants(name: str, mutant: str) -> None:
    question = of_mutant(modern(name), changed(name)[mutant])
    assert answered(question, plain=False) == answered(question, plain=True)
    start = min(question.system.initial(), key=lambda s: (s.values, s.tables))
    assert list(walked(question.system, Solver(question), random.Random(mutant), start))
    cutting = Cutting(question.model)
    for state in reachable(question.system):
        assert cut_steps(question.system, state) == cutting.after(state)


def size(file: str) -> tuple[int, int]:
    """Return how many lines of a model say something, and how many rules it has."""
    lines = [line for line in (CASES / f"{file}.toml").read_text(encoding="utf-8").splitlines()
             if line.strip() and not line.startswith("#")]  # fmt: skip
    return len(lines), sum(line.startswith("[rule.") for line in lines)


def report_links(source: str) -> str:
    """Return the places where a case was told, as links."""
    named = re.findall(r"([\w-]+/[\w-]+) (?:issue|PR) (\d+)", source)
    return ", ".join(f"[{r}#{n}](https://github.com/{r}/issues/{n})" for r, n in named)


def table() -> str:
    """Return all cases as a table: what it took before and takes now, and what the draft shows."""
    lines = ["| case | told in | lines | rules | states | the draft | steps | the repair |",
             "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for name, known in KNOWN.items():
        now = (*size(name), known["states"])
        grown = " | ".join(f"{a} → {b}" for a, b in zip(known["before"], now, strict=True))
        steps = min(min(found) for found in known["violated"].values())
        repaired = f"[{known['repaired']['standing']}](../examples/modern/{name}_repaired.toml)"
        told = report_links(modern(name).model.source)
        lines.append(
            f"| [{name}](../examples/modern/{name}.toml) | {told} | {grown} "
            f"| {known['standing']} | {steps} | {repaired} |"
        )
    return "\n".join(lines)


def test_the_page_tells_every_case() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page, table())
    assert table() in page
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == list(KNOWN)


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), table()), encoding="utf-8")
