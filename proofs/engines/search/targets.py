"""The targets of a search: what it looks for on its way, the same list for every such engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twinrom.proofs.report import Found
from twinrom.proofs.spec.added import added_rules
from twinrom.proofs.spec.duties import duties
from twinrom.proofs.spec.onsets import onsets
from twinrom.proofs.spec.standard import deadlock
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import Conjunct
    from twinrom.statemachine.terms import Term

DEADLOCK = ("deadlock", "")
ONSET = "onset"
UNANSWERED = "unanswered"
PART = "part"
HAPPENS, WRITES, CUT = "happens", "writes", "is cut"
UNTOLD = frozenset({HAPPENS, WRITES, CUT, PART})  # of these it is known that, and no run is shown


class Target(NamedTuple):
    """A term to look for: in every state, or (`stepwise`) in every step.

    `what` is a "violation", a "witness" or an "onset" of the property `name`, that the event `name`
    is "unanswered", or a "deadlock" of no property; that a "part" of a property is asked for, and
    that the rule `name` "happens" is asked of those that an overlay adds, and of those with several
    writes whether it "writes", and "is cut" between them.
    """

    name: str
    what: str
    term: Term
    stepwise: bool


def targets(question: Question) -> tuple[Target, ...]:
    """Return everything whose first occurrence a search notes.

    Responses and possible properties have witnesses only: what breaks them is no single state.
    """
    found, wanted = [], onsets(question)
    for prop in question.properties:
        if prop.kind.safety:
            found.append(Target(prop.name, "violation", prop.bad, prop.stepwise))
        found.append(Target(prop.name, "witness", prop.exercise, prop.stepwise))
        if prop.name in wanted:
            found.append(Target(prop.name, ONSET, prop.onset, stepwise=True))
    what, name = DEADLOCK
    found.append(Target(name, what, deadlock(question).bad, stepwise=False))
    found += [Target(p.name, UNANSWERED, p.bad, stepwise=False) for p in duties(question)]
    found += [Target(_numbered(p, i), PART, terms.conjunction([p.whenever, one.term]), p.stepwise)
              for p, i, one in _parts(question)]
    system, writers = question.system, _writers(question)
    of_rules = [(r.name, HAPPENS, system.instances) for r in added_rules(question.model)]
    of_rules += [(name, WRITES, system.written) for name in writers]
    steps = [(name, what, [i for i in instances if i.rule.name == name])
             for name, what, instances in of_rules]
    steps += [(name, CUT, [i for i in system.instances if i.cut and i.cut.rule.name == name])
              for name in writers]
    found += [Target(name, what, terms.event(frozenset(i.index for i in instances)), stepwise=True)
              for name, what, instances in steps]
    return tuple(found)


def _writers(question: Question) -> tuple[str, ...]:
    """Return the rules whose writes a fault could come between."""
    several = (i.rule.name for i in question.system.written if len(i.entries) > 1)
    return tuple(dict.fromkeys(several))


def _parts(question: Question) -> Iterator[tuple[Property, int, Conjunct]]:
    """Yield the parts of properties that hold of themselves without a condition, and have others.

    A property without another part is not put to the test where none is asked for.
    """
    for prop in question.properties:
        if len(prop.antecedents) > 1:
            yield from ((prop, i, one) for i, one in enumerate(prop.antecedents) if one is not None)


def _numbered(prop: Property, part: int) -> str:
    return f"{part} of {prop.name}"


def found_of(
    question: Question, runs: Mapping[tuple[str, str], Run], depth: int | None
) -> dict[str, Found]:
    """Return what shortest runs to targets say of each property.

    All runs of up to `depth` steps were looked at; None is all there are, and only then something
    is said of responses and possible properties.
    """
    asked = question.properties if depth is None else question.decidable
    return {
        p.name: Found(
            depth,
            runs.get(("violation", p.name)),
            runs.get(("witness", p.name)),
            onset=runs.get((ONSET, p.name)),
        )
        for p in asked
    }


class Untold(NamedTuple):
    """Rules of which a complete search has something to say, though no property asks.

    `idle` are those that an overlay adds and that never happen; `uncut` are those with several
    writes that happen, and are never cut between them. `unasked` are the parts of properties, by
    number, that nothing asks for.
    """

    idle: tuple[str, ...] = ()
    uncut: tuple[str, ...] = ()
    unasked: tuple[tuple[str, int], ...] = ()


def untold(question: Question, hits: Collection[tuple[str, str]]) -> Untold:
    """Return what the targets that were hit, by what they are and their names, leave to say."""
    return Untold(
        tuple(r.name for r in added_rules(question.model) if (HAPPENS, r.name) not in hits),
        tuple(name for name in _writers(question)
              if (WRITES, name) in hits and (CUT, name) not in hits),
        tuple((p.name, i) for p, i, _ in _parts(question) if (PART, _numbered(p, i)) not in hits))


def unanswered(runs: Mapping[tuple[str, str], Run]) -> dict[str, Run]:
    """Return the runs to where a declared event is not answered, by event."""
    return {name: run for (what, name), run in runs.items() if what == UNANSWERED}
