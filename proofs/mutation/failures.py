"""How a mutant fails a spec, as `check` would fail it: by one exhaustive search."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.spec.duties import duties
from twinrom.proofs.spec.standard import deadlock
from twinrom.proofs.verdicts.combine import violated
from twinrom.proofs.verdicts.counterexample import counterexample
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.report import Counts, Found, Report
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property


class UnfinishedError(InputError):
    """The model itself is too large for the limits, so that nothing is known of its mutants."""


class Failure(NamedTuple):
    """A property that fails, `how`, and after how many steps where a run shows it."""

    name: str
    how: str
    length: int | None = None


class Failures(NamedTuple):
    """What fails: the property to name, and all that were found; or why nothing is known.

    `counts` are of the search.
    """

    first: Failure | None
    names: tuple[str, ...] = ()
    undecided: str | None = None
    counts: Counts | None = None


class Own(NamedTuple):
    """What a search of the model itself finds: what fails, and what no run breaks.

    A property may be both: a known finding that holds, one that is never put to the test. Where
    less can happen than the files say a finding may be out of sight, and is not kept for that.
    """

    failing: tuple[str, ...]
    kept: frozenset[str]


def failures(  # noqa: PLR0913 - what is asked, and how
    asked: Question, skip: Collection[str], options: Options, deadline: float | None, *,
    every: bool, kept: Collection[str] = (),
) -> Failures:
    """Return what fails outside `skip`; the search ends where something does, unless `every`.

    What the model has `kept` fails as soon as it is broken, whatever the spec expects and `skip`
    says. The first is the same either way. Raises `InputError` for a mistake of the model.
    """
    watched = [p for p in asked.properties if p.name not in skip or p.name in kept]
    stop_at = [p.name for p in watched if p.name in kept or not p.expect_violated]
    read = [p.name for p, mentions in asked.reads if mentions and p.name not in skip]
    of_text = Failures(Failure(read[0], "violated"), tuple(read)) if read else None
    if of_text is not None and not every:
        return of_text

    def searched(stop_at: Collection[str]) -> Report:
        return explore(asked, max_states=options.max_states, deadline=deadline,
                       plain=options.plain, stop_at=stop_at)  # fmt: skip

    try:
        report = searched(() if every else stop_at)
    except InputError:
        if of_text is not None:
            return of_text
        if not every:
            raise
        report = searched(stop_at)  # perhaps something fails before the mistake shows
    found = _failures(asked, watched, report, skip, kept)
    first = of_text.first if of_text is not None else next(iter(found), None)
    names = (*read, *dict.fromkeys(f.name for f in found))
    lost = not report.complete or any(p.name not in report.found for p in watched)
    undecided = (report.stopped or "not decided") if lost and first is None else None
    return Failures(first, names, undecided, report.counts)


def own_failures(question: Question, options: Options) -> tuple[str, ...]:
    """Return what fails the model as it is; raises `InputError` as `own_verdicts` does."""
    return own_verdicts(question, options).failing


def own_verdicts(question: Question, options: Options) -> Own:
    """Return what fails the model as it is, and what it keeps.

    What fails cannot tell another one from it, unless it is kept here and broken there. Raises
    `UnfinishedError` when its search does not end.
    """
    limit = options.timeout
    report = explore(
        question, max_states=options.max_states, plain=options.plain,
        deadline=None if limit is None else time.monotonic() + limit,
    )  # fmt: skip
    if not report.complete:
        raise UnfinishedError.whole_file(
            question.model.paths[0], f"the search of the model itself did not end: {report.stopped}"
        )
    found = [(p, report.found[p.name]) for p in question.properties]
    counts = report.deadlock is not None and not question.limited
    stuck = (*((deadlock(question).name,) if counts else ()), *report.unanswered)
    read = tuple(prop.name for prop, mentions in question.reads if mentions)
    failed = (p.name for p, f in found if failing(question, p, f) is not None)
    kept = frozenset(p.name for p, f in found if f.violation is None
                     and not (p.expect_violated and question.limited))  # fmt: skip
    return Own((*stuck, *read, *failed), kept)


def _failures(
    asked: Question, watched: list[Property], report: Report, skip: Collection[str],
    kept: Collection[str],
) -> list[Failure]:
    """Return what fails: violations first, those of a single state or step before any other.

    The first of them is replayed.
    """
    counting = [p for p in watched if p.name in kept or not p.expect_violated]
    runs = [(p, run) for p in counting if p.name in report.found
            and (run := report.found[p.name].violation) is not None]  # fmt: skip
    broken = sorted(runs, key=lambda one: (not one[0].kind.safety, _event(one[1])))
    stuck = deadlock(asked)
    if report.deadlock is not None and stuck.name not in skip and not asked.limited:
        broken.append((stuck, report.deadlock))
    unanswered = report.unanswered.keys() - skip
    broken += [(p, report.unanswered[p.name]) for p in duties(asked) if p.name in unanswered] if (
        unanswered) else []
    if broken:
        counterexample(asked, *broken[0], quick=True)
    others = [p for p in watched if p.name not in skip]
    complete = report.complete and all(p.name in report.found for p in watched)
    return [
        *(Failure(p.name, "violated", _event(run)) for p, run in broken),
        *(_others(asked, others, report) if complete else ()),
    ]


def _others(asked: Question, watched: list[Property], report: Report) -> Iterator[Failure]:
    """Yield what fails without a violation, or is violated in another way than it may be."""
    for prop in watched:
        found = report.found[prop.name]
        if (sooner := known_otherwise(asked, prop, found.violation)) is not None:
            yield Failure(prop.name, "violated", sooner)
        elif (how := failing(asked, prop, found)) not in (None, "violated"):
            yield Failure(prop.name, str(how))


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
