"""The mutants of a model, by every mutation operator, and the models that they make."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.mutation.additions import added, additions
from twinrom.proofs.mutation.detours import detoured, detours
from twinrom.proofs.mutation.edits import edited, edits
from twinrom.proofs.mutation.narrowing import narrowed, narrowings
from twinrom.proofs.mutation.splits import splits, taken_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from twinrom.proofs.mutation.mutant import Mutant
    from twinrom.statemachine import Model, Rule

APPLIED: dict[str, Callable[[Model, Mutant], Iterator[Rule]]] = {
    "narrow": narrowed, "add": added, "detour": detoured, "split": taken_apart,
}  # fmt: skip
EDITS = ("drop", "negate", "widen", "redirect", "reorder", "swap")
GROUPS = ("narrow, environment", "narrow, automatic", "detour", "add", "split", "narrow, fault")


def mutants(model: Model) -> tuple[Mutant, ...]:
    """Return every edit of the model, in the order of its rules; each has a name of its own."""
    return _named_apart(edits(model))


def further_mutants(model: Model) -> tuple[Mutant, ...]:
    """Return every narrowing, detour, addition and split; no name is that of an edit."""
    found = (*narrowings(model), *detours(model), *additions(model), *splits(model))
    return _named_apart(found)


def mutated(model: Model, mutant: Mutant) -> Model:
    """Return the model with the change made; `ground` may find that it makes no sense.

    Rules that are not changed are the same objects; those that are added come last.
    """
    rules = APPLIED.get(mutant.kind, edited)(model, mutant)
    return replace(model, rules={**model.rules, **{rule.name: rule for rule in rules}})


def changed_rules(model: Model, other: Model) -> frozenset[str]:
    """Return the names of the rules that a mutant changes or adds."""
    return frozenset(n for n, rule in other.rules.items() if model.rules.get(n) is not rule)


def group(model: Model, mutant: Mutant) -> str:
    """Return what a mutant is counted with: its kind, of narrowings also whose rule it is."""
    if mutant.kind != "narrow":
        return mutant.kind
    by = model.rules[mutant.rule].by
    return f"narrow, {by if by == 'fault' else model.actors[by]}"


def _named_apart(found: Iterable[Mutant]) -> tuple[Mutant, ...]:
    often: Counter[str] = Counter()
    named: list[Mutant] = []
    for one in found:
        often[one.name] += 1
        again = often[one.name]
        named.append(one if again == 1 else replace(one, name=f"{one.name} ({again})"))
    return tuple(named)
