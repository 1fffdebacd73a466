"""The traceability matrix: what is traced to a clause, and who signed it off."""

from __future__ import annotations

import csv
import re
import shutil
import tomllib
from datetime import date
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from called import twinrom
from printing import printed

from twinrom.diagrams.data.review import COLUMNS, review_csv, signoff_toml
from twinrom.diagrams.page.review import review_page
from twinrom.diagrams.terminal.review import review_view
from twinrom.diagrams.words.review import few_words
from twinrom.proofs import Options, Signoffs, review
from twinrom.proofs.questions.review import page_order
from twinrom.proofs.spec.request import CheckRequest, request
from twinrom.proofs.spec.schema import ClauseShape
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from twinrom.proofs import Reviewed

ROOT = Path(__file__).parent.parent.parent
MODEL = ROOT / "examples" / "journal.toml"
SPEC = ROOT / "examples" / "journal.spec.toml"
SEARCH = Options(engines=("search",))
MODEL_TEXT, SPEC_TEXT = (path.read_text(encoding="utf-8") for path in (MODEL, SPEC))


def of(spec: str = SPEC_TEXT, model: str = MODEL_TEXT, name: str = "journal") -> CheckRequest:
    return CheckRequest((f"{name}.toml", model), (f"{name}.spec.toml", spec))


def journal(spec: str = SPEC_TEXT, signoffs: Signoffs | None = None) -> Reviewed:
    [found] = review([of(spec)], SEARCH, signoffs)
    return found


def digests(spec: str = SPEC_TEXT) -> dict[str, str]:
    return {row.result.id: row.digest for row in journal(spec).rows}


def signoffs(folder: Path, *entries: str) -> Signoffs:
    file = folder / "signed.toml"
    file.write_text("\n".join(f"[[signoff]]\n{entry}" for entry in entries), encoding="utf-8")
    return Signoffs.read(str(file))


def entry(clause: str, digest: str | None, who: str = "Ann", more: str = "") -> str:
    said = more or 'verdict = "agreed"'
    given = "" if digest is None else f'hash = "{digest}"\n'
    return f'clause = "{clause}"\nwho = "{who}"\nwhen = 2026-03-31\n{said}\n{given}'


def states(found: Reviewed, clause: str) -> list[tuple[str, str]]:
    row = next(row for row in found.rows if row.result.id == clause)
    return [(signed.who, signed.state) for signed in row.signed]


def test_a_row_has_what_is_traced_to_a_clause() -> None:
    found = journal()
    assert [row.result.id for row in found.rows] == ["J-1", "J-2", "J-4", "J-3"]
    first, second, _, last = found.rows
    assert first.properties == (
        "acknowledged_entries_stay", "only_what_is_flushed_is_acknowledged")
    assert second.properties == (
        "flushed_entries_are_acknowledged", "only_what_is_flushed_is_acknowledged")
    assert (first.result.rules, last.result.rules) == (("write", "acknowledge"), ("power_loss",))
    assert (first.gaps, second.gaps) == (("G-1",), ())
    assert [row.result.verdict for row in found.rows] == ["proved", "proved", "stated", "stated"]
    [gap] = found.gaps
    assert (gap.name, gap.clauses, gap.properties) == ("G-1", ("J-1",), ())


@pytest.mark.parametrize(("places", "order"), [
    ({"a": ("p. 1", "s. 10"), "b": ("p. 1", "s. 9"), "c": ("p. 1", "S. 1")}, "cba"),
    ({"a": ("p. 1", "s. 10"), "b": ("p. 1", None), "c": ("p. 1", "s. 1")}, "abc"),
    ({"a": ("p. 2", "s. 2"), "b": ("p. 1", "s. 1"), "c": ("p. 2", "s. 1")}, "cab"),
    ({"a": (None, None), "b": ("p. 1", "par. 2"), "c": ("p. 1", "fig. 3")}, "acb"),
])  # fmt: skip
def test_the_order_is_that_of_the_page(
    places: dict[str, tuple[str | None, str | None]], order: str
) -> None:
    clauses = {name: ClauseShape(says="x", page=page, at=at) for name, (page, at) in places.items()}
    assert page_order(clauses) == list(order)


