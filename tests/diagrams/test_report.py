"""The report: everything is on the page, nothing comes from elsewhere, no text breaks out."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from functools import cached_property
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from asked import ROOT, shipped
from reported import NASTY, checked, hostile, page, page_about
from typer.testing import CliRunner

from twinrom.diagrams import commands
from twinrom.proofs import Violated
from twinrom.statemachine import ground, load_model, run_script

if TYPE_CHECKING:
    from pathlib import Path

BOTH = ("msa1000", "proliant")
VOID = {"meta", "input", "br", "link", "img", "hr"}
LOADING = ("src", "srcset", "href", "action", "formaction", "poster", "data", "background")


class Reader(HTMLParser):
    """Reads a page as a browser would: elements, attributes, text, scripts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.scripts: dict[str, str] = {}
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            name = self.elements[-1][1].get("id") or "code"
            self.scripts[name] = self.scripts.get(name, "") + data
        elif not self.open or self.open[-1] != "style":
            self.texts.append(data)

    @cached_property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts))

    def ids(self) -> list[str]:
        return [a["id"] for _, a in self.elements if a.get("id")]  # type: ignore[misc]


@pytest.fixture(scope="module")
def both() -> Reader:
    return Reader(page(*BOTH))


def test_everything_that_was_found_out_is_said(both: Reader) -> None:
    for name in BOTH:
        question = shipped(name)
        for clause_id, clause in question.spec.clauses.items():
            assert clause_id in both.text
            assert clause.says in both.text
            assert (clause.page or "") in both.text
        for prop in question.properties:
            assert prop.name in both.text
        for gap_id, gap in question.spec.gaps.items():
            assert gap_id in both.text
            assert gap.asks in both.text
            assert all(reading.says in both.text for reading in gap.readings)
            assert (gap.because or "") in both.text
        for rule in question.model.rules:
            assert rule in both.text


def test_verdicts_and_what_they_rest_on(both: Reader) -> None:
    assert "msa1000: 174 properties checked: 174 proved" in both.text
    assert "proliant: 104 properties checked: 102 proved, 2 known to be violated" in both.text
    assert "safe and recovers, but for 2 known findings" in both.text
    assert "194,413 states" in both.text
    assert both.text.count("finding") > 2
    assert "confirmed by" in both.text
    assert "never_halts survives any one fault; two are fatal" in both.text


def test_each_counterexample_is_told_and_can_be_replayed(both: Reader, tmp_path: Path) -> None:
    runs = [r for c in checked(*BOTH) for r in c.results if isinstance(r.verdict, Violated)]
    assert len(runs) == 2
    links = [a for tag, a in both.elements if tag == "a" and "download" in a]
    saved = {a["download"]: a["href"] for a in links if a["href"] and a["href"][0] != "#"}
    for result in runs:
        assert isinstance(result.verdict, Violated)
        for step in result.verdict.trace.steps:
            assert str(step) in both.text
        name = f"proliant.{result.prop.name}.itf.json"
        assert f"twinrom simulate proliant --script {name}" in both.text
        head, _, body = (saved[name] or "").partition(",")
        assert head == "data:application/json;base64"
        file = tmp_path / name
        file.write_bytes(base64.b64decode(body))
        session = run_script(ground(load_model("proliant")), str(file))
        assert len(session.trace().steps) == len(result.verdict.trace.steps)


def test_files_versions_and_command_are_named(both: Reader) -> None:
    for file in ("statemachine/models/msa1000.toml", "proofs/specs/proliant.toml"):
        assert file in both.text
        assert hashlib.sha256((ROOT / file).read_bytes()).hexdigest() in both.text
    assert "twinrom report msa1000 proliant" in both.text
    assert re.search(r"z3-solver ?\d+\.\d", both.text)
    assert re.search(r"Python ?3\.\d+", both.text)


@pytest.mark.parametrize("names", [BOTH, (str(ROOT / "examples" / "update.toml"),)])
def test_nothing_comes_from_elsewhere(names: tuple[str, ...]) -> None:
    html = page(*names)
    found = Reader(html)
    for tag, attributes in found.elements:
        assert tag not in ("link", "iframe", "object", "embed", "img", "base")
        for key in LOADING:
            value = attributes.get(key)
            assert value is None or value.startswith(("#", "data:application/json;base64,"))
        assert not [k for k in attributes if k.startswith("on")]
    assert "@import" not in html
    assert "url(" not in html
    assert not re.search(r"(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import)\(", html)


def test_only_our_script_may_run(both: Reader) -> None:
    policy = next(a["content"] for t, a in both.elements if a.get("http-equiv"))
    digest = base64.b64encode(hashlib.sha256(both.scripts["code"].encode()).digest()).decode()
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}'" in policy


