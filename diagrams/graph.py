"""The diagram IR: what is drawn, before anybody decides how.

A renderer reads a `Graph` and nothing else. Whatever is drawn in the same order gives the same
bytes: nodes, edges and groups keep the order in which they were made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Mark: TypeAlias = Literal[
    "initial", "current", "visited", "goal", "bad", "fault", "added", "removed", "changed", "folded"
]
Shape: TypeAlias = Literal["state", "any", "note", "actor", "choice"]


@dataclass(frozen=True)
class Node:
    """A state, or something that stands beside states; `lines` are its label.

    `id` is unique in its graph and stays the same from run to run.
    """

    id: str
    lines: tuple[str, ...]
    shape: Shape = "state"
    group: str | None = None
    tooltip: str = ""
    marks: frozenset[Mark] = frozenset()


@dataclass(frozen=True)
class Edge:
    """An arrow; `lines` are its label, one part of an event, a guard or an effect per line.

    `rules` are the names of the rules that it stands for, `link` is where a click leads.
    """

    id: str
    source: str
    target: str
    lines: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    tooltip: str = ""
    link: str = ""
    marks: frozenset[Mark] = frozenset()


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
    direction: Literal["LR", "TB"] = "LR"
    key: tuple[tuple[Mark, str], ...] = field(default=())


__all__ = ["Edge", "Graph", "Group", "Mark", "Node", "Shape"]
