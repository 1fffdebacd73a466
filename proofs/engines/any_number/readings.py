"""Readings of a cube: what the machines in it may stand for, where there can be any number.

Where a variable names a machine that the rest does not speak of, that machine may be meant, or
just any other one.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.proofs.any_number.lifted import Home, LiftedClause
    from twinrom.proofs.engines.taught.bit_sets import Cube
    from twinrom.proofs.engines.taught.features import Feature
    from twinrom.statemachine.terms import Term


def readings(home: Home, features: Sequence[Feature], cube: Cube) -> Iterator[LiftedClause]:
    """Yield the lifted clauses that an empty cube may be an instance of."""
    machines = {v.index: v for v in home.any.references}
    plain = [(features[f], values) for f, values in cube if f not in machines]
    named = {name for feature, _ in plain for name in home.named(feature.term)}
    parts = [feature.among(values) for feature, values in plain]
    choices = [list(_of_reference(home, features[f], values, named))
               for f, values in cube if f in machines]
    for chosen in itertools.product(*choices):
        clause = home.lifted(terms.negation(terms.conjunction([*parts, *chosen])))
        if clause is not None:
            yield clause


def _of_reference(
    home: Home, feature: Feature, values: Sequence[int], named: set[str]
) -> Iterator[Term]:
    """Yield what a reference is among these values: as they are named, or as no other one."""
    sort = home.system.variables[feature.term.value].sort
    known = [v for v in range(feature.size)
             if not home.any.machines_in(sort.text(feature.low + v))
             or set(home.any.machines_in(sort.text(feature.low + v))) & named]
    others = [v for v in range(feature.size) if v not in known]
    inside = [v for v in values if v in others]
    if not inside:
        yield terms.disjunction(map(feature.has, values))
        return
    if len(inside) == len(others):  # whichever other one it is
        outside = [v for v in known if v not in values]
        yield terms.negation(terms.disjunction(map(feature.has, outside)))
    yield terms.disjunction(map(feature.has, values))
