"""Where standing still is meant: a deadlock anywhere else is a violation, whoever reads it."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from asked import CORPUS, question, sampled
from plain import Plain
from random_models import POWERED, SMALL, made
from rich.console import Console
from small_models import MACHINE, SWITCH

from twinrom.diagrams import checked_json
from twinrom.diagrams.data.compare import comparison_json
from twinrom.diagrams.terminal.tables import checked_view
from twinrom.diagrams.words.dead_ends import dead_end_lines
from twinrom.proofs import Checked, Options, check, compare, export, holds_in, request
from twinrom.proofs.engines.native import search_native
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.questions.baseline import baseline, drift
from twinrom.proofs.questions.mutate import mutate
from twinrom.proofs.questions.standing import standing_of
from twinrom.proofs.verdicts.verdict import word
from twinrom.statemachine import ground

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.proofs import Question
    from twinrom.statemachine import State

BLINK = '[rule.blink]\nby = "operator"\nmoves = "lamp: lit -> lit"\n'
BREAK = '[rule.fails]\nby = "fault"\nmoves = "lamp: dark, lit -> broken"\n'
MODEL = 'title = "A lamp"\n' + MACHINE + SWITCH
TRUE = '[invariant.lamp]\nmust = "lamp is not broken"\n'
LIT = TRUE + '[ends]\nwhen = "lamp is lit"\n'
DARK = TRUE + '[ends]\nwhen = ["lamp is dark"]\n'


def deadlock(model: str, spec: str) -> int | None:
    """Return after how many steps it stands still unmeant; the same in both tiers."""
    asked = question(model, spec)
    runs = [run(asked).deadlock for run in (search, search_native)]
    lengths = {None if run is None else run.length for run in runs}
    assert len(lengths) == 1
    return lengths.pop()


@pytest.mark.parametrize(("model", "spec", "after"), [
    (MODEL, TRUE, 1),  # no rule at all
    (MODEL + BLINK, TRUE, None),  # a rule, though it changes nothing
    (MODEL + BREAK, TRUE, 1),
    (MODEL, LIT, None),
    (MODEL, DARK, 1),
    (MODEL + BLINK, LIT, None),
    (MODEL + BLINK, DARK, 1),  # with `[ends]` something must change
    (MODEL + BREAK, LIT, 1),  # nobody repairs it
    (MODEL + BREAK, DARK, 1),  # and a fault is no way on
    (MODEL + BREAK, "[budget]\nfault = 0\n" + LIT, None),
    (MODEL + BLINK, '[observer.blinks]\nsort = "0..3"\ninitial = "0"\n'
     'update = "blinks + 1 if event is blink and blinks < 3 else blinks"\n' + DARK, 1),
    (MODEL + BLINK, '[observer.blinks]\nsort = "bool"\ninitial = "False"\n'
     'update = "blinks or event is blink"\n[ends]\nwhen = "lamp is lit and blinks"\n', 1),
    (MODEL, '[define]\nover = "lamp is lit"\n[ends]\nwhen = "over"\n', None),
    (MODEL, '[ends]\nwhen = "not enabled(switch)"\n', None),
    (MODEL, '[ends]\nwhen = "False"\n', 1),
])  # fmt: skip
def test_standing_still_is_a_violation_where_it_is_not_meant(
    model: str, spec: str, after: int | None
) -> None:
    assert deadlock(model, spec) == after


def unmeant(asked: Question, graph: Plain, state: State) -> bool:
    """Say by definition whether a state is a deadlock."""
    if asked.ends is None:
        return not graph.steps[state]
    own = len(ground(asked.model).variables)
    entry = asked.system.entry(state.tables)
    return not all(holds_in(c.term, state, entry) for c in asked.ends) and all(
        step.instance.rule.by == "fault" or after.values[:own] == state.values[:own]
        for step, after in graph.steps[state])


@pytest.mark.parametrize("seed", [*sampled(SMALL, 5), *sampled(POWERED, 31)])
def test_it_is_what_the_definition_says(seed: int) -> None:
    maker = made(seed)
    model, spec = maker.model(), maker.spec()
    for when in ("", f'[ends]\nwhen = "{maker.truth(1, ["A", "B"])}"', '[ends]\nwhen = "False"'):
        asked = question(model, f"{spec}\n{when}")
        graph = Plain(asked)
        expected = [d for d, layer in enumerate(graph.layers)
                    if any(unmeant(asked, graph, s) for s in layer)]
        assert deadlock(model, f"{spec}\n{when}") == min(expected, default=None)


def test_search_that_is_stopped_still_counts_the_deadlock_that_it_saw() -> None:
    asked = question(MODEL + BREAK, DARK)
    for tier in (search, search_native):
        report = tier(asked, max_depth=1)
        assert (report.complete, report.dead_ends) == (False, None)
        assert report.deadlock is not None


# ------------------------------------------------------------------------------ its readers


def files(folder: Path, spec: str, model: str = MODEL, name: str = "lamp") -> str:
    (folder / f"{name}.toml").write_text(model, encoding="utf-8")
    (folder / f"{name}.spec.toml").write_text(spec, encoding="utf-8")
    return str(folder / f"{name}.toml")


def checked(path: str, **options: Any) -> Checked:
    [found] = check([request(path)], Options(**options))
    return found


NOTHING = "Deadlock: switch. Nothing at all can happen then."
NO_CHANGE = ("Deadlock: switch. Nothing but a fault changes anything then, and `ends` does not say "
             "that it may be so.")  # fmt: skip


@pytest.mark.parametrize(("spec", "standing", "lines"), [
    (TRUE, "does-not-recover", [NOTHING]),
    (LIT, "keeps", []),
    (DARK, "does-not-recover", [NO_CHANGE]),
    (TRUE.replace("broken", "lit"), "unsafe", [NOTHING]),
])  # fmt: skip
def test_check_says_where_the_policy_stands(
    tmp_path: Path, spec: str, standing: str, lines: list[str]
) -> None:
    found = checked(files(tmp_path, spec))
    assert (found.standing, found.failed) == (standing, standing != "keeps")
    assert dead_end_lines(found) == lines
    [data] = checked_json([found])["models"]
    assert (data["standing"], data["failed"]) == (standing, standing != "keeps")
    assert data["deadlock"]["verdict"] == ("violated" if lines else "proved")
    assert (data["deadlock"]["trace"] is not None) == bool(lines)
    assert data["deadlock"]["trace"] == data["rest"]["deadlock"]
    row = standing_of(request(str(tmp_path / "lamp.toml")), Options())
    assert (row.standing, row.failed) == (standing, standing != "keeps")
    if standing == "does-not-recover":
        assert (row.broken, row.length) == ("deadlock", 1)


@pytest.mark.parametrize(("spec", "options", "expected"), [
    (LIT, {"max_states": 0}, ("unknown", "undecided", True)),
    (LIT, {"engines": ("induction",)}, ("proved", "keeps", False)),  # it searched for witnesses
    (LIT, {"engines": ("bounded",)}, ("not-checked", "undecided", False)),
    (TRUE, {"engines": ("bounded",)}, ("not-checked", "keeps", False)),  # nobody asked
])  # fmt: skip
def test_what_is_not_known_is_not_safe(
    tmp_path: Path, spec: str, options: dict[str, Any], expected: tuple[str, str, bool]
) -> None:
    found = checked(files(tmp_path, spec), **options)
    assert found.deadlock is not None
    assert (word(found.deadlock.verdict), found.standing, found.undecided) == expected
    told = StringIO()
    Console(file=told, width=200).print(checked_view(found))
    assert ("deadlock" in told.getvalue().replace("no deadlock", "")) == (
        found.standing == "undecided")


def test_comparison_is_worse_for_a_new_deadlock(tmp_path: Path) -> None:
    old = files(tmp_path, TRUE, MODEL + BLINK, "old")
    new = files(tmp_path, TRUE, MODEL, "new")
    there, back = compare(old, new), compare(new, old)
    assert (there.worse, back.worse) == (True, False)
    data = comparison_json(there)["deadlock"]
    assert [data[when]["verdict"] for when in ("before", "after")] == ["proved", "violated"]


def test_baseline_records_it(tmp_path: Path) -> None:
    before = baseline([checked(files(tmp_path, TRUE, MODEL + BLINK))])
    now = checked(files(tmp_path, TRUE))
    lines = drift(json.loads(json.dumps(before)), [now])
    assert "lamp: deadlock: is new (1)" in lines
    assert "lamp: standing: keeps -> does-not-recover (worse)" in lines


def test_mutant_that_stands_still_is_killed(tmp_path: Path) -> None:
    relight = '[rule.mend]\nby = "operator"\nmoves = "lamp: lit -> dark"\n'
    spec = '[possible.lit]\ncan = "lamp is lit"\n'
    model = MODEL + relight
    found = mutate(request(files(tmp_path, spec, model)), Options())
    killers = {m.name: f.by for m, f in found.outcomes}
    assert "deadlock" in killers.values()
    assert mutate(request(files(tmp_path, spec, MODEL)), Options()).failing == ("deadlock",)


def test_other_tools_are_asked_as_well() -> None:
    asked = request(str(CORPUS / "tcommit.toml")).question()
    for to, line in (("smv", "INVARSPEC NAME ends := "), ("tla", "INVARIANT ends"),
                     ("promela", "broken: [ends]"), ("smtlib2", "; [ends]")):
        assert line in export(asked, to)
    assert "ends" not in export(question(MODEL, TRUE), "promela")


def test_corpus_ends_where_all_have_decided() -> None:
    for name in ("tcommit", "two_phase_commit"):
        path = CORPUS / f"{name}.spec.toml"
        ends = '[ends]\nwhen = "all(r in (committed, aborted) for r in Resource)"\n'
        spec, model = path.read_text(encoding="utf-8"), (CORPUS / f"{name}.toml")
        assert ends in spec
        never = spec.replace(ends, ends.replace("all(", "False and all("))
        assert deadlock(model.read_text(encoding="utf-8"), spec) is None
        assert deadlock(model.read_text(encoding="utf-8"), never) is not None
