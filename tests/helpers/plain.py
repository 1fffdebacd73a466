"""Plain enumeration: the definitions of the language on an explicit graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs import holds_at, holds_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinrom.proofs import Property, Question
    from twinrom.statemachine import State, Step


def barred(step: Step, without: tuple[str, ...]) -> bool:
    """Say whether a step is by an actor, or is a fault of a kind, that `without` names."""
    rule = step.instance.rule
    return any(name == rule.by or (rule.by == "fault" and name == rule.kind) for name in without)


class Plain:
    """An explicit graph of states and steps, and the definitions on it."""

    def __init__(self, asked: Question) -> None:
        self.asked = asked
        self.layers = [list(asked.system.initial())]
        self.steps: dict[State, list[tuple[Step, State]]] = {}
        seen = set(self.layers[0])
        while self.layers[-1]:
            new: list[State] = []
            for state in self.layers[-1]:
                self.steps[state] = list(asked.system.successors(state))
                for _, after in self.steps[state]:
                    if after not in seen:
                        seen.add(after)
                        new.append(after)
            self.layers.append(new)
        automatic = asked.model.automatic
        self.own = {
            s: [
                (step.instance.index, after)
                for step, after in steps
                if automatic(step.instance.rule)
            ]
            for s, steps in self.steps.items()
        }
        self.rules = [i.index for i in asked.system.instances if automatic(i.rule)]

    def holds(self, prop: Property, state: State) -> bool:
        return holds_in(prop.goal, state, self.asked.system.entry(state.tables))

    def starts(self, prop: Property) -> list[tuple[int, State]]:
        """Return where the goal is asked for, after how many steps."""
        found = []
        for depth, layer in enumerate(self.layers):
            for state in layer:
                entry = self.asked.system.entry(state.tables)
                if not prop.stepwise and holds_in(prop.whenever, state, entry):
                    found.append((depth, state))
                if prop.stepwise:
                    found += [
                        (depth + 1, after)
                        for step, after in self.steps[state]
                        if holds_at(prop.whenever, state, step, after, entry)
                    ]
        return found

    def owing(self, prop: Property) -> int | None:
        """Return after how many steps the goal is asked for first where it does not hold."""
        return min((d for d, s in self.starts(prop) if not self.holds(prop, s)), default=None)

    def backwards(
        self, into: set[State], within: set[State], after: Callable[[State], list[State]]
    ) -> set[State]:
        """Return the states from which a path inside `within` leads into `into`."""
        found = into & within
        while True:
            more = {s for s in within - found if any(a in found for a in after(s))}
            if not more:
                return found
            found |= more

    def violation(self, prop: Property) -> int | None:
        """Return after how many steps a property is first owed in vain."""
        goal = {s for s in self.steps if self.holds(prop, s)}
        if prop.kind.key == "possible":
            reach = self.backwards(goal, set(self.steps), lambda s: [
                a for step, a in self.steps[s] if not barred(step, prop.without)])
            lost = set(self.steps) - reach
        else:
            lost = self.avoiding(set(self.steps) - goal)
        return min((d for d, s in self.starts(prop) if s in lost), default=None)

    def avoiding(self, outside: set[State]) -> set[State]:
        """Return from where a fair maximal automatic run stays outside the goal."""

        def after(state: State) -> list[State]:
            return [a for _, a in self.own[state]]

        staying = set(outside)
        while True:
            following = {s for s in staying if any(a in staying for a in after(s))}
            for rule in self.rules:
                happy = {
                    s for s in following
                    if all(r != rule for r, _ in self.own[s])
                    or any(r == rule and a in following for r, a in self.own[s])
                }  # fmt: skip
                following &= self.backwards(happy, following, after)
            if following == staying:
                break
            staying = following
        stuck = {s for s in outside if not self.own[s]}
        return self.backwards(stuck | staying, outside, after)
