"""The head of what is written about a model: its names, its files, the sizes of its sorts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twinrom.proofs import Question


def heading(question: Question) -> dict[str, Any]:
    """Return what every format says first of a model and its spec."""
    return {
        "name": question.model.name,
        "title": question.model.title,
        "files": {"model": list(question.model.paths), "spec": list(question.spec.paths)},
        "sorts": question.sizes,
    }
