"""What several tests share: questions from files, and from mutants."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from twinrom.proofs import (
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
from twinrom.proofs.refinement import inclusion as refine
from twinrom.proofs.refinement.observed import ObservedSystem
from twinrom.proofs.spec.observables import Window
from twinrom.statemachine import InputError, load_model, parse_model

if TYPE_CHECKING:
    from twinrom.proofs import Mutant, Report, Result
    from twinrom.proofs.refinement.inclusion import Inclusion
    from twinrom.proofs.spec.observables import Observables
    from twinrom.statemachine import TransitionSystem

ROOT = Path(__file__).parent.parent.parent
CORPUS = ROOT / "tests" / "corpus"
SHIPPED = ("msa1000", "proliant")


def shipped(
    name: str, sorts: dict[str, str] | None = None, faults: dict[str, int | None] | None = None
) -> Question:
    """Return the question that a shipped spec puts to the shipped model of the same name."""
    return ask(load_model(name, sorts), str(ROOT / "proofs" / "specs" / f"{name}.toml"), faults)


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


def proved(report: Report) -> set[str]:
    """Return the properties that some certificate of a report proves."""
    return {name for c in report.certificates for name in c.properties}


def dropped_conjuncts(base: Question) -> dict[str, Mutant]:
    """Return every mutant made by dropping one conjunct of one rule's guard, by name."""
    return _of_parts(base, {("drop", "when"), ("widen", "moves")})


def dropped(base: Question) -> dict[str, Mutant]:
    """Return every mutant with one conjunct of a guard less, then those with one effect less."""
    return dropped_conjuncts(base) | _of_parts(base, {("drop", "sets"), ("drop", "also")})


def _of_parts(base: Question, parts: set[tuple[str, str]]) -> dict[str, Mutant]:
    return {m.name: m for m in mutants(base.model) if (m.kind, m.part) in parts}


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
