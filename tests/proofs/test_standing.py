"""Where a policy stands: what is unsafe, what departs, what is bookkeeping, what was not tested."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from printing import printed
from typer.testing import CliRunner

from twinrom.diagrams import checked_json, checked_view, commands, comparison_json
from twinrom.diagrams.page import Subject, report_page
from twinrom.diagrams.terminal.comparison import comparison_view
from twinrom.diagrams.words.verdicts import standing_words, unasked_lines
from twinrom.proofs import (
    Checked,
    Options,
    Unknown,
    baseline,
    check,
    compare,
    drift,
    mutate,
    request,
)
from twinrom.proofs.questions.faults import availability
from twinrom.proofs.verdicts.verdict import ranked
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path


LAMP = """title = "A lamp"
[sort]
N = "0..2"
[machine.Lamp]
instances = ["lamp"]
states = ["off", "on"]
vars = { n = "N" }
[init]
require = "lamp is off and lamp.n == 0"
[rule.press]
by = "controller"
moves = "lamp: off -> on"
sets = "lamp.n = min(lamp.n + 1, 2)"
[rule.release]
by = "operator"
moves = "lamp: on -> off"
"""
SAFE = '[invariant.in_range]\nmust = "lamp.n <= 2"\n'
UNSAFE = '[invariant.low]\nmust = "lamp.n <= 1"\n'
STUCK = '[response.ends]\neventually = "lamp.n == 2"\n'
DEPARTS = '[step.one]\nmust = "next(lamp.n) <= 1"\ndeparture = true\n'
VACUOUS = '[invariant.high]\nwhenever = "lamp.n == 2 and lamp.n == 1"\nmust = "lamp is on"\n'
UNTIDY = """[invariant.nothing_of_what_is_off]
bookkeeping = true
whenever = "lamp is off"
must = "lamp.n == 0"
"""
UNSEEN = VACUOUS
HOLDS = '[possible.goes_on]\ncan = "lamp.n == 2"\n'
KNOWN = UNSAFE + 'expect = "violated"\nbecause = "it counts to two"\n'
GONE = SAFE + 'expect = "violated"\nbecause = "it counted to three"\n'
CLAUSES = '[clause.C-1]\nsays = "a"\n[clause.C-2]\nsays = "b"\n'
CARRIED = DEPARTS + 'clause = ["C-2", "C-1"]\n'
SEARCH = Options(engines=("search",))
UNTESTED = VACUOUS.replace("[invariant.high]\n", "[invariant.tall]\nbookkeeping = true\n")


def stands(folder: Path, spec: str) -> Checked:
    (folder / "lamp.toml").write_text(LAMP, encoding="utf-8")
    (folder / "lamp.spec.toml").write_text(spec, encoding="utf-8")
    [found] = check([request(str(folder / "lamp.toml"))], SEARCH)
    return found


@pytest.mark.parametrize(
    ("spec", "standing", "failed"),
    [
        (SAFE, "keeps", False),
        (SAFE + UNSAFE + STUCK + DEPARTS + VACUOUS, "unsafe", True),
        (SAFE + STUCK + DEPARTS + VACUOUS, "does-not-recover", True),
        (SAFE + DEPARTS + VACUOUS, "untested", True),
        (SAFE + VACUOUS, "untested", True),
        (SAFE + DEPARTS, "departs", True),
        ("", "untested", True),
        (SAFE + UNTIDY, "keeps", False),
        (SAFE + UNTESTED, "keeps", False),
        (SAFE + UNTIDY + DEPARTS, "departs", True),
    ],
)
def test_what_weighs_most_decides(tmp_path: Path, spec: str, standing: str, failed: bool) -> None:  # noqa: FBT001 - a column
    found = stands(tmp_path, spec)
    assert (found.standing, found.failed, found.undecided) == (standing, failed, False)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (SAFE, "safe"),
        (SAFE + HOLDS, "safe and recovers"),
        (SAFE + UNSEEN, "safe as far as tested"),
        (SAFE + HOLDS + UNSEEN, "safe as far as tested"),
        (SAFE + STUCK, "safe, but does not recover"),
        (SAFE + DEPARTS, "departs from a clause"),
        (CLAUSES + HOLDS + CARRIED, "departs from C-1, C-2"),
        (HOLDS + KNOWN, "safe and recovers, but for 1 known finding"),
        (CLAUSES + KNOWN + CARRIED, "departs from C-1, C-2; 1 known finding"),
        (HOLDS + KNOWN + GONE,
         "safe and recovers, but for 1 known finding; 1 finding is gone: take `expect` out"),
    ],
)
def test_the_last_line_is_the_first_that_applies(tmp_path: Path, spec: str, words: str) -> None:
    assert standing_words(stands(tmp_path, spec)) == words


def test_what_is_unknown_takes_the_place_of_its_violation(tmp_path: Path) -> None:
    found = stands(tmp_path, CLAUSES + SAFE + HOLDS + CARRIED + STUCK)
    unknown = {name: replace(r, verdict=Unknown("so", 0))
               for r in found.results if (name := r.prop.name) in ("in_range", "goes_on", "ends")}
    for names, words in (
        (["in_range"], "undecided; does not recover; departs from C-1, C-2"),
        (["in_range", "ends"], "undecided; departs from C-1, C-2"),
        (["goes_on"], "safe, but does not recover"),
        (["ends"], "undecided; departs from C-1, C-2"),
    ):
        results = tuple(unknown[r.prop.name] if r.prop.name in names else r for r in found.results)
        assert standing_words(replace(found, results=results)) == words


def limited(folder: Path, spec: str, *, fault: int | None = None, n: str | None = None) -> Checked:
    model = LAMP.replace('by = "operator"', 'by = "fault"')
    model += '[rule.shines]\nby = "operator"\nmoves = "lamp: on -> on"\n'
    (folder / "lamp.toml").write_text(model, encoding="utf-8")
    (folder / "lamp.spec.toml").write_text(spec, encoding="utf-8")
    sizes = {"N": n} if n else {}
    faults = {} if fault is None else {"release": fault}
    [found] = check([request(str(folder / "lamp.toml"), None, sizes, faults)], SEARCH)
    return found


def test_what_limits_leave_unasked_fails_nothing(tmp_path: Path) -> None:
    spec = SAFE + KNOWN + '[invariant.twice]\nwhenever = "lamp.n == 2"\nmust = "lamp.n > 1"\n'
    assert standing_words(limited(tmp_path, spec)) == "safe, but for 1 known finding"
    found = limited(tmp_path, spec, fault=0)
    assert standing_words(found) == "safe, with release=0 (1 not asked)"
    assert unasked_lines(found) == ["Not asked with release=0: twice"]
    assert "<p>Not asked with release=0: twice.</p>" in report_page([Subject("x", found)], "", "")
    assert (found.failed, checked_json([found])["models"][0]["limited"]) == (
        False, {"release": "0"},
    )  # fmt: skip
    assert standing_words(limited(tmp_path, spec, fault=5)) == (
        "safe, but for 1 known finding, with release=5")
    assert standing_words(limited(tmp_path, "[budget]\nrelease = 1\n" + spec, fault=5)) == (
        "safe, but for 1 known finding")


def test_mutants_within_limits_are_judged_within_them(tmp_path: Path) -> None:
    spec = SAFE + KNOWN + '[invariant.twice]\nwhenever = "lamp.n == 2"\nmust = "lamp.n > 1"\n'
    asked = limited(tmp_path, spec, fault=0).request
    found = mutate(asked, SEARCH)
    assert found.failing == ()
    ends = {m.name: o.end for m, o in found.outcomes}
    assert ends["rule.press: drop lamp.n = min(lamp.n + 1, 2)"] == "survived"
    assert ends["rule.press: widen lamp: off -> on"] == "survived"
    assert mutate(replace(asked, faults={}), SEARCH).failing == ()


def test_smaller_sizes_are_limits_and_larger_ones_are_none(tmp_path: Path) -> None:
    model = LAMP.replace("0..2", "0..3")
    (tmp_path / "lamp.toml").write_text(model, encoding="utf-8")
    (tmp_path / "lamp.spec.toml").write_text(SAFE, encoding="utf-8")
    for size, words in (("0..3", "safe"), ("0..2", "safe, with N=0..2"), ("0..4", "safe")):
        [found] = check([request(str(tmp_path / "lamp.toml"), None, {"N": size})], SEARCH)
        assert standing_words(found) == words


def test_fewer_machines_are_a_limit_and_another_definition_is_none(tmp_path: Path) -> None:
    model = LAMP.replace('["lamp"]', '"lamp1..lamp2"').replace("lamp.n + 1", "lamp.n + step")
    model = model.replace("lamp is", "lamp1 is").replace("lamp.", "lamp1.").replace(
        '"lamp: ', '"lamp1: ').replace("[sort]", '[define]\nstep = "1"\n[sort]')
    (tmp_path / "lamp.toml").write_text(model, encoding="utf-8")
    (tmp_path / "lamp.spec.toml").write_text(SAFE.replace("lamp.", "lamp1."), encoding="utf-8")
    for sizes, words, elsewhere in (
        ({"machine.Lamp": "2"}, "safe", False), ({"machine.Lamp": "3"}, "safe", True),
        ({"machine.Lamp": "1"}, "safe, with Lamp=1", True),
        ({"define.step": "1"}, "safe", False), ({"define.step": "2"}, "safe", True),
    ):  # fmt: skip
        [found] = check([request(str(tmp_path / "lamp.toml"), None, sizes)], SEARCH)
        assert (standing_words(found), found.question.elsewhere) == (words, elsewhere)


def test_the_worst_is_what_weighs_most_and_then_what_breaks_soonest(tmp_path: Path) -> None:
    worst = stands(tmp_path, UNTIDY + VACUOUS + DEPARTS + STUCK + UNSAFE).worst
    assert worst is not None
    assert worst.prop.name == "low"
    worst = stands(tmp_path, UNTIDY + VACUOUS + DEPARTS).worst
    assert worst is not None
    assert worst.prop.name == "high"
    assert stands(tmp_path, UNTIDY + UNTESTED + SAFE).worst is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("keeps", "departs", "worse"), ("departs", "untested", "worse"),
        ("untested", "does-not-recover", "worse"), ("unsafe", "does-not-recover", "better"),
        ("unsafe", "unsafe", "same"), ("keeps", "other-reading", "same"),
        ("other-reading", "untested", "worse"), ("undecided", "undecided", "undecided"),
        ("unsafe", "undecided", "undecided"), ("undecided", "keeps", "undecided"),
    ],
)  # fmt: skip
def test_standings_have_an_order(old: str, new: str, said: str) -> None:
    assert ranked(old, new) == said


def two(folder: Path, spec: str, change: str) -> tuple[str, str, str]:
    stands(folder, spec)
    (folder / "new.toml").write_text(f'extends = "lamp.toml"\n{change}', encoding="utf-8")
    return str(folder / "lamp.toml"), str(folder / "new.toml"), str(folder / "lamp.spec.toml")


def test_compare_ranks_by_the_list(tmp_path: Path) -> None:
    spec = SAFE + DEPARTS.replace("<= 1", "< 2") + UNSAFE
    files = two(tmp_path, spec, '[rule.press]\nsets = "lamp.n = 1"\n')
    found, back = compare(*files), compare(files[1], files[0], files[2])
    assert (found.ranked, found.worse) == ("better", False)
    assert (back.ranked, back.worse) == ("worse", True)
    assert comparison_json(found)["ranked"] == "better"
    assert "new: UNSAFE -> safe (better)\n" in printed(comparison_view(found), 80)
    text = printed(comparison_view(back), 80)
    assert "lamp: safe -> UNSAFE (worse)\n" in text
    assert "Newly violated: low\n  the same run breaks one\n" in text  # though it comes later


def test_what_is_undecided_is_never_the_same(tmp_path: Path) -> None:
    files = two(tmp_path, SAFE + HOLDS, '[rule.press]\nsays = "click"\n')
    text = printed(comparison_view(compare(*files, options=Options(max_states=1))))
    assert "2 unknown in both" in text
    assert "the same" not in text
    assert "as before" not in text
    assert "new: undecided -> undecided\n" in text
    recorded = str(tmp_path / "baseline.json")
    words = ["check", files[0], "--engine", "search", "--max-states", "1", "--baseline", recorded]
    assert CliRunner().invoke(commands.app, [*words, "--update"]).exit_code == 3
    done = CliRunner().invoke(commands.app, words)
    assert done.exit_code == 3
    assert "undecided (lamp), the rest: no drift" in " ".join(done.output.split())


def test_what_is_not_decided_any_more_is_no_drift(tmp_path: Path) -> None:
    model = two(tmp_path, SAFE + UNSAFE + HOLDS, "")[0]
    recorded = str(tmp_path / "baseline.json")
    words = ["check", model, "--engine", "search", "--baseline", recorded]
    assert CliRunner().invoke(commands.app, [*words, "--update"]).exit_code == 1
    less = [*words, "--max-states", "1"]
    done = CliRunner().invoke(commands.app, less)
    assert (done.exit_code, "DRIFT" in done.output) == (3, False)
    assert "undecided (lamp), the rest: no drift" in " ".join(done.output.split())
    (tmp_path / "lamp.spec.toml").write_text(SAFE + HOLDS, encoding="utf-8")
    done = CliRunner().invoke(commands.app, less)
    assert done.exit_code == 1  # one of the properties is gone, whatever the others are
    assert "lamp: properties: low: is gone" in " ".join(done.output.split())
    assert "lamp: not all is decided" in done.output


def test_drift_says_which_standing_is_worse(tmp_path: Path) -> None:
    kept = stands(tmp_path, SAFE)
    recorded = baseline([kept])
    unsafe = stands(tmp_path, UNSAFE)
    assert "lamp: standing: keeps -> unsafe (worse)" in drift(recorded, [unsafe])
    assert "lamp: standing: unsafe -> keeps (better)" in drift(baseline([unsafe]), [kept])


def test_faults_say_where_the_policy_stands_and_do_not_praise_an_unsafe_one(
    tmp_path: Path,
) -> None:
    marked = SAFE + "availability = true\n"
    for spec, standing, code, end in (
        (marked + KNOWN, "keeps", 0, "lamp: safe, but for 1 known finding\n"),
        (marked + UNSAFE, "unsafe", 1,
         "The policy is unsafe, whatever it survives.\n\nlamp: UNSAFE\n"),
    ):  # fmt: skip
        stands(tmp_path, spec)
        data = tmp_path / "faults.json"
        model = str(tmp_path / "lamp.toml")
        done = CliRunner().invoke(commands.app, ["faults", model, "--json", str(data)])
        assert (done.exit_code, done.output[-len(end):]) == (code, end)
        assert json.loads(data.read_text("utf-8"))["models"][0]["standing"] == standing


def test_what_is_untidy_is_told_and_fails_nothing(tmp_path: Path) -> None:
    found = stands(tmp_path, UNTIDY + UNTESTED)
    text = printed(checked_view(found), 80)
    assert "nothing_of_what_is_off  untidy    2 steps" in text
    assert "tall                    untested  all" in text
    assert "Violated" not in text
    assert "lamp: 2 properties checked: 1 untidy, 1 untested" in text
    assert "lamp: safe\n" in text
    first, second = checked_json([found])["models"][0]["properties"]
    assert (first["verdict"], first["mark"], first["as_expected"]) == (
        "violated", "bookkeeping", True,
    )  # fmt: skip
    assert (second["verdict"], second["mark"], second["as_expected"]) == (
        "vacuous", "bookkeeping", True,
    )  # fmt: skip


def test_a_change_that_is_untidy_is_no_worse_and_a_mutant_is_killed(tmp_path: Path) -> None:
    stands(tmp_path, UNTIDY)
    (tmp_path / "tidy.toml").write_text(f'{LAMP}sets = "lamp.n = 0"\n', encoding="utf-8")
    spec, tidy = str(tmp_path / "lamp.spec.toml"), str(tmp_path / "tidy.toml")
    found = compare(tidy, str(tmp_path / "lamp.toml"), spec)
    [change] = found.verdicts
    assert (change.before.failed, change.after.failed, change.worse) == (False, False, False)
    assert not found.worse
    assert comparison_json(found)["verdicts"][0]["worse"] is False
    done = CliRunner().invoke(commands.app, ["mutate", tidy, "--spec", spec, "--killed"])
    told = " ".join(done.output.split())
    assert "rule.release: drop lamp.n = 0 nothing_of_what_is_off after 2 steps" in told


def test_faults_are_not_counted_against_bookkeeping(tmp_path: Path) -> None:
    found = stands(tmp_path, UNTIDY + SAFE + STUCK)
    assert [p.name for p in availability(found.question)] == ["in_range", "ends"]
    reading = f'{STUCK}gap = "G-1"\n[gap.G-1]\nasks = "where to?"\n'
    found = stands(tmp_path, SAFE + reading)
    assert [p.name for p in availability(found.question)] == ["in_range"]


@pytest.mark.parametrize(
    "other",
    ['clause = "C-1"', "departure = true", 'expect = "violated"', "availability = true"],
)
def test_bookkeeping_is_nothing_else(tmp_path: Path, other: str) -> None:
    spec = f'[clause.C-1]\nsays = "a"\n{UNTIDY}{other}\n'
    said = "what is bookkeeping has no `clause`, `departure`, `expect` or `availability`"
    with pytest.raises(InputError, match=f"lamp.spec.toml:4:1: {said}"):
        stands(tmp_path, spec)
