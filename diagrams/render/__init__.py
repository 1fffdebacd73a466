"""Renderers: a picture as SVG, DOT, Mermaid, PlantUML or a Markdown table; PNG and PDF by `dot`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from diagrams.render.dot import dot_source
from diagrams.render.layout import RENDERERS, Renderer, system_dot
from diagrams.render.svg import svg

if TYPE_CHECKING:
    from diagrams.graph import Graph

Form: TypeAlias = Literal["svg", "dot", "png", "pdf"]
FORMS: tuple[Form, ...] = get_args(Form)
SUFFIXES: dict[str, Form] = {
    ".svg": "svg", ".dot": "dot", ".gv": "dot", ".png": "png", ".pdf": "pdf",
}  # fmt: skip


def rendered(picture: Graph, form: Form, renderer: Renderer = "wasm") -> bytes:
    """Return the picture in one of the forms; the same picture gives the same bytes.

    Raises `InputError` when what draws it is not there. PNG and PDF need the program `dot`.
    """
    match form:
        case "svg":
            return svg(picture, renderer).encode()
        case "dot":
            return dot_source(picture).encode()
        case "png" | "pdf":
            return system_dot(dot_source(picture), form)


__all__ = ["FORMS", "RENDERERS", "SUFFIXES", "Form", "Renderer", "dot_source", "rendered", "svg"]
