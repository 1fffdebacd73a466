"""The diagram IR: what is drawn, before anybody decides how.

A renderer reads a `Graph` and nothing else. Whatever is drawn in the same order gives the same
bytes: nodes, edges and groups keep the order in which they were made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Mark: TypeAlias = Literal[
    "initial", "current", "visited", "goal", "bad", "fault", "environment", "automatic",
    "added", "removed", "changed", "folded",
]  # fmt: skip
Shape: TypeAlias = Literal["state", "any", "start", "note", "actor", "choice"]
Direction: TypeAlias = Literal["LR", "TB"]


@dataclass(frozen=True)
class Node:
    """A state, or something that stands beside states; `lines` are its label.

    `id` is unique in its graph and stays the same from run to run. `states` are the names of the
    states of a machine that it stands for.
    """

    id: str
    lines: tuple[str, ...]
    shape: Shape = "state"
    group: str | None = None
    tooltip: str = ""
    marks: frozenset[Mark] = frozenset()
    states: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelPart:
    """The share that one rule has in an arrow: a line for its event, its guard, its effect.

    `rules` are the names of the rule instances it stands for, `link` is where a click leads;
    `tooltip` has in full what `lines` shorten.
    """

    lines: tuple[str, ...]
    rules: tuple[str, ...] = ()
    tooltip: str = ""
    link: str = ""
    marks: frozenset[Mark] = frozenset()


@dataclass(frozen=True)
class Edge:
    """An arrow with one part for each rule that leads the same way."""

    id: str
    source: str
    target: str
    parts: tuple[LabelPart, ...] = ()
    marks: frozenset[Mark] = frozenset()

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the whole label."""
        return tuple(line for part in self.parts for line in part.lines)

    @property
    def rules(self) -> tuple[str, ...]:
        """Return the names of the rule instances it stands for, each once."""
        return tuple(dict.fromkeys(rule for part in self.parts for rule in part.rules))

    @property
    def tooltip(self) -> str:
        """Return the tooltips of its parts."""
        return "\n\n".join(part.tooltip for part in self.parts if part.tooltip)

    @property
    def link(self) -> str:
        """Return where a click on the arrow itself leads: to what its first part links to."""
        return next((part.link for part in self.parts if part.link), "")

    @property
    def shared_marks(self) -> frozenset[Mark]:
        """Return its own marks and those that all its parts have: how the line is drawn."""
        parts = [part.marks for part in self.parts]
        return self.marks | (frozenset.intersection(*parts) if parts else frozenset())


@dataclass(frozen=True)
class Group:
    """A box around nodes: a machine among others, or what was folded together."""

    id: str
    lines: tuple[str, ...]
    tooltip: str = ""
    marks: frozenset[Mark] = frozenset()


@dataclass(frozen=True)
class Graph:
    """What is drawn, with a title; `notes` say what was folded or left out."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()
    direction: Direction = "TB"
    key: tuple[tuple[Mark, str], ...] = field(default=())

    def panels(self) -> tuple[Graph, ...]:
        """Return one graph per group when no arrow leads from one to another, else the whole."""
        of = {node.id: node.group for node in self.nodes}
        apart = all(of[edge.source] == of[edge.target] for edge in self.edges)
        if not self.groups or not apart or None in of.values():
            return (self,)
        return tuple(
            Graph(
                " ".join(group.lines),
                tuple(n for n in self.nodes if n.group == group.id),
                tuple(e for e in self.edges if of[e.source] == group.id),
                (group,),
                direction=self.direction,
            )
            for group in self.groups
        )
