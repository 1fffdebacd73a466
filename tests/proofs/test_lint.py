"""The linter: the example of each page gives what the page shows, and what it says mends it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from twinrom.proofs.lint.files import lint_files
from twinrom.proofs.lint.findings import CODES, Finding
from twinrom.proofs.lint.lint import lint
from twinrom.proofs.spec.posing import ask, pose
from twinrom.proofs.spec.spec import parse_spec, spec_for
from twinrom.statemachine import load_model, parse_model, shipped_policies

DOCS = Path(__file__).parent.parent.parent / "docs" / "lint"

# What to replace in the example of each page (in its model, or in its spec) to be rid of it.
MENDED = {
    "E101": ('when  = "B is valid"', 'when = "A is not valid and B is valid"'),
    "E102": ('"server is off"', '"server is off and (A is valid or B is valid)"'),
    "E103": ('"flash: idle -> writing"]', '"flash: idle -> writing"]\nwhen = "flash.tries < 2"'),
    "E104": ('"bank.version > 1", ', ""),
    "E105": ("server.active == none", "server.active != none"),
    "W200": ("1..17", "1..3"),
    "W201": ('when  = "server is off"', 'when = "server is running"'),
    "W202": (', "recovery"', ""),
    "W203": ("[rule.decays]",
             '[event.boot]\ncan_happen = "server is off and B is valid"\n[rule.decays]'),
    "W301": ("[rule.upgrade]", '[rule.upgrade]\nmoves = ["bank: valid -> torn"]'),
    "W302": ('persistent = ["version"]\n', ""),
    "W303": ('log.second = log.first"', 'log.second = log.first + 1"'),
    "W304": ('power = ["console"]', 'power = "off"'),
    "W401": ('"C-1"\nby     = "operator"', '"C-2"\nby = "operator"'),
    "W402": ("[rule.reset]", '[rule.reset]\nclause = "C-2"'),
    "W403": ("[response.it_starts]", '[response.it_starts]\nclause = "C-1"'),
    "W404": ("C-20", "C-2"),
    "W501": ('"server: running -> off"]', '"server: running -> off"]\nwhen = "resettable"'),
    "W502": ('"server: running -> off"]', '"server: running -> off"]\nwhen = "version == 2"'),
    "W503": ('"server: off -> running"]',
             '"server: off -> running"]\nwhen = "not server.reset_seen"'),
    "W504": ('"server: running -> off"]',
             '"server: running -> off"]\nsets = ["server.enabled = False"]'),
    "W505": ("[rule.boot]",
             '[rule.turns]\nby = "host"\nmoves = ["fan: still -> turning"]\n[rule.boot]'),
    "W506": ('[sort]\nVersion = "1..3"\n', ""),
    "W601": ("[response.it_is_copied]",
             '[step.it_fails_while_it_copies]\nmust = "copier is copying"\nwhenever = '
             '"not copier.failed and next(copier.failed)"\n[response.it_is_copied]'),
}


def blocks(code: str, language: str) -> list[str]:
    page = (DOCS / f"{code}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def linted(model: str, spec: str | None = None) -> list[Finding]:
    read = parse_model(model, "model.toml")
    posed = pose(read, *parse_spec(spec, "spec.toml")).spec if spec is not None else (
        ask(read, spec_for(read.base, read.base)).spec if read.base else None)
    return lint(read, posed)


@pytest.mark.parametrize("code", CODES)
def test_example_of_the_page_gives_what_the_page_shows(code: str) -> None:
    found = linted(*blocks(code, "toml"))
    assert [f.code for f in found] == [code]
    assert "\n".join(map(str, found)) + "\n" == blocks(code, "text")[0]


@pytest.mark.parametrize("code", CODES)
def test_mended_example_has_no_finding(code: str) -> None:
    old, new = MENDED[code]
    texts = blocks(code, "toml")
    assert sum(old in text for text in texts) == 1
    assert linted(*(text.replace(old, new) for text in texts)) == []


def test_pages_and_codes_are_the_same() -> None:
    assert {p.stem for p in DOCS.glob("*.md")} - {"README"} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_page_and_index_say_the_same_of_a_code(code: str) -> None:
    severity = "error" if code.startswith("E") else "warning"
    page = (DOCS / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code}: {CODES[code]}\n\nSeverity: {severity}.\n")
    for heading in ("A model that shows it", "How to mend it", "When to leave it"):
        assert f"\n## {heading}\n" in page
    row = f"| [{code}]({code}.md) | {CODES[code]} | {severity} |"
    assert row in (DOCS / "README.md").read_text(encoding="utf-8").splitlines()


def test_findings_in_an_included_file_come_after_those_of_the_model(tmp_path: Path) -> None:
    (tmp_path / "shared.toml").write_text(
        '[machine.Bank]\nstates = ["valid", "torn"]\npersistent = ["x"]\nvars = { x = "bool" }\n')
    (tmp_path / "model.toml").write_text(
        'include = ["shared.toml"]\n[machine.Bank]\ninstances = ["A"]\n'
        '[machine.Server]\ninstances = ["server"]\nstates = ["off", "running"]\n'
        '[rule.boot]\nby = "host"\nmoves = ["server: off -> running"]\n')
    found = lint(load_model(str(tmp_path / "model.toml")))
    assert [(Path(f.problem.path).name, f.problem.line, f.code) for f in found] == [
        ("model.toml", 3, "W505"), ("shared.toml", 2, "W202"), ("shared.toml", 3, "W302"),
        ("shared.toml", 4, "W503")]


# What the shipped models are found to have, and why that is right.
KNOWN: dict[str, list[tuple[str, str]]] = {
    "proliant": [],
    "msa1000": [],
}


def test_an_overlay_is_a_model() -> None:
    overlay = shipped_policies()["proliant_halts_at_once"]
    assert lint_files([str(overlay), "proliant"]) == lint_files(["proliant_halts_at_once"])


@pytest.mark.parametrize("name", KNOWN)
def test_shipped_models_have_only_known_findings(name: str) -> None:
    model = load_model(name)
    found = lint(model, ask(model, spec_for(model.paths[0], None)).spec)
    assert [(f.code, f.problem.message) for f in found] == KNOWN[name]
