"""The documents: every command in them runs, every link leads somewhere, nothing is left out.

`python tests/test_docs.py` writes what the commands print today into the documents.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import tempfile
from contextlib import chdir
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import typer
from called import twinrom

from twinrom import failure
from twinrom.diagrams import commands
from twinrom.proofs.certificates.folder import CertificateShape

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
COMMANDS = DOCS / "commands.md"
BLOCK = re.MULTILINE | re.DOTALL
FENCE = re.compile(r"^```console\n(\$ twinrom .*?)^```$", BLOCK)
PROMPT = re.compile(r"^\$ (twinrom [^\n]*?)(?: +# exit (\d+))?\n", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
FOLDER = "my/"  # what the documents write to; the tests use a folder of their own
OMITTED = "\n...\n"
ENGINES = re.compile(
    r"(?<=\n)(?:search|z3|taught|reachability|induction)\b.*?(?=\n(?:\n|\.\.\.|$))", BLOCK
)


class Shown(NamedTuple):
    """A command in a document, the exit code it should have and what it should print.

    `before` are the commands above it in the same block.
    """

    page: Path
    line: int
    command: str
    code: int
    printed: str
    before: tuple[str, ...]


def shown(page: Path) -> Iterator[Shown]:
    text = page.read_text(encoding="utf-8")
    for block in FENCE.finditer(text):
        prompts = list(PROMPT.finditer(block[1]))
        ends = [*(p.start() for p in prompts[1:]), len(block[1])]
        for number, (prompt, end) in enumerate(zip(prompts, ends, strict=True)):
            line = text.count("\n", 0, block.start(1) + prompt.start()) + 1
            printed = block[1][prompt.end() : end]
            before = tuple(p[1] for p in prompts[:number])
            yield Shown(page, line, prompt[1], int(prompt[2] or 0), printed, before)


def today(one: Shown) -> tuple[int, str]:
    """Return the exit code of a command and what it prints, after the commands above it."""
    with tempfile.TemporaryDirectory() as folder:
        for command in (*one.before, one.command) if FOLDER in one.command else (one.command,):
            code, printed = ran(command.replace(FOLDER, f"{folder}/"))
    return code, printed.replace(f"{folder}/", FOLDER)


def ran(command: str) -> tuple[int, str]:
    with chdir(ROOT):
        done = twinrom(*shlex.split(command)[1:], merged=True)
    return done.returncode, done.stdout


def normalised(text: str) -> str:
    """Return `text` without the seconds of one run and the folder and solvers of one computer.

    How large an invariant is depends on the version of z3, and which engine ends first on chance.
    """
    text = text.replace(f"{ROOT}{os.sep}", "")
    text = re.sub(r"\b\d+(\.\d+)? s\b", "N s", text)
    text = re.sub(r" +\d+\.\d(?=  |$)", " N", text, flags=re.MULTILINE)
    text = "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))
    text = ENGINES.sub(_sorted_engines, text)
    text = re.sub(r"invariant of \d+ clauses?", "invariant of N clauses", text)
    return re.sub(r"confirmed by .*?(?=, N s|$)", "confirmed by SOLVERS", text, flags=re.MULTILINE)


def _sorted_engines(lines: re.Match[str]) -> str:
    """Return one line per engine, in the order of their names."""
    return "\n".join(sorted(re.split(r"(?<=N s) ", " ".join(lines[0].split("\n")))))


def agree(printed: str, expected: str) -> bool:
    """Say whether a document shows what was printed; `...` stands for any lines."""
    parts = map(re.escape, f"\n{normalised(expected)}\n".split(OMITTED))
    pattern = "\n(?:.*\n)?".join(parts)
    return re.fullmatch(pattern, f"\n{normalised(printed)}\n", re.DOTALL) is not None


def test_what_a_document_leaves_out_is_any_lines_and_nothing_else() -> None:
    printed = "one\nsearch: complete, 3 states, 0.1 s\nz3: up to 2 steps, 0.2 s\n\ntwo\nthree\n"
    assert agree(printed, printed)
    assert agree(printed, "one\n...\nthree\n")
    assert agree(printed, "...\nthree\n")
    assert agree(printed, printed.replace("0.1 s", "0.3 s"))
    assert agree(
        printed, "one\nz3: up to\n2 steps, 7 s\nsearch: complete, 3 states, 0 s\n\ntwo\nthree"
    )
    assert not agree(printed, "one\n...\ntwo\n")
    assert not agree(printed, "one\nthree\n")
    assert not agree(printed, printed.replace("3 states", "4 states"))


ALL_SHOWN = [one for page in PAGES for one in shown(page)]


@pytest.mark.parametrize("one", ALL_SHOWN, ids=lambda one: f"{one.page.name}:{one.line}")
def test_commands_print_what_the_documents_show(one: Shown) -> None:
    code, printed = today(one)
    if not agree(printed, one.printed):
        assert normalised(printed) == normalised(one.printed)
    assert code == one.code


def test_there_are_commands_to_run() -> None:
    assert COMMANDS in {one.page for one in ALL_SHOWN}


def prose(page: Path) -> str:
    """Return the text without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=BLOCK)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(found), target


