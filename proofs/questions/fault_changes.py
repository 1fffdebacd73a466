"""What a policy change does to fault numbers: what survives fewer faults, or other ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Literal, TypeAlias

from twinrom.proofs.engines.options import Options
from twinrom.proofs.questions.faults import MAX_FAULTS, count_faults
from twinrom.proofs.questions.standing import searched
from twinrom.proofs.spec.request import request
from twinrom.proofs.spec.spec import spec_for
from twinrom.proofs.verdicts.verdict import STANDINGS, UNDECIDED, ranked
from twinrom.statemachine import find_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.questions.faults import Cut, FaultNumber
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.verdicts.verdict import Checked

Way: TypeAlias = Literal["fewer", "more", "other", "same", "undecided"]


@dataclass(frozen=True)
class FaultChange:
    """One property with the faults that it survives before and after a change.

    One of the two is None where only the other policy is asked, as of a machine that is added.
    """

    before: FaultNumber | None
    after: FaultNumber | None

    @property
    def either(self) -> FaultNumber:
        """Return a number that there is: that of the new policy, if it has one."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one of the two was asked
        return found

    @property
    def way(self) -> Way:
        """Return how the new number is beside the old one.

        `other`: it is the same number, and other combinations of so many break the property. What
        survives at least so many is beside another number only where that is known all the same.
        """
        if self.before is None or self.after is None:
            return "undecided"
        (low, high), (least, most) = _bounds(self.before), _bounds(self.after)
        if most < low:
            return "fewer"
        if least > high:
            return "more"
        if (low, least) != (high, most):
            return "undecided"
        if self.fatal_now or self.fatal_no_more:
            return "other"
        return "undecided" if self._open else "same"

    @property
    def fatal_now(self) -> tuple[Cut, ...]:
        """Return the smallest combinations of the new policy that the old one survives."""
        return _only(self.after, self.before)

    @property
    def fatal_no_more(self) -> tuple[Cut, ...]:
        """Return the smallest combinations of the old policy that the new one survives."""
        return _only(self.before, self.after)

    @property
    def worse(self) -> bool:
        """Say whether the new policy is known not to survive what the old one does."""
        return bool(self.fatal_now)

    @property
    def undecided(self) -> bool:
        """Say whether it is not known if the new policy survives less."""
        return not self.worse and (self.way == "undecided" or (self.way == "other" and self._open))

    @property
    def _open(self) -> bool:
        """Say whether there may be other combinations of the smallest size."""
        return any(one is not None and one.cuts and one.stopped is not None
                   for one in (self.before, self.after))  # fmt: skip


def _bounds(number: FaultNumber) -> tuple[float, float]:
    """Return how many faults it survives at least and at most."""
    if number.survives is None:
        return inf, inf
    return number.survives, number.survives if number.cuts else inf


def _only(breaks: FaultNumber | None, survives: FaultNumber | None) -> tuple[Cut, ...]:
    """Return the combinations that break the one and are known not to break the other."""
    if breaks is None or survives is None or not breaks.cuts:
        return ()
    (number, _), (least, most) = _bounds(breaks), _bounds(survives)
    if number < least:
        return breaks.cuts
    if number != least or least != most or survives.stopped is not None:
        return ()
    known = {cut.faults for cut in survives.cuts}
    return tuple(cut for cut in breaks.cuts if cut.faults not in known)


@dataclass(frozen=True)
class FaultChanges:
    """The fault numbers of two policies side by side, and where these stand."""

    questions: tuple[Question, Question]
    numbers: tuple[tuple[FaultNumber, ...], tuple[FaultNumber, ...]]
    checked: tuple[Checked, Checked]

    @property
    def changes(self) -> tuple[FaultChange, ...]:
        """Return every property with both numbers, in the order of the spec."""
        old, new = ({n.prop.name: n for n in numbers} for numbers in self.numbers)
        return tuple(FaultChange(old.get(name), new.get(name)) for name in {**old, **new})

    @property
    def ranked(self) -> str:
        """Return how the new policy stands beside the old one: `worse`, `same` or `better`."""
        old, new = self.checked
        return ranked(old.standing, new.standing)

    @property
    def unsafe_now(self) -> bool:
        """Say whether the new policy is unsafe and the old one is not: it is no use to survive."""
        return self.ranked == "worse" and self.checked[1].standing == STANDINGS[0]

    @property
    def worse(self) -> bool:
        """Say whether the new policy is known to survive less, or to be unsafe only now."""
        return self.unsafe_now or any(change.worse for change in self.changes)

    @property
    def undecided(self) -> bool:
        """Say whether a number is not known well enough, or where one of the two stands."""
        return self.ranked == UNDECIDED or any(change.undecided for change in self.changes)


def compare_faults(  # noqa: PLR0913 - one parameter per option
    old: str,
    new: str,
    spec: str | None = None,
    *,
    sorts: Mapping[str, str] | None = None,
    max_faults: int = MAX_FAULTS,
    options: Options | None = None,
) -> FaultChanges:
    """Return what changes in fault numbers from one model to the other.

    Both are asked against one spec: that of the old model, unless another is given. Raises
    `InputError` and `EngineDisagreementError` as `count_faults` does.
    """
    options = options or Options()
    against = spec_for(find_model(old), spec)
    first, second = (request(name, against, sorts) for name in (old, new))
    one, other = (count_faults(asked, max_faults, options.max_states, plain=options.plain)
                  for asked in (first, second))
    checked = searched(first, options), searched(second, options)
    return FaultChanges((one[0], other[0]), (one[1], other[1]), checked)
