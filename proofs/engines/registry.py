"""The portfolio: every engine, in the order in which its word is preferred.

Of two equally short runs the one of the engine that stands first is told: a search does not depend
on a solver's mood. Help, grace periods, progress and the stages of a check read from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.engines.engine import Engine
from twinrom.proofs.spec.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.engines.engine import EngineTask
    from twinrom.proofs.report import Progress, Report
    from twinrom.proofs.spec.question import Question


class Search(Engine):
    """Exhaustive search of the reachable states, compiled where that is possible."""

    name = label = "search"
    kinds = frozenset(KINDS)

    def run(self, question: Question, task: EngineTask, progress: Progress | None) -> Report:
        """Return what every reachable state, or as many as the limits allow, says."""
        from twinrom.proofs.engines.exhaustive import explore

        options = task.options
        return explore(
            question, max_states=options.max_states, deadline=task.deadline, progress=progress,
            plain=options.plain,
        )  # fmt: skip

    def said(self, report: Report) -> list[str]:
        """Return how many states it saw, and why it stopped if it did."""
        if report.counts is None:
            return [str(report.stopped)]
        found = ["complete"] if report.complete else []
        found += [report.stopped] if report.stopped else []
        slow = report.tier.startswith("plain")
        return [*found, report.seen, *([report.tier] if slow else [])]


class BoundedCheck(Engine):
    """Bounded model checking with z3."""

    name = "bounded"
    label = "z3"
    grace = 0.0  # it does not look at the clock, and has said how far it was

    def run(self, question: Question, task: EngineTask, progress: Progress | None) -> Report:
        """Return what every event sequence up to the depth of the options says."""
        from twinrom.proofs.engines.bounded import check_bounded

        return check_bounded(question, task.options.depth or 0, progress)


class _Prover(Engine):
    proves = True

    def said(self, report: Report) -> list[str]:
        """Return how many properties have an invariant, how large it is, and who confirmed it."""
        found = [c.said for c in report.certificates]
        left = len(report.reasons)
        found += [f"{left} not proved"] if left else []
        return found or [report.stopped or "nothing to prove"]


class Taught(_Prover):
    """An inductive invariant that all reachable states teach."""

    name = label = "taught"

    def run(self, question: Question, task: EngineTask, progress: Progress | None) -> Report:
        """Return a certificate for the properties that are not to be skipped."""
        from twinrom.proofs.engines.taught.prove import prove_taught

        return prove_taught(
            question, max_states=task.options.max_states, skip=task.skip, deadline=task.deadline,
            progress=progress,
        )  # fmt: skip


class Reachability(_Prover):
    """Property-directed reachability: an inductive invariant by z3's Spacer."""

    name = label = "reachability"
    every_size = True

    def run(self, question: Question, task: EngineTask, progress: Progress | None) -> Report:
        """Return certificates for the properties that are not to be skipped."""
        from twinrom.proofs.engines.prove import prove_by_reachability

        return prove_by_reachability(
            question, skip=task.skip, deadline=task.deadline, progress=progress
        )


class Induction(_Prover):
    """k-induction with z3."""

    name = label = "induction"

    def run(self, question: Question, task: EngineTask, progress: Progress | None) -> Report:
        """Return certificates for the properties that are not to be skipped."""
        from twinrom.proofs.engines.prove import prove_by_induction

        return prove_by_induction(
            question, skip=task.skip, deadline=task.deadline, progress=progress
        )


class AnySize(Engine):
    """Counterexamples where sorts are all integers, made concrete; asked after a refutation."""

    name = "symbolic"
    label = "z3, any size"
    every_size = True
    selectable = False

    def run(self, question: Question, task: EngineTask, progress: Progress | None) -> Report:
        """Return violations at the sizes that they need."""
        from twinrom.proofs.engines.any_size import check_symbolic

        del progress  # it has nothing to show on the way
        return check_symbolic(
            question, task.request, task.options.depth or 0, skip=task.skip, deadline=task.deadline
        )


class Generalising(_Prover):
    """An invariant for any number of machines of a template, and violations at other numbers."""

    name = "any"
    label = "any number"
    selectable = False

    def run(self, question: Question, task: EngineTask, progress: Progress | None) -> Report:
        """Return a certificate for any number of machines, and what some number of them breaks."""
        from twinrom.proofs.engines.any_number.prove import prove_any

        return prove_any(question, task.request, task.options, task.deadline, progress)

    def said(self, report: Report) -> list[str]:
        """Return what is proved, and what is broken for which number of machines."""
        found = {f"{name.partition('[')[0]} broken with {number} of {key.partition('.')[2]}": None
                 for name, own in report.sizes.items() for key, number in own.items()}
        return [*found, *([report.stopped] if report.stopped else []), *(
            c.said for c in report.certificates)] or ["nothing to prove"]


SEARCH, BOUNDED, TAUGHT = Search(), BoundedCheck(), Taught()
REACHABILITY, INDUCTION, ANY_SIZE = Reachability(), Induction(), AnySize()
ANY_NUMBER = Generalising()
ENGINES: Mapping[str, Engine] = {
    engine.name: engine for engine in (
        SEARCH, BOUNDED, TAUGHT, REACHABILITY, INDUCTION, ANY_SIZE, ANY_NUMBER)
}
SELECTABLE = tuple(name for name, engine in ENGINES.items() if engine.selectable)
