"""Which reading of each gap a policy takes: by the properties of the gap, else by its behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from twinrom.proofs.questions.compare import alone, limited, observed
from twinrom.proofs.questions.gaps import check_policies, policy_file
from twinrom.proofs.questions.standing import searched
from twinrom.proofs.spec.observables import observables
from twinrom.proofs.spec.request import request
from twinrom.proofs.verdicts.verdict import Vacuous, Violated
from twinrom.statemachine import InputError, TooLargeError

if TYPE_CHECKING:
    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.spec.request import CheckRequest
    from twinrom.proofs.spec.schema import GapShape
    from twinrom.proofs.verdicts.verdict import Checked, Result

Took: TypeAlias = Literal["another", "named", "chosen", "not-known"]
SAME = "same"
DIFFERENT = "different"


@dataclass(frozen=True)
class Taken:
    """The reading of one gap that a policy takes.

    `reading` is the index of it: another one than the chosen may be none that the spec has, and one
    of a gap of which none was chosen is `named`. `by` has the properties that tell, or the policies
    that do the same. Where it is not known, `why` says why not; `undecided`: a search stopped
    before it told.
    """

    gap: str
    shape: GapShape
    took: Took
    reading: int | None = None
    by: tuple[str, ...] = ()
    by_behaviour: bool = False
    why: str = ""
    undecided: bool = False


@dataclass(frozen=True)
class ReadingsTaken:
    """A policy with the reading that it takes of every gap of the spec, in its order."""

    checked: Checked
    taken: tuple[Taken, ...]

    def of(self, took: Took) -> list[Taken]:
        """Return the gaps that are read so."""
        return [one for one in self.taken if one.took == took]


def readings_taken(asked: CheckRequest, options: Options) -> ReadingsTaken:
    """Return which readings a policy takes.

    A property of a gap that is kept, and put to the test, tells that it is the chosen one; one that
    is broken, that it is another. Where that leaves anything open, the policy takes the reading
    whose policy does exactly the same, as `compare` sees it. The time limit of `options` is that of
    each search. Raises `InputError` for mistakes of the policy and the spec.
    """
    check_policies(asked.question().spec, asked.model[0])
    checked = searched(asked, options)
    policies = _Policies(checked, options)
    spec = checked.question.spec
    return ReadingsTaken(checked, tuple(
        _taken(name, gap, [r for r in checked.results if r.prop.gap == name], policies)
        for name, gap in spec.gaps.items()
    ))  # fmt: skip


def _taken(name: str, gap: GapShape, results: list[Result], policies: _Policies) -> Taken:
    if gap.chosen is None:
        results = []  # they hold a reading, and nobody says which
    broken = tuple(r.prop.name for r in results if isinstance(r.verdict, Violated))
    told = [r for r in results if not isinstance(r.verdict, Vacuous)]
    open_ = [r for r in told if not r.decided]
    if told and not broken and not open_:
        return Taken(name, gap, "chosen", gap.chosen, tuple(r.prop.name for r in told))
    numbers = [n for n, reading in enumerate(gap.readings)
               if reading.policy and not (broken and n == gap.chosen)]  # fmt: skip
    found = {n: policies.beside(str(gap.readings[n].policy)) for n in numbers}
    same = [n for n, answer in found.items() if answer == SAME]
    unknown = [answer for answer in found.values() if answer not in (SAME, DIFFERENT)]
    like = tuple(dict.fromkeys(str(gap.readings[n].policy) for n in same))
    if broken:
        reading = same[0] if len(same) == 1 else None
        return Taken(name, gap, "another", reading, broken)
    if len(same) == 1:
        other: Took = "named" if gap.chosen is None else "another"
        took = "chosen" if same[0] == gap.chosen else other
        return Taken(name, gap, took, same[0], like, by_behaviour=True)
    if same:
        why = "several readings have a policy that does the same"
    elif open_ or unknown:
        why = "; ".join(dict.fromkeys([*(f"{r.prop.name} is unknown" for r in open_), *unknown]))
    elif numbers:
        why = "it does the same as no reading's policy"
    else:
        why = "no reading has a policy"
    return Taken(name, gap, "not-known", why=why, undecided=bool(not same and (open_ or unknown)))


class _Policies:
    """The policies of readings, each set beside one policy at most once."""

    def __init__(self, checked: Checked, options: Options) -> None:
        self.checked, self.options = checked, options
        self.answers: dict[str, str] = {}

    def beside(self, name: str) -> str:
        """Return `SAME`, `DIFFERENT`, or why it is not known whether they do the same."""
        if name not in self.answers:
            try:
                self.answers[name] = self._compared(name)
            except InputError as error:
                self.answers[name] = f"{name}: {error.problems[0].message}"
        return self.answers[name]

    @cached_property
    def _own(self) -> str:
        return self.checked.question.model.paths[0]

    def _compared(self, name: str) -> str:
        spec = self.checked.question.spec
        path = policy_file(name, spec.paths[0], self._own)
        if path is None:
            return DIFFERENT  # nobody can do the same as what is not there
        if Path(path).resolve() == Path(self._own).resolve():
            return SAME
        first, second = alone(self.checked.question), alone(request(path, spec.paths[0]).question())
        what = observables(first.system, second.system, spec.shape.observe)
        try:
            systems = observed(first, second, what)
        except TooLargeError as error:
            return f"{name}: {error.problems[0].message}"
        for left, right in (systems, systems[::-1]):
            found = limited(left, right, self.options)
            if found.lost is not None:
                return DIFFERENT
            if found.stopped is not None:
                return f"{name}: {found.stopped}"
        return SAME
