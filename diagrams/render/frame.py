"""What stands around a picture: title and description, panels in rows, the key, the notes."""

from __future__ import annotations

import re
import textwrap
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, NamedTuple

from twinrom.diagrams.pictures.rule_text import shortened
from twinrom.diagrams.render.dot import xml_id
from twinrom.diagrams.render.style import DASHES, LIGHT, THICK, style_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.diagrams.pictures.graph import Graph, Group, Mark

SVG = "http://www.w3.org/2000/svg"
GAP, MARGIN, TITLE, LINE = 16.0, 10.0, 22.0, 16.0
LETTER, HEAD, BOLD = 6.9, 8.6, 9.6
SAMPLE = 34.0
NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Piece(NamedTuple):
    """A laid-out panel: its size, its drawing, its heading and the group that it shows."""

    width: float
    height: float
    drawing: ET.Element
    heading: str
    group: Group | None


def framed(graph: Graph, pieces: Sequence[Piece], widest: float) -> str:
    """Return the whole picture: the pieces in rows of at most `widest`, one by one if need be."""
    y = MARGIN + TITLE
    body, right = [], MARGIN
    for row in _rows(pieces, widest):
        x = MARGIN
        head = TITLE if any(piece.heading for piece in row) else 0.0
        for piece in row:
            body.append(_panel(piece, x, y, head))
            x += piece.width + GAP
        right = max(right, x - GAP)
        y += max(piece.height for piece in row) + head + GAP
    width = at_least(right + MARGIN, graph.title, widest)
    key, y = key_line(graph.key, y, width)
    notes, y = note_lines(graph.notes, y, width)
    return document(graph.title, described(graph), width, y + MARGIN, [*body, *key, *notes])


def at_least(width: float, title: str, widest: float) -> float:
    """Return the width of a picture: room for its title, where that is not too long."""
    return max(width, min(widest, max(640.0, len(title) * BOLD + 2 * MARGIN)))


def document(
    title: str, told: str, width: float, height: float, body: Sequence[ET.Element]
) -> str:
    """Return an SVG with its heading, its style sheet and what it tells a screen reader."""
    heading = shortened(title, int((width - 2 * MARGIN) / BOLD))
    size = {"width": number(width), "height": number(height)}
    root = ET.Element("svg", {"xmlns": SVG, "class": "twinrom", "role": "img"} | size)
    root.set("aria-label", title)
    root.set("viewBox", f"0 0 {size['width']} {size['height']}")
    ET.SubElement(root, "title").text = title
    ET.SubElement(root, "desc").text = told
    ET.SubElement(root, "style").text = style_sheet()
    paper = {"fill": LIGHT["paper"], "class": "paper"}
    ET.SubElement(root, "rect", {"width": "100%", "height": "100%"} | paper)
    root.extend([*texts([heading], MARGIN, MARGIN + 14, "heading", 15), *body])
    return NOT_XML.sub("\ufffd", ET.tostring(root, encoding="unicode")) + "\n"


def described(graph: Graph) -> str:
    """Return the picture in one sentence and its notes, for readers who cannot see it."""
    states = sum(n.shape == "state" for n in graph.nodes)
    arrows = sum(bool(e.parts) for e in graph.edges)
    rules = len({rule for e in graph.edges for rule in e.rules})
    groups = f" in {len(graph.groups)} machines" if len(graph.groups) > 1 else ""
    text = f"{states} states{groups}, {arrows} arrows for {rules} rule instances."
    return " ".join([text, *graph.notes])


def _rows(pieces: Sequence[Piece], widest: float) -> list[list[Piece]]:
    rows: list[list[Piece]] = []
    left = 0.0
    for piece in pieces:
        if not rows or piece.width > left:
            rows.append([])
            left = widest
        rows[-1].append(piece)
        left -= piece.width + GAP
    return rows


def _panel(piece: Piece, x: float, y: float, head: float) -> ET.Element:
    made = ET.Element("g", {"class": "panel", "transform": f"translate({number(x)} {number(y)})"})
    if piece.group is not None:
        made.set("id", xml_id(piece.group.id))
        if piece.group.tooltip:
            ET.SubElement(made, "title").text = piece.group.tooltip
    if piece.heading:
        frame = {"width": number(piece.width), "height": number(piece.height + head), "rx": "6"}
        ET.SubElement(made, "rect", frame, fill="none", stroke=LIGHT["line"])
        heading = shortened(piece.heading, int((piece.width - 16) / HEAD))
        made.extend(texts([heading], 8, 16, "heading", 13))
    inner = ET.SubElement(made, "g", transform=f"translate(0 {number(head)})")
    inner.append(piece.drawing)
    return made


def key_line(
    key: Sequence[tuple[Mark, str]], y: float, width: float
) -> tuple[list[ET.Element], float]:
    """Draw a sample line and a word for each mark, as many beside each other as there is room."""
    found: list[ET.Element] = []
    x = MARGIN
    for mark, text in key:
        needed = SAMPLE + 8 + len(text) * LETTER + GAP
        if x > MARGIN and x + needed > width:
            x, y = MARGIN, y + LINE
        group = ET.Element("g", {"class": f"key edge {mark}"})
        look = {"d": f"M{number(x)},{number(y + 8)}h{number(SAMPLE)}", "fill": "none"}
        look |= {"stroke": LIGHT.get(mark, LIGHT["ink"])}
        if mark in DASHES:
            look["stroke-dasharray"] = DASHES[mark]
        if mark in THICK:
            look["stroke-width"] = "2.6"
        ET.SubElement(group, "path", look)
        part = ET.SubElement(group, "g", {"class": f"part {mark}"})
        part.extend(texts([text], x + SAMPLE + 6, y + 12, "", 11))
        found.append(group)
        x += needed
    return found, y + (LINE if key else 0)


def note_lines(
    notes: Sequence[str], y: float, width: float
) -> tuple[list[ET.Element], float]:
    """Write the notes, and return where they end."""
    letters = max(40, int((width - 2 * MARGIN) / LETTER))
    lines = [line for note in notes for line in textwrap.wrap(note, letters)]
    return texts(lines, MARGIN, y + 12, "soft", 12), y + LINE * len(lines)


def texts(  # noqa: PLR0913, PLR0917 - where, how and what
    lines: Sequence[str], x: float, y: float, kind: str, size: int, step: float = LINE
) -> list[ET.Element]:
    """Write lines below each other, the first one on `y`."""
    found = []
    for i, line in enumerate(lines):
        at = {"x": number(x), "y": number(y + i * step), "font-size": str(size)}
        text = ET.Element("text", {**at, **({"class": kind} if kind else {})})
        text.text = line
        found.append(text)
    return found


def number(value: float) -> str:
    """Return a length as the SVG writes it: two digits at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
