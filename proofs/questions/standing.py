"""One policy, judged by the exhaustive search alone, as one row of plain data."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.report import Judged
from twinrom.proofs.verdicts.combine import Evidence, merge
from twinrom.proofs.verdicts.verdict import Checked, Violated, clause_results
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from twinrom.proofs.spec.request import Options, Recipe

ALL_DEPTHS = sys.maxsize  # a search that did not end has looked at less


def judge(recipe: Recipe, options: Options) -> Judged:
    """Return where a policy stands; a mistake in its files is in the row, and is not raised."""
    started = time.monotonic()
    try:
        found = _judged(recipe, options, started)
    except InputError as error:
        return Judged("error", error=str(error), seconds=time.monotonic() - started)
    return found


def _judged(recipe: Recipe, options: Options, started: float) -> Judged:
    question = recipe.question()
    deadline = started + options.timeout if options.timeout is not None else None
    report = explore(
        question, max_states=options.max_states, deadline=deadline, plain=options.plain
    )
    results = merge(Evidence(question, {"search": report}, ALL_DEPTHS, recipe))
    clauses = clause_results(question, results)
    seconds = time.monotonic() - started
    reports = {"search": report}
    checked = Checked(question, ALL_DEPTHS, results, clauses, reports, seconds, recipe, None)
    worst = checked.worst
    run = worst.verdict.trace if worst and isinstance(worst.verdict, Violated) else None
    failed = {name for r in results if r.failed for name in r.prop.clauses}
    decided = {c.id for c in clauses if c.verdict in ("proved", "violated")}
    return Judged(
        checked.standing,
        report.counts if report.complete else None,
        None if worst is None else worst.prop.name,
        None if run is None else len(run.steps),
        failed=checked.failed,
        undecided=checked.undecided,
        keeps=tuple(c.id for c in clauses if c.id in decided - failed),
        breaks=tuple(c.id for c in clauses if c.id in failed),
        seconds=seconds,
    )