def test_gaps_touch_what_they_name_and_what_names_them() -> None:
    spec = SPEC_TEXT.replace("(J-1)", "(J-10, not J-1x or J-1-2)") + """
[gap.G-2]
asks = "who reads it"
readings = [{ says = "see J-4" }]
[gap.G-3]
asks = "when"
[gap.G-4]
asks = "where"
[invariant.here]
gap = "G-4"
says = "J-3 at any place"
must = "True"
[invariant.small]
clause = "J-2"
says = "as G-3 is read"
must = "True"
"""
    touched = {gap.name: (gap.clauses, gap.properties) for gap in journal(spec).gaps}
    assert touched == {
        "G-1": ((), ()), "G-2": (("J-4",), ()), "G-3": (("J-2",), ()), "G-4": (("J-3",), ("here",)),
    }  # fmt: skip


@pytest.mark.parametrize(("old", "new", "changed"), [
    ("[clause.J-1]", "# a remark\n[clause.J-1]", ""),
    ("survives a power failure", "survives  a\\u0020power failure", ""),
    ("survives a power failure", "survives power failures", "J-1"),
    ("sentence 10", "sentence 11", "J-3"),
    ('whenever  = "client is told"', 'whenever  = "client is not waiting"', "J-1"),
    ('"event is acknowledge"', '"event is acknowledge and True"', "J-1 J-2"),
    # The verdict: the assumption is not stated any more, its property is violated.
    ("next(journal is empty)", "next(journal is flushed)", "J-3"),
    ("nobody relies on it", "nobody needs it", ""),
])  # fmt: skip
def test_a_hash_names_the_clause_its_properties_and_the_verdict(
    old: str, new: str, changed: str
) -> None:
    assert SPEC_TEXT.count(old) == 1
    before, after = digests(), digests(SPEC_TEXT.replace(old, new))
    assert [name for name in sorted(before) if before[name] != after[name]] == changed.split()


def test_the_verdict_alone_changes_the_hash() -> None:
    worse = MODEL_TEXT.replace('when   = "journal is flushed"', 'when   = "True"')
    [good], [bad] = (review([of(model=text)], SEARCH) for text in (MODEL_TEXT, worse))
    changed = {a.result.id for a, b in zip(good.rows, bad.rows, strict=True)
               if a.digest != b.digest}  # fmt: skip
    assert changed == {"J-1", "J-2"}


def test_a_sign_off_is_current_stale_or_without_a_hash(tmp_path: Path) -> None:
    now = digests()
    found = journal(signoffs=signoffs(
        tmp_path,
        entry("J-1", now["J-1"]), entry("J-1", "0" * 12, "Bob"), entry("J-2", None),
        entry("J-3", now["J-1"]), entry("J-4", now["J-4"], more='remark = "why?"'),
    ))  # fmt: skip
    assert states(found, "J-1") == [("Ann", "current"), ("Bob", "stale")]
    assert states(found, "J-2") == [("Ann", "without-hash")]
    assert states(found, "J-3") == [("Ann", "stale")]
    assert states(found, "J-4") == [("Ann", "current")]
    assert [(s.clause, s.who) for s in found.stale] == [("J-1", "Bob"), ("J-3", "Ann")]
    text = printed(review_view(found))
    assert "signed  Bob, 2026-03-31: agreed (STALE: the hash was 000000000000)" in text
    assert f'(to sign it, add hash = "{now["J-2"]}")' in text
    assert "signed  Ann, 2026-03-31: why?\n" in "".join(
        f"{line.rstrip()}\n" for line in text.splitlines())
    assert ("Stale, since what was signed has changed: J-1 by Bob (signed.toml:8), J-3 by Ann"
            " (signed.toml:21)") in " ".join(text.split())  # fmt: skip
    assert "journal: 4 clauses: 2 proved, 2 stated; 1 signed off, 2 sign-offs stale" in text


