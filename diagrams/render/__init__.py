"""Renderers: a picture as SVG, DOT, Mermaid, PlantUML or a Markdown table; PNG and PDF by `dot`."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from twinrom.diagrams.pictures.graph import Graph
from twinrom.diagrams.pictures.lanes import Lanes
from twinrom.diagrams.render import markdown, mermaid, plantuml
from twinrom.diagrams.render.dot import dot_source
from twinrom.diagrams.render.lanes_graph import lanes_graph
from twinrom.diagrams.render.lanes_svg import lanes_svg
from twinrom.diagrams.render.layout import RENDERERS, Renderer, system_dot
from twinrom.diagrams.render.svg import svg

Picture: TypeAlias = Graph | Lanes
Form: TypeAlias = Literal["svg", "dot", "mermaid", "plantuml", "markdown", "png", "pdf"]
FORMS: tuple[Form, ...] = get_args(Form)
SUFFIXES: dict[str, Form] = {
    ".svg": "svg", ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid",
    ".puml": "plantuml", ".plantuml": "plantuml", ".md": "markdown", ".png": "png", ".pdf": "pdf",
}  # fmt: skip


def rendered(picture: Picture, form: Form, renderer: Renderer = "wasm") -> bytes:
    """Return the picture in one of the forms; the same picture gives the same bytes.

    Raises `InputError` when what draws it is not there. PNG and PDF need the program `dot`.
    """
    if form in ("png", "pdf"):
        return system_dot(_dot(picture), form)
    return _text(picture, form, renderer).encode()


def _text(picture: Picture, form: Form, renderer: Renderer) -> str:
    if form == "dot":
        return _dot(picture)
    if isinstance(picture, Lanes):
        of_lanes = {
            "mermaid": mermaid.sequence_diagram, "plantuml": plantuml.sequence_diagram,
            "markdown": markdown.lanes_table,
        }  # fmt: skip
        return of_lanes.get(form, lanes_svg)(picture)
    of_graphs = {
        "mermaid": mermaid.state_diagram, "plantuml": plantuml.state_diagram,
        "markdown": markdown.graph_tables,
    }  # fmt: skip
    return of_graphs[form](picture) if form in of_graphs else svg(picture, renderer)


def _dot(picture: Picture) -> str:
    return dot_source(lanes_graph(picture) if isinstance(picture, Lanes) else picture)


__all__ = [
    "FORMS", "RENDERERS", "SUFFIXES", "Form", "Picture", "Renderer", "dot_source", "rendered",
]  # fmt: skip
