"""A score for each clause: every property that a mutant fails counts, and not the first alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from asked import of_mutant, question
from typer.testing import CliRunner

from twinrom.diagrams import commands
from twinrom.proofs import (
    ClauseScore,
    MutantOutcome,
    Options,
    ask,
    mutants,
    mutate,
    request,
)
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.mutation.clauses import clause_scores
from twinrom.proofs.mutation.outcome import Trials
from twinrom.statemachine import Document, InputError, load_model

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = Options(plain=True, jobs=1)
MODEL = """
title = "A valve"
[machine.valve]
states = ["shut", "open", "stuck"]
vars = { hot = { sort = "bool", initial = "False" } }
[rule.opens]
by = "operator"
moves = "valve: shut -> open"
when = "not valve.hot"
[rule.shuts]
by = "controller"
moves = "valve: open -> shut"
sets = "valve.hot = True"
[rule.cools]
by = "controller"
moves = "valve: shut -> shut"
when = "valve.hot"
sets = "valve.hot = False"
"""
SPEC = """
title = "What a valve keeps"
[clause.C-1]
says = "It does not stay open."
[clause.C-2]
says = "It opens only cold."
[clause.C-3]
says = "It is hot when it was open."
[clause.C-4]
says = "It is never stuck."
[clause.C-5]
says = "Nothing is asked of it."
[clause.C-6]
says = "It stands in a house."
because = "the house is not modelled"
[clause.C-7]
says = "Valves exist."
kind = "information"
[clause.C-8]
says = "It is made of brass."
kind = "information"
[response.shuts]
clause = ["C-1"]
whenever = "valve is open"
eventually = "valve is shut"
[step.opens_cold]
clause = ["C-2"]
whenever = "next(valve is open) and valve is not open"
must = "not valve.hot"
[step.is_hot]
clause = ["C-3", "C-2"]
whenever = "valve is open and next(valve is shut)"
must = "next(valve.hot)"
[invariant.never_stuck]
clause = ["C-4", "C-7"]
must = "valve is not stuck"
[invariant.shut_or_not]
bookkeeping = true
must = "valve is not open or not valve.hot"
[ends]
when = "valve is shut"
"""


def files(folder: Path) -> str:
    (folder / "valve.toml").write_text(MODEL, encoding="utf-8")
    (folder / "valve.spec.toml").write_text(SPEC, encoding="utf-8")
    return str(folder / "valve.toml")


def outcomes(*, every: bool) -> dict[str, MutantOutcome]:
    asked = question(MODEL, SPEC)
    trials = Trials(asked, Document("model.spec.toml", SPEC), (), PLAIN, every=every)
    return {m.name: trials.outcome_of(m) for m in mutants(asked.model)}


def test_every_property_that_fails_is_found_and_the_first_is_the_same() -> None:
    every, first = outcomes(every=True), outcomes(every=False)
    assert {name: replace(outcome, fails=()) for name, outcome in every.items()} == first
    assert every["rule.shuts: drop valve.hot = True"].fails == ("is_hot",)
    assert every["rule.shuts: redirect valve: open -> shut to stuck"].fails == (
        "never_stuck", "shuts", "deadlock", "is_hot")
    assert all(outcome.fails == () for outcome in first.values())


def test_what_fails_is_what_a_search_of_the_mutant_finds(tmp_path: Path) -> None:
    files(tmp_path)
    base = ask(load_model(str(tmp_path / "valve.toml")), str(tmp_path / "valve.spec.toml"))
    every = outcomes(every=True)
    for mutant in mutants(base.model):
        try:
            report = search(of_mutant(base, mutant))
        except InputError:
            continue
        broken = {name for name, found in report.found.items()
                  if found.violation is not None or found.witness is None}  # fmt: skip
        assert broken == {*every[mutant.name].fails} - {"deadlock"}


def test_a_mistake_that_shows_later_does_not_hide_what_fails_first() -> None:
    model = MODEL.replace("[rule.cools]", '[rule.tries]\nby = "host"\nwhen = "valve is stuck"\n'
                          'sets = "valve.tries = valve.tries + 1"\n[rule.cools]').replace(
        "vars = {", 'vars = { tries = { sort = "Tries", initial = "0" },') + (
        '[sort]\nTries = "0..1"\n')  # fmt: skip
    asked = question(model, SPEC)
    trials = Trials(asked, Document("model.spec.toml", SPEC), (), PLAIN, every=True)
    mutant = next(m for m in mutants(asked.model) if m.name.endswith("shut -> open to stuck"))
    found = trials.outcome_of(mutant)
    assert (found.how, found.by, found.fails) == ("violated", "never_stuck", ("never_stuck",))


def test_scores_count_what_a_clause_kills_and_what_no_other_one_notices() -> None:
    asked = question(MODEL, SPEC)

    def killed(*fails: str) -> MutantOutcome:
        return MutantOutcome("killed", fails[0], "violated", 1, fails=fails)

    found = [
        killed("shuts"), killed("shuts", "never_stuck"), killed("is_hot"),
        killed("shuts", "shut_or_not", "deadlock"), killed("shut_or_not"),
        MutantOutcome("killed", "a mistake", "mistake"), MutantOutcome("survived", "something"),
    ]  # fmt: skip
    scores = clause_scores(asked, found)
    assert scores == (
        ClauseScore("C-1", "requirement", 1, 3, 2),
        ClauseScore("C-2", "requirement", 2, 1, 0),
        ClauseScore("C-3", "requirement", 1, 1, 0),
        ClauseScore("C-4", "requirement", 1, 1, 0),
        ClauseScore("C-5", "requirement", 0, 0, 0),
        ClauseScore("C-7", "information", 1, 1, 0),
    )
    assert [score.thin for score in scores] == [
        None, "none alone", "none alone", "none alone", "kills none", None]


def test_the_command_shows_and_writes_the_scores(tmp_path: Path) -> None:
    model = files(tmp_path)
    found = mutate(request(model), PLAIN, 12, clauses=True)
    assert found.clauses is not None
    score = {one.id: one for one in found.clauses}
    file = tmp_path / "found.json"
    command = ["mutate", model, "--plain", "--limit", "12", "--clauses", "--json", str(file)]
    done = CliRunner().invoke(commands.app, command, env={"COLUMNS": "80"})
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    assert "clause properties killed alone" in lines
    assert f"C-2 2 {score['C-2'].killed} {score['C-2'].alone}" in lines
    assert any(line.startswith("Thin, kills none: ") and "C-5" in line for line in lines)
    assert not any("C-6" in line or "C-8" in line for line in lines)
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["clauses"] == [
        {"id": one.id, "kind": one.kind, "properties": one.properties, "killed": one.killed,
         "alone": one.alone, "thin": one.thin} for one in found.clauses]  # fmt: skip
    assert [m["fails"] for m in data["mutants"]] == [list(f.fails) for _, f in found.outcomes]


def test_without_the_option_there_are_no_scores(tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    command = ["mutate", files(tmp_path), "--plain", "--limit", "6", "--json", str(file)]
    done = CliRunner().invoke(commands.app, command)
    assert "alone" not in done.output
    data = json.loads(file.read_text(encoding="utf-8"))
    assert "clauses" not in data
    assert all("fails" not in m for m in data["mutants"])
