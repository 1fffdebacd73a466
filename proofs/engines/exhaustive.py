"""Explicit-state search in the fastest tier that can be had: compiled rules, or plain Python."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.engines.native import NativeUnavailableError, search_native
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.report import Report
from twinrom.statemachine import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Collection

    from twinrom.proofs.report import Progress
    from twinrom.proofs.spec.question import Question


def explore(  # noqa: PLR0913 - the limits of a search
    question: Question,
    *,
    max_states: int,
    max_depth: int | None = None,
    deadline: float | None = None,
    progress: Progress | None = None,
    plain: bool = False,
    stop_at: Collection[str] = (),
) -> Report:
    """Return what an exhaustive search finds; see `search.breadth_first`.

    With `plain`, or where the rules cannot be compiled, plain Python searches; `tier` says which
    it was, and why. A model that is too large to be enumerated is reported as stopped. A violation
    of one of `stop_at` ends the search, after the layer in which it was found.
    """
    tier = "plain Python"
    try:
        if not plain:
            try:
                found = search_native(
                    question, max_states=max_states, max_depth=max_depth, deadline=deadline,
                    progress=progress, stop_at=stop_at,
                )  # fmt: skip
                return replace(found, tier="compiled")
            except NativeUnavailableError as error:
                tier = f"plain Python: {error}"
        found = search(
            question, max_states=max_states, max_depth=max_depth, deadline=deadline,
            progress=progress, stop_at=stop_at,
        )  # fmt: skip
    except TooLargeError as error:
        return Report("search", {}, -1, stopped=error.problems[0].message)
    return replace(found, tier=tier)
