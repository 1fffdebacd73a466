"""What a page is about: a check that was made, and how it was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinrom.proofs import count_faults
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from twinrom.proofs import Checked, FaultNumber

CHEAP_STATES = 500_000
MAX_FAULTS = 3


@dataclass(frozen=True)
class Subject:
    """One model on a page.

    `given` is how the command line named it, `options` what else it said; `faults` are its fault
    numbers, None when they were not counted.
    """

    given: str
    checked: Checked
    options: tuple[str, ...] = ()
    faults: tuple[FaultNumber, ...] | None = field(default=None, repr=False)


def cheap_faults(checked: Checked) -> tuple[FaultNumber, ...] | None:
    """Return the fault numbers of a model whose states were all seen and are few, else None.

    Without its budget a model may have mistakes that the budget kept away; then there are none.
    """
    search = checked.reports.get("search")
    small = search and search.complete and search.counts and search.counts.states <= CHEAP_STATES
    if not small or not checked.question.model.rules:
        return None
    try:
        return count_faults(checked.request, MAX_FAULTS, CHEAP_STATES)[1]
    except InputError:
        return None
