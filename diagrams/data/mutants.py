"""What became of mutants as JSON; the format is described in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinrom.diagrams.data.heading import heading

if TYPE_CHECKING:
    from twinrom.proofs import ClauseScore, GroupScore, Mutant, MutantOutcome, Mutated

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
        "groups": {name: _group(score) for name, score in found.groups.items()},
        "failing": list(found.failing),
        "mutants": [_mutant(found, m, f) for m, f in found.outcomes],
        **({} if found.clauses is None else {"clauses": [_clause(c) for c in found.clauses]}),
        "stale": dict(found.stale),
        "seconds": round(found.seconds, 3),
    }


def _group(score: GroupScore) -> dict[str, int]:
    return {
        "total": score.total,
        "tried": score.tried,
        "killed": score.killed,
        "not_equivalent": score.could_be,
        "equivalent": score.equivalent,
        "survived": score.survived,
        "undecided": score.undecided,
    }


def _clause(score: ClauseScore) -> dict[str, Any]:
    return {
        "id": score.id,
        "kind": score.kind,
        "properties": score.properties,
        "killed": score.killed,
        "alone": score.alone,
        "thin": score.thin,
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
        "nearest": found.nearest.get(mutant.rule, (None,))[0] if (
            outcome.end == "survived") else None,
        **({} if found.clauses is None else {"fails": list(outcome.fails)}),
        "seconds": round(outcome.seconds, 3),
    }
