"""Which mutants are tried, out of far too many: a sample that is the same every time.

The rank of a mutant in its rule is a checksum of its name, so it does not change with the others.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import zip_longest
from typing import TYPE_CHECKING
from zlib import crc32

from twinrom.proofs.mutation.mutants import GROUPS, further_mutants, group, mutants

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinrom.proofs.mutation.mutant import Mutant
    from twinrom.statemachine import Model

BUDGET = 200
EVERYTHING = 0
SEED = b"twinrom"


def all_mutants(model: Model) -> tuple[Mutant, ...]:
    """Return every mutant of every kind: the edits first."""
    return (*mutants(model), *further_mutants(model))


def chosen(model: Model, everything: Sequence[Mutant], limit: int | None) -> tuple[Mutant, ...]:
    """Return the mutants to try: all edits, and of the others a sample of `BUDGET`.

    `EVERYTHING` as the limit means all of them. Any other limit is how many there are at most:
    fewer are evenly spread over these, more have a larger sample.
    """
    if limit == EVERYTHING:
        return tuple(everything)
    edits = [m for m in everything if group(model, m) not in GROUPS]
    others = [m for m in everything if group(model, m) in GROUPS]
    budget = max(BUDGET, (limit or 0) - len(edits))
    return spread((*edits, *sample(model, others, budget)), limit)


def sample(model: Model, found: Sequence[Mutant], budget: int) -> tuple[Mutant, ...]:
    """Return so many of what is no edit, in their order, the most damaging groups first.

    Each group has half of what is left, or all that it needs; the rest goes the same way.
    """
    groups: dict[str, list[Mutant]] = {name: [] for name in GROUPS}
    for mutant in found:
        groups[group(model, mutant)].append(mutant)
    shares = dict.fromkeys(groups, 0)
    while budget and any(shares[name] < len(groups[name]) for name in groups):
        for name, members in groups.items():
            more = min(-(-budget // 2), len(members) - shares[name])
            shares[name], budget = shares[name] + more, budget - more
    taken = {m.name for name, of in groups.items() for m in _over_rules(of)[: shares[name]]}
    return tuple(m for m in found if m.name in taken)


def spread(found: Sequence[Mutant], limit: int | None) -> tuple[Mutant, ...]:
    """Return at most `limit` of them, evenly spread."""
    if limit is None or limit >= len(found):
        return tuple(found)
    return tuple(found[i * len(found) // limit] for i in range(limit))


def _over_rules(found: Iterable[Mutant]) -> list[Mutant]:
    """Return the mutants with one of each rule first, then a second one of each, and so on."""
    rules: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in found:
        rules[mutant.rule].append(mutant)
    ranked = (sorted(own, key=_rank) for own in rules.values())
    return [mutant for turn in zip_longest(*ranked) for mutant in turn if mutant is not None]


def _rank(mutant: Mutant) -> int:
    return crc32(mutant.name.encode(), crc32(SEED))
