"""What engines report: plain data, one shape for every engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinrom.proofs.certificates.certificate import Certificate
    from twinrom.proofs.run import Run

End: TypeAlias = Literal["killed", "survived", "equivalent", "undecided"]


@dataclass(frozen=True)
class Found:
    """What one engine knows of one property.

    `violation` and `witness` are shortest runs (the witness reaches `whenever`); None means that
    there is none of up to `depth` steps, where `depth` None means none at all. A response is
    `fair` when it holds, and would not if automatic rules could be put off for ever.
    """

    depth: int | None
    violation: Run | None = None
    witness: Run | None = None
    seconds: float = field(default=0.0, compare=False)
    fair: bool = False


@dataclass(frozen=True)
class Counts:
    """What a search saw: (state, table choice) pairs, transitions, and states without tables."""

    states: int
    transitions: int
    diameter: int
    distinct: int
    initial: int


@dataclass(frozen=True)
class Rest:
    """How a system comes to rest, apart from any property.

    `deadlock` is a shortest run to a state in which no rule at all can happen; `livelock` one after
    which automatic rules go on for ever, by themselves and fairly. None: there is no such run.
    """

    deadlock: Run | None
    livelock: Run | None


@dataclass(frozen=True)
class Fate:
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
class Judged:
    """Where a policy stands, as one row of plain data.

    `broken` is the property that fails and weighs most, after `length` steps if there is a run.
    `keeps` and `breaks` are clauses. An `error` says why there is no answer.
    """

    standing: str
    counts: Counts | None = None
    broken: str | None = None
    length: int | None = None
    failed: bool = False
    undecided: bool = False
    keeps: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    error: str | None = None


@dataclass(frozen=True)
class Report:
    """What one engine says of one question.

    `clean` is the depth up to which it looked at everything; `complete` says that there is nothing
    beyond; `stopped` says in words why it ended early. `rest` is None until it is decided;
    `tier` says how a search was carried out.
    `certificates` prove properties for all depths; `reasons` say why a property has none.
    `refuted` are those of which z3 says, without showing it, that a run breaks them;
    `sizes` are those that a violation needs, where they are not those of the question. `fates`
    are those of mutants, by name; `judged` is a policy's row.
    """

    engine: str
    found: Mapping[str, Found]
    clean: int
    complete: bool = False
    stopped: str | None = None
    counts: Counts | None = None
    seconds: float = 0.0
    rest: Rest | None = None
    tier: str = ""
    certificates: tuple[Certificate, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    refuted: frozenset[str] = frozenset()
    fates: Mapping[str, Fate] = field(default_factory=dict)
    judged: Judged | None = None


Progress: TypeAlias = "Callable[[Report], None]"
