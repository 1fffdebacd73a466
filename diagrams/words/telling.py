"""Which stories are told: the worst first, the shortest of those, and each run once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from twinrom.diagrams.words.text import steps
from twinrom.diagrams.words.verdicts import known_finding, otherwise_words
from twinrom.proofs import (
    Violated,
    breaks,
    interchangeable,
    mirrored,
    renamed,
    renaming,
    run_of,
    weight,
)
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from twinrom.proofs import Property, Result, Run
    from twinrom.statemachine import Trace

WORTH_SHARING = 2
FEW = 8


@dataclass(frozen=True)
class Told:
    """A story to be told: of the run that breaks `result`.

    `alike` are the others that the same run breaks, or its first steps do. `likewise` are the
    columns, or the properties, that its mirror images break: machines have other names there. Its
    first `shared` steps are told in the story of `before`, earlier. `readers` are all of which its
    steps are told.
    """

    result: Result
    alike: tuple[Result, ...] = ()
    likewise: tuple[str, ...] = ()
    before: str = ""
    shared: int = 0
    readers: tuple[Property, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of the property."""
        return self.result.prop.name

    @property
    def trace(self) -> Trace:
        """Return the run."""
        return run_that_breaks(self.result)

    @property
    def brief(self) -> bool:
        """Say whether a line is enough: the finding is known."""
        return known_finding(self.result)


def run_that_breaks(result: Result) -> Trace:
    """Return the run that breaks a violated property."""
    assert isinstance(result.verdict, Violated)  # noqa: S101 - the caller chose it
    return result.verdict.trace


def to_tell(results: Iterable[Result], *, every: bool = False) -> list[Told]:
    """Return the stories of what is violated, bookkeeping apart, in the order to tell them.

    The worst comes first, of those the shortest, then what the spec says first. Other readings
    come after what is violated, and known findings last. With `every` each property has its own
    story, and it is told from its start.
    """
    broken = [r for r in results if isinstance(r.verdict, Violated) and not r.prop.bookkeeping]
    waiting = sorted(broken, key=lambda r: (_rank(r), weight(r.prop), _length(r)))
    if every:
        return [Told(result, readers=(result.prop,)) for result in waiting]
    told: list[Told] = []
    while waiting:
        story, waiting = _gathered(waiting[0], waiting[1:])
        told.append(_joined(story, told))
    return [_with_readers(story, told) for story in told]


def _rank(result: Result) -> int:
    return 2 if known_finding(result) else 1 if result.other_reading else 0


def _length(result: Result) -> int:
    return len(run_that_breaks(result).steps)


def _kin(one: Result, other: Result) -> bool:
    """Say whether two are of one kind, so that a story may stand for both."""
    alike = (_rank(one), one.prop.gap) == (_rank(other), other.prop.gap)
    return alike and one.question is other.question


def _gathered(first: Result, later: Sequence[Result]) -> tuple[Told, list[Result]]:
    """Return a story that stands for all that its run and the mirror images break; and the rest."""
    run = run_of(run_that_breaks(first))
    each = known_finding(first)  # it has a reason of its own
    alike = () if each else tuple(r for r in later if _kin(first, r) and _broken_by(r, run))
    rest = [r for r in later if r not in alike]
    members, likewise = (first, *alike), list[str]()
    for other in [r for r in rest if _kin(first, r)]:
        for names in _renamings(members, other) if other in rest else ():
            images = _images(members, names, rest)
            if other in images:
                rest = [r for r in rest if r not in images]
                likewise += _likewise(members, other, images, names)
                break
    return Told(first, alike, tuple(likewise)), rest


def _renamings(members: Sequence[Result], other: Result) -> Iterator[Mapping[str, str]]:
    """Yield how machines change names from one of the members to another column of the same."""
    for member in members:
        names = renaming(other.question, member.prop.name, other.prop.name)
        if names:
            yield names


