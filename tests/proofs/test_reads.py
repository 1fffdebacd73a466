"""`[reads.NAME]`: which rules name a state or a variable, decided on their text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from asked import question

from twinrom.diagrams import checked_json
from twinrom.diagrams.words.comparison import named_elsewhere
from twinrom.diagrams.words.verdicts import exercised_words, verdict_words
from twinrom.proofs import (
    Checked,
    Evidence,
    Options,
    ReadElsewhere,
    baseline,
    check,
    combine,
    compare,
    export,
    lint_files,
    request,
)
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """title = "Two banks"
[sort]
Version = "1..3"
[table.fits]
of = ["Version"]
allow = [[1], [2]]
[machine.Bank]
instances = ["A", "B"]
states = ["old", "new"]
vars = { version = { sort = "Version", initial = "1" }, good = { sort = "bool", initial = "True" } }
[machine.server]
instances = ["s"]
states = ["off", "up"]
vars = { via = { sort = "Bank", initial = "A" } }
[define]
newest = "max(A.version, B.version)"
"is_new(b)" = "b is new"
[rule.boot]
by = "controller"
on = "starts"
moves = "s: off -> up"
when = "any(is_new(b) for b in Bank) or newest == 1"
[rule.halt]
by = "operator"
moves = "s: up -> off"
[rule.flash]
by = "operator"
each = { this = ["A", "B"] }
given = { version = "Version" }
moves = "this: * -> new"
sets = "this.version = version"
[rule.decays]
by = "fault"
moves = "A: new -> old"
when = "A.version == 2"
"""
READS = '[reads.at_boot]\nclause = "M-1"\nof = ["Bank", "Bank.version"]\nonly = ["boot"]\n'
CLAUSE = '[clause.M-1]\nsays = "versions are compared at boot"\n'
SPEC = CLAUSE + READS + '[possible.up]\ncan = "s is up"\n'
OTHER = '\n[rule.other]\nby = "operator"\neach = {{ this = ["A"], other = ["B"] }}\n{}\n'


def told(more: str, of: str = '["Bank", "Bank.version"]', only: str = '["boot"]') -> list[str]:
    """Return who names one of `of`, as it is told."""
    asked = question(MODEL + more, f"[reads.r]\nof = {of}\nonly = {only}\n")
    [(_, readers)] = asked.reads
    return [f"{r.rule} names {r.named} in {r.where}" for r in readers]


@pytest.mark.parametrize(("rule", "named"), [
    ('sets = "s.via = B"', []),
    ('moves = "this: * -> new"\nsets = "Bank.version = 1"', []),
    ('moves = "this: old -> new"', ["Bank in the sources of `this: old -> new`"]),
    ('moves = "s: off -> up"\nalso = "Bank: new -> old"',
     ["Bank in the sources of `Bank: new -> old`"]),
    ('sets = "s.via = this"\nwhen = "other.good and this == A and s.via == B"', []),
    ('sets = "s.via = this"\nwhen = "other is new"', ["Bank in `when`"]),
    ('sets = "s.via = this"\nwhen = ["s is up", "other in (new, old)"]', ["Bank in `when`"]),
    ('sets = "s.via = this"\nwhen = "is_new(other)"', ["Bank in `when`"]),
    ('sets = "s.via = this"\nwhen = "newest > 1"', ["Bank.version in `when`"]),
    ('sets = "s.via = this"\nwhen = "count(b is old for b in (A, B)) < 3"', ["Bank in `when`"]),
    ('sets = "s.via = this"\nwhen = "fits(this.version)"', ["Bank.version in `when`"]),
    # what a term would have folded away is still there to be read
    ('sets = "s.via = this"\nwhen = "A.version == A.version or True"', ["Bank.version in `when`"]),
    ('sets = "s.via = this"\nwhen = "B is old or B is not old"', ["Bank in `when`"]),
    ('sets = "s.via = A if newest == 2 else B"', ["Bank.version in the value of `s.via`"]),
    ('sets = "this.version = min(other.version, 2)"',
     ["Bank.version in the value of `this.version`"]),
    ('sets = "this.good = this is new"', ["Bank in the value of `this.good`"]),
    ('when = "newest == 2 and A is new"\nsets = "s.via = this"',
     ["Bank.version in `when`", "Bank in `when`"]),
])  # fmt: skip
def test_rule_names_what_its_text_names(rule: str, named: list[str]) -> None:
    assert told(OTHER.format(rule)) == [f"other names {n}" for n in named]


def test_faults_and_the_rules_that_may_do_not_count() -> None:
    assert told("") == []
    assert told("", only='["starts"]') == []  # by the event
    assert told("", only="[]") == ["boot names Bank in `when`", "boot names Bank.version in `when`"]
    assert told("", of='"Bank.version"', only="[]") == ["boot names Bank.version in `when`"]
    assert told("", of='"Bank.good"', only="[]") == []
    assert told("", of='["server", "server.via"]', only='"boot"') == [
        "halt names server in the sources of `s: up -> off`"]


def test_every_write_is_looked_at() -> None:
    power = '\n[rule.power]\nby = "fault"\npower = "off"\n'
    model = MODEL.replace('states = ["old", "new"]', 'states = ["old", "new"]\npersistent = true')
    model = model.replace('states = ["off", "up"]', 'states = ["off", "up"]\nunpowered = "off"')
    sets = 'sets = "this.version = version"'
    model = model.replace(sets, f'{sets}\natomic = "it"')
    writes = 'writes = [["other.good = True", "this: old -> new"], "this.version = other.version"]'
    asked = question(model + power + OTHER.format(writes), f"{CLAUSE}{READS}")
    [(_, readers)] = asked.reads
    assert [r.named for r in readers] == ["Bank.version", "Bank"]
    lines = asked.model.place.documents[0].text.splitlines()
    assert all(lines[r.place.line - 1].startswith("writes") for r in readers)


# ------------------------------------------------------------------------------ its readers


def files(folder: Path, more: str = "", name: str = "banks", spec: str = SPEC) -> str:
    (folder / f"{name}.toml").write_text(MODEL + more, encoding="utf-8")
    (folder / f"{name}.spec.toml").write_text(spec, encoding="utf-8")
    return str(folder / f"{name}.toml")


def checked(path: str, **options: object) -> Checked:
    [found] = check([request(path)], Options(**options))  # type: ignore[arg-type]
    return found


READER = OTHER.format('when = "newest > 1"\nsets = "s.via = this"')


@pytest.mark.parametrize(("more", "standing"), [("", "keeps"), (READER, "departs")])
def test_breaking_it_departs(tmp_path: Path, more: str, standing: str) -> None:
    path = files(tmp_path, more)
    found = checked(path)
    result = found.results[-1]
    assert (found.standing, found.failed) == (standing, bool(more))
    assert verdict_words(result) == (
        ("VIOLATED", "bold red", "1 place") if more else ("proved", "green", "text"))
    assert exercised_words(result) == "-"
    [data] = checked_json([found])["models"]
    own = data["properties"][-1]
    assert (own["kind"], own["verdict"], own["mark"], own["clause"], own["trace"]) == (
        "reads", "violated" if more else "proved", "departure", ["M-1"], None)  # fmt: skip
    line = MODEL.count("\n") + 5
    assert own["readers"] == [
        {"rule": "other", "names": "Bank.version", "where": "`when`", "file": path, "line": line}
    ] * bool(more)
    [clause] = data["clauses"]
    assert (clause["properties"], clause["verdict"]) == (["at_boot"], own["verdict"])


def test_it_needs_no_engine(tmp_path: Path) -> None:
    found = checked(files(tmp_path, READER), engines=("bounded",))
    assert isinstance(found.results[-1].verdict, ReadElsewhere)
    asked = question(MODEL, f"{CLAUSE}{READS}")
    assert [r.prop.name for r in combine(Evidence(asked, {}, 0))] == ["at_boot"]
    assert "at_boot" not in export(asked, "smv")


def test_comparison_and_baseline_have_it(tmp_path: Path) -> None:
    old, new = files(tmp_path, name="old"), files(tmp_path, READER, "new")
    there, back = compare(old, new), compare(new, old)
    assert ([c.after.prop.name for c in there.verdicts], there.worse) == (["at_boot"], True)
    line = MODEL.count("\n") + 5
    assert named_elsewhere(there) == [
        f"at_boot: `other` names `Bank.version` in `when`, {new}:{line}"]
    assert named_elsewhere(back) == []
    assert ([c.after.prop.name for c in back.verdicts], back.worse) == (["at_boot"], False)
    data = json.loads(json.dumps(baseline([checked(old)])))["models"]["old"]["properties"]
    assert data["at_boot"]["verdict"] == "proved"


def test_it_carries_its_clause(tmp_path: Path) -> None:
    codes = [f.code for f in lint_files([files(tmp_path)])]
    assert "W401" not in codes
    found = lint_files([files(tmp_path, spec=SPEC.replace('clause = "M-1"\n', ""))])
    told = [(f.code, f.problem.message) for f in found if f.code in ("W401", "W403")]
    assert ("W401", "no rule and no property carries clause `M-1`") in told
    assert ("W403", "the reads property `at_boot` names no clause") in told


def test_a_model_file_says_where_it_belongs() -> None:
    with pytest.raises(InputError, match=r"`\[reads\]` belongs into a spec file"):
        question(MODEL + READS, "")
