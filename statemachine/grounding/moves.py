"""The moves of a machine, from what becomes of its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.statemachine import terms
from twinrom.statemachine.system import GroundMove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine.system import Variable
    from twinrom.statemachine.terms import Term


def moves_to(variable: Variable, after: Term, target: str) -> Iterator[GroundMove]:
    """Yield the moves of a machine whose state is `after` when the step has happened."""
    alone = terms.leaves([after]) <= {variable.term()}
    ends: dict[int, list[int]] = {}
    for code in variable.sort.codes():
        made = at_state(after, variable, code)
        for end in variable.sort.codes():
            if terms.equal(made, terms.constant(end)) is not terms.FALSE and (alone or end != code):
                ends.setdefault(end, []).append(code)
    for end, sources in ends.items():
        if sources != [end]:
            where = terms.TRUE if alone else terms.equal(after, terms.constant(end))
            yield GroundMove(variable.index, tuple(sources), end, optional=True, target=target,
                             where=where)


def at_state(term: Term, variable: Variable, code: int) -> Term:
    """Return what a term is when the machine is in a state."""
    state = terms.constant(code)
    return terms.rebuild(term, lambda t: state if t is variable.term() else None, {})