def _broken_by(result: Result, run: Run) -> bool:
    """Say whether a run, or its beginning that is as long as the property's own, breaks it too."""
    trace = run_that_breaks(result)
    own = run_of(trace)
    if own.loop is None and run.length > own.length:
        run = replace(run, steps=run.steps[: own.length], loop=None)
    return run.length == own.length and (
        run == own or breaks(result.question, result.prop, run, trace))


def _images(
    members: Sequence[Result], names: Mapping[str, str], rest: Sequence[Result]
) -> list[Result]:
    """Return what the run breaks in which machines have other names, where the members break."""
    first = members[0]
    question = first.question
    run = mirrored(question, run_that_breaks(first), names)
    if run is None:
        return []
    sure = interchangeable(question, names)
    lengths = {renamed(m.prop.name, names): _length(m) for m in members}
    return [r for r in rest if _kin(first, r)
            and lengths.get(r.prop.name) == _length(r) and (sure or _broken_by(r, run))]


def _likewise(
    members: Sequence[Result],
    other: Result,
    images: Sequence[Result],
    names: Mapping[str, str],
) -> list[str]:
    """Return the column of the images, if they are those of all the members; else their names."""
    own = {m.prop.name for m in members}
    if {renamed(name, names) for name in own} - own != {r.prop.name for r in images}:
        return [r.prop.name for r in images]
    column = other.prop.name.partition("[")[2].removesuffix("]")
    return [f"[{column}]" if "," in column else column.partition("=")[2]]


def _joined(story: Told, told: Sequence[Told]) -> Told:
    """Return the story with the one that has most of its beginning, if that is worth a word."""
    same = [one for one in told if one.result.question is story.result.question]
    best = max(same, key=lambda one: shared_steps(one.trace, story.trace), default=None)
    if best is None:
        return story
    shared = shared_steps(best.trace, story.trace)
    return replace(story, before=best.name, shared=shared) if shared >= WORTH_SHARING else story


def shared_steps(one: Trace, other: Trace) -> int:
    """Return how many first steps two runs have in common."""
    if one.states[0] != other.states[0]:
        return 0
    return len(list(takewhile(lambda pair: pair[0] == pair[1],
                              zip(one.steps, other.steps, strict=False))))


def _with_readers(story: Told, told: Sequence[Told]) -> Told:
    """Return the story with all properties of which its steps are told, later stories' included."""
    after = [one for one in told if one.before == story.name]
    every = (story, *after)
    return replace(story, readers=tuple(
        r.prop for one in every for r in (one.result, *one.alike)))


def alike_words(story: Told) -> str:
    """Return the line that says what else the run breaks, and where likewise; empty if nothing."""
    if not story.alike:
        return ""
    whole, begun = [], []
    for result in story.alike:
        length = _length(result)
        if length == len(story.trace.steps):
            whole.append(result.prop.name)
        else:
            begun.append(f"{result.prop.name} after {steps(length)}")
    likewise = likewise_words(story)
    return f"the same run breaks {', '.join(whole + begun)}" + (
        f"; {likewise}" if likewise else "")


def likewise_words(story: Told) -> str:
    """Return for which other columns, or of what else, the story can be told; empty for nothing."""
    more = len(story.likewise) - FEW
    shown = ", ".join(story.likewise[:FEW]) + (f" and {more} more" if more > 0 else "")
    return f"likewise for {shown}" if shown else ""


def beginning_words(story: Told) -> str:
    """Return where the first steps are told; empty for a story that begins at its start."""
    if not story.before:
        return ""
    rest = "." if story.shared == len(story.trace.steps) else ", and then:"
    return f"As for {story.before} up to step {story.shared}{rest}"


def finding_line(story: Told) -> str:
    """Return a known finding in one line: what, after how many steps, and why it is known."""
    prop = story.result.prop
    clauses = f"  ({', '.join(prop.clauses)})" if prop.clauses else ""
    likewise = likewise_words(story)
    also = f", {likewise}" if likewise else ""
    why = otherwise_words(story.result) or printable(prop.because or "")
    return f"{prop.name}{clauses}{also}, {steps(len(story.trace.steps))}: {why}"