def sections(page: Path) -> dict[str, str]:
    """Return the text under each heading of the second level."""
    text = page.read_text(encoding="utf-8")
    heads = list(re.finditer(r"^## +(.+)$", text, re.MULTILINE))
    ends = [*(h.start() for h in heads[1:]), len(text)]
    return {h[1]: text[h.end() : end] for h, end in zip(heads, ends, strict=True)}


def options() -> dict[str, set[str]]:
    """Return the options of each command, as its help shows them."""
    verbs = typer.main.get_command(commands.app).commands  # type: ignore[attr-defined]
    return {
        name: {o for p in command.params for o in (*p.opts, *p.secondary_opts) if o[0] == "-"}
        for name, command in verbs.items()
    }


@pytest.mark.parametrize("verb", options())
def test_every_option_is_described(verb: str) -> None:
    assert set(OPTION.findall(sections(COMMANDS)[verb])) >= options()[verb]


@pytest.mark.parametrize("verb", options())
def test_every_option_that_is_described_exists(verb: str) -> None:
    table = "\n".join(re.findall(r"^\| `--.*?(?= \| )", sections(COMMANDS)[verb], re.MULTILINE))
    assert set(OPTION.findall(table)) <= options()[verb]


def test_exit_codes_are_those_of_the_command_line() -> None:
    constants = {
        value
        for module in (failure, commands)
        for name, value in vars(module).items()
        if name.startswith("EXIT_")
    }
    described = re.findall(r"^\| (\d+) \|", sections(COMMANDS)["Exit codes"], re.MULTILINE)
    assert sorted(map(int, described)) == sorted({0, *constants})


def test_every_word_of_the_glossary_is_used() -> None:
    glossary = DOCS / "glossary.md"
    words = re.findall(r"\*\*(.+?)\*\*", prose(glossary))
    folders = ("docs", "statemachine", "proofs", "diagrams", "tests")
    files = [
        f for d in folders for end in ("md", "py", "toml") for f in (ROOT / d).rglob(f"*.{end}")
    ]
    texts = [
        f.read_text(encoding="utf-8").lower() for f in files if f not in (glossary, Path(__file__))
    ]
    text = " ".join(" ".join(texts).split())
    assert len(words) == len(set(words))
    assert [w for w in words if not re.search(rf"\b{w.lower()}(s|es)?\b", text)] == []


def test_modules_that_are_named_exist() -> None:
    packages = ("statemachine", "proofs", "diagrams")
    files = [f for package in packages for f in (ROOT / package).rglob("*") if f.suffix != ".pyc"]
    known = {f.relative_to(ROOT).as_posix() for f in files}
    known |= {name.removesuffix(".py").replace("/", ".") for name in known}
    known |= {name.removesuffix(".__init__") for name in known} | set(packages)
    word = re.compile(rf"`(?:python -m )?((?:{'|'.join(packages)})(?:[./]\w+)+/?)`")
    assert [
        f"{file.relative_to(ROOT)}: {name}"
        for file in (*PAGES, *(f for f in files if f.suffix == ".py"))
        for name in word.findall(file.read_text(encoding="utf-8"))
        if name.rstrip("/") not in known
    ] == []


