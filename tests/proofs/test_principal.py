"""The principal property of a clause: its witness stands for the clause."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinrom.diagrams import checked_json
from twinrom.diagrams.page import Subject, report_page
from twinrom.proofs import Checked, Options, check, request

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """title = "Two lamps"
[machine.Lamp]
instances = ["A", "B"]
states = ["off", "on"]
[rule.first]
by = "operator"
clause = "C-1"
moves = "A: off -> on"
[rule.second]
by = "operator"
when = "A is on"
moves = "B: off -> on"
"""
SPEC = """[clause.C-1]
page = "Lamp manual, p. 7"
at = "par. 2, sentence 3"
says = "lamps"
[clause.C-2]
says = "no property has been put to the test"
[invariant.always]
clause = "C-1"
must = "A in (off, on)"
[invariant.lit]
clause = ["C-1", "C-2"]
each = { this = ["B", "A"] }
whenever = "this is on"
must = "A is on"
"""


def checked(folder: Path, spec: str) -> Checked:
    (folder / "lamps.toml").write_text(MODEL, encoding="utf-8")
    (folder / "lamps.spec.toml").write_text(spec, encoding="utf-8")
    [found] = check([request(str(folder / "lamps.toml"))], Options(engines=("search",)))
    return found


def test_without_one_the_shortest_witness_of_all_stands_for_the_clause(tmp_path: Path) -> None:
    first, second = checked(tmp_path, SPEC).clauses
    assert (first.principal, first.witness) == ((), "always")
    assert (second.principal, second.witness) == ((), "lit[this=A]")


def test_of_the_principal_property_the_shortest_does(tmp_path: Path) -> None:
    found = checked(tmp_path, f"{SPEC}principal = true\n")
    lit = ("lit[this=B]", "lit[this=A]")
    assert [(c.principal, c.witness) for c in found.clauses] == [(lit, lit[1])] * 2
    data = checked_json([found])["models"][0]
    assert {p["name"]: p["principal"] for p in data["properties"]} == {
        "always": False, lit[0]: True, lit[1]: True}  # fmt: skip
    clause = data["clauses"][0]
    assert (clause["page"], clause["at"]) == ("Lamp manual, p. 7", "par. 2, sentence 3")
    assert (clause["principal"], clause["witness"]) == (list(lit), lit[1])


def test_the_page_shows_it(tmp_path: Path) -> None:
    page = report_page([Subject("lamps.toml", checked(tmp_path, f"{SPEC}principal = true\n"))],
                       "", "")  # fmt: skip
    text = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "Lamp manual, p. 7, par. 2, sentence 3; requirement" in text
    assert "The shortest run that puts lit[this=A] to the test: first." in text
    assert text.count("it says the clause") == 4
    assert "It says the clause." in text


def test_the_page_shows_what_is_so_from_the_start_on_and_what_breaks_a_clause(
    tmp_path: Path,
) -> None:
    start = SPEC.replace("[invariant.always]\n", "[invariant.always]\nprincipal = true\n")
    page = report_page([Subject("lamps.toml", checked(tmp_path, start))], "", "")
    text = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "always is put to the test from the start on, and no step brings that about" in text
    broken = start.replace("A in (off, on)", "A is off")
    page = report_page([Subject("lamps.toml", checked(tmp_path, broken))], "", "")
    text = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "The shortest run that breaks always: first." in text


def test_a_clause_whose_principal_is_not_put_to_the_test_has_no_witness(tmp_path: Path) -> None:
    spec = f"{SPEC}principal = true\n".replace('whenever = "this', 'whenever = "A is off and B')
    assert [c.witness for c in checked(tmp_path, spec).clauses] == [None, None]
