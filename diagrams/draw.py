"""`twinrom draw`: which picture, in which form, and where it goes."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diagrams.machine_graph import machine_graph, model_graph
from diagrams.render import FORMS, RENDERERS, SUFFIXES, rendered
from diagrams.rule_text import DETAILS
from statemachine import InputError, did_you_mean, load_model, write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from diagrams.graph import Graph
    from diagrams.render import Form
    from statemachine import Model


@dataclass(frozen=True)
class Wanted:
    """Which picture of a model: of all machines, or of one; how much the arrows say."""

    machine: str | None = None
    each: bool = False
    labels: str = "auto"


@dataclass(frozen=True)
class Out:
    """Where a picture goes, in which form (default: what the file's name says), drawn by whom."""

    path: Path | None = None
    form: str | None = None
    renderer: str = "wasm"


@dataclass(frozen=True)
class Figure:
    """A picture that notebooks show by themselves, as SVG."""

    picture: Graph

    def svg(self) -> str:
        """Return the picture as SVG."""
        return rendered(self.picture, "svg").decode()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<Figure: {self.picture.title}>"


def figure(model: Model, machine: str | None = None) -> Figure:
    """Return a model, or one machine or template of it, as something that a notebook shows."""
    return Figure(machine_graph(model, machine) if machine else model_graph(model))


def draw(
    model: str,
    wanted: Wanted,
    out: Out,
    sorts: Mapping[str, str] | None = None,
) -> None:
    """Draw a picture of a model into a file, or a text form of it to standard output.

    Raises `InputError` when something is asked for that there is not.
    """
    form = _form(out)
    drawn = picture(load_model(model, sorts), wanted)
    made = rendered(drawn, form, "dot" if out.renderer == "dot" else "wasm")
    for note in drawn.notes:
        sys.stderr.write(f"twinrom: {note}\n")
    if out.path is None:
        sys.stdout.write(made.decode())
    else:
        _write(out.path, made)


def picture(model: Model, wanted: Wanted) -> Graph:
    """Return the picture that is wanted of a model."""
    if wanted.labels not in DETAILS:
        known = ", ".join(DETAILS)
        raise InputError.whole_file(f"--labels {wanted.labels}", "is not a kind of label", known)
    if wanted.machine is not None:
        return machine_graph(model, wanted.machine, wanted.labels)
    return model_graph(model, each=wanted.each, detail=wanted.labels)


def _form(out: Out) -> Form:
    """Return the form that was asked for, or the one that the name of the file stands for."""
    if out.renderer not in RENDERERS:
        raise InputError.whole_file(
            f"--renderer {out.renderer}", "is not a renderer", "known: `wasm`, `dot`"
        )
    if out.form is not None and out.form not in FORMS:
        raise InputError.whole_file(
            f"--as {out.form}", "is not a form", did_you_mean(out.form, FORMS)
        )
    form = out.form
    if form is None:
        form = "svg" if out.path is None else SUFFIXES.get(out.path.suffix.lower())
    if form is None:
        known = ", ".join(SUFFIXES)
        raise InputError.whole_file(
            str(out.path), "does not say in which form", f"say `--as`, or end it in {known}"
        )
    if out.path is None and form in ("png", "pdf"):
        raise InputError.whole_file(f"--as {form}", "needs a file", "say which with `--output`")
    return next(f for f in FORMS if f == form)


def _write(output: Path, made: bytes) -> None:
    try:
        text = made.decode()
    except UnicodeDecodeError:
        try:
            output.write_bytes(made)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError.whole_file(str(output), f"cannot be written: {reason}") from None
    else:
        write_whole(str(output), text)


__all__ = ["Figure", "Out", "Wanted", "draw", "figure", "picture"]
