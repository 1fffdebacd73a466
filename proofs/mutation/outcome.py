"""What becomes of mutants: each is killed, survives, or is proved to be equivalent."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.mutation.distinguish import difference, enabled
from twinrom.proofs.mutation.mutants import mutated
from twinrom.proofs.refinement.inclusion import MAX_PAIRS, included
from twinrom.proofs.refinement.observed import Mover
from twinrom.proofs.report import Fate, Report
from twinrom.proofs.spec.observables import Window, observables
from twinrom.proofs.spec.question import pose
from twinrom.proofs.spec.spec import read_spec
from twinrom.proofs.verdicts import lasso
from twinrom.proofs.verdicts.replay import EngineDisagreementError, replayed_to_its_end, retold
from twinrom.statemachine import Document, InputError, ground

if TYPE_CHECKING:
    from collections.abc import Collection

    from twinrom.proofs.engines.processes import Task
    from twinrom.proofs.mutation.mutants import Mutant
    from twinrom.proofs.report import Progress
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import TransitionSystem


def try_mutants(task: Task, question: Question, progress: Progress | None) -> Report:
    """Return what becomes of the mutants of a task; the properties in `skip` kill none.

    The time limit of the task is that of each mutant.
    """
    limits = Limits(task.options.max_states, task.options.timeout, plain=task.options.plain)
    trials = Trials(question, Document(*task.recipe.spec), task.skip, limits)
    report = Report("mutants", {}, -1)
    for mutant in task.mutants:
        fate = trials.fate_of(mutant)
        report = replace(report, fates={**report.fates, mutant.name: fate})
        if progress is not None:
            progress(report)
    return replace(report, complete=True)


@dataclass(frozen=True)
class Limits:
    """How hard to look at one mutant."""

    max_states: int
    timeout: float | None = None
    plain: bool = False


class Trials:
    """Tries mutants of one question's model; the properties in `skip` kill none.

    What the model itself does is worked out once, for all mutants that seem to do the same.
    """

    def __init__(
        self, question: Question, spec: Document, skip: Collection[str], limits: Limits
    ) -> None:
        self.question, self.spec, self.skip, self.limits = question, spec, skip, limits

    def fate_of(self, mutant: Mutant) -> Fate:
        """Return what becomes of one mutant.

        It is killed when `check` would fail it because of a property outside `skip`, or because of
        a mistake of the model. A survivor is told from the model by a run, or it is equivalent.
        """
        started = time.monotonic()
        timeout = self.limits.timeout
        deadline = started + timeout if timeout is not None else None
        try:
            changed = mutated(self.question.model, mutant)
            asked = pose(changed, *read_spec(self.spec), dict(self.question.budget))
            fate = _killed(asked, self.skip, self.limits, deadline)
        except InputError as error:
            fate = Fate("killed", error.problems[0].message, "mistake")
        if fate is None:
            fate = self._survivor(asked, mutant, deadline)
        return replace(fate, seconds=time.monotonic() - started)

    def _survivor(self, asked: Question, mutant: Mutant, deadline: float | None) -> Fate:
        """Return whether what survived is told from the model by a run, or does the same."""
        most = self.limits.max_states
        if mutant.kind == "swap":
            found = enabled(self.question, mutant.rule, most, deadline)
            same = "its rule never happens"
        else:
            found = difference(self.question, ground(asked.model), mutant.rule, most, deadline)
            same = "refinement both ways"
        if found.steps:
            return Fate("survived", found.last, steps=found.steps, length=len(found.steps))
        if found.stopped is not None:
            return Fate("undecided", found.stopped)
        if mutant.kind != "swap":
            stopped = self._refined(asked, mutant, deadline)
            if stopped is not None:
                return Fate("undecided", f"refinement: {stopped}")
        return Fate("equivalent", same)

    @cached_property
    def _model(self) -> Mover:
        """Return the steps of the model, as anybody can see who sees everything."""
        system = _named(ground(self.question.model))
        return Mover(system, Window(observables(system, system)))

    def _refined(self, asked: Question, mutant: Mutant, deadline: float | None) -> str | None:
        """Prove that both do the same, as anybody can see who sees everything; or say why not.

        Raises `EngineDisagreementError` when there is a difference that the search did not find.
        """
        model = self._model
        other = Mover(_named(ground(asked.model)), model.observer.window)
        most = min(self.limits.max_states, MAX_PAIRS)
        for left, right in ((model, other), (other, model)):
            found = included(left, right, deadline=deadline, max_pairs=most)
            if found.stopped is not None:
                return found.stopped
            if not found.holds:
                text = f"{mutant.name}: the search finds no difference, and refinement one"
                raise EngineDisagreementError(text)
        return None


def _killed(
    asked: Question, skip: Collection[str], limits: Limits, deadline: float | None
) -> Fate | None:
    """Return how the mutant fails the spec; None when it does not."""
    watched = [p for p in asked.properties if p.name not in skip]
    stop_at = [p.name for p in watched if not p.expect_violated]
    report = explore(
        asked, max_states=limits.max_states, deadline=deadline, plain=limits.plain, stop_at=stop_at
    )
    broken = [
        (_event(p, run), p, run)
        for p in watched
        if p.name in report.found and not p.expect_violated
        and (run := report.found[p.name].violation) is not None
    ]  # fmt: skip
    if broken:
        length, prop, run = min(broken, key=lambda item: item[0])
        _replay(asked, prop, run)
        return Fate("killed", prop.name, "violated", length)
    if not report.complete or any(p.name not in report.found for p in watched):
        return Fate("undecided", report.stopped or "not decided")
    for prop in watched:
        found = report.found[prop.name]
        if found.violation is None and (found.witness is None or prop.expect_violated):
            return Fate("killed", prop.name, "holds" if prop.expect_violated else "vacuous")
    return None


def _event(prop: Property, run: Run) -> int:
    """Return after how many steps it is lost: of a lasso, those of its stem."""
    return run.length if run.loop is None or prop.kind != "response" else run.loop


def _replay(asked: Question, prop: Property, run: Run) -> None:
    """Check that the run breaks the property; raises `EngineDisagreementError`.

    For a possible property only the run is replayed: that nothing leads on is the search's word.
    """
    if prop.kind == "response":
        lasso.replayed(asked, prop, run)
    elif prop.kind == "possible":
        retold(asked, prop.name, run)
    else:
        replayed_to_its_end(asked, prop, run, broken=True)


def _named(system: TransitionSystem) -> TransitionSystem:
    """Return the system in which every event says who acts, and by which rule."""
    rules = {i.rule.name: i.rule for i in system.instances}
    told = {n: replace(rule, event=f"{rule.by}: {n}") for n, rule in rules.items()}
    return replace(
        system, instances=tuple(replace(i, rule=told[i.rule.name]) for i in system.instances)
    )
