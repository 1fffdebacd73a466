"""Comparing two policies: text, verdicts, behaviour, exit codes and what is written."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from asked import LONG, ROOT
from printing import printed as printed_view
from typer.testing import CliRunner

from twinrom import failure
from twinrom.diagrams import commands, comparison_json, comparison_markdown, comparison_view
from twinrom.diagrams.data.markdown import plain
from twinrom.diagrams.words.comparison import newly_violated
from twinrom.proofs import Comparison, Options, Unknown, VerdictChange, compare
from twinrom.proofs.questions import compare as questions
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path

CHANGES = ROOT / "examples" / "changes"
BASE = """title = "A lamp"
[sort]
N = "0..2"
[machine.Lamp]
instances = ["lamp"]
states = ["off", "on"]
vars = { n = "N" }
[init]
require = "lamp.n == 0"
[rule.press]
by = "operator"
moves = "lamp: off -> on"
when = "lamp.n < 2"
sets = "lamp.n = lamp.n + 1"
[rule.release]
by = "controller"
moves = "lamp: on -> off"
[rule.clear]
by = "host"
sets = "lamp.n = 0"
[rule.shorts]
by = "fault"
when = "lamp is on"
sets = "lamp.n = 2"
"""
SPEC = """
[invariant.low]
whenever = "lamp is on"
must = "lamp.n > 0 or lamp is on"
[step.one_by_one]
whenever = "event is press"
must = "next(lamp.n) == lamp.n + 1"
[response.goes_off]
whenever = "lamp is on"
eventually = "lamp is off"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lamp.toml").write_text(BASE, encoding="utf-8")
    (tmp_path / "lamp.spec.toml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def over(folder: Path, text: str) -> tuple[str, str]:
    path = folder / "new.toml"
    path.write_text(f'extends = "lamp.toml"\n{text}', encoding="utf-8")
    return str(folder / "lamp.toml"), str(path)


def ran(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(commands.app, ["compare", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


def worse(found: Comparison) -> set[str]:
    return {c.after.prop.name.partition("[")[0] for c in found.verdicts if c.worse}


SLOWER = '[rule.press]\nsets = "lamp.n = 2"'
FEWER = '[rule.press]\nwhen = "lamp.n < 1"'
MORE = '[rule.press]\nwhen = "True"\nsets = "lamp.n = min(lamp.n + 1, 2)"'
STUCK = 'remove = "rule.release"'
REWORDED = '[define]\nfull = "lamp.n == 2"\n[rule.press]\nwhen = "not full"\nsays = "pressed"'


@pytest.mark.parametrize(
    ("text", "relation", "got_worse"),
    [
        (SLOWER, "different", {"one_by_one"}),
        (FEWER, "fewer", set()),
        (MORE, "more", {"one_by_one"}),
        (STUCK, "fewer", {"goes_off"}),
        (REWORDED, "equivalent", set()),
        ("[budget]\nfault = 0", "fewer", set()),
        ('[rule.press]\nmoves = "lamp: off -> off"', "different", {"low", "goes_off"}),
    ],
)
def test_relations_and_verdicts(
    folder: Path, text: str, relation: str, got_worse: set[str]
) -> None:
    old, new = over(folder, text)
    found = compare(old, new)
    assert found.relation == relation
    assert worse(found) == got_worse
    assert found.changes == found.new.question.model.changes
    assert compare(new, old, f"{folder}/lamp.spec.toml").relation == {
        "fewer": "more", "more": "fewer"}.get(relation, relation)  # fmt: skip


def test_what_only_one_of_the_two_has_is_said_to_be_unseen(folder: Path) -> None:
    bell = '[machine.Bell]\ninstances = ["bell"]\nstates = ["silent", "rings"]\n'
    rings = f'{bell}[rule.press]\nalso = "bell: * -> rings"'
    found = compare(*over(folder, rings))
    assert found.relation == "equivalent"
    assert "not seen, since only one of the two has them: bell" in comparison_markdown(found)
    again = comparison_markdown(compare(*over(folder, FEWER)))
    assert "not seen" not in again
    assert "<summary>Text: 1 change</summary>" in again


def test_what_the_other_policy_allows_instead_is_told(folder: Path) -> None:
    found = compare(*over(folder, SLOWER))
    difference = found.forward.difference
    assert difference is not None
    assert [str(step) for step in difference.trace.steps] == ["press"]
    assert (difference.instead[0].event, difference.instead[0].sees) == (
        "press", ("lamp = on", "lamp.n = 1"),
    )  # fmt: skip
    _, printed = ran(*over(folder, SLOWER))
    text = " ".join(printed.split())
    assert "only the new policy does this: 1 step" in text
    assert "Where that happens, the old policy has instead: lamp = on, lamp.n = 1." in text
    assert "only the old policy does this: 1 step" in text
    _, printed = ran(*over(folder, STUCK))
    text = " ".join(printed.split())
    assert "everything the new policy does, the old one allows: proved, 4 pairs of states" in text
    assert "There the new policy allows only clear, shorts." in text


def test_another_start_is_a_difference_without_a_step(folder: Path) -> None:
    found = compare(*over(folder, '[init]\nrequire = "lamp.n == 1"'))
    difference = found.forward.difference
    assert difference is not None
    assert difference.trace.steps == ()
    assert difference.instead == ()
    assert "The old policy does not start like that." in ran(
        *over(folder, '[init]\nrequire = "lamp.n == 1"')
    )[1]


@pytest.mark.parametrize(
    ("observe", "relation"),
    [
        ("", "different"),
        ('variables = "lamp"', "different"),
        ('variables = []\nevents = ["press", "release", "clear"]', "more"),
        ('variables = []\nevents = ["press", "release"]', "equivalent"),
        ("variables = []\nevents = []", "equivalent"),
    ],
)
def test_what_is_observed_decides(folder: Path, observe: str, relation: str) -> None:
    spec = folder / "lamp.spec.toml"
    spec.write_text(f"{SPEC}\n[observe]\n{observe}", encoding="utf-8")
    changed = '[rule.press]\nwhen = "True"\nsets = "lamp.n = 2"\n[rule.clear]\nwhen = "lamp.n <= 2"'
    assert compare(*over(folder, changed)).relation == relation


@pytest.mark.parametrize(
    ("observe", "said"),
    [
        ('events = ["pres"]', "lamp.spec.toml:13:11: unknown event `pres`; did you mean `press`?"),
        ('variables = ["lamp", "lamp.m"]', "13:22: unknown variable or machine `lamp.m`"),
        ("variables = 3", "13:13: expected a string or a list of strings"),
        ('event = "press"', "13:1: unknown key `event`; did you mean `events`?"),
    ],
)
def test_unknown_observables_are_mistakes(folder: Path, observe: str, said: str) -> None:
    spec = folder / "lamp.spec.toml"
    spec.write_text(f"{SPEC}\n[observe]\n{observe}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compare(*over(folder, SLOWER))
    assert said in str(caught.value)


def test_what_stopped_early_is_never_called_equivalent(folder: Path) -> None:
    found = compare(*over(folder, REWORDED), options=Options(max_states=1))
    assert found.relation == "undecided"
    assert "stopped at" in (found.forward.inclusion.stopped or "")
    assert {c.after.prop.name for c in found.verdicts} == set()  # unknown before and after
    more = '[table.t]\nof = ["N"]\n[rule.clear]\nwhen = "t(lamp.n)"'
    other = over(folder, more)
    assert compare(*other).relation == "undecided"
    assert compare(*other).forward.inclusion.stopped == "their free tables are not the same"
    assert ran(*other, "--strict")[0] == 1


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (REWORDED, [], 0), (REWORDED, ["--strict"], 0), (FEWER, [], 0), (FEWER, ["--strict"], 1),
        (SLOWER, [], 1), (FEWER, ["--plain", "--faults", "1", "--timeout", "60"], 0),
        (SLOWER, ["--sort", "N=0..1"], 2), (FEWER, ["--max-states", "1"], 3),
        (FEWER, ["--json", "-", "--markdown", "-"], 2),
    ],
)  # fmt: skip
def test_exit_codes(folder: Path, text: str, options: list[str], code: int) -> None:
    try:
        found, _ = ran(*over(folder, text), *options)
    except InputError:
        found = failure.EXIT_INPUT
    assert found == code


def test_two_unknowns_of_an_unsafe_change_are_undecided(folder: Path) -> None:
    code, printed = ran(*over(folder, MORE), "--max-states", "1")
    text = " ".join(printed.split())
    assert code == 3
    assert "new: no verdict is known to be worse; undecided: 3 verdicts of the old policy" in text
    assert "their behaviour, both ways (stopped at" in text
    assert "the same" not in text
    data = comparison_json(compare(*over(folder, MORE), options=Options(max_states=1)))
    assert (data["worse"], data["undecided"], data["unchanged"]) == (False, True, 0)
    assert data["unknown_in_both"] == 3
    assert set(data["old"]["unknown"]) == {"low", "one_by_one", "goes_off", "deadlock"}
    assert "| undecided | **3 verdicts of the old policy" in comparison_markdown(
        compare(*over(folder, MORE), options=Options(max_states=1)))


def opened(found: Comparison, side: str, *names: str) -> Comparison:
    """Return the comparison with properties of one side undecided."""
    one = found.old if side == "old" else found.new
    results = tuple(
        replace(r, verdict=Unknown("search: out of time", 0)) if r.prop.name in names else r
        for r in one.results)
    changed = {"old": found.old, "new": found.new, side: replace(one, results=results)}
    pairs = zip(changed["old"].results, changed["new"].results, strict=True)
    return replace(found, **changed, verdicts=tuple(
        VerdictChange(a, b) for a, b in pairs if type(a.verdict) is not type(b.verdict)))


@pytest.mark.parametrize(
    ("text", "side", "names", "worse_", "said"),
    [
        (REWORDED, "old", ["low"], False, "1 verdict of the old policy (search: out of time)"),
        (REWORDED, "new", ["low", "goes_off"], False, "2 verdicts of the new policy"),
        (SLOWER, "old", ["low"], True, "1 verdict got worse; different; undecided: 1 verdict of"),
        (SLOWER, "new", ["one_by_one"], False, "no verdict is known to be worse; different; und"),
        (SLOWER, "old", ["one_by_one"], False, "1 violated, and not known of the old policy; d"),
    ],
)
def test_what_one_side_does_not_know_is_never_worse_and_never_the_same(  # noqa: PLR0913, PLR0917 - columns
    folder: Path, text: str, side: str, names: list[str], worse_: bool, said: str  # noqa: FBT001
) -> None:
    found = opened(compare(*over(folder, text)), side, *names)
    assert (found.worse, found.undecided) == (worse_, True)
    told = " ".join(printed_view(comparison_view(found)).split())
    assert said in told
    assert "all 3 verdicts are the same" not in told
    if side == "old" and text is SLOWER and not worse_:
        assert "Violated, and not known of the old: one_by_one" in told


def test_a_deadlock_that_is_new_is_said_at_the_end(folder: Path) -> None:
    (folder / "lamp.spec.toml").write_text('[invariant.low]\nmust = "lamp.n <= 2"\n', "utf-8")
    removed = 'remove = ["rule.release", "rule.clear", "rule.shorts"]'
    code, printed = ran(*over(folder, removed))
    assert code == 1
    assert "new: there is a deadlock now; fewer" in " ".join(printed.split())


def test_json_says_which_change_is_not_known_to_be_worse(folder: Path) -> None:
    found = opened(compare(*over(folder, SLOWER)), "old", "one_by_one")
    [change] = comparison_json(found)["verdicts"]
    assert (change["worse"], change["undecided"]) == (False, True)
    assert change["before"]["verdict"] == "unknown"
    assert comparison_json(found)["old"]["unknown"] == {"one_by_one": "search: out of time"}
    assert "| **undecided** |" in comparison_markdown(found)


def test_a_way_that_stopped_is_undecided_though_all_verdicts_are_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "MAX_PAIRS", 1)
    code, printed = ran(*over(folder, REWORDED))
    assert code == 3
    text = " ".join(printed.split())
    assert "all 3 verdicts are the same" in text
    assert "new: no verdict is known to be worse; undecided: their behaviour, both ways" in text
    assert ran(*over(folder, SLOWER))[0] == 1  # that is known


def test_a_fault_that_is_worse_only_in_time_is_told_and_fails_nothing(folder: Path) -> None:
    spec = folder / "lamp.spec.toml"
    known = 'expect = "violated"\nbecause = "it is known"'
    spec.write_text(f'[invariant.dark]\nmust = "lamp.n < 2"\n{known}', encoding="utf-8")
    found = compare(*over(folder, '[rule.press]\nsets = "lamp.n = 2"'))
    [change] = found.verdicts
    assert not change.worse
    assert not found.worse


def test_json_has_what_was_found(folder: Path) -> None:
    code, printed = ran(*over(folder, SLOWER), "--json", "-")
    data: dict[str, Any] = json.loads(printed)
    assert code == 1
    assert data["schema"] == "twinrom/compare/1"
    assert (data["worse"], data["relation"], data["unchanged"]) == (True, "different", 2)
    assert data["changes"] == [
        {"kind": "changed", "key": "rule.press.sets",
         "before": "lamp.n = lamp.n + 1", "after": "lamp.n = 2",
         "lost": ["lamp.n = lamp.n + 1"], "gained": ["lamp.n = 2"]},
    ]  # fmt: skip
    [verdict] = data["verdicts"]
    assert verdict["before"] == {"verdict": "proved", "depth": None, "as_expected": True}
    assert verdict["after"] == {"verdict": "violated", "depth": 1, "as_expected": False}
    assert len(verdict["trace"]["states"]) == 2
    assert data["observed"]["events"] == {"clear": [], "press": [], "release": [], "shorts": []}
    assert data["observed"]["variables"] == ["lamp", "lamp.n"]
    assert data["new_allowed_by_old"]["answer"] == "not-allowed"
    assert data["new_allowed_by_old"]["instead"][0]["event"] == "press"


def test_markdown_fits_a_pull_request_and_escapes_what_files_say(folder: Path) -> None:
    hostile = 'title = "</details> **bold** | [x](y) `code` @all"\n[rule.press]\n'
    old, new = over(folder, f'{hostile}sets = "lamp.n = 2"\nsays = "``` </details>"')
    written = comparison_markdown(compare(old, new))
    head = written[: written.index("<details>")]
    assert "| behaviour | each of the two does something" in head
    assert "**UNSAFE**" in head
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", written, flags=re.MULTILINE | re.DOTALL)
    assert outside.count("<details>") == outside.count("</details>") == 5
    heading = written.splitlines()[0]
    assert "&lt;/details&gt;" in heading
    assert not re.search(r"[*`@\[|]", heading)
    assert "\n````text\n" in written  # longer than what stands inside
    code, printed = ran(old, new, "--markdown", "-")
    assert (code, printed) == (1, written)


def test_markdown_leaves_out_what_is_too_long(folder: Path) -> None:
    names = ", ".join(f'"a clause called {i}"' for i in range(3_500))
    written = comparison_markdown(compare(*over(folder, f"[rule.press]\nclause = [{names}]")))
    assert len(written) < 65_536
    assert "Left out for length" in written


def test_files_are_written(folder: Path) -> None:
    data, text = folder / "out.json", folder / "out.md"
    ran(*over(folder, FEWER), "--json", str(data), "--markdown", str(text))
    found = compare(*over(folder, FEWER))
    assert json.loads(data.read_text(encoding="utf-8")) == comparison_json(found)
    assert text.read_text(encoding="utf-8") == comparison_markdown(found)


def change(name: str) -> str:
    return str(CHANGES / f"{name}.toml")


@LONG
def test_stored_versions_with_and_without_the_pending_state() -> None:
    respected = change("msa_stored_versions_pending_respected")
    found = compare(respected, change("msa_stored_versions_pending_forgotten"))
    assert [c.path for c in found.changes] == ["rule.redundancy_starts.when"]
    assert (found.old.standing, found.new.standing) == ("does-not-recover", "unsafe")
    assert "redundant_only_with_matching_firmware" in worse(found)
    assert found.relation == "more"
    difference = found.forward.difference
    assert difference is not None
    assert str(difference.trace.steps[-1]) == "redundancy_starts"
    assert len(difference.trace.steps) == 9


def test_copy_over_an_invalid_or_over_a_different_image() -> None:
    found = compare(change("proliant_copy_over_invalid"), change("proliant_copy_over_different"))
    assert worse(found) == {
        "known_good_image_is_kept", "original_is_retained",
    }  # fmt: skip
    assert found.relation == "different"
    for way in (found.forward, found.backward):
        assert way.difference is not None
        assert way.difference.event == "boot"


def test_of_a_property_with_a_column_for_each_rom_a_shortest_run_is_told() -> None:
    found = compare("proliant", "proliant_silent_fall_back")
    told = [(story.name, also) for _, story, also in newly_violated(found)]
    name = "invalid_primary_is_replaced_with_an_error"
    assert told[0] == (f"{name}[this=A, other=B]", ["[this=B, other=A] after 7 steps"])
    _, printed = ran("proliant", "proliant_silent_fall_back", "--markdown", "-")
    assert printed.count(f"Newly violated: {plain(name)}") == 1
    assert "\nviolated as well: [this=B, other=A] after 7 steps\n" in printed


@pytest.mark.parametrize(
    ("old", "new"),
    [("proliant", "proliant_flash_inactive"), ("proliant_flash_inactive", "proliant_flash_backup")],
)
def test_two_manuals_name_the_same_rom(old: str, new: str) -> None:
    found = compare(change(old) if "_" in old else old, change(new))
    assert found.relation == "equivalent"
    assert (found.forward.inclusion.pairs, found.backward.inclusion.pairs) == (18_090, 18_090)


@LONG
def test_other_words_for_the_same_policy_are_equivalent() -> None:
    found = compare("msa1000", change("msa_reworded"))
    assert found.changes != ()
    assert found.verdicts == ()
    assert found.relation == "equivalent"
    assert found.forward.inclusion.pairs == found.backward.inclusion.pairs == 143_545


LAMPS = """title = "Lamps"
[machine.Lamp]
instances = ["a", "b"]
states = ["dark", "lit"]
[rule.switch]
by = "operator"
each = { this = "Lamp" }
moves = "this: dark -> lit"
[rule.switch_off]
by = "operator"
each = { this = "Lamp" }
moves = "this: lit -> dark"
"""
EACH_LAMP = """title = "What is asked of lamps"
[invariant.works]
each = { this = "Lamp" }
must = "this in (dark, lit) and MORE"
"""


@pytest.mark.parametrize(("more", "old", "new", "worse"), [
    ("True", '"a", "b"', '"a", "b", "c"', False),
    ("True", '"a", "b", "c"', '"a", "b"', False),
    ("(this is dark or this in (a, b))", '"a", "b"', '"a", "b", "c"', True),
    ("(this is dark or this in (a, b))", '"a", "b", "c"', '"a", "b"', False),
])
def test_what_one_of_the_two_alone_is_asked(
    tmp_path: Path, more: str, old: str, new: str, *, worse: bool
) -> None:
    """A machine more or less is a column more or less: that is told, and a failing one is worse."""
    for name, instances in (("old", old), ("new", new)):
        (tmp_path / f"{name}.toml").write_text(LAMPS.replace('"a", "b"', instances))
    several = '"a", "b", "c"'
    (tmp_path / "s.spec.toml").write_text(EACH_LAMP.replace("MORE", more))
    found = compare(*(str(tmp_path / f"{name}.toml") for name in ("old", "new")),
                    str(tmp_path / "s.spec.toml"))
    alone = found.only_new if new == several else found.only_old
    assert [r.prop.name for r in alone] == ["works[this=c]"]
    assert len(found.only_new) + len(found.only_old) == 1
    assert found.worse is worse
    assert found.unchanged == 2
    text = printed_view(comparison_view(found))
    side = "new" if new == several else "old"
    assert f"only the {side} policy is asked works[this=c]" in text
    assert ("Violated, and asked of the new policy alone: works[this=c]" in text) is worse
    assert ("1 verdict got worse" in text) is worse
