"""`twinrom draw`: which picture, in which form, and where it goes."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinrom.diagrams.drawing.wanted import Wanted, picture
from twinrom.diagrams.pictures.machine_graph import machine_graph, model_graph
from twinrom.diagrams.render import FORMS, RENDERERS, SUFFIXES, rendered
from twinrom.statemachine import InputError, did_you_mean, write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.diagrams.render import Form, Picture
    from twinrom.statemachine import Model


@dataclass(frozen=True)
class Out:
    """Where a picture goes, in which form (default: what the file's name says), drawn by whom."""

    path: Path | None = None
    form: str | None = None
    renderer: str = "wasm"


@dataclass(frozen=True)
class Figure:
    """A picture that notebooks show by themselves, as SVG."""

    picture: Picture

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


def draw(model: str, wanted: Wanted, out: Out) -> None:
    """Draw a picture of a model into a file, or a text form of it to standard output.

    Notes on what was folded or cut go to standard error too. Raises `InputError` when something
    is asked for that there is not.
    """
    form = _form(out)
    if form == "markdown" and wanted.labels == "auto":
        wanted = replace(wanted, labels="full")
    drawn = picture(model, wanted)
    made = rendered(drawn, form, "dot" if out.renderer == "dot" else "wasm")
    for note in drawn.notes:
        sys.stderr.write(f"twinrom: {note}\n")
    if out.path is None:
        sys.stdout.write(made.decode())
    else:
        write_whole(str(out.path), made)


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
