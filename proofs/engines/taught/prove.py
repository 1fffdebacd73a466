"""Proofs from what the reachable states teach, as a report with a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.certificates.certificate import TAUGHT
from twinrom.proofs.engines.options import DEFAULT_STATES
from twinrom.proofs.engines.prove import Proving
from twinrom.proofs.engines.taught.columns import UntaughtError
from twinrom.proofs.engines.taught.teach import teach
from twinrom.proofs.spec.overlaps import overlapping

if TYPE_CHECKING:
    from collections.abc import Collection

    from twinrom.proofs.report import Progress, Report
    from twinrom.proofs.spec.question import Question


def prove_taught(
    question: Question,
    *,
    max_states: int = DEFAULT_STATES,
    skip: Collection[str] = (),
    deadline: float | None = None,
    progress: Progress | None = None,
) -> Report:
    """Return what follows from an invariant that all reachable states, up to `max_states`, teach.

    Raises `InputError` for a mistake of the model that a reachable state shows.
    """
    proving = Proving(question, "taught", deadline, progress)
    goals = question.provable(skip)
    try:
        found = teach(question, goals, max_states=max_states, deadline=deadline)
    except UntaughtError as error:
        proving.reasons |= dict.fromkeys((p.name for p in goals), str(error))
        return proving.report()
    proving.refute(found.refuted)
    if found.properties:
        exclusive = bool(overlapping(question.system))
        proving.certify(found.properties, found.clauses, TAUGHT, exclusive=exclusive)
    return proving.report()
