"""Mutant outcomes: each mutant is killed, survives, or is proved to be equivalent."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.engines.task import Task
from twinrom.proofs.mutation.distinguish import distinguishing_run, enabled
from twinrom.proofs.mutation.mutants import changed_rules, mutated
from twinrom.proofs.refinement.inclusion import MAX_PAIRS, included
from twinrom.proofs.refinement.observed import ObservedSystem
from twinrom.proofs.spec.observables import Window, observables
from twinrom.proofs.spec.posing import pose
from twinrom.proofs.spec.spec import read_spec
from twinrom.proofs.spec.standard import deadlock
from twinrom.proofs.verdicts.combine import violated
from twinrom.proofs.verdicts.counterexample import counterexample
from twinrom.proofs.verdicts.replay import EngineDisagreementError
from twinrom.statemachine import Document, InputError, ground

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.mutation.mutant import Mutant
    from twinrom.proofs.report import Found
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import TransitionSystem


End: TypeAlias = Literal["killed", "survived", "equivalent", "undecided"]


@dataclass(frozen=True)
class MutantOutcome:
    """What became of a mutant.

    *killed*: `by` names the property, `how` says what became of it (`violated`, `vacuous`, or
    `holds` for a known finding that is gone), after `length` steps where there is a run; of a
    `mistake`, `by` is the text. *survived*: `steps` are the shortest run that tells it from the
    model, and `by` says what is different in the last one. *equivalent*: `by` says what was
    compared. *undecided*: `by` says why.
    """

    end: End
    by: str
    how: str = ""
    length: int | None = None
    steps: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class MutationTask(Task[Mapping[str, MutantOutcome]]):
    """Some mutants of one question's model, one after the other; those in `skip` kill none.

    The time limit of its options is that of each mutant.
    """

    mutants: tuple[Mutant, ...]
    skip: frozenset[str] = frozenset()

    @property
    def parts(self) -> int:
        """Return how many mutants there are, each with the whole time limit."""
        return len(self.mutants)

    def run(self, progress: Callable[[Mapping[str, MutantOutcome]], None] | None) -> (
        Mapping[str, MutantOutcome]
    ):
        """Return what becomes of each mutant, by name."""
        question = self.request.question()
        trials = Trials(question, Document(*self.request.spec), self.skip, self.options)
        outcomes: dict[str, MutantOutcome] = {}
        for mutant in self.mutants:
            outcomes[mutant.name] = trials.outcome_of(mutant)
            if progress is not None:
                progress(outcomes)
        return outcomes

    def out_of_time(
        self, last: Mapping[str, MutantOutcome] | None, seconds: float
    ) -> Mapping[str, MutantOutcome]:
        """Return the outcomes so far."""
        del seconds
        return last or {}

    def lost(
        self, last: Mapping[str, MutantOutcome] | None, why: str, seconds: float
    ) -> Mapping[str, MutantOutcome]:
        """Return the outcomes so far; the other mutants are undecided."""
        del seconds
        undecided = MutantOutcome("undecided", why)
        return {mutant.name: undecided for mutant in self.mutants} | dict(last or {})


class Trials:
    """Tries mutants of one question's model; the properties in `skip` kill none.

    What the model itself does is worked out once, for all mutants that seem to do the same.
    """

    def __init__(
        self, question: Question, spec: Document, skip: Collection[str], options: Options
    ) -> None:
        self.question, self.spec, self.skip, self.options = question, spec, skip, options

    def outcome_of(self, mutant: Mutant) -> MutantOutcome:
        """Return what becomes of one mutant.

        It is killed when `check` would fail it because of a property outside `skip`, of a deadlock,
        or of a mistake of the model. A survivor is told from the model by a run, or it is
        equivalent.
        """
        started = time.monotonic()
        timeout = self.options.timeout
        deadline = started + timeout if timeout is not None else None
        try:
            changed = mutated(self.question.model, mutant)
            asked = replace(pose(changed, *read_spec(self.spec), dict(self.question.budget)),
                            settings=self.question.settings)
            outcome = _killed(asked, self.skip, self.options, deadline)
        except InputError as error:
            outcome = MutantOutcome("killed", error.problems[0].message, "mistake")
        if outcome is None:
            outcome = self._survivor(asked, mutant, deadline)
        return replace(outcome, seconds=time.monotonic() - started)

    def _survivor(self, asked: Question, mutant: Mutant, deadline: float | None) -> MutantOutcome:
        """Return whether what survived is told from the model by a run, or does the same."""
        most = self.options.max_states
        if mutant.kind == "swap":
            found = enabled(self.question, mutant.rule, most, deadline)
            same = "its rule never happens"
        else:
            other, rules = ground(asked.model), changed_rules(self.question.model, asked.model)
            found = distinguishing_run(self.question, other, rules, most, deadline)
            same = "refinement both ways"
        if found.steps:
            return MutantOutcome("survived", found.last, steps=found.steps, length=len(found.steps))
        if found.stopped is not None:
            return MutantOutcome("undecided", found.stopped)
        if mutant.kind != "swap":
            stopped = self._refined(asked, mutant, deadline)
            if stopped is not None:
                return MutantOutcome("undecided", f"refinement: {stopped}")
        return MutantOutcome("equivalent", same)

    @cached_property
    def _model(self) -> ObservedSystem:
        """Return the steps of the model, as anybody can see who sees everything."""
        system = _named(ground(self.question.model))
        return ObservedSystem(system, Window(observables(system, system)))

    def _refined(self, asked: Question, mutant: Mutant, deadline: float | None) -> str | None:
        """Prove that both do the same, as anybody can see who sees everything; or say why not.

        Raises `EngineDisagreementError` when there is a difference that the search did not find.
        """
        model = self._model
        other = ObservedSystem(_named(ground(asked.model)), model.observer.window)
        most = min(self.options.max_states, MAX_PAIRS)
        for left, right in ((model, other), (other, model)):
            found = included(left, right, deadline=deadline, max_pairs=most)
            if found.stopped is not None:
                return found.stopped
            if not found.holds:
                text = f"{mutant.name}: the search finds no difference, and refinement one"
                raise EngineDisagreementError(text)
        return None


def _killed(
    asked: Question, skip: Collection[str], options: Options, deadline: float | None
) -> MutantOutcome | None:
    """Return how the mutant fails the spec; None when it does not."""
    for prop, mentions in asked.reads:
        if mentions and prop.name not in skip:
            return MutantOutcome("killed", prop.name, "violated")
    watched = [p for p in asked.properties if p.name not in skip]
    stop_at = [p.name for p in watched if not p.expect_violated]
    report = explore(
        asked, max_states=options.max_states, deadline=deadline, plain=options.plain,
        stop_at=stop_at,
    )  # fmt: skip
    broken = [
        (_event(run), p, run)
        for p in watched
        if p.name in report.found and not p.expect_violated
        and (run := report.found[p.name].violation) is not None
    ]  # fmt: skip
    stuck = deadlock(asked)
    counts = stuck.name not in skip and not asked.limited
    if report.deadlock is not None and not broken and counts:
        broken = [(report.deadlock.length, stuck, report.deadlock)]
    if broken:
        length, prop, run = min(broken, key=lambda item: item[0])
        counterexample(asked, prop, run, quick=True)
        return MutantOutcome("killed", prop.name, "violated", length)
    if not report.complete or any(p.name not in report.found for p in watched):
        return MutantOutcome("undecided", report.stopped or "not decided")
    for prop in watched:
        found = report.found[prop.name]
        if (sooner := known_otherwise(asked, prop, found.violation)) is not None:
            return MutantOutcome("killed", prop.name, "violated", sooner)
        how = failing(asked, prop, found)
        if how is not None:
            return MutantOutcome("killed", prop.name, how)
    return None


def failing(question: Question, prop: Property, found: Found) -> str | None:
    """Return how a property fails `check`, or would if it were none of bookkeeping or a gap."""
    if found.violation is not None:
        known = prop.expect_violated and known_otherwise(question, prop, found.violation) is None
        return None if known else "violated"
    if prop.expect_violated and not question.elsewhere:
        return "holds"
    asked = prop.may_be_untested is None and not question.limited
    return "vacuous" if found.witness is None and asked else None


def known_otherwise(question: Question, prop: Property, run: Run | None) -> int | None:
    """Return after how many steps a known finding breaks in another way than the spec says."""
    if run is None or prop.expected is None or question.elsewhere:
        return None
    found = violated(question, prop, run, quick=True)
    return found.length if found.otherwise(prop.expected) else None


def _event(run: Run) -> int:
    """Return after how many steps it is lost: of a lasso, those of its stem."""
    return run.length if run.loop is None else run.loop


def _named(system: TransitionSystem) -> TransitionSystem:
    """Return the system in which every event says who acts, and by which rule."""
    rules = {i.rule.name: i.rule for i in system.instances}
    told = {n: replace(rule, event=f"{rule.by}: {n}") for n, rule in rules.items()}
    return replace(
        system, instances=tuple(replace(i, rule=told[i.rule.name]) for i in system.instances)
    )
