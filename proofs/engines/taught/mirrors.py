"""Mirrors: what a clause says of one machine, said of another of the same template.

A guess by names alone; whether the clause holds, the reachable states say.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from twinrom.proofs.engines.taught.features import atom_of
from twinrom.proofs.spec.symmetry import renamed
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs.engines.taught.bit_sets import Cube
    from twinrom.proofs.engines.taught.features import FeatureSet
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import Sort
    from twinrom.statemachine.terms import Term

Mirror: TypeAlias = "dict[tuple[int, int], tuple[int, int]]"


def mirrors(question: Question, known: FeatureSet) -> Iterator[Mirror]:
    """Yield for each two neighbours of a template where each value of a feature goes.

    Parts of machines go where their machines go.
    """
    for template in question.model.templates.values():
        whole = [name for name in template.instances if "." not in name]
        for a, b in pairwise(whole):
            yield _mirror(question, known, {a: b, b: a})


def _mirror(question: Question, known: FeatureSet, names: dict[str, str]) -> Mirror:
    system = question.system
    of_name = {v.name: v.index for v in system.variables}
    variables = {v.index: of_name.get(renamed(v.name, names)) for v in system.variables}

    def leaf(t: Term) -> Term | None:
        other = variables[t.value] if t.operator == "variable" else None
        return None if other is None else system.variables[other].term()

    places = {f.term: i for i, f in enumerate(known.features)}
    found: Mirror = {}
    for v in system.variables:
        other = variables[v.index]
        for code in v.sort.codes():
            value = _code(v.sort, code, names)
            if other is not None and value is not None:
                found[v.index, code - v.sort.low] = (other, value - v.sort.low)
    for feature in known.atoms:
        core = feature.term
        image = terms.rebuild(core, leaf, {})
        place = places.get(atom_of(system, image) if image.operator == "equal" else image)
        if place is not None:
            found |= {(places[core], v): (place, v) for v in range(feature.size)}
    free: list[tuple[str, tuple[int | None, ...]]] = list(system.choices.rows)
    start = len(known.variables)
    for number, (name, row) in enumerate(system.choices.rows):
        codes = [_code(s, c, names) for s, c in zip(system.tables[name].of, row, strict=True)]
        if (name, tuple(codes)) in free:
            place_of = start + free.index((name, tuple(codes)))
            found |= {(start + number, v): (place_of, v) for v in range(2)}
    return found



def _code(sort: Sort, code: int, names: dict[str, str]) -> int | None:
    """Return the code of the value with its machine renamed."""
    if sort.labels is None or sort.text(code) not in names:
        return code
    return sort.code(names[sort.text(code)])


def image(cube: Cube, mirror: Mirror) -> Cube | None:
    """Return the cube with each value of a feature put to another; None where one has no place."""
    moved = [mirror.get((f, v)) for f, values in cube for v in values]
    if None in moved:
        return None
    found: dict[int, list[int]] = {}
    for feature, value in filter(None, moved):
        found.setdefault(feature, []).append(value)
    return tuple((f, tuple(sorted(values))) for f, values in sorted(found.items()))
