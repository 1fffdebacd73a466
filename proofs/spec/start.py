"""Where a question starts: somewhere, and wherever its model does, whoever watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.statemachine import (
    Conjunct,
    InputError,
    TooLargeError,
    cannot_start,
    ground,
    starts_with,
    terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinrom.statemachine import Model, Obligation, Problem


def check_start(model: Model) -> None:
    """Raise `InputError` where the model can start nowhere, so that nothing can be asked of it.

    With a sort of all integers nothing is enumerated: the question is put at the sizes of the files
    too, and a proof for every size has its own query.
    """
    wrong = None if any(s.unbounded for s in model.sorts.values()) else cannot_start(ground(model))
    if wrong is not None:
        raise InputError([wrong])


def blocking(model: Model, duties: Iterable[Obligation]) -> Iterator[Problem]:
    """Yield what is wrong with observers that have no value where the model starts.

    Such a start would be gone from all answers, and an observer cannot block.
    """
    symbolic = any(s.unbounded for s in model.sorts.values())
    for duty in duties:
        if duty.term is terms.TRUE:
            continue
        outside = Conjunct(str(duty), terms.negation(duty.term))
        try:
            state = None if symbolic else starts_with(ground(model), [outside])
        except TooLargeError:
            symbolic = True
        else:
            if state is not None:
                yield duty.place.problem(
                    str(duty), f"at the start in the state {ground(model).text(state.values)}")
        if symbolic:
            yield duty.place.problem(
                f"nobody can say whether this holds at every start: {duty}",
                "choose a sort that has every value of `initial`")
