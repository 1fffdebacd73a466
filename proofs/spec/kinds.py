"""The kinds of property: what each says of runs, and what weighs how much when it is broken.

A kind is added to the union at the end. Whatever a later room does for each of them by itself, a
`match` there does, which type checkers find wanting: how the search decides a kind (`liveness`),
how its counterexamples are checked (`verdicts.counterexample`), and how they are told.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinrom.proofs.spec.schema import (
        MustShape,
        PossibleShape,
        PropertyShape,
        ReadsShape,
        ResponseShape,
        SpecShape,
    )


@dataclass(frozen=True)
class PropertyKind(ABC):
    """What all properties of a kind have in common.

    `key` is the section of a spec that has them, and `goal` the key of what they ask for. One of a
    `safety` kind is broken by a single state or step; the others are decided where every reachable
    state is known. `weight`: 0 where it is unsafe to break one, 1 where that is not to recover,
    2 where that departs from a clause.
    Where `whenever_in_step` or `goal_in_step` holds, that part is read with the words for steps.
    """

    key: ClassVar[str]
    goal: ClassVar[str]
    safety: ClassVar[bool] = False
    weight: ClassVar[int] = 1
    whenever_in_step: ClassVar[bool] = False
    goal_in_step: ClassVar[bool] = False

    @abstractmethod
    def written(self, spec: SpecShape) -> Mapping[str, PropertyShape]:
        """Return what a spec has of this kind, by name."""

    def __str__(self) -> str:
        """Return the key."""
        return self.key


class SafetyKind(PropertyKind):
    """A kind that is broken by a single state or step, at the end of a run."""

    goal = "must"
    safety = True
    weight = 0


class InvariantKind(SafetyKind):
    """In every reachable state where `whenever` holds, the goal holds."""

    key = "invariant"

    def written(self, spec: SpecShape) -> Mapping[str, MustShape]:
        """Return the invariants of a spec."""
        return spec.invariant


class DeadlockKind(InvariantKind):
    """The invariant that something can go on, asked of every model: without it nothing recovers."""

    weight = 1


class DutyKind(InvariantKind):
    """The invariant that a declared event is answered: nothing comes of what happens otherwise."""

    weight = 1


class StepKind(SafetyKind):
    """In every step of which `whenever` holds, the goal holds."""

    key = "step"
    whenever_in_step = goal_in_step = True

    def written(self, spec: SpecShape) -> Mapping[str, MustShape]:
        """Return the step properties of a spec."""
        return spec.step


class ResponseKind(PropertyKind):
    """Wherever `whenever` holds, automatic steps alone lead to the goal, if they are fair."""

    key = "response"
    goal = "eventually"
    whenever_in_step = True

    def written(self, spec: SpecShape) -> Mapping[str, ResponseShape]:
        """Return the responses of a spec."""
        return spec.response


class PossibleKind(PropertyKind):
    """From every reachable state where `whenever` holds, some run leads to the goal."""

    key = "possible"
    goal = "can"

    def written(self, spec: SpecShape) -> Mapping[str, PossibleShape]:
        """Return the possible properties of a spec."""
        return spec.possible


class ReadsKind(PropertyKind):
    """No rule but some names a state or a variable: of the text, so that no engine decides it."""

    key = "reads"
    goal = "of"
    weight = 2

    def written(self, spec: SpecShape) -> Mapping[str, PropertyShape]:
        """Return nothing: what a spec has of them has a shape of its own."""
        del spec
        return {}


Kind: TypeAlias = InvariantKind | StepKind | ResponseKind | PossibleKind | ReadsKind
READS = ReadsKind()
KINDS: tuple[Kind, ...] = tuple(k for kind in get_args(Kind) if (k := kind()) != READS)
SAFETY: frozenset[Kind] = frozenset(kind for kind in KINDS if kind.safety)


def carriers(spec: SpecShape) -> Iterator[tuple[Kind, str, PropertyShape | ReadsShape]]:
    """Yield everything that may carry a clause, with its kind and its name."""
    yield from written_properties(spec)
    for name, shape in spec.reads.items():
        yield READS, name, shape


def written_properties(spec: SpecShape) -> Iterator[tuple[Kind, str, PropertyShape]]:
    """Yield every property of a spec with its kind and its name."""
    for kind in KINDS:
        for name, shape in kind.written(spec).items():
            yield kind, name, shape
