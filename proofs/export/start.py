"""How a run may start, as choices one after the other, none of which is a dead end.

A tool that stops at a condition half-way through its choices counts the states on the way. So the
open rows of tables are chosen first; then variables that hang together are chosen together, from
a list of what is possible, each with the condition on the tables under which it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinrom.statemachine import TooLargeError, terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.proofs.export.outline import Outline
    from twinrom.statemachine import Variable
    from twinrom.statemachine.terms import Term

MAX_ALTERNATIVES = 20_000
MAX_LOOKED_AT = 50_000


@dataclass(frozen=True)
class Alternative:
    """Values of variables that are chosen together, and what tables they are possible with."""

    values: tuple[int, ...]
    condition: Term


@dataclass(frozen=True)
class StartChoice:
    """Variables that are chosen together, and every possible combination of their values."""

    variables: tuple[Variable, ...]
    alternatives: tuple[Alternative, ...]

    @property
    def pinned(self) -> bool:
        """Say whether there is nothing to choose."""
        return len(self.alternatives) == 1


def choices(plan: Outline) -> tuple[StartChoice, ...]:
    """Return the choices in their order; any sequence of them leads to one initial state.

    Raises `TooLargeError` when variables that hang together have too many combinations.
    """
    free = {v.index for v in plan.rigid}
    found = _chosen(plan, free)
    dead_ends = any(
        all(a.condition is not terms.TRUE for a in choice.alternatives) for choice in found
    )
    return _chosen(plan, set()) if dead_ends else found


def _chosen(plan: Outline, free: set[int]) -> tuple[StartChoice, ...]:
    """Return the choices when the variables in `free` are chosen first, without regard to others.

    That is right when every other choice has an alternative without a condition.
    """
    reads = [{t.value for t in terms.leaves([term])} - free for term in plan.init]
    groups: list[set[int]] = [{v.index} for v in plan.variables if v.index not in free]
    for read in reads:
        touched = [g for g in groups if g & read]
        groups = [g for g in groups if not g & read]
        if touched:
            groups.append(set().union(*touched))
    either = (Alternative((0,), terms.TRUE), Alternative((1,), terms.TRUE))
    found = [StartChoice((v,), either) for v in plan.variables if v.index in free]
    rest = [t for t, read in zip(plan.init, reads, strict=True) if not read]
    if rest:  # what reads nothing but `free` is never left to chance
        where = terms.conjunction(rest)
        found.append(StartChoice((), () if where is terms.FALSE else (Alternative((), where),)))
    for group in sorted(groups, key=min):
        variables = tuple(v for v in plan.variables if v.index in group)
        here = [t for t, read in zip(plan.init, reads, strict=True) if read & group]
        found += _split(variables, _Lister(plan, variables, here, free).alternatives())
    return tuple(found)


def _split(variables: tuple[Variable, ...], rows: Sequence[Alternative]) -> Iterator[StartChoice]:
    """Yield a choice for each variable with one value only, and one for the others together."""
    one = [i for i in range(len(variables)) if len({row.values[i] for row in rows}) == 1]
    if len(rows) == 1 and rows[0].condition is not terms.TRUE:
        one = []
    for i in one:
        yield StartChoice((variables[i],), (Alternative((rows[0].values[i],), terms.TRUE),))
    more = [i for i in range(len(variables)) if i not in one]
    if more:
        yield StartChoice(
            tuple(variables[i] for i in more),
            tuple(Alternative(tuple(r.values[i] for i in more), r.condition) for r in rows),
        )


class _Lister:
    """Lists the values of some variables for which some conditions can hold."""

    def __init__(
        self,
        plan: Outline,
        variables: Sequence[Variable],
        conditions: Sequence[Term],
        free: set[int],
    ) -> None:
        self.plan, self.variables, self.looked_at = plan, variables, 0
        self.last: dict[int, list[Term]] = {}
        self.open: dict[int, list[Term]] = {}
        position = {v.index: i for i, v in enumerate(variables)}
        for term in conditions:
            read = {t.value for t in terms.leaves([term])}
            where = self.open if read & free else self.last
            where.setdefault(max(position[i] for i in read - free), []).append(term)
        self.found: list[Alternative] = []

    def alternatives(self) -> list[Alternative]:
        """Return every combination, the first variable changing slowest."""
        self._extend({}, terms.TRUE)
        return self.found

    def _extend(self, values: dict[int, int], condition: Term) -> None:
        self.looked_at += 1
        if self.looked_at > MAX_LOOKED_AT or len(self.found) > MAX_ALTERNATIVES:
            place = self.plan.question.model.place.at("init")
            text = "the initial states are too many to list"
            hint = "pin variables down in `[init] require`"
            raise TooLargeError([place.problem(text, hint, at_key=True)])
        position = len(values)
        if position == len(self.variables):
            self.found.append(Alternative(tuple(values.values()), condition))
            return
        variable = self.variables[position]
        for code in variable.sort.codes():
            here = {**values, variable.index: code}
            if all(self._holds(term, here) for term in self.last.get(position, ())):
                parts = [_narrowed(term, here) for term in self.open.get(position, ())]
                left = terms.conjunction([condition, *parts])
                if left is not terms.FALSE:
                    self._extend(here, left)

    def _holds(self, term: Term, values: dict[int, int]) -> int:
        state = [values.get(v.index, 0) for v in self.plan.variables]
        return terms.evaluate(term, state, (), {}, lambda _, __: 0)


def _narrowed(term: Term, values: dict[int, int]) -> Term:
    """Return what is left of a term once these values are known."""

    def leaf(t: Term) -> Term | None:
        code = values.get(t.value)
        if code is None:
            return None
        return terms.coded(code, boolean=t.boolean)

    return terms.rebuild(term, lambda t: leaf(t) if t.operator == "variable" else None, {})
