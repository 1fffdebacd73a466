"""The native tier: search in generated code, then responses on what it closed."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.engines.native.closed import Closed
from twinrom.proofs.engines.native.search import NativeSearch
from twinrom.proofs.engines.options import DEFAULT_STATES
from twinrom.proofs.engines.search.closed import Clock
from twinrom.proofs.engines.search.liveness import decided

if TYPE_CHECKING:
    from collections.abc import Collection

    from twinrom.proofs.report import Progress, Report
    from twinrom.proofs.spec.question import Question


def search_native(  # noqa: PLR0913 - the limits of a search
    question: Question,
    *,
    max_states: int = DEFAULT_STATES,
    max_depth: int | None = None,
    deadline: float | None = None,
    progress: Progress | None = None,
    stop_at: Collection[str] = (),
) -> Report:
    """Return what `engines.search.breadth_first.search` returns, for the same arguments.

    Raises `InputError` as it does, and `NativeUnavailableError` when llvmlite is missing or the
    model does not fit.
    """
    searching = NativeSearch(question)
    searching.stop_at = [
        n for n, c in enumerate(searching.checks) if c.what == "violation" and c.name in stop_at
    ]
    report = searching.report(searching.run(max_states, max_depth, deadline, progress))
    if not report.complete:
        return report
    clock = Clock(deadline)
    report = decided(question, report, Closed(searching, clock), clock)
    return replace(report, seconds=time.monotonic() - searching.started)
