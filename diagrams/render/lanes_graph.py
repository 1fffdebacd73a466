"""Lanes as a `Graph`, for renderers that know nothing but nodes and arrows."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from twinrom.diagrams.pictures.graph import Edge, Graph, LabelPart, Node

if TYPE_CHECKING:
    from twinrom.diagrams.pictures.lanes import Lanes


WIDEST = 70


def lanes_graph(lanes: Lanes) -> Graph:
    """Return the run with a node per step and per cell: down each lane, and from step to cells."""
    nodes = [
        Node(f"l:{name}:0", (name, cell.state, *cell.lines), group=f"l:{name}")
        for name, cell in zip(lanes.names, lanes.start, strict=True)
    ]
    edges: list[Edge] = []
    last = {cell.lane: node.id for cell, node in zip(lanes.start, nodes, strict=True)}
    before = ""
    for row in lanes.rows:
        step = f"t:{row.number}"
        lines = (f"{row.number} {row.event}", f"{row.actor}, {row.place}", *row.guards)
        nodes.append(Node(step, lines, "note", "t", row.tooltip, row.marks))
        if before:
            edges.append(Edge(f"{before}:next", before, step))
        before = step
        for cell in row.cells:
            name = f"l:{lanes.names[cell.lane]}:{row.number}"
            text = tuple(t for t in (lanes.names[cell.lane], cell.state, *cell.lines) if t)
            bad = row.marks & {"bad"}
            nodes.append(Node(name, text, group=f"l:{lanes.names[cell.lane]}", marks=bad))
            part = LabelPart((), (row.rule,), row.tooltip, row.link, row.marks)
            edges.append(Edge(f"{name}:moved", step, name, (part,)))
            edges.append(Edge(f"{name}:before", last[cell.lane], name))
            last[cell.lane] = name
    if lanes.loop is not None and lanes.loop < len(lanes.rows):
        edges.append(Edge("t:loop", before, f"t:{lanes.loop + 1}", (LabelPart(("for ever",)),)))
    if lanes.ending:
        lines = tuple(textwrap.wrap(lanes.ending, WIDEST))
        nodes.append(Node("t:wrong", lines, "note", "t", marks=frozenset(["bad"])))
        edges += [Edge("t:wrong:arrow", before, "t:wrong")] if before else []
    notes = (*([lanes.ever] if lanes.ever else []), *lanes.notes)
    return Graph(lanes.title, tuple(nodes), tuple(edges), notes=notes)
