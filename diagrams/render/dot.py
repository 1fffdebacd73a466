"""Graphviz DOT: the text that is laid out, and that others may lay out for themselves.

Labels are plain text; everything that a file can say is escaped, so no text is markup. Nodes are
called n1, n2, ... here; the ids of the picture are in the attribute `id`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from twinrom.diagrams.render.style import LIGHT, LINE, PAINT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.diagrams.pictures.graph import Direction, Edge, Graph, Mark, Node

FONT = "DejaVu Sans"
INDENT = 2
SAFE_IN_ID = ":.,=*_-[]()"
SHAPES = {
    "state": "box", "any": "box", "start": "circle", "note": "note", "actor": "plain",
    "choice": "diamond",
}  # fmt: skip


def dot_source(graph: Graph, direction: Direction | None = None, *, boxes: bool = True) -> str:
    """Return the graph as DOT; `boxes` draws its groups."""
    import graphviz  # noqa: PLC0415 - imported when something is drawn

    dot = graphviz.Digraph("twinrom")
    dot.attr(
        "graph", rankdir=direction or graph.direction, fontname=FONT, fontsize="14", nodesep="0.3",
        ranksep="0.45", label=_label([graph.title]) if boxes else "", labelloc="t", pad="0.1",
    )  # fmt: skip
    dot.attr("node", fontname=FONT, fontsize="13", shape="box", style="rounded", margin="0.12,0.06")
    dot.attr("edge", fontname=FONT, fontsize="11", arrowsize="0.7")
    names = {node.id: f"n{i}" for i, node in enumerate(graph.nodes, 1)}
    inside = {group.id for group in graph.groups} if boxes else set()
    for node in graph.nodes:
        if node.group not in inside:
            column = {"group": xml_id(node.group)} if node.group else {}
            dot.node(names[node.id], **column, **_node(node))
    for number, group in enumerate(graph.groups if boxes else (), 1):
        with dot.subgraph(name=f"cluster_{number}") as box:
            named = {"label": _label(group.lines), "tooltip": _label([group.tooltip])}
            box.attr(id=xml_id(group.id), **named)
            for node in graph.nodes:
                if node.group == group.id:
                    box.node(names[node.id], **_node(node))
    for edge in graph.edges:
        dot.edge(names[edge.source], names[edge.target], **_edge(edge))
    return str(dot.source).replace("\0", "\ufffd")


def xml_id(name: str) -> str:
    """Return an id as the SVG has it: whatever could be misread in it is percent-encoded."""
    return quote(name, safe=SAFE_IN_ID)


def classes(kind: str, marks: frozenset[Mark]) -> str:
    """Return the CSS classes of an element: what it is, and its marks."""
    return " ".join([kind, *sorted(marks)])


def _node(node: Node) -> dict[str, Any]:
    paint = next((PAINT[m] for m in PAINT if m in node.marks), None)
    found = {
        "id": xml_id(node.id),
        "class": classes(node.shape, node.marks),
        "label": _label(node.lines, "n"),
        "shape": SHAPES[node.shape],
        "tooltip": _label(node.tooltip.split("\n"), "n"),
    }
    if node.shape == "any":
        found |= {"style": "rounded,dashed", "fontsize": "11"}
    if node.shape == "start":
        found |= {"style": "filled", "fillcolor": "#1b1b1b", "width": "0.14", "fixedsize": "true"}
    if paint or "initial" in node.marks:
        found |= {"color": paint or LIGHT["ink"], "penwidth": "2"}
    if node.marks & {"visited", "current", "bad"} and node.shape in ("state", "note"):
        fill = LIGHT["alarm" if "bad" in node.marks else "mark"]
        found |= {"style": "rounded,filled" if node.shape == "state" else "filled"}
        found |= {"fillcolor": fill}
    return found


def _edge(edge: Edge) -> dict[str, Any]:
    marks = edge.shared_marks
    lead = leading(marks)
    found = {
        "id": xml_id(edge.id),
        "class": classes("arrow", marks),
        "label": _label([" " * INDENT + line for line in edge.lines], "l"),
        "tooltip": _label(edge.tooltip.split("\n"), "n"),
        "labeltooltip": _label(edge.tooltip.split("\n"), "n"),
    }
    if edge.link:
        found["URL"] = _label([edge.link])
    if lead:
        found |= {"color": PAINT[lead], "fontcolor": PAINT[lead], "style": LINE[lead]}
    return found


def leading(marks: frozenset[Mark]) -> Mark | None:
    """Return the mark that decides how an arrow is drawn."""
    return next((m for m in PAINT if m in marks), None)


def _label(lines: Sequence[str], justify: str = "n") -> str:
    r"""Return lines as one plain label; `\l` ends a line on the left, `\n` in the middle."""
    import graphviz  # noqa: PLC0415 - imported when something is drawn

    safe = [line.replace("&", "&amp;").replace("\\", "\\\\") for line in lines]
    end = f"\\{justify}"
    text = end.join(safe) + (end if justify == "l" and safe else "")
    plain: str = graphviz.nohtml(text)
    return plain
