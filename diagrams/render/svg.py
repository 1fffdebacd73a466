"""SVG: each group laid out by itself and set in rows, with title, key and notes around them.

What Graphviz draws is taken apart and put together again: ids and tooltips of the IR, one link
and one tooltip per rule on an arrow, `data-rules` with the rule instances as JSON, and a style
sheet instead of colours, so that the picture works in light and dark.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, NamedTuple

from twinrom.diagrams.render.dot import INDENT, classes, dot_source, xml_id
from twinrom.diagrams.render.frame import HEAD, Piece, framed, number
from twinrom.diagrams.render.layout import laid_out

if TYPE_CHECKING:
    from twinrom.diagrams.pictures.graph import Direction, Edge, Graph, Node
    from twinrom.diagrams.render.layout import Renderer

SVG = "http://www.w3.org/2000/svg"
WIDTH, WIDEST_HEADING = 1240.0, 420.0
DRAWN = ("path", "polygon", "polyline", "ellipse", "rect", "text")


class _Laid(NamedTuple):
    width: float
    height: float
    groups: dict[str, list[ET.Element]]
    shift: tuple[float, float]


def svg(graph: Graph, renderer: Renderer = "wasm") -> str:
    """Return the picture as SVG; raises `InputError` when the renderer is not there."""
    panels = graph.panels()
    pieces = [_piece(panel, renderer, titled=len(panels) > 1) for panel in panels]
    return framed(graph, pieces, WIDTH)


def _piece(panel: Graph, renderer: Renderer, *, titled: bool) -> Piece:
    """Lay a panel out, turned the other way when that is narrower and it would be too wide."""
    other: Direction = "TB" if panel.direction == "LR" else "LR"
    laid = _lay_out(panel, panel.direction, renderer)
    if laid.width > WIDTH:
        turned = _lay_out(panel, other, renderer)
        laid = min(laid, turned, key=lambda one: one.width)
    drawn = [_edge(edge, laid.groups[xml_id(edge.id)]) for edge in panel.edges]
    drawn += [_node(node, laid.groups[xml_id(node.id)]) for node in panel.nodes]
    inner = ET.Element("g", transform=f"translate({number(laid.shift[0])} {number(laid.shift[1])})")
    inner.extend(drawn)
    group = panel.groups[0] if panel.groups else None
    heading = min(len(panel.title) * HEAD + 16, WIDEST_HEADING) if titled else 0.0
    return Piece(max(laid.width, heading), laid.height, inner, panel.title if titled else "", group)


def _lay_out(panel: Graph, direction: Direction, renderer: Renderer) -> _Laid:
    boxes = len(panel.groups) > 1
    text = laid_out(dot_source(panel, direction, boxes=boxes), renderer)
    root = ET.fromstring(text)  # noqa: S314 - Graphviz's own output
    top = root.find(f"{{{SVG}}}g")
    if top is None:
        raise ValueError("Graphviz has drawn nothing")
    found = {}
    for group in top.iter(f"{{{SVG}}}g"):
        kind = group.get("class", "").split(" ")[0]
        if kind in ("node", "edge"):
            found[group.get("id", "")] = [_plain(e) for e in group.iter() if _tag(e) in DRAWN]
    _, _, width, height = map(float, root.get("viewBox", "0 0 0 0").split())
    shift = re.search(r"translate\((\S+) (\S+)\)", top.get("transform", ""))
    x, y = (float(shift[1]), float(shift[2])) if shift else (0.0, 0.0)
    return _Laid(width, height, found, (x, y))


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _plain(element: ET.Element) -> ET.Element:
    """Return an element without namespaces and without what the style sheet says better."""
    keep = {k: v for k, v in element.attrib.items() if not k.startswith("{") and k != "font-family"}
    made = ET.Element(_tag(element), keep)
    made.text = element.text
    return made


def _node(node: Node, drawn: list[ET.Element]) -> ET.Element:
    kind = classes(f"node {node.shape}", node.marks)
    made = ET.Element("g", {"id": xml_id(node.id), "class": kind})
    ET.SubElement(made, "title").text = node.tooltip or " ".join(node.lines)
    _set_texts(drawn, node.lines)
    made.extend(drawn)
    return made


def _edge(edge: Edge, drawn: list[ET.Element]) -> ET.Element:
    made = ET.Element("g", {"id": xml_id(edge.id), "class": classes("edge", edge.shared_marks)})
    if edge.rules:
        made.set("data-rules", json.dumps(edge.rules, ensure_ascii=False))
    if edge.tooltip:
        ET.SubElement(made, "title").text = edge.tooltip
    made.extend(e for e in drawn if e.tag != "text")
    texts = [e for e in drawn if e.tag == "text"]
    _set_texts(texts, edge.lines, INDENT)
    for part in edge.parts:
        own, texts = texts[: len(part.lines)], texts[len(part.lines) :]
        share = ET.SubElement(made, "g", {"class": classes("part", part.marks)})
        if part.link:
            share = ET.SubElement(share, "a", href=part.link)
        ET.SubElement(share, "title").text = part.tooltip or " ".join(part.lines)
        share.extend(own)
    return made


def _set_texts(drawn: list[ET.Element], lines: tuple[str, ...], indent: int = 0) -> None:
    """Give each line of text the line of the IR that it shows."""
    texts = [e for e in drawn if e.tag == "text"]
    for text, line in zip(texts, lines, strict=True):
        lead = indent + len(line) - len(line.lstrip(" "))
        text.text = "\u00a0" * lead + line.lstrip(" ")