def test_who_signs_again_is_not_stale(tmp_path: Path) -> None:
    now = digests()["J-1"]
    for order in (("0" * 12, now), (now, "0" * 12), (None, now)):
        found = journal(signoffs=signoffs(tmp_path, *(entry("J-1", each) for each in order)))
        assert states(found, "J-1") == [("Ann", "current")]


def test_of_two_models_with_a_clause_each_has_its_own_sign_off(tmp_path: Path) -> None:
    other = of(SPEC_TEXT.replace("power failure", "failure"), name="other")
    first, second = review([of(), other], SEARCH)
    one, two = (r.rows[0].digest for r in (first, second))
    assert one != two
    signed = signoffs(tmp_path, entry("J-1", one), entry("J-1", two, "Bob"), entry("J-1", "1" * 12))
    both = review([of(), other], SEARCH, signed)
    assert [states(found, "J-1") for found in both] == [
        [("Ann", "current")], [("Bob", "current"), ("Ann", "stale")]]


@pytest.mark.parametrize(("text", "error"), [
    (entry("J-11", None), """:2:10: unknown clause `J-11`; did you mean `J-1`?
2 | clause = "J-11"
  |          ^^^^^^"""),
    ('clause = "J-1"\nwho = "A"\nwhen = "2026-03-31"\nverdict = "agreed"',
     """:4:8: expected a date without quotes: `2026-03-31`
4 | when = "2026-03-31"
  |        ^^^^^^^^^^^^"""),
    ('clause = "J-1"\nwho = "A"\nwhen = 2026-03-31T10:00:00\nverdict = "agreed"',
     """:4:8: expected a date without quotes: `2026-03-31`
4 | when = 2026-03-31T10:00:00
  |        ^^^^^^^^^^^^^^^^^^^"""),
    ('clause = "J-1"\nwho = "A"\nwhen = 2026-03-31', """:1:3: a sign-off has a verdict or a \
remark; add `verdict = "agreed"` or `remark = "..."`
1 | [[signoff]]
  |   ^^^^^^^"""),
    ('clause = "J-1"\nwho = " "\nwhen = 2026-03-31\nremark = "?"', """:3:7: say who signs
3 | who = " "
  |       ^^^"""),
    ('clause = "J-1"\nwhen = 2026-03-31\nremark = "?"', """:1:3: `who` is missing; who signs it
1 | [[signoff]]
  |   ^^^^^^^"""),
    ('clause = "J-1"\nwho = "A"\nwhen = 2026-03-31\nverdict = "yes"', """:5:11: expected `agreed`
5 | verdict = "yes"
  |           ^^^^^"""),
    ('clause = "J-1"\nwho = "A"\nwhen = 2026-03-31\nverdikt = "agreed"',
     """:5:1: unknown key `verdikt`; did you mean `verdict`?
5 | verdikt = "agreed"
  | ^^^^^^^"""),
])  # fmt: skip
def test_what_is_wrong_with_a_file_of_sign_offs_is_told_with_its_place(
    tmp_path: Path, text: str, error: str
) -> None:
    with pytest.raises(InputError) as raised:
        journal(signoffs=signoffs(tmp_path, text))
    assert str(raised.value) == f"{tmp_path / 'signed.toml'}{error}"


def test_another_file_is_no_file_of_sign_offs() -> None:
    with pytest.raises(InputError, match=r"journal.toml:1:1: unknown key `title`; known: `sig"):
        Signoffs.read(str(MODEL))
    with pytest.raises(InputError, match=r"missing.toml: cannot be read"):
        Signoffs.read("missing.toml")


