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
from twinrom.proofs.mutation.failures import Failures, failures
from twinrom.proofs.mutation.mutants import changed_rules, mutated
from twinrom.proofs.refinement.inclusion import MAX_PAIRS, included
from twinrom.proofs.refinement.observed import ObservedSystem
from twinrom.proofs.spec.observables import Window, observables
from twinrom.proofs.spec.posing import pose
from twinrom.proofs.spec.spec import read_spec
from twinrom.proofs.verdicts.replay import EngineDisagreementError
from twinrom.statemachine import Document, InputError, ground

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.mutation.mutant import Mutant
    from twinrom.proofs.report import Counts
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import TransitionSystem


ONE_WAY = ("narrow", "add")
COUNTED = "as many states, and as many steps"
End: TypeAlias = Literal["killed", "survived", "equivalent", "undecided"]


@dataclass(frozen=True)
class MutantOutcome:
    """What became of a mutant.

    *killed*: `by` names the property, `how` says what became of it (`violated`, `vacuous`, or
    `holds` for a known finding that is gone), after `length` steps where there is a run; of a
    `mistake`, `by` is the text. *survived*: `steps` are the shortest run that tells it from the
    model, and `by` says what is different in the last one. *equivalent*: `by` says what was
    compared. *undecided*: `by` says why. `fails` has all that fails, where that was asked.
    """

    end: End
    by: str
    how: str = ""
    length: int | None = None
    steps: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    fails: tuple[str, ...] = ()


@dataclass(frozen=True)
class MutationTask(Task[Mapping[str, MutantOutcome]]):
    """Some mutants of one question's model, one after the other.

    Properties in `skip` kill none, unless the model has `kept` them and a mutant breaks them.

    Where `every` property that fails is asked for, no search ends at the first one.

    The time limit of its options is that of each mutant.
    """

    mutants: tuple[Mutant, ...]
    skip: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    every: bool = False

    @property
    def parts(self) -> int:
        """Return how many mutants there are, each with the whole time limit."""
        return len(self.mutants)

    def run(self, progress: Callable[[Mapping[str, MutantOutcome]], None] | None) -> (
        Mapping[str, MutantOutcome]
    ):
        """Return what becomes of each mutant, by name."""
        question = self.request.question()
        trials = Trials(question, Document(*self.request.spec), self.skip, self.options,
                        kept=self.kept, every=self.every)  # fmt: skip
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

    Those that the model has `kept` do as soon as they are broken, whatever the spec expects.

    What the model itself does is worked out once, for all mutants that seem to do the same.
    """

    def __init__(  # noqa: PLR0913 - what is asked, and how
        self, question: Question, spec: Document, skip: Collection[str], options: Options,
        *, kept: Collection[str] = (), every: bool = False,
    ) -> None:
        self.question, self.spec, self.skip, self.options = question, spec, skip, options
        self.kept, self.every = kept, every

    def outcome_of(self, mutant: Mutant) -> MutantOutcome:
        """Return what becomes of one mutant.

        It is killed when `check` would fail it because of a property outside `skip`, of a deadlock,
        or of a mistake of the model, and when it breaks what the model has kept. A survivor is told
        from the model by a run, or it is equivalent.
        """
        started = time.monotonic()
        timeout = self.options.timeout
        deadline = started + timeout if timeout is not None else None
        try:
            changed = mutated(self.question.model, mutant)
            asked = replace(pose(changed, *read_spec(self.spec), dict(self.question.budget)),
                            settings=self.question.settings)
            found = failures(asked, self.skip, self.options, deadline,
                             every=self.every, kept=self.kept)
            outcome = self._killed(found)
        except InputError as error:
            outcome = MutantOutcome("killed", error.problems[0].message, "mistake")
        if outcome is None:
            outcome = self._survivor(asked, mutant, found.counts, deadline)
        return replace(outcome, seconds=time.monotonic() - started)

    def _killed(self, found: Failures) -> MutantOutcome | None:
        """Return how the mutant fails the spec; None when it does not."""
        if found.undecided is not None:
            return MutantOutcome("undecided", found.undecided)
        if found.first is None:
            return None
        fails = found.names if self.every else ()
        return MutantOutcome("killed", *found.first, fails=fails)

    def _survivor(
        self, asked: Question, mutant: Mutant, counts: Counts | None, deadline: float | None
    ) -> MutantOutcome:
        """Return whether what survived is told from the model by a run, or does the same."""
        if mutant.kind == "swap":
            found = enabled(self.question, mutant.rule, self.options, deadline)
            same = "its rule never happens"
        else:
            other, rules = ground(asked.model), changed_rules(self.question.model, asked.model)
            found = distinguishing_run(self.question, other, rules, self.options, deadline)
            same = COUNTED if mutant.kind in ONE_WAY else "refinement both ways"
        if found.steps:
            return MutantOutcome("survived", found.last, steps=found.steps, length=len(found.steps))
        if found.stopped is not None:
            return MutantOutcome("undecided", found.stopped)
        if mutant.kind in ONE_WAY:
            self._count(mutant, counts)
        elif mutant.kind != "swap":
            stopped = self._refined(asked, mutant, deadline)
            if stopped is not None:
                return MutantOutcome("undecided", f"refinement: {stopped}")
        return MutantOutcome("equivalent", same)

    @cached_property
    def _counts(self) -> Counts | None:
        """Return what a search of the model itself sees, for what is asked of it."""
        options = self.options
        return explore(self.question, max_states=options.max_states, plain=options.plain).counts

    def _count(self, mutant: Mutant, counts: Counts | None) -> None:
        """Confirm that a mutant does the same that can only do less than its model, or only more.

        Then it does as soon as both have as many steps. Raises `EngineDisagreementError` when they
        do not, although the search did not find a difference.
        """
        if counts != self._counts:
            text = f"{mutant.name}: the search finds no difference, and {counts} steps"
            raise EngineDisagreementError(text)

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


def _named(system: TransitionSystem) -> TransitionSystem:
    """Return the system in which every event says who acts, and by which rule."""
    rules = {i.rule.name: i.rule for i in system.instances}
    told = {n: replace(rule, event=f"{rule.by}: {n}") for n, rule in rules.items()}
    return replace(
        system, instances=tuple(replace(i, rule=told[i.rule.name]) for i in system.instances)
    )
