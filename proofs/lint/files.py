"""Lint by file name: which files are models, which are specs, and which belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.lint.lint import lint
from twinrom.proofs.spec.posing import pose_read
from twinrom.proofs.spec.spec import shipped_specs, spec_for
from twinrom.statemachine import (
    Document,
    InputError,
    build_model,
    find_file,
    shipped_models,
    shipped_policies,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinrom.proofs.lint.findings import Finding
    from twinrom.statemachine import Problem

MODEL_KEYS = {"machine", "include", "extends"}


def lint_files(
    names: Sequence[str], spec: str | None = None, sorts: Mapping[str, str] | None = None
) -> list[Finding]:
    """Return the findings for each file; one with machines, `include` or `extends` is a model.

    A model is checked with `spec`, else with each spec among `names`, else with the spec that
    belongs to it, else alone. Raises `InputError` with all problems of all files.
    """
    documents = [Document.read(_file(name)) for name in names]
    models = [d for d in documents if not MODEL_KEYS.isdisjoint(d.data)]
    specs = [d for d in documents if d not in models]
    if specs and not models:
        raise InputError.whole_file(specs[0].path, "a spec is about a model", "name the model too")
    found: list[Finding] = []
    problems: list[Problem] = []
    for document in models:
        try:
            others = [Document.read(spec_for(document.path, spec))] if spec else (
                specs or _own(document.path))
            for other in others:
                question = pose_read(document, other, sorts)
                found += lint(question.model, question.spec)
            if not others:
                found += lint(build_model(document, sorts))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return list(dict.fromkeys(found))


def _own(model: str) -> list[Document]:
    try:
        return [Document.read(spec_for(model, None))]
    except InputError:
        return []


def _file(name: str) -> str:
    shipped = {**shipped_specs(), **shipped_policies()}
    return find_file(name, shipped, "model or spec", shipped_models())