def test_the_page_is_well_formed(both: Reader) -> None:
    assert both.wrong == []
    assert both.open == []
    ids = both.ids()
    assert len(ids) == len(set(ids))
    targets = {a["href"][1:] for t, a in both.elements
               if t == "a" and (a.get("href") or "").startswith("#")}  # type: ignore[index]
    assert targets <= set(ids)
    for _, attributes in both.elements:
        for key in ("aria-labelledby", "for"):
            assert set((attributes.get(key) or "").split()) <= set(ids)


def test_pictures_hide_nothing_that_takes_focus() -> None:
    inside = page("proliant").split("<svg")[1:]
    assert len(inside) == 5
    assert all(" href=" not in one.split("</svg>")[0] for one in inside)


def test_headings_are_in_order(both: Reader) -> None:
    levels = [int(t[1]) for t, _ in both.elements if re.fullmatch(r"h[1-6]", t)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_tables_have_captions_and_scopes(both: Reader) -> None:
    tags = [t for t, _ in both.elements]
    assert tags.count("table") == tags.count("caption")
    assert all(a.get("scope") in ("col", "row") for t, a in both.elements if t == "th")


def test_the_page_is_not_large() -> None:
    assert len(page(*BOTH).encode()) < 1_100_000


def test_the_same_findings_give_the_same_page() -> None:
    name = (str(ROOT / "examples" / "update.toml"),)
    again = page_about(name, checked.__wrapped__(*name))
    seconds = re.compile(r"\d+\.\d s\b")
    assert seconds.sub("", page(*name)) == seconds.sub("", again)


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    found = Reader(hostile(tmp_path))
    assert found.wrong == []
    assert found.open == []
    assert set(found.scripts) == {"code", "m0-run-0-data", "m0-run-1-data", "m0-system", "m0-codes"}
    assert [t for t, _ in found.elements if t in ("img", "b")] == []
    assert found.text.count(re.sub(r"\s+", " ", NASTY)) >= 8
    assert "49 " not in found.text
    for name, text in found.scripts.items():
        if name != "code":
            assert not {"<", ">", "&", "\u2028"} & set(text)
            assert json.loads(text)
    assert json.loads(found.scripts["m0-system"])["title"] == NASTY


def test_a_model_without_a_clause_or_a_search() -> None:
    name = str(ROOT / "examples" / "update.toml")
    html = page_about((name,), checked(name, engines=("bounded",)))
    text = Reader(html).text
    assert "UNSAFE" in text
    assert "VIOLATED" in text
    assert "Not counted" in text
    assert "Whether there is a deadlock or a livelock is not known" in text


SERVER = """
[sort]
Version = "1..2"
[machine.Server]
instances = ["server"]
states = ["idle"]
vars = { first = "Version", second = "Version?" }
[init]
require = "server.first == 1 and server.second == none"
[rule.load]
by = "operator"
given = { v = "Version" }
when = "v > server.first"
sets = ["server.first = v", "server.second = server.first"]
"""


def test_a_run_that_needs_other_sizes_says_so(tmp_path: Path) -> None:
    model = tmp_path / "server.toml"
    model.write_text(SERVER)
    (tmp_path / "server.spec.toml").write_text('[invariant.once]\nmust = "server.second <= 1"\n')
    file = tmp_path / "page.html"
    words = ["report", str(model), "--symbolic", "--html", str(file)]
    run = CliRunner().invoke(commands.app, words)
    found = Reader(file.read_text(encoding="utf-8"))
    assert run.exit_code == 1, run.output
    assert "At the sizes Version 1..3 instead of those above." in found.text
    trace = "server.once.itf.json"
    assert f"twinrom simulate {model} --script {trace} --sort Version=1..3" in found.text
    assert not [a for _, a in found.elements if a.get("data-key") == "run-0"]
    href = next(a["href"] for _, a in found.elements if a.get("download") == trace)
    saved = tmp_path / trace
    saved.write_bytes(base64.b64decode((href or "").partition(",")[2]))
    words = ["simulate", str(model), "--script", str(saved), "--sort", "Version=1..3"]
    again = CliRunner().invoke(commands.app, words)
    assert again.exit_code == 0, again.output


def test_the_verb_writes_the_page_and_keeps_the_exit_codes(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    model = str(ROOT / "examples" / "update.toml")
    run = CliRunner().invoke(
        commands.app, ["report", model, "--faults", "unlimited", "--html", str(file)]
    )
    assert run.exit_code == 1, run.output
    text = Reader(file.read_text(encoding="utf-8")).text
    assert f"twinrom check {model} --faults unlimited" in text
    assert f"twinrom report {model} --faults unlimited --html {file}" in text
    refused = CliRunner().invoke(commands.app, ["report", model])
    assert refused.exit_code == 2


def test_undecided_is_said_and_ends_with_its_own_code(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    model = str(ROOT / "tests" / "corpus" / "tcommit.toml")
    words = ["report", model, "--engine", "bounded", "--html", str(file)]
    run = CliRunner().invoke(commands.app, words)
    text = Reader(file.read_text(encoding="utf-8")).text
    assert run.exit_code == 0, run.output
    assert "undecided: not every property is checked" in text
    assert "not decided" in text
