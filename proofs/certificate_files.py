"""Certificates as folders that speak for themselves: written whole, re-checked on their own.

A folder has the model and the spec, the invariant for people and as data, and the scripts for any
solver. Nothing in it is believed: `certify_folder` reads model, spec and invariant, writes the
scripts again, compares, and asks fresh solvers.
"""

from __future__ import annotations

import importlib.metadata
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from proofs.certificate import Certificate, Clause, certify, invariant_of
from proofs.obligations import SCRIPTS
from proofs.prove import provable
from proofs.recipe import Recipe
from proofs.term_data import MalformedError
from statemachine import InputError, read_text, term_text, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from proofs.question import Question
    from proofs.recheck import Answer

MAX_BYTES = 50_000_000
DATA = "certificate.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Clause(_Strict):
    text: str
    data: list[Any]


class _Certificate(_Strict):
    format: Literal["twinrom/certificate/1"]
    twinrom: str
    z3: str
    model: str
    spec: str
    includes: dict[str, str]
    sorts: dict[str, str]
    faults: dict[str, int | None]
    method: str
    k: int
    exclusive: bool
    symbolic: bool
    properties: list[str]
    invariant: list[_Clause]


@dataclass(frozen=True)
class Recheck:
    """What became of one folder: the certificate, and why it is refused (None: it is confirmed)."""

    folder: str
    certificate: Certificate | None
    refused: str | None
    model: str = ""
    compared: bool = True


def write_certificate(
    folder: Path, recipe: Recipe, question: Question, certificate: Certificate
) -> None:
    """Write the certificate of a recipe's question as a folder; each file is written whole."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError.whole_file(str(folder), f"cannot be made: {error.strerror}") from None
    included = _included(question)
    includes = {name: f"include-{i}.toml" for i, name in enumerate(included)}
    data = _Certificate(
        format="twinrom/certificate/1", twinrom=_version("twinrom"), z3=_version("z3-solver"),
        model=Path(recipe.model[0]).name, spec=Path(recipe.spec[0]).name, includes=includes,
        sorts=dict(recipe.sorts), faults=dict(recipe.faults), method=certificate.method,
        k=certificate.k, exclusive=certificate.exclusive, symbolic=certificate.symbolic,
        properties=list(certificate.properties),
        invariant=[_Clause(text=c.text, data=list(c.data)) for c in certificate.invariant],
    )  # fmt: skip
    files = {
        "model.toml": recipe.model[1],
        "spec.toml": recipe.spec[1],
        **{includes[name]: text for name, text in included.items()},
        **{f"{name}.smt2": text for name, text in certificate.scripts.items()},
        "invariant.txt": _readable(certificate),
        DATA: json.dumps(data.model_dump(), indent=1) + "\n",
    }
    for name, text in files.items():
        write_whole(str(folder / name), text)


def _included(question: Question) -> dict[str, str]:
    """Return the texts of the files that the model includes, by the names it uses."""
    document, *others = question.model.place.documents
    names = document.data.get("include", [])
    names = [names] if isinstance(names, str) else names
    return {name: other.text for name, other in zip(names, others, strict=True)}


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def _readable(certificate: Certificate) -> str:
    paths = f" in {certificate.k} states in a row" if certificate.k > 1 else ""
    reach = "every integer and every table" if certificate.symbolic else "the sizes in the data"
    lines = [
        f"Every reachable state satisfies all of these conditions{paths}.",
        f"Found by {certificate.method}; for {reach}.",
        "They imply: " + ", ".join(certificate.properties),
        "",
        *(clause.text for clause in certificate.invariant),
    ]
    return "\n".join(lines) + "\n"


def certify_folders(folder: str) -> list[Recheck]:
    """Return what fresh solvers say of every certificate in a folder or below it.

    Raises `InputError` when there is none.
    """
    root = Path(folder)
    found = sorted(path.parent for path in _data_files(root))
    if not found:
        raise InputError.whole_file(folder, f"has no certificate: no `{DATA}` in it or below")
    return [certify_folder(path) for path in found]


def _data_files(root: Path) -> Iterable[Path]:
    try:
        return [root / DATA] if (root / DATA).is_file() else list(root.rglob(DATA))
    except (OSError, ValueError):
        return []


def certify_folder(folder: Path) -> Recheck:
    """Return what fresh solvers say of one certificate; a wrong file in it is a refusal."""
    try:
        data = _Certificate.model_validate_json(read_text(str(folder / DATA), MAX_BYTES))
        question = _recipe(folder, data).question()
        given = {name: read_text(str(folder / f"{name}.smt2"), MAX_BYTES) for name in SCRIPTS}
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return Recheck(str(folder), None, f"{DATA}: `{where}`: {first['msg']}")
    except InputError as error:
        return Recheck(str(folder), None, str(error).splitlines()[0])
    wrong = next(_differences(question, data), None)
    if wrong:
        return Recheck(str(folder), None, wrong, data.model)
    return _asked(folder, question, data, given)


def _recipe(folder: Path, data: _Certificate) -> Recipe:
    texts = {name: read_text(str(folder / file), MAX_BYTES) for name, file in data.includes.items()
             if Path(file).name == file}
    model = read_text(str(folder / "model.toml"), MAX_BYTES)
    spec = read_text(str(folder / "spec.toml"), MAX_BYTES)
    return Recipe((data.model, model), (data.spec, spec), data.sorts, data.faults, texts)


def _differences(question: Question, data: _Certificate) -> Iterator[str]:
    """Yield what does not fit together before any solver is asked."""
    if question.symbolic != data.symbolic:
        yield f"{DATA}: `symbolic` does not fit the sorts"
    if not 1 <= data.k <= 64:  # noqa: PLR2004 - far more than any proof has
        yield f"{DATA}: `k` is not between 1 and 64"
    known = {p.name for p in provable(question)}
    unknown = [name for name in data.properties if name not in known]
    if unknown:
        yield f"{DATA}: the spec has no invariant or step property `{unknown[0]}`"
    for clause in data.invariant:
        try:
            term = invariant_of(question, [Clause(clause.text, clause.data)])[0]
        except MalformedError as error:
            yield f"{DATA}: a clause is not a condition on states: {error}"
            return
        if term_text(question.system, term) != clause.text:
            yield f"{DATA}: `{clause.text[:60]}` is not what its data says"


def _asked(
    folder: Path, question: Question, data: _Certificate, given: dict[str, str]
) -> Recheck:
    clauses = [Clause(c.text, c.data) for c in data.invariant]
    properties = [p for p in provable(question) if p.name in data.properties]
    found = certify(
        question, properties, invariant_of(question, clauses), method=data.method, k=data.k,
        exclusive=data.exclusive, strict=False,
    )  # fmt: skip
    same_makers = data.twinrom == _version("twinrom") and data.z3 == _version("z3-solver")
    changed = [name for name in SCRIPTS if given[name] != found.scripts[name]]
    refused = None
    if not found.confirmed:
        refused = _objection(found.answers)
    elif changed and same_makers:
        refused = f"{changed[0]}.smt2 is not the script for this model, spec and invariant"
    return Recheck(str(folder), found, refused, data.model, compared=not changed)


def _objection(answers: Iterable[Answer]) -> str:
    said = next(a for a in answers if not a.confirms)
    return f"{said.script} does not hold: {said.solver} says {said.said}"
