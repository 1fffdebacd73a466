"""From the reachable states to an inductive invariant: clauses until no counterexample is left."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinrom.proofs.engines.taught.bit_sets import BitSets
from twinrom.proofs.engines.taught.columns import UntaughtError, columns
from twinrom.proofs.engines.taught.features import FeatureSet
from twinrom.proofs.engines.taught.mirrors import image, mirrors
from twinrom.proofs.engines.taught.relation import Asking, Relation
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs.engines.taught.bit_sets import Cube
    from twinrom.proofs.engines.taught.features import Feature
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine.terms import Term


@dataclass(frozen=True)
class TaughtInvariant:
    """The clauses of an inductive invariant, what it carries, and what a reachable state breaks.

    `needed` are the cubes of the clauses, and `empty` all that were found empty on the way.
    """

    clauses: tuple[Term, ...]
    properties: tuple[Property, ...]
    refuted: tuple[Property, ...]
    features: tuple[Feature, ...]
    needed: tuple[Cube, ...]
    empty: tuple[Cube, ...]


def teach(
    question: Question,
    goals: Sequence[Property],
    *,
    max_states: int,
    deadline: float | None = None,
) -> TaughtInvariant:
    """Return an invariant for the goals, and for the model being without mistakes.

    Every clause holds in all reachable states. Raises `UntaughtError` when not all of them could
    be seen or kept, when the time is up, or when a reachable state has a mistake of the model.
    """
    return _Teaching(question, goals, max_states, deadline).result()


class _Teaching:
    def __init__(
        self, question: Question, goals: Sequence[Property], max_states: int,
        deadline: float | None,
    ) -> None:  # fmt: skip
        self.deadline = deadline
        self.goals = {p.name: p for p in goals}
        self.known = known = FeatureSet(question)
        self.features = known.features
        found = columns(question, known, max_states=max_states, deadline=deadline)
        self.sets = BitSets(self.features, found)
        self.mirrors = list(mirrors(question, known))
        self.relation = Relation(question, self.features, goals)
        self.cubes: dict[Cube, None] = {}
        self.refuted: dict[str, Property] = {}

    def result(self) -> TaughtInvariant:
        asking = Asking(self.relation)
        try:
            self._learn(asking)
        finally:
            asking.close()
        kept = self._needed()
        clauses = tuple(
            terms.negation(terms.conjunction(self.features[f].among(v) for f, v in cube))
            for cube in kept
        )
        proved = tuple(p for n, p in self.goals.items() if n not in self.refuted)
        return TaughtInvariant(clauses, proved, tuple(self.refuted.values()), self.features,
                               tuple(kept), tuple(self.cubes))

    # ------------------------------------------------------------ learning

    def _learn(self, asking: Asking) -> None:
        """Add clauses until nothing in all of them breaks a goal or leads out of one."""
        broken = self._goal(asking)
        small = len(self.known.variables) + len(self.known.rows)
        leads_out = [self._add(asking, cube) for cube in self.sets.pairs(small)]
        anything = asking.some([broken, *leads_out])
        while asking.holds(anything):
            if self.deadline is not None and time.monotonic() > self.deadline:
                raise UntaughtError("out of time")
            state = asking.state()
            cube = self.sets.around(state)
            if cube is None:
                self._refute(asking)
                anything = asking.some([self._goal(asking), *leads_out])
                continue
            new = [self._add(asking, c) for c in dict.fromkeys((cube, *self._mirrored(cube)))]
            leads_out += new
            anything = asking.some([anything, *new])

    def _goal(self, asking: Asking) -> int:
        """Return a literal that implies that a goal is broken, or that the model is wrong."""
        goals = [literal for name, literal in self.relation.goals.items()
                 if name not in self.refuted]
        return asking.some([*goals, self.relation.mistake])

    def _add(self, asking: Asking, cube: Cube) -> int:
        """Exclude a cube; return a literal that implies that the step leads into it."""
        self.cubes[cube] = None
        asking.exclude(cube)
        return asking.entered(cube)

    def _mirrored(self, cube: Cube) -> list[Cube]:
        """Return the images of a cube that are empty, too."""
        images = [image(cube, mirror) for mirror in self.mirrors]
        return [c for c in images if c is not None and c not in self.cubes and self.sets.empty(c)]

    def _refute(self, asking: Asking) -> None:
        """Give up the goals that a reachable state breaks."""
        goals = self.relation.goals
        holding = asking.true(goals.values())
        broken = [n for n, x in goals.items() if x in holding and n not in self.refuted]
        if not broken:
            raise UntaughtError("a reachable state has a mistake of the model")
        self.refuted |= {name: self.goals[name] for name in broken}

    # ------------------------------------------------------------ trimming

    def _needed(self) -> list[Cube]:
        """Return the cubes that some unsatisfiable core asks for, from the goals on.

        Those of the goals, then those that keep these, and so on: together they are inductive.
        """
        asking = Asking(self.relation)
        try:
            switches = {asking.literal(): cube for cube in self.cubes}
            for switch, cube in switches.items():
                asking.exclude(cube, unless=(-switch,))
            needed: set[int] = set()
            question = self._goal(asking)
            while True:
                if asking.holds(*switches, question):
                    raise AssertionError("the clauses of a taught invariant do not carry it")
                new = asking.core() & switches.keys() - needed
                if not new:
                    return [cube for switch, cube in switches.items() if switch in needed]
                needed |= new
                question = asking.some([asking.entered(switches[s]) for s in sorted(new)])
        finally:
            asking.close()