def test_decision_records_are_numbered_and_have_their_parts() -> None:
    records = sorted((DOCS / "adr").glob("*.md"))
    assert [int(r.name[:4]) for r in records] == list(range(1, len(records) + 1))
    for record in records:
        text = record.read_text(encoding="utf-8")
        assert text.startswith(f"# {record.name[:4]}. ")
        parts = ("\n## Context\n", "\n## Decision\n", "\n## Consequences\n")
        assert all(a < b for a, b in pairwise([0, *(text.index(part) for part in parts)]))


def test_the_sample_of_the_json_format_has_the_fields_that_are_written(tmp_path: Path) -> None:
    page = DOCS / "json.md"
    blocks = re.findall(r"^```json\n(.*?)^```$", page.read_text(encoding="utf-8"), BLOCK)
    file = tmp_path / "verdicts.json"
    code, _ = ran(f"twinrom check examples/update.toml --json {file}")
    assert code == commands.EXIT_FAILED
    assert fields(json.loads(blocks[0])) == fields(json.loads(file.read_text(encoding="utf-8")))


def described(section: str) -> set[str]:
    """Return the fields in a table of the page on JSON."""
    cells = re.findall(r"^\| (`[^|]+`) \|", sections(DOCS / "json.md")[section], re.MULTILINE)
    return {name.partition(".")[0] for cell in cells for name in re.findall(r"`(.+?)`", cell)}


@pytest.mark.parametrize(
    "section", ["Top level", "A model", "An engine", "A property", "A clause", "A gap"]
)
def test_every_field_of_the_json_format_is_described(section: str) -> None:
    _, printed = ran("twinrom check proliant --engine search --json -")
    written = json.loads(printed[printed.index('{\n  "schema"') :])
    model = written["models"][0]
    assert described(section) == {
        "Top level": set(written),
        "A model": set(model),
        "An engine": set(model["engines"]["search"]),
        "A property": set(model["properties"][0]),
        "A clause": set(model["clauses"][0]),
        "A gap": set(model["gaps"][0]),
    }[section]  # fmt: skip


def test_every_field_of_the_fault_numbers_is_described() -> None:
    _, printed = ran("twinrom faults tests/corpus/tcommit.toml --json -")
    model = json.loads(printed[printed.index('{\n  "schema"') :])["models"][0]
    assert described("Fault numbers") == set(model["properties"][0])


def test_every_field_of_the_changes_of_fault_numbers_is_described() -> None:
    code, printed = ran("twinrom faults proliant --against proliant_halts_at_once --json -")
    assert code == 1
    against = json.loads(printed[printed.index('{\n  "schema"') :])["against"]
    assert described("Changes of fault numbers") == set(against["changes"][0])


def test_every_field_of_a_comparison_is_described() -> None:
    new = "examples/changes/proliant_flash_backup.toml"
    _, printed = ran(f"twinrom compare proliant {new} --json -")
    assert described("Comparisons") == set(json.loads(printed[printed.index('{\n  "schema"') :]))


def test_every_field_of_a_certificate_is_described() -> None:
    assert described("Certificates") == set(CertificateShape.model_fields)


def fields(data: Any, at: str = "") -> set[str]:
    """Return the path of every field; positions in lists and the names of a trace count as one."""
    if isinstance(data, list):
        return set().union(*(fields(item, f"{at}[]") for item in data))
    if not isinstance(data, dict):
        return set()
    if at.endswith(".args"):
        return {at}
    below = [fields(item, f"{at}.{key}") for key, item in data.items() if key != "witness"]
    return {f"{at}.{key}" for key in data}.union(*below)


def rewrite(page: Path) -> None:
    """Write what the commands of a page print today, and their exit codes, where that differs."""
    text = page.read_text(encoding="utf-8")
    for one in shown(page):
        code, printed = today(one)
        if code == one.code and agree(printed, one.printed):
            continue
        mark = f" # exit {one.code}" if one.code else ""
        head = re.compile(rf"^\$ {re.escape(one.command)} *{mark}\n", re.MULTILINE)
        tidy = "\n".join(line.rstrip() for line in printed.strip("\n").split("\n"))
        found = head.search(text)
        assert found is not None
        mark = f" # exit {code}" if code else ""
        new = f"$ {one.command}{mark}\n{tidy}\n"
        text = text[: found.start()] + new + text[found.end() + len(one.printed) :]
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for each in PAGES:
        rewrite(each)
