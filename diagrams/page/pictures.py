"""The picture of one machine; a page gets it from here and from nowhere else."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from twinrom.diagrams.pictures.machine_graph import machine_graph
from twinrom.diagrams.render.svg import SVG, svg

if TYPE_CHECKING:
    from twinrom.statemachine import Model


def machine_picture(model: Model, machine: str) -> Markup:
    """Return the picture of a machine as SVG: each state has the id `s:MACHINE:STATE`.

    Arrows have `data-rules`, the JSON list of the rule instances that they stand for. The page has
    the style sheet of all pictures once.
    """
    drawn = svg(replace(machine_graph(model, machine, "names"), key=()))
    return Markup(drawn)  # noqa: S704 - the renderer escapes what it writes


def placed(picture: Markup, prefix: str) -> Markup:
    """Return a picture whose ids begin with `prefix-`, without a style sheet of its own.

    It has no links: it is one picture to a screen reader, which could not say where they are.
    """
    ET.register_namespace("", SVG)
    root = ET.fromstring(picture)  # noqa: S314 - our own output
    for style in root.findall(f"{{{SVG}}}style"):
        root.remove(style)
    for element in root.iter():
        if "id" in element.attrib:
            element.set("id", f"{prefix}-{element.attrib['id']}")
        element.attrib.pop("href", None)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - escaped again
