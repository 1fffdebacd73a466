"""Questions in the languages of other tools, so that anybody can check ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.proofs.export.promela import promela
from twinrom.proofs.export.smtlib2 import DEFAULT_DEPTH, smtlib2
from twinrom.proofs.export.smv import smv
from twinrom.proofs.export.tla import configuration, tla
from twinrom.proofs.spec.standard import deadlock
from twinrom.statemachine import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.proofs.spec.question import Question

__all__ = ["FORMATS", "export", "write_export"]

FORMATS = {"promela": ".pml", "smv": ".smv", "tla": ".tla", "smtlib2": ".smt2"}


def export(
    question: Question, to: str, *, depth: int = DEFAULT_DEPTH, module: str | None = None
) -> str:
    """Return the question in the language `to`, one of `FORMATS` (with their file suffixes).

    `depth` is how far SMT-LIB 2 is unrolled; `module` is what a TLA+ module is called, by default
    as the model. Raises `InputError` when the language cannot express the question.
    """
    question = _asking_for_ends(question)
    match to:
        case "promela":
            return promela(question)
        case "smv":
            return smv(question)
        case "tla":
            return tla(question, module)
        case "smtlib2":
            return smtlib2(question, depth)
        case _:
            raise ValueError(to)


def _asking_for_ends(question: Question) -> Question:
    """Return the question with an invariant for where standing still is meant, if it says so."""
    if question.ends is None:
        return question
    ends = replace(deadlock(question), name="[ends]")  # which no property can be called
    return replace(question, properties=(*question.properties, ends))


def write_export(question: Question, to: str, depth: int, output: Path | None) -> str:
    """Write the question to a file whole and return nothing; without a file, return the text.

    A TLA+ module is called as its file, and its configuration is written beside it. Raises
    `InputError` as `export` does, and when the file cannot be written.
    """
    module = output.stem if output else None
    text = export(question, to, depth=depth, module=module)
    if output is None:
        return text
    write_whole(str(output), text)
    if to == "tla":
        write_whole(str(output.with_suffix(".cfg")), configuration(text))
    return ""
