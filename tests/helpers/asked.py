"""What several tests share: questions from files, and from mutants."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from twinrom.proofs import (
    Checked,
    CheckRequest,
    Evidence,
    Question,
    ask,
    combine,
    load_spec,
    mutants,
    mutated,
    parse_spec,
    pose,
)
from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.engines.options import DEFAULT_STATES
from twinrom.proofs.refinement import inclusion as refine
from twinrom.proofs.refinement.observed import ObservedSystem
from twinrom.proofs.spec.observables import Window
from twinrom.proofs.verdicts.dead_ends import deadlock_result, duty_results
from twinrom.statemachine import InputError, load_model, parse_model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _pytest.mark import ParameterSet

    from twinrom.proofs import Mutant, Report, Result
    from twinrom.proofs.refinement.inclusion import Inclusion
    from twinrom.proofs.spec.observables import Observables
    from twinrom.statemachine import TransitionSystem

ROOT = Path(__file__).parent.parent.parent
CORPUS = ROOT / "tests" / "corpus"
SHIPPED = ("fleet", "msa1000", "proliant")
SMALL = {"fleet": {"machine.Server": "2"}}  # the sizes at which tests ask, where others take long
LONG = pytest.mark.long  # run by `make test-all`, not by `make test`
SOLVERS = tuple(s for s in ("z3", "cvc5", "bitwuzla") if importlib.util.find_spec(s) is not None)


def sampled(cases: Iterable[object], every: int) -> list[ParameterSet]:
    """Return cases as parameters: one in so many, and the others where time does not matter."""
    rows = (case if isinstance(case, tuple) else (case,) for case in cases)
    return [pytest.param(*row, marks=[LONG] if i % every else []) for i, row in enumerate(rows)]


@cache
def shipped(name: str) -> Question:
    """Return the question that a shipped spec puts to the shipped model of the same name."""
    return resized(name, SMALL.get(name))


@cache
def searched(name: str) -> Report:
    """Return what the search finds of all that a shipped spec asks of its model."""
    return explore(shipped(name), max_states=DEFAULT_STATES)


def resized(
    name: str, sorts: dict[str, str] | None = None, faults: dict[str, int | None] | None = None
) -> Question:
    """Return the same with other sorts and budgets."""
    return ask(load_model(name, sorts), str(ROOT / "proofs" / "specs" / f"{name}.toml"), faults)


@cache
def corpus(name: str) -> Question:
    """Return the question of a corpus model."""
    return ask(load_model(str(CORPUS / f"{name}.toml")), str(CORPUS / f"{name}.spec.toml"))


def question(model: str, spec: str) -> Question:
    """Return the question that two texts make."""
    return pose(parse_model(model, "model.toml"), *parse_spec(spec, "model.spec.toml"))


def safety(question: Question) -> Question:
    """Return the question without responses and possible properties, which z3 does not decide."""
    return replace(question, properties=question.decidable)


def judged(question: Question, report: Report) -> tuple[Result, ...]:
    """Return the verdicts that rest on one search alone."""
    return combine(Evidence(question, {"search": report}, 0))


def checked_by(question: Question, report: Report) -> Checked:
    """Return what a check says of one complete search alone."""
    reports = {"search": report}
    stuck = deadlock_result(question, reports, asked=True)
    request = CheckRequest(("model", ""), ("spec", ""))
    answered = duty_results(question, reports, asked=True)
    return Checked(question, 0, judged(question, report), (), reports, 0.0, request, None, stuck,
                   answered)


def with_table(page: str, table: str) -> str:
    """Return a document with a table as it is now, in place of the one that begins as it does."""
    first = re.escape(" ".join(table.split()[:2]))
    old = re.compile(rf"^{first} .*?\n(?=\n|\Z)", re.MULTILINE | re.DOTALL)
    return old.sub(lambda _: f"{table}\n", page)


def proved(report: Report) -> set[str]:
    """Return the properties that some certificate of a report proves."""
    return {name for c in report.certificates for name in c.properties}


@cache
def dropped_conjuncts(name: str) -> dict[str, Mutant]:
    """Return every mutant of a shipped model with one conjunct of one guard less, by name."""
    return _of_parts(name, {("drop", "when"), ("widen", "moves")})


@cache
def dropped(name: str) -> dict[str, Mutant]:
    """Return every mutant with one conjunct of a guard less, then those with one effect less."""
    return dropped_conjuncts(name) | _of_parts(name, {("drop", "sets"), ("drop", "also")})


def _of_parts(name: str, parts: set[tuple[str, str]]) -> dict[str, Mutant]:
    return {m.name: m for m in mutants(shipped(name).model) if (m.kind, m.part) in parts}


@lru_cache(maxsize=100)
def of_dropped(name: str, mutant: str) -> Question:
    """Return the question that a shipped spec puts to such a mutant."""
    return of_mutant(shipped(name), dropped(name)[mutant])


def of_mutant(base: Question, mutant: Mutant) -> Question:
    """Return the question that the spec of `base` puts to a mutant of its model."""
    return pose(mutated(base.model, mutant), *load_spec(base.spec.paths[0]))


def lengths(report: Report) -> dict[str, tuple[int | None, int | None]]:
    """Return for each property how long the shortest violation and witness are."""
    return {
        name: (
            found.violation.length if found.violation else None,
            found.witness.length if found.witness else None,
        )
        for name, found in report.found.items()
    }


def up_to(
    found: dict[str, tuple[int | None, int | None]], depth: int
) -> dict[str, tuple[int | None, int | None]]:
    """Return the same, with everything beyond `depth` left out."""
    return {
        n: (
            v if v is not None and v <= depth else None,
            w if w is not None and w <= depth else None,
        )
        for n, (v, w) in found.items()
    }


def outcome(run: object) -> object:
    """Return what `run()` gives: a report's lengths, or that the model has a mistake."""
    try:
        return lengths(run())  # type: ignore[operator]
    except InputError as error:
        return (
            "mistake"
            if "can both happen" in str(error) or "leaves the sort" in str(error)
            else str(error)
        )


def included(
    left: TransitionSystem, right: TransitionSystem, what: Observables, **limits: float
) -> Inclusion:
    """Return whether one system's behaviours are the other's, seen through one window."""
    window = Window(what)
    return refine.included(ObservedSystem(left, window), ObservedSystem(right, window), **limits)  # type: ignore[arg-type]


def base_name(name: str) -> str:
    """Return a property's name without its column: all columns count together."""
    return re.sub(r"\[.*\]", "", name)


def edited(text: str, section: str, old: str, new: str) -> str:
    """Return the model with a text that a section has exactly once replaced there."""
    head, found, rest = text.partition(f"\n[{section}]\n")
    assert found
    following = re.search(r"^\[", rest, re.MULTILINE)
    body, tail = (
        (rest, "") if following is None else (rest[: following.start()], rest[following.start() :])
    )
    assert body.count(old) == 1
    return f"{head}{found}{body.replace(old, new)}{tail}"


def text_of(folder: str, model: str) -> str:
    """Return a shipped file."""
    return (ROOT / folder / f"{model}.toml").read_text(encoding="utf-8")
