"""A model for the tests of the language, with its states and steps as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.statemachine import State, ground, parse_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine import Model

SYSTEM = """
[sort]
Version = "1..3"
Board = ["r1", "r2"]

[table.runs_on]
of = ["Version", "Board"]
allow = [[1, "r1"], [2, "r1"], [2, "r2"]]

[machine.Controller]
instances = ["A", "B"]
states = ["off", "booting", "running"]
vars = { executing = "Version", board = "Board", busy = "bool", source = "Controller?", last = "Version?" }

[machine.Bank]
instances = ["A.active", "A.backup", "B.active", "B.backup"]
states = ["valid", "torn"]
vars = { version = "Version" }

[machine.Array]
instances = ["array"]
states = ["single", "redundant"]

[define]
newest = "max(A.executing, B.executing)"
"intact(c)" = "c.active is valid and c.backup is valid"
"at_least(v, w)" = "v >= w"
both_intact = "intact(A) and intact(B)"
"""  # noqa: E501 - one line of a model file


class World:
    """A model, with states and steps as text."""

    def __init__(self, text: str, sorts: Mapping[str, str] | None = None) -> None:
        self.model: Model = parse_model(text, sorts=sorts)
        self.system = ground(self.model)

    def state(self, values: Mapping[str, str], tables: int = 0) -> State:
        """Return the state in which everything else has its first value (`none` if it may)."""
        unknown = set(values) - set(self.system.by_name)
        assert not unknown
        codes = [v.sort.code(values[v.name]) if v.name in values else v.sort.low
                 for v in self.system.variables]
        return State(tuple(c for c in codes if c is not None), tables)

    def enabled(self, values: Mapping[str, str], tables: int = 0) -> list[str]:
        """Return the steps that can happen in a state."""
        return [str(step) for step in self.system.enabled(self.state(values, tables))]

    def changes(self, values: Mapping[str, str], wanted: str = "") -> dict[str, str]:
        """Return what the only enabled step (or the one called `wanted`) changes."""
        before = self.state(values)
        [step] = [s for s in self.system.enabled(before) if not wanted or str(s) == wanted]
        after = self.system.after(before, step)
        return {v.name: v.sort.text(new) for v, old, new in zip(
            self.system.variables, before.values, after.values, strict=True) if old != new}

    def initial(self, *names: str) -> list[tuple[str, ...]]:
        """Return the values of some variables in every initial state."""
        chosen = [self.system.by_name[name] for name in names]
        return sorted({tuple(v.sort.text(state.values[v.index]) for v in chosen)
                       for state in self.system.initial()})
