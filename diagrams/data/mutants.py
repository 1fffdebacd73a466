"""What became of mutants as JSON; the format is described in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinrom.diagrams.data.heading import heading

if TYPE_CHECKING:
    from twinrom.proofs import Mutant, MutantOutcome, Mutated

SCHEMA = "twinrom/mutate/1"


def mutated_json(found: Mutated) -> dict[str, Any]:
    """Return what became of the mutants as plain JSON data."""
    question = found.question
    killed, all_ = found.score
    return {
        "schema": SCHEMA,
        **heading(question),
        "total": found.total,
        "killed": killed,
        "not_equivalent": all_,
        "failing": list(found.failing),
        "mutants": [_mutant(found, m, f) for m, f in found.outcomes],
        "stale": dict(found.stale),
        "seconds": round(found.seconds, 3),
    }


def _mutant(found: Mutated, mutant: Mutant, outcome: MutantOutcome) -> dict[str, Any]:
    return {
        "name": mutant.name,
        "rule": mutant.rule,
        "kind": mutant.kind,
        "end": outcome.end,
        "by": outcome.by,
        "how": outcome.how or None,
        "length": outcome.length,
        "steps": list(outcome.steps),
        "because": found.because(mutant),
        "seconds": round(outcome.seconds, 3),
    }
