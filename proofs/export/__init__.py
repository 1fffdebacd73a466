"""Questions in the languages of other tools, so that anybody can check ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.export.promela import promela

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofs.question import Question

__all__ = ["FORMATS", "export"]

WRITERS: dict[str, Callable[[Question], str]] = {"promela": promela}
FORMATS = {"promela": ".pml"}


def export(question: Question, to: str) -> str:
    """Return the question in the language `to`, one of `FORMATS` (with their file suffixes).

    Raises `InputError` when that language cannot express it.
    """
    return WRITERS[to](question)
