"""How a known finding is violated: its length, its last event, and every reader of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from printing import printed

from twinrom.diagrams import checked_json, checked_view
from twinrom.diagrams.page import Subject, report_page
from twinrom.diagrams.words.verdicts import otherwise_words, standing_words
from twinrom.proofs import Checked, Options, check, compare, mutate, request

if TYPE_CHECKING:
    from pathlib import Path


SEARCH = Options(engines=("search",))
JAR = """title = "A jar"
[sort]
N = "0..3"
[machine.Jar]
instances = ["jar"]
states = ["open", "shut"]
vars = { n = "N" }
[init]
require = "jar.n == 0"
[rule.drop_in]
by = "operator"
on = "fill"
moves = "jar: open -> open"
when = "any(more > jar.n for more in N)"
sets = "jar.n = jar.n + 1"
[rule.shut]
by = "fault"
moves = "jar: open -> shut"
[rule.shakes]
by = "operator"
sets = "jar.n = jar.n"
[rule.settle]
by = "controller"
when = "jar is shut and jar.n == 2"
sets = "jar.n = 0"
[rule.knock]
by = "host"
moves = "jar: shut -> shut"
"""
FEW = '[invariant.few]\nmust = "jar.n < 3"\nbecause = "nobody counts"\nexpect = '
EMPTY = '[response.ends_empty]\nwhenever = "jar is shut"\neventually = "jar.n == 0"\n'
EMPTY += 'because = "it does not settle from one"\nexpect = '
REOPENS = '[possible.opens]\ncan = "jar is open"\nbecause = "it stays shut"\nexpect = '


def found(folder: Path, spec: str, model: str = JAR, **asked: dict[str, str]) -> Checked:
    (folder / "jar.toml").write_text(model, encoding="utf-8")
    (folder / "jar.spec.toml").write_text(spec, encoding="utf-8")
    [checked] = check([request(str(folder / "jar.toml"), None, asked.get("sorts"))], SEARCH)
    return checked


@pytest.mark.parametrize(
    ("spec", "how", "words"),
    [
        (FEW, '"violated"', ""),
        (FEW, "{ length = 3 }", ""),
        (FEW, '{ length = 3, event = "fill" }', ""),
        (FEW, '{ event = "drop_in" }', ""),
        (FEW, "{ length = 0 }", ""),
        (FEW, "{ length = 4 }", "after 3 steps instead of 4"),
        (FEW, '{ event = "shut" }', "by `fill` instead of `shut`"),
        (FEW, '{ length = 9, event = "shut" }',
         "after 3 steps instead of 9, by `fill` instead of `shut`"),
        (EMPTY, '{ length = 2, event = "shut" }', ""),
        (EMPTY, '{ length = 3, event = "shut" }', "after 2 steps instead of 3"),
        (EMPTY, '{ event = "fill" }', "by `shut` instead of `fill`"),
        (REOPENS, '{ length = 1, event = "shut" }', ""),
        (REOPENS, "{ length = 2 }", "after 1 step instead of 2"),
    ],
)  # fmt: skip
def test_sooner_or_by_another_event_is_otherwise(
    tmp_path: Path, spec: str, how: str, words: str
) -> None:
    checked = found(tmp_path, spec + how)
    [result] = checked.results
    assert otherwise_words(result) == (f"known, but otherwise: {words}" if words else "")
    assert (result.otherwise, result.failed, checked.failed) == (bool(words),) * 3
    [data] = checked_json([checked])["models"][0]["properties"]
    assert (data["verdict"], data["expect"]) == ("violated", "violated")
    assert (data["otherwise"], data["as_expected"]) == (bool(words), not words)
    named = dict(re.findall(r'(length|event) = "?(\w+)', how))
    assert data["expected"] == (None if how == '"violated"' else {
        "length": int(named["length"]) if "length" in named else None,
        "event": named.get("event"),
    })  # fmt: skip


def test_at_the_start_there_is_no_last_event(tmp_path: Path) -> None:
    spec = FEW.replace("jar.n < 3", "jar.n == 1") + '{ event = "shut" }'
    [result] = found(tmp_path, spec).results
    assert otherwise_words(result) == "known, but otherwise: by nothing at all instead of `shut`"


def test_all_that_is_shown_says_otherwise(tmp_path: Path) -> None:
    checked = found(tmp_path, FEW + "{ length = 4 }")
    words = "known, but otherwise: after 3 steps instead of 4"
    text = printed(checked_view(checked))
    assert "Violated: few" in text
    assert words in text
    assert "jar: 1 property checked: 1 violated\njar: UNSAFE" in text
    page = report_page([Subject(str(tmp_path / "jar.toml"), checked)], "", "")
    assert f"<p>{words.capitalize()}.</p>" in page
    mild = printed(checked_view(found(tmp_path, FEW + "{ length = 3 }")))
    assert "Finding: few" in mild
    assert "otherwise" not in mild


def test_at_other_sizes_or_budgets_it_is_only_told(tmp_path: Path) -> None:
    spec = FEW.replace("jar.n < 3", "jar.n < 2") + "{ length = 3 }"
    assert standing_words(found(tmp_path, spec)) == "UNSAFE"
    for sizes, words in (("0..3", "UNSAFE"), ("0..4", "safe, but for 1 known finding")):
        checked = found(tmp_path, spec, sorts={"N": sizes})
        assert standing_words(checked) == words
        assert "known, but otherwise: after 2 steps" in printed(checked_view(checked))
    (tmp_path / "own.toml").write_text('extends = "jar.toml"\n[budget]\nshut = 0\n', "utf-8")
    [checked] = check([request(str(tmp_path / "own.toml"))], SEARCH)
    assert (checked.results[0].otherwise, checked.failed) == (True, False)
    folded = FEW.replace("jar.n < 3", "jar.n < 1 + 2")
    gone = found(tmp_path, folded + "{ length = 3 }", sorts={"N": "0..2"})
    assert (gone.results[0].gone, gone.failed) == (True, False)
    assert standing_words(gone) == "safe, with N=0..2"


def test_a_change_or_a_mutant_that_breaks_it_otherwise_is_noticed(tmp_path: Path) -> None:
    found(tmp_path, FEW + '{ length = 3, event = "fill" }')
    (tmp_path / "two.toml").write_text(
        'extends = "jar.toml"\n[rule.drop_in]\nsets = "jar.n = min(jar.n + 2, 3)"\n', "utf-8")
    compared = compare(str(tmp_path / "jar.toml"), str(tmp_path / "two.toml"))
    [change] = compared.verdicts
    assert (change.worse, compared.worse) == (True, True)
    assert (compared.old.standing, compared.new.standing) == ("keeps", "unsafe")
    back = compare(str(tmp_path / "two.toml"), str(tmp_path / "jar.toml"))
    assert not back.worse
    kept = mutate(request(str(tmp_path / "jar.toml")), SEARCH)
    assert kept.failing == ()
    strict = mutate(request(str(tmp_path / "two.toml")), SEARCH)
    assert strict.failing == ("few",)
