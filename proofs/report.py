"""What engines report: plain data, one shape for every engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinrom.proofs.certificates.certificate import Certificate
    from twinrom.proofs.run import Run



@dataclass(frozen=True)
class Found:
    """What one engine knows of one property.

    `violation` and `witness` are shortest runs (the witness reaches `whenever`); None means that
    there is none of up to `depth` steps, where `depth` None means none at all. A response is
    `fair` when it holds, and would not if automatic rules could be put off for ever. `onset` is a
    shortest run whose last step brings `whenever` about; a search looks for it where no other run
    shows a clause.
    """

    depth: int | None
    violation: Run | None = None
    witness: Run | None = None
    seconds: float = field(default=0.0, compare=False)
    fair: bool = False
    onset: Run | None = None


@dataclass(frozen=True)
class Counts:
    """What a search saw: (state, table choice) pairs, transitions, and states without tables."""

    states: int
    transitions: int
    diameter: int
    distinct: int
    initial: int


@dataclass(frozen=True)
class DeadEnds:
    """How a system comes to rest, apart from any property.

    `deadlock` is a shortest run to a state in which no rule at all can happen, or of a spec that
    says where standing still is meant, to another state in which nothing changes any more;
    `livelock` is one after which automatic rules go on for ever, by themselves and fairly. None:
    there is no such run.
    """

    deadlock: Run | None
    livelock: Run | None


@dataclass(frozen=True)
class Report:
    """What one engine says of one question.

    `clean` is the depth up to which it looked at everything; `complete` says that there is nothing
    beyond; `stopped` says in words why it ended early; it is `lost` when the system ended it, by a
    signal or for want of memory. `dead_ends` is None until it is decided;
    `tier` says how a search was carried out.
    `certificates` prove properties for all depths; `reasons` say why a property has none.
    `refuted` are those of which z3 says, without showing it, that a run breaks them;
    `deadlock` is a shortest run to one that was seen, whether everything was or not.
    `sizes` are those that a violation needs, where they are not those of the question;
    `idle` has the rules an overlay adds that happen in no state of a complete search, and `uncut`
    those with several writes that happen, and that no fault comes between; `unasked` are the parts
    of properties, by number, that hold of themselves in all of its states. `unanswered` has
    shortest runs to where a declared event can happen, and no rule answers it.
    """

    engine: str
    found: Mapping[str, Found]
    clean: int
    complete: bool = False
    stopped: str | None = None
    counts: Counts | None = None
    seconds: float = 0.0
    dead_ends: DeadEnds | None = None
    tier: str = ""
    certificates: tuple[Certificate, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    refuted: frozenset[str] = frozenset()
    lost: bool = False
    idle: tuple[str, ...] = ()
    uncut: tuple[str, ...] = ()
    deadlock: Run | None = None
    unanswered: Mapping[str, Run] = field(default_factory=dict)
    unasked: tuple[tuple[str, int], ...] = ()

    @property
    def seen(self) -> str:
        """Return the size of what a search saw, in words."""
        counts = self.counts
        if counts is None:
            return "nothing seen"
        deepest = "diameter" if self.complete else "depth"
        return (
            f"{counts.states:,} states, {counts.transitions:,} transitions, "
            f"{deepest} {counts.diameter}"
        )


Progress: TypeAlias = "Callable[[Report], None]"
