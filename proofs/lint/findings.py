"""What the linter reports: a code, a place, a sentence and, where it helps, a state that shows it.

A code never changes its meaning. Its letter is its severity: E is an error, W a warning.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from twinrom.statemachine import Problem

NOWHERE = "E104"  # the model cannot start: no verb can ask anything of it
CODES = {
    "E101": "two rules of one event can both happen",
    "E102": "a declared event can happen, and no rule answers it",
    "E103": "an assignment can leave the sort of its variable",
    NOWHERE: "there is no initial state",
    "E105": "an overlay adds a rule that never happens",
    "W200": "the search was not complete",
    "W201": "a rule never happens",
    "W202": "a state is never reached",
    "W203": "an automatic event has several outcomes, and sometimes none",
    "W301": "a persistent variable is written in one step",
    "W302": "persistent variables without a torn state",
    "W303": "a write reads what an earlier one changes",
    "W304": "the writes of a rule are never cut",
    "W401": "nothing carries a clause",
    "W402": "a rule names no clause",
    "W403": "a property names no clause",
    "W404": "a rule names a clause that the spec does not have",
    "W501": "a definition is never used",
    "W502": "a payload is never used",
    "W503": "a variable is never read",
    "W504": "a variable never changes",
    "W505": "a machine never moves",
    "W506": "a sort, a table or an actor is never used",
    "W601": "a variable excuses, and no property guards it",
}


@dataclass(frozen=True)
class Finding:
    """One thing that a check found; `state` is an example as text, reachable in the model."""

    code: str
    problem: Problem
    state: str | None = None

    @property
    def severity(self) -> Literal["error", "warning"]:
        """Return how bad it is."""
        return "error" if self.code.startswith("E") else "warning"

    def __str__(self) -> str:
        coded = replace(self.problem, message=f"{self.code} {self.problem.message}")
        return f"{coded}\n  in the state {self.state}" if self.state else str(coded)