def test_what_can_be_signed_is_printed_and_then_is_signed(tmp_path: Path) -> None:
    file = tmp_path / "signed.toml"
    file.touch()
    words = ("review", str(MODEL), "--engine", "search", "--signoff", str(file), "--sign", 'J "Q"')
    done = twinrom(*words)
    assert done.returncode == 0
    assert "journal: 4 clauses: 2 proved, 2 stated; 0 signed off" in done.stderr
    found = tomllib.loads(done.stdout)["signoff"]
    assert [(one["clause"], one["who"], one["verdict"], one["hash"]) for one in found] == [
        (name, 'J "Q"', "agreed", digest) for name, digest in digests().items()]
    assert done.stdout.startswith(
        "# journal, proved: an entry that was acknowledged survives a power failure\n"
        '[[signoff]]\nclause = "J-1"\nwho = "J \\"Q\\""\nwhen = 20')
    assert file.read_text(encoding="utf-8") == ""
    file.write_text(done.stdout, encoding="utf-8")
    again = twinrom(*words)
    assert (again.returncode, again.stdout) == (0, "")
    assert "4 signed off" in again.stderr
    assert file.read_text(encoding="utf-8") == done.stdout


def test_a_name_that_signs_is_written_so_that_it_can_be_read() -> None:
    when = date(2026, 3, 31)
    for who in ("Zoë", "a\x7fb\\", "tab\there"):
        [first, *_] = tomllib.loads(signoff_toml([journal()], who, when))["signoff"]
        assert (first["who"], first["when"]) == (who, when)


STALE = entry("J-1", "0" * 12)


@pytest.mark.parametrize(("signed", "old", "new", "code"), [
    ("", "", "", 0),
    (f"[[signoff]]\n{STALE}", "", "", 1),
    (f'[[signoff]]\n{entry("J-1", None)}', "", "", 0),
    ("", "next(journal is empty)", "next(journal is flushed)", 1),
    (f'[[signoff]]\n{entry("J-9", None)}', "", "", 2),
    ("[", "", "", 2),
])  # fmt: skip
def test_exit_codes(tmp_path: Path, signed: str, old: str, new: str, code: int) -> None:
    (tmp_path / "journal.toml").write_text(MODEL_TEXT, encoding="utf-8")
    (tmp_path / "journal.spec.toml").write_text(SPEC_TEXT.replace(old, new), encoding="utf-8")
    (tmp_path / "signed.toml").write_text(signed, encoding="utf-8")
    (page := tmp_path / "page.html").touch()
    done = twinrom("review", str(tmp_path / "journal.toml"), "--engine", "search", "--signoff",
                   str(tmp_path / "signed.toml"), "--html", str(page))  # fmt: skip
    assert done.returncode == code
    assert bool(page.read_text(encoding="utf-8")) == (code != 2)


def test_what_some_engines_do_not_decide_is_not_checked() -> None:
    bounded = twinrom("review", str(MODEL), "--engine", "bounded", "--csv", "-")
    rows = list(csv.DictReader(StringIO(bounded.stdout)))
    assert [row["verdict"] for row in rows] == ["holds", "not checked", "stated", "stated"]


@pytest.mark.parametrize(("words", "error"), [
    (("--sign", " "), "`--sign` says who signs"),
    (("--sign", "A", "--csv", "-"), "`--sign` and `--csv -` both print to standard output"),
    (("--sort", "Size=integers"), "`--sort Size=integers`: only `check` can do that"),
])  # fmt: skip
def test_what_the_command_line_cannot_mean(words: tuple[str, ...], error: str) -> None:
    done = twinrom("review", str(MODEL), *words)
    assert done.returncode == 2
    assert error in done.stderr


