"""A run marked on state diagrams: states and arrows that it passes, step by step."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.diagrams.pictures.graph import Edge, Graph, Mark, Node
    from twinrom.statemachine import Trace, TransitionSystem

MOST_NUMBERS = 4
KEY: tuple[tuple[Mark, str], ...] = (("visited", "passed by the run; # the numbers of its steps"),)


def highlighted(
    graph: Graph, system: TransitionSystem, trace: Trace, told: tuple[str, ...] = (), *, bad: bool
) -> Graph:
    """Return the state diagrams of `graph` that the run touches, with the run marked on them.

    The graph shows machines, not templates. `told` are notes on the run; `bad`: it ends where a
    property breaks.
    """
    walk = _Walk(system, trace)
    arrows = {edge.id: walk.steps(edge, graph) for edge in graph.edges}
    touched = {n.group for n in graph.nodes for e in graph.edges
               if arrows[e.id] and n.id == e.source}  # fmt: skip
    groups = tuple(g for g in graph.groups if g.id in touched) or graph.groups
    kept = {group.id for group in groups}
    nodes = tuple(walk.node(n, bad=bad) for n in graph.nodes if n.group in kept)
    inside = {node.id for node in nodes}
    edges = tuple(walk.marked(e, arrows[e.id]) for e in graph.edges if e.source in inside)
    left = [" ".join(g.lines) for g in graph.groups if g.id not in kept]
    notes = (f"Not drawn, for no step touches them: {', '.join(left)}.",) if left else ()
    title = f"{graph.title}: a run of {len(trace.steps)} steps"
    return replace(
        graph, title=title, nodes=nodes, edges=edges, groups=groups,
        notes=(*told, *graph.notes, *notes), key=(*graph.key, *KEY),
    )  # fmt: skip


class _Walk:
    def __init__(self, system: TransitionSystem, trace: Trace) -> None:
        self.trace = trace
        machines = [v for v in system.variables if v.machine]
        self.where = {
            v.name: [v.sort.text(state.values[v.index]) for state in trace.states]
            for v in machines
        }

    def steps(self, edge: Edge, graph: Graph) -> list[int]:
        """Return the numbers of the steps, from 1, that go along an arrow."""
        ends = {node.id: node for node in graph.nodes if node.id in (edge.source, edge.target)}
        source, target = ends[edge.source], ends[edge.target]
        where = self.where.get((source.group or "").removeprefix("m:"), [])
        found = []
        for number, (before, after) in enumerate(pairwise(where), 1):
            rule = self.trace.steps[number - 1].instance.name
            there = before in source.states and after in target.states
            stays = edge.source != edge.target or before == after
            if rule in edge.rules and there and stays:
                found.append(number)
        return found

    def node(self, node: Node, *, bad: bool) -> Node:
        """Return a state with its mark: passed, or where the run ends."""
        where = self.where.get((node.group or "").removeprefix("m:"), [])
        if node.shape != "state" or node.states[0] not in where:
            return node
        marks: set[Mark] = {"visited"}
        lines = node.lines
        if where[-1] == node.states[0]:
            marks.add("bad" if bad else "current")
            lines = (*lines, "(the end)")
        return replace(node, lines=lines, marks=node.marks | marks)

    def marked(self, edge: Edge, steps: Sequence[int]) -> Edge:
        """Return an arrow with the numbers of its steps, each at the rule that it is of."""
        if not steps:
            return edge
        parts = []
        for part in edge.parts:
            own = [n for n in steps if self.trace.steps[n - 1].instance.name in part.rules]
            shown = ", ".join(f"#{number}" for number in own[:MOST_NUMBERS])
            more = f" and {len(own) - MOST_NUMBERS} more" if len(own) > MOST_NUMBERS else ""
            first = f"{shown}{more} {part.lines[0]}" if own else part.lines[0]
            parts.append(replace(part, lines=(first, *part.lines[1:])))
        return replace(edge, parts=tuple(parts), marks=edge.marks | {"visited"})
