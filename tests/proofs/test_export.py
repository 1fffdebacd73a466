"""Exported models: accepted by three solvers, told apart from each other, safe and readable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import z3
from asked import ROOT, corpus, question, sampled, shipped
from random_models import made
from small_models import EMPTY, HOSTILE, HOSTILE_SPEC
from typer.testing import CliRunner

from twinrom.diagrams.commands import app
from twinrom.proofs import FORMATS, export
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from twinrom.proofs import Question

GOLDEN = Path(__file__).parent.parent / "exported"
DEPTH = 4
COMMENTS = {"smv": "-- ", "tla": r"\* ", "smtlib2": "; "}


def by_z3(text: str) -> list[str]:
    context = z3.Context()  # kept until the answer is there
    return str(z3.Z3_eval_smtlib2_string(context.ref(), text)).split()


def by_cvc5(text: str) -> list[str]:
    cvc5 = pytest.importorskip("cvc5")
    solver = cvc5.Solver()
    solver.setOption("incremental", "true")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "exported")
    found = []
    while not (command := parser.nextCommand()).isNull():
        found += str(command.invoke(solver, parser.getSymbolManager())).split()
    return found


def by_bitwuzla(text: str, capfd: pytest.CaptureFixture[str]) -> list[str]:
    bitwuzla = pytest.importorskip("bitwuzla")
    capfd.readouterr()
    parser = bitwuzla.Parser(bitwuzla.TermManager(), bitwuzla.Options())
    parser.parse(text, parse_only=False, parse_file=False)
    return capfd.readouterr().out.split()


def expected(asked: Question, depth: int) -> list[str]:
    """Return the answers that the search gives: it can start, stays in its sorts, is broken."""
    report = search(asked)
    ordered = sorted(asked.decidable, key=lambda p: ("invariant", "step").index(p.kind.key))
    runs = [report.found[p.name].violation for p in ordered]
    if asked.ends is not None:  # the last of the invariants
        runs.insert(sum(p.kind.key == "invariant" for p in ordered), report.deadlock)
    broken = ["sat" if run and run.length <= depth else "unsat" for run in runs]
    return ["sat", "unsat", *broken]


@pytest.mark.parametrize(
    ("name", "depth"), [("peterson", 8), ("tcommit", 5), ("tcommit", 6), ("two_phase_commit", 6)]
)
def test_solvers_find_what_the_search_finds(
    name: str, depth: int, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = corpus(name)
    text = export(asked, "smtlib2", depth=depth)
    answers = expected(asked, depth)
    assert by_z3(text) == answers
    assert by_cvc5(text) == answers
    assert by_bitwuzla(text, capfd) == answers


@pytest.mark.parametrize("name", sampled(["proliant", "msa1000"], 2))
def test_solvers_accept_the_shipped_models(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    text = export(shipped(name), "smtlib2", depth=1)
    assert by_bitwuzla(text, capfd) == by_z3(text) == expected(shipped(name), 1)


@pytest.mark.parametrize("seed", range(10))
def test_solvers_agree_on_random_models(seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    maker = made(seed)
    asked = question(maker.model(), maker.spec())
    try:
        answers = expected(asked, DEPTH)
    except InputError:
        pytest.skip("rules overlap")
    text = export(asked, "smtlib2", depth=DEPTH)
    assert by_z3(text) == answers
    assert by_bitwuzla(text, capfd) == answers


def test_solvers_read_hostile_names_and_texts(capfd: pytest.CaptureFixture[str]) -> None:
    asked = question(HOSTILE, HOSTILE_SPEC)
    text = export(asked, "smtlib2", depth=2)
    answers = expected(asked, 2)
    assert {"sat", "unsat"} == set(answers[2:])
    assert by_z3(text) == answers
    assert by_cvc5(text) == answers
    assert by_bitwuzla(text, capfd) == answers


def test_solvers_find_an_assignment_that_leaves_its_sort() -> None:
    rule = '[rule.up]\nby = "host"\nsets = "m.level = m.level + 1"\n[init]\nrequire = "m.level==0"'
    asked = question(EMPTY + rule, "")
    assert by_z3(export(asked, "smtlib2", depth=2)) == ["sat", "unsat"]
    assert by_z3(export(asked, "smtlib2", depth=3)) == ["sat", "sat"]


@pytest.mark.parametrize("to", FORMATS)
def test_hostile_texts_stay_in_their_comments(to: str) -> None:
    text = export(question(HOSTILE, HOSTILE_SPEC), to)
    assert text.isascii()
    says = [line for line in text.splitlines() if "assert(false); " in line]
    assert len(says) == 2  # of two rule instances
    for line in says:
        if to == "promela":
            assert line.strip().startswith("/*")
            assert (line.count("*/"), line.endswith(" */")) == (1, True)
        else:
            assert line.startswith(COMMENTS[to])
    assert text.count("====") == (5 if to == "tla" else 0)


@pytest.mark.parametrize("to", FORMATS)
def test_no_name_is_given_twice(to: str) -> None:
    text = export(question(HOSTILE, HOSTILE_SPEC), to)
    defined = {
        "promela": r"^(?:#define|unsigned|int) (\w+)",
        "smv": r"^(?:DEFINE|INVARSPEC NAME| ) (\w+) :",
        "tla": r"^(\w+) ==",
        "smtlib2": r"^\((?:define-fun|declare-const) (\S+)",
    }[to]
    names = [n for n in re.findall(defined, text, re.MULTILINE) if n != "CHECK"]
    assert len(names) > 30
    assert len(names) == len(set(names))


@pytest.mark.parametrize("to", FORMATS)
def test_nothing_at_all_can_be_written(to: str) -> None:
    assert "m__level" in export(question(EMPTY, ""), to, depth=0)


@pytest.mark.parametrize("to", FORMATS)
def test_small_example_is_written_exactly(to: str, tmp_path: Path) -> None:
    written = tmp_path / f"update{FORMATS[to]}"
    words = ["export", str(ROOT / "examples" / "update.toml"), "--to", to, "--depth", "1"]
    done = CliRunner().invoke(app, [*words, "--output", str(written)])
    assert (done.exit_code, done.output) == (0, "")
    for file in tmp_path.iterdir():
        assert file.read_text() == (GOLDEN / file.name).read_text(), f"differs from {file.name}"
    printed = CliRunner().invoke(app, words).output
    assert printed == written.read_text()


def test_a_module_is_called_as_its_file(tmp_path: Path) -> None:
    words = ["export", str(ROOT / "examples" / "update.toml"), "--to", "tla"]
    CliRunner().invoke(app, [*words, "--output", str(tmp_path / "Other.tla")])
    assert (tmp_path / "Other.tla").read_text().startswith("---- MODULE Other ----\n")
    assert "SPECIFICATION Spec\n" in (tmp_path / "Other.cfg").read_text()


def test_a_property_named_like_fairness_is_renamed() -> None:
    text = export(question(EMPTY, '[invariant.WF_m]\nmust = "m.level < 2"'), "tla")
    assert "\nis__WF_m == " in text
    assert text.endswith("\nINVARIANT is__WF_m\n")


def test_an_unknown_format_is_refused() -> None:
    done = CliRunner().invoke(app, ["export", "msa1000", "--to", "prose"])
    assert done.exit_code == 2
    assert "`prose` is not a format" in done.output


def test_numbers_beyond_32_bits_are_refused() -> None:
    sort = EMPTY.replace('"0..2"', '"999999998..999999999"')
    rule = '[init]\nrequire = "m.level + m.level + m.level - m.level - m.level > 999999998"'
    with pytest.raises(InputError, match="more than 32 bits"):
        export(question(sort + rule, ""), "smv")
