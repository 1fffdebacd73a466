"""Lanes as SVG: drawn without Graphviz, for every place is given by the step and the lane."""

from __future__ import annotations

import json
import textwrap
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from twinrom.diagrams.pictures.rule_text import shortened
from twinrom.diagrams.render.dot import classes, xml_id
from twinrom.diagrams.render.frame import (
    MARGIN,
    TITLE,
    at_least,
    document,
    key_line,
    note_lines,
    number,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.diagrams.pictures.lanes import Cell, Lanes, Row

WIDTH = 1240.0
ACTORS, LOOP = 270.0, 26.0
NARROWEST, BROADEST = 84.0, 190.0
LETTER, SMALL, BOLD = 7.2, 6.6, 9.6
STATE, LINE, PAD = 22.0, 13.0, 12.0


def lanes_svg(lanes: Lanes) -> str:
    """Return the run as SVG; every step is a group `t:NUMBER` with its rule as `data-rules`."""
    return _Drawing(lanes).svg()


class _Drawing:
    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        room = WIDTH - ACTORS - LOOP - 2 * MARGIN
        self.lane = min(max(room / max(len(lanes.names), 1), NARROWEST), BROADEST)
        self.left = MARGIN + LOOP
        self.width = self.left + ACTORS + self.lane * len(lanes.names) + MARGIN
        self.width = at_least(self.width, lanes.title, WIDTH)
        self.body: list[ET.Element] = []
        self.tops: list[float] = []

    def middle(self, lane: int) -> float:
        return self.left + ACTORS + (lane + 0.5) * self.lane

    def svg(self) -> str:
        lanes = self.lanes
        y = MARGIN + TITLE
        heads = [self.wrap(name, BOLD) for name in lanes.names]
        for i, lines in enumerate(heads):
            head = ET.Element("g", {"id": xml_id(f"l:{lanes.names[i]}"), "class": "lane"})
            head.extend(texts(lines, self.middle(i), y + 14, "heading middle", 13))
            self.body.append(head)
        self.body.extend(texts(["who, and what"], self.left + 8, y + 14, "heading", 13))
        y += 16.0 * max(map(len, heads), default=1) + 8
        top = y
        self.body.extend(texts(["the start"], self.left + 8, y + 15, "soft", 12))
        y = self.cells(self.body, lanes.start, y) + PAD
        for row in lanes.rows:
            self.tops.append(y)
            y = self.row(row, y) + PAD
        lifelines = [self.lifeline(i, top, y) for i in range(len(lanes.names))]
        self.loop(y)
        y = self.ending(y)
        key, y = key_line(lanes.key, y + 4, self.width)
        notes, y = note_lines(lanes.notes, y, self.width)
        steps = f"A run of {len(lanes.rows)} steps on {len(lanes.names)} machines."
        told = " ".join([steps, lanes.ever, lanes.ending, *lanes.notes]).strip()
        return document(
            lanes.title, " ".join(told.split()), self.width, y + MARGIN,
            [*lifelines, *self.body, *key, *notes],
        )  # fmt: skip

    def lifeline(self, lane: int, top: float, bottom: float) -> ET.Element:
        x = number(self.middle(lane))
        line = {"d": f"M{x},{number(top)}V{number(bottom)}", "class": "lifeline"}
        return ET.Element("path", line, fill="none", stroke="#b9c0c8")

    def row(self, row: Row, y: float) -> float:
        """Draw one step from `y` downwards and return where it ends."""
        kind = classes("step", row.marks)
        group = ET.Element("g", {"id": f"t:{row.number}", "class": kind})
        group.set("data-rules", json.dumps([row.rule], ensure_ascii=False))
        ET.SubElement(group, "title").text = row.tooltip
        sign = "! " if "bad" in row.marks else ""
        event = textwrap.wrap(f"{sign}{row.number}  {row.event}", int((ACTORS - 16) / LETTER))
        lines = [f"{row.actor}, {row.place}"]
        for i, guard in enumerate(row.guards):
            lead, end = " " if i else "[", "]" if i == len(row.guards) - 1 else ""
            lines += textwrap.wrap(lead + guard + end, int((ACTORS - 20) / SMALL))
        height = 8 + 15.0 * (len(event) + len(lines))
        box = {"x": number(self.left), "y": number(y), "width": number(ACTORS - 14)}
        if row.cells:
            self.arrow(group, row, y + STATE / 2)
        actor = ET.SubElement(group, "g", {"class": classes("node actor", row.marks)})
        ET.SubElement(actor, "rect", box, height=number(height), rx="4", fill="#f1f4f8",
                      stroke="#1b1b1b")  # fmt: skip
        part = ET.SubElement(actor, "g", {"class": classes("part", row.marks)})
        if row.link:
            part = ET.SubElement(part, "a", href=row.link)
        part.extend(texts(event, self.left + 8, y + 15, "", 12, 15.0))
        last = y + 15 + 15.0 * len(event)
        actor.extend(texts(lines, self.left + 8, last, "soft", 11, 15.0))
        below = self.cells(group, row.cells, y, bad="bad" in row.marks)
        self.body.append(group)
        return max(y + height, below)

    def arrow(self, group: ET.Element, row: Row, y: float) -> None:
        """Draw the line from the actor to the lanes that the step changes."""
        line = ET.SubElement(group, "g", {"class": classes("edge", row.marks)})
        start = self.left + ACTORS - 14
        ends = [self.edge(cell) for cell in row.cells]
        path = {"d": f"M{number(start)},{number(y)}H{number(max(ends) - 6)}", "fill": "none"}
        ET.SubElement(line, "path", path, stroke="#1b1b1b")
        for x in ends:
            tip = f"{number(x)},{number(y)} {number(x - 8)},{number(y - 4)} "
            ET.SubElement(line, "polygon", points=f"{tip}{number(x - 8)},{number(y + 4)}")

    def edge(self, cell: Cell) -> float:
        """Return the left end of what a cell draws."""
        if cell.state:
            return self.middle(cell.lane) - self.box(cell.state) / 2
        widest = max(map(len, self.wrapped(cell)), default=0)
        return self.middle(cell.lane) - widest * SMALL / 2 - 4

    def box(self, state: str) -> float:
        return min(max(len(state) * LETTER + 14, 40.0), self.lane - 4)

    def wrapped(self, cell: Cell) -> list[str]:
        return [part for line in cell.lines for part in self.wrap(line)]

    def wrap(self, text: str, letter: float = SMALL) -> list[str]:
        letters = max(8, int((self.lane - 8) / letter))
        return textwrap.wrap(text, letters, break_on_hyphens=False)

    def cells(
        self, parent: ET.Element | list[ET.Element], cells: Sequence[Cell], y: float,
        *, bad: bool = False,
    ) -> float:  # fmt: skip
        """Draw states as boxes with changed variables below; return where the lowest one ends."""
        bottom = y + STATE
        for cell in cells:
            group = ET.Element("g", {"class": "node state" + (" bad" if bad else "")})
            x, below = self.middle(cell.lane), y
            if cell.state:
                width = self.box(cell.state)
                label = shortened(cell.state, max(8, int((width - 8) / SMALL)))
                told = f"{self.lanes.names[cell.lane]} is {cell.state}"
                ET.SubElement(group, "title").text = told
                ET.SubElement(
                    group, "rect", x=number(x - width / 2), y=number(y), rx="8", fill="#f1f4f8",
                    width=number(width), height=number(STATE), stroke="#1b1b1b",
                )  # fmt: skip
                group.extend(texts([label], x, y + 15, "middle", 12 if label == cell.state else 11))
                below += STATE + 2
            lines = self.wrapped(cell)
            if not cell.state:
                half = max(map(len, lines), default=0) * SMALL / 2 + 4
                ET.SubElement(
                    group, "rect", {"class": "backing", "height": number(LINE * len(lines) + 6)},
                    x=number(x - half), y=number(y + 2), width=number(2 * half), fill="#ffffff",
                )  # fmt: skip
            first = below + (11 if cell.state else 15)
            group.extend(texts(lines, x, first, "middle halo", 11, LINE))
            bottom = max(bottom, below + LINE * len(lines) + 6)
            parent.append(group)
        return bottom

    def loop(self, bottom: float) -> None:
        """Draw the way back from the end of a lasso to where its loop starts."""
        loop = self.lanes.loop
        if loop is None:
            return
        if loop < len(self.lanes.rows):
            group = ET.Element("g", {"id": "t:loop", "class": "edge loop"})
            top, low = self.tops[loop] + 8, bottom - PAD - 8
            x, out = self.left - 2, self.left - LOOP + 8
            way = f"M{number(x)},{number(low)}H{number(out)}V{number(top)}H{number(x - 6)}"
            ET.SubElement(group, "path", d=way, fill="none", stroke="#1b1b1b")
            tip = f"{number(x)},{number(top)} {number(x - 8)},{number(top - 4)} "
            ET.SubElement(group, "polygon", points=f"{tip}{number(x - 8)},{number(top + 4)}")
            self.body.append(group)

    def ending(self, y: float) -> float:
        """Write what goes on for ever, and what is wrong, in full."""
        letters = int((self.width - 2 * MARGIN - LOOP - 20) / SMALL)
        ever = textwrap.wrap(self.lanes.ever, letters)
        self.body.extend(texts(ever, self.left + 8, y + 14, "heading", 13))
        y += 18.0 * len(ever)
        lines = textwrap.wrap(self.lanes.ending, letters)
        if lines:
            group = ET.Element("g", {"id": "t:wrong", "class": "node note bad"})
            height = 14 + 16.0 * len(lines)
            ET.SubElement(
                group, "rect", x=number(self.left), y=number(y + 4), rx="4", fill="#ffe3e6",
                width=number(self.width - self.left - MARGIN), height=number(height),
                stroke="#b00020",
            )  # fmt: skip
            group.extend(texts(lines, self.left + 8, y + 22, "", 12))
            self.body.append(group)
            y += height + 10
        return y + 4
