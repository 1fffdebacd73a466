"""What several tests share: questions from files, and mutants of a question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from proofs import Evidence, Question, ask, merge, parse_spec, pose
from statemachine import InputError, load_model, parse_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofs import Report, Result
    from statemachine import RuleInstance, Variable

ROOT = Path(__file__).parent.parent
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
    return merge(Evidence(question, {"search": report}, 0))


def proved(report: Report) -> set[str]:
    """Return the properties that some certificate of a report proves."""
    return {name for c in report.certificates for name in c.properties}


def dropped_conjuncts(base: Question) -> Iterator[tuple[str, Question]]:
    """Return every mutant made by dropping one conjunct of one rule's guard, with its name."""
    instances = base.system.instances
    for rule in base.model.rules.values():
        own = [i for i in instances if i.rule is rule]
        for position in range(max(len(i.conjuncts) for i in own)):
            changed = [_without(i, position) if i.rule is rule else i for i in instances]
            system = replace(base.system, instances=tuple(changed))
            texts = own[0].conjuncts
            text = texts[position].text if position < len(texts) else "?"
            yield f"{rule.name}: {text}", replace(base, system=system)


def dropped_effects(base: Question) -> Iterator[tuple[str, Question]]:
    """Return every mutant in which a rule leaves one variable that it sets as it is."""
    instances, variables = base.system.instances, base.system.variables
    for rule in base.model.rules.values():
        own = [i for i in instances if i.rule is rule]
        for position in range(max(len(_set_by(i, variables)) for i in own)):
            changed = [_leaving(i, position, variables) if i.rule is rule else i for i in instances]
            system = replace(base.system, instances=tuple(changed))
            names = [variables[n].name for i in own for n in _set_by(i, variables)[position:][:1]]
            yield f"{rule.name} leaves {names[0]}", replace(base, system=system)


def _set_by(instance: RuleInstance, variables: Sequence[Variable]) -> list[int]:
    """Return the variables that a rule instance sets; machines and observers are none of them."""
    found = [variables[i] for i in instance.updates]
    return [v.index for v in found if v.role == "model" and not v.machine]


def _leaving(
    instance: RuleInstance, position: int, variables: Sequence[Variable]
) -> RuleInstance:
    left = _set_by(instance, variables)[position : position + 1]
    updates = {i: term for i, term in instance.updates.items() if i not in left}
    return replace(instance, updates=updates)


def mutants(base: Question) -> Iterator[tuple[str, Question]]:
    """Return every mutant: one conjunct of a guard less, or one effect less."""
    yield from dropped_conjuncts(base)
    yield from dropped_effects(base)


def _without(instance: RuleInstance, position: int) -> RuleInstance:
    """Return the rule without one conjunct; where that is the source of a move, from any state."""
    kept = [c for i, c in enumerate(instance.conjuncts) if i != position]
    sourced = [m for m in instance.moves if m.sources is not None and not m.optional]
    dropped = sourced[position] if position < len(sourced) else None
    moves = tuple(replace(m, sources=None) if m is dropped else m for m in instance.moves)
    return replace(instance, conjuncts=tuple(kept), moves=moves)


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