def test_the_table_as_csv() -> None:
    done = twinrom("review", str(MODEL), "--engine", "search", "--csv", "-")
    first, *_ = rows = list(csv.DictReader(StringIO(done.stdout)))
    assert tuple(first) == COLUMNS
    assert first == {
        "model": "journal", "page": "Journal manual, p. 3", "at": "par. 1, sentence 1",
        "clause": "J-1", "kind": "requirement",
        "says": "an entry that was acknowledged survives a power failure", "verdict": "proved",
        "property": "acknowledged_entries_stay", "others": "1",
        "evidence": "3 steps, to acknowledge", "steps": "3", "event": "acknowledge",
        "rules": "write; acknowledge", "gaps": "G-1", "killed": "", "alone": "", "signed": "",
        "hash": digests()["J-1"],
    }  # fmt: skip
    assert [row["clause"] for row in rows] == ["J-1", "J-2", "J-4", "J-3"]
    assert "journal: safe and recovers" in done.stderr


def test_no_cell_is_computed_by_a_spreadsheet() -> None:
    for text, cell in (("=1+1", "'=1+1"), (" +1", "'+1"), ("a = 1\n b", "a = 1 b"), ("@x", "'@x")):
        spec = SPEC_TEXT.replace("power may fail at any time", text.replace("\n", "\\n"))
        last = list(csv.DictReader(StringIO(review_csv([journal(spec)]))))[-1]
        assert last["says"] == cell


def test_the_page_says_the_same_and_escapes_it(tmp_path: Path) -> None:
    spec = SPEC_TEXT.replace("small entries", "<b>small</b> entries")
    now = digests(spec)
    signed = signoffs(tmp_path, entry("J-2", now["J-2"]))
    page = review_page([journal(spec, signed)], "1.0")
    assert "&lt;b&gt;small&lt;/b&gt; entries" in page
    assert "<b>" not in page
    assert "<script" not in page
    assert "acknowledged_<wbr>entries_<wbr>stay" in page
    assert "3 steps, to acknowledge" in page
    assert '<li class="current">Ann, 2026-03-31: agreed</li>' in page
    assert page.count('<div class="sign"></div>') == 3
    assert all(digest in page for digest in now.values())
    assert "it may be lost" in page
    assert ">Mutants<" not in page
    assert page == review_page([journal(spec, signed)], "1.0")


def test_many_names_are_cut_short_and_counted() -> None:
    names = ["a", "b", "c", "d", "e"]
    assert [few_words(names[:n]) for n in (0, 1, 4, 5)] == [
        "", "a", "a, b, c, d", "a, b, c, and 2 more"]


def test_what_breaks_a_clause_is_its_run_and_a_page_has_no_source() -> None:
    spec = SPEC_TEXT.replace("next(journal is empty)", "next(journal is flushed)").replace(
        'page = "Journal manual, p. 3"\n', "")
    spec = spec.replace('page    = "Journal manual, p. 3"\n', "")
    text = printed(review_view(journal(spec)), 80)
    assert "\nClauses\n" in text
    assert "run      broken in 2 steps, by power_loss" in text
    assert "journal: UNSAFE" in text
    assert "1 VIOLATED, 2 proved, 1 stated; 0 signed off" in text


@pytest.fixture(scope="module")
def shipped() -> list[Reviewed]:
    return review([request("msa1000"), request("proliant")], SEARCH)


def test_the_shipped_systems_can_be_reviewed_together(shipped: list[Reviewed]) -> None:
    for one in shipped:
        spec = one.checked.question.spec
        assert sorted(row.result.id for row in one.rows) == sorted(spec.clauses)
        assert [gap.name for gap in one.gaps] == list(spec.gaps)
        for row in one.rows:
            assert not row.properties or row.result.evidence is not None
            assert row.shape.kind == "requirement" or row.result.verdict == "stated"


def test_both_shipped_systems_print_on_ten_pages(shipped: list[Reviewed], tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("chromium is not installed: no browser")
    file = tmp_path / "review.html"
    file.write_text(review_page(shipped, "1.0"), encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = launched.new_page()
        page.goto(file.as_uri())
        printed_page = page.pdf(prefer_css_page_size=True)
        launched.close()
    sizes = re.findall(rb"/MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+) ?\]", printed_page)
    assert 0 < len(sizes) <= 10
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {(842, 595)}
