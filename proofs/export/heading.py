"""The comment at the head of every output: what it is, and what was asked."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from twinrom.proofs.export.names import remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs.export.outline import Outline
    from twinrom.statemachine import RuleInstance


def heading(plan: Outline) -> list[str]:
    """Return the lines of the heading, each fit for a comment."""
    question = plan.question
    model, spec = (PurePath(p[0]).name for p in (question.model.paths, question.spec.paths))
    limits = [
        f"{kind} {'unlimited' if limit is None else f'{limit}{question.for_each(kind)}'}"
        for kind, limit in sorted(question.budget.items())
    ]
    sizes = [f"{name} {text}" for name, text in question.sizes.items()]
    return [
        remark(line)
        for line in (
            f"{question.model.title}: {model} against {spec}, written by twinrom.",
            f"Sizes: {', '.join(sizes) or 'no sorts'}. Faults: {', '.join(limits) or 'no limit'}.",
        )
    ]


def about(instance: RuleInstance) -> Iterator[str]:
    """Yield what a reader should know of a rule instance, each line fit for a comment."""
    by, says = instance.rule.by, instance.rule.says
    yield remark(f"{instance.name}, by {by}" + (f": {says}" if says else ""))
    for conjunct in instance.conjuncts:
        yield remark(f"when {conjunct.text}")
