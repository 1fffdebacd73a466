"""Is the spec strong enough? Every mutant of a model is to be killed, equivalent, or explained."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, get_args

from twinrom.proofs.engines.processes import supervise
from twinrom.proofs.mutation.clauses import clause_scores
from twinrom.proofs.mutation.failures import own_verdicts
from twinrom.proofs.mutation.mutants import EDITS, GROUPS, group
from twinrom.proofs.mutation.outcome import End, MutantOutcome, MutationTask
from twinrom.proofs.mutation.sample import all_mutants, chosen
from twinrom.proofs.mutation.touched import touched_rules
from twinrom.statemachine import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.engines.task import Key
    from twinrom.proofs.mutation.clauses import ClauseScore
    from twinrom.proofs.mutation.mutant import Mutant
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.request import CheckRequest

BATCHES = 4
WORTH_A_PROCESS = 8
ENDS = get_args(End)


@dataclass(frozen=True)
class GroupScore:
    """How many mutants of a group there are, were tried, and came to which end."""

    total: int
    tried: int
    killed: int
    equivalent: int
    survived: int
    undecided: int

    @property
    def could_be(self) -> int:
        """Return how many of those tried could have been killed: all but the equivalent."""
        return self.tried - self.equivalent


@dataclass(frozen=True)
class Mutated:
    """What became of the mutants of one model that were looked at, out of `total`.

    `totals` has the same by group, in order: the edits by kind, then `mutation.mutants.GROUPS`.
    `failing` are the properties that fail the model itself: they kill a mutant only if it breaks
    what the model keeps (a known finding that is gone). `stale`
    says what is wrong with an explanation of the spec, by the name of its mutant. `clauses` have a
    score where that was asked for.
    """

    question: Question
    outcomes: tuple[tuple[Mutant, MutantOutcome], ...]
    totals: Mapping[str, int]
    failing: tuple[str, ...]
    stale: Mapping[str, str]
    seconds: float
    clauses: tuple[ClauseScore, ...] | None = None

    def of(self, end: End) -> list[tuple[Mutant, MutantOutcome]]:
        """Return the mutants that came to this end."""
        return [(m, f) for m, f in self.outcomes if f.end == end]

    def because(self, mutant: Mutant) -> str | None:
        """Return why it may survive, as the spec has it."""
        explained = self.question.spec.mutants.get(mutant.name)
        return explained.because if explained is not None else None

    @property
    def unexplained(self) -> list[tuple[Mutant, MutantOutcome]]:
        """Return the survivors that the spec does not explain: the work list."""
        return [(m, f) for m, f in self.of("survived") if self.because(m) is None]

    @property
    def work_list(self) -> dict[str, list[tuple[Mutant, MutantOutcome]]]:
        """Return the unexplained survivors by rule, in the order of the model."""
        rules: dict[str, list[tuple[Mutant, MutantOutcome]]] = {}
        for mutant, outcome in self.unexplained:
            rules.setdefault(mutant.rule, []).append((mutant, outcome))
        return {name: rules[name] for name in self.question.model.rules if name in rules}

    @cached_property
    def nearest(self) -> Mapping[str, tuple[str, int]]:
        """Return of each rule the property that kills most of its mutants, and how many.

        It comes nearest to what a survivor of that rule does. Of a rule no mutant of which a
        property kills there is none.
        """
        properties = {p.name for p in self.question.properties}
        kills: dict[str, Counter[str]] = {}
        for mutant, outcome in self.of("killed"):
            found = [name for name in (outcome.fails or (outcome.by,)) if name in properties]
            kills.setdefault(mutant.rule, Counter()).update(found)
        return {rule: most.most_common(1)[0] for rule, most in kills.items() if most}

    @property
    def total(self) -> int:
        """Return how many mutants the model has."""
        return sum(self.totals.values())

    @property
    def groups(self) -> dict[str, GroupScore]:
        """Return the score of each group."""
        ends = Counter((group(self.question.model, m), f.end) for m, f in self.outcomes)
        return {
            name: GroupScore(
                total, sum(ends[name, end] for end in ENDS), ends[name, "killed"],
                ends[name, "equivalent"], ends[name, "survived"], ends[name, "undecided"],
            )
            for name, total in self.totals.items()
        }  # fmt: skip

    @property
    def score(self) -> tuple[int, int]:
        """Return how many were killed, and how many could have been: all but the equivalent."""
        return len(self.of("killed")), len(self.outcomes) - len(self.of("equivalent"))


def mutate(  # noqa: PLR0913 - one parameter per option
    request: CheckRequest,
    options: Options,
    limit: int | None = None,
    *,
    clauses: bool = False,
    changed: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Mutated:
    """Return what becomes of mutants: of all edits, and of a sample of the others.

    With a `limit`, of at most so many, and 0 means of all; see `mutation.sample.chosen`. With
    `changed`, only those of the rules that an overlay touches (`mutation.touched`). For a score of
    the `clauses`, no search ends where the first property fails. The time limit of `options` is
    that of each mutant. Raises `InputError` for mistakes of the model, and
    `UnfinishedError` when its own search does not end.
    """
    started = time.monotonic()
    question = request.question()
    known_names = everything = all_mutants(question.model)
    if changed:
        rules = touched_rules(question.model)
        everything = tuple(m for m in everything if m.rule in rules)
    tried = chosen(question.model, everything, limit)
    failing, kept = own_verdicts(question, options)
    batches = min(-(-len(tried) // WORTH_A_PROCESS), options.jobs * BATCHES)
    tasks = [
        MutationTask((i, "mutants"), request, options, tried[i::batches], frozenset(failing),
                     kept, every=clauses)
        for i in range(batches)
    ]
    done: dict[Key, Mapping[str, MutantOutcome]] = {}

    def note(key: Key, found: Mapping[str, MutantOutcome]) -> None:
        done[key] = found
        if progress is not None:
            progress(sum(map(len, done.values())), len(tried))

    batched = supervise(tasks, options.jobs, note)
    known = {name: outcome for found in batched.values() for name, outcome in found.items()}
    lost = MutantOutcome("undecided", "out of time")
    outcomes = tuple((m, known.get(m.name, lost)) for m in tried)
    stale = dict(_stale(question, known_names, {m.name: f for m, f in outcomes}))
    seconds = time.monotonic() - started
    counted = Counter(group(question.model, m) for m in everything)
    totals = {name: counted[name] for name in (*EDITS, *GROUPS) if counted[name]}
    scores = clause_scores(question, (f for _, f in outcomes)) if clauses else None
    return Mutated(question, outcomes, totals, failing, stale, seconds, scores)


def _stale(
    question: Question, everything: tuple[Mutant, ...], outcomes: Mapping[str, MutantOutcome]
) -> Iterator[tuple[str, str]]:
    """Yield the explanations that explain no survivor, each with what is wrong."""
    names = [m.name for m in everything]
    for name in question.spec.mutants:
        if name not in names:
            hint = did_you_mean(name, names)
            yield name, "there is no such mutant" + (f": {hint}" if hint else "")
        elif name in outcomes and outcomes[name].end == "killed":
            yield name, f"it is killed by {outcomes[name].by}"
        elif name in outcomes and outcomes[name].end == "equivalent":
            yield name, "it does the same as the model, which needs no reason"
