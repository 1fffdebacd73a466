"""Certificates as folders that speak for themselves: written whole, re-checked on their own.

A folder has the model and the spec, the invariant for people and as data, and the scripts for any
solver.
"""

from __future__ import annotations

import importlib.metadata
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from twinrom.statemachine import InputError, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.proofs.certificates.certificate import Certificate
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.request import CheckRequest

DATA = "certificate.json"
MODEL, SPEC = "model.toml", "spec.toml"
READABLE = "invariant.txt"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class _Clause(_Strict):
    text: str
    data: list[Any]


class AnyShape(_Strict):
    """For any number of which template, and how that is shown."""

    template: str
    machines: int
    cutoff: int


class CertificateShape(_Strict):
    """What stands in the data file of a certificate."""

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
    any: AnyShape | None = None

    def text(self) -> str:
        """Return the data file, as it is written."""
        without = {"any"} if self.any is None else set()
        return json.dumps(self.model_dump(exclude=without), indent=1) + "\n"


def write_certificate(
    folder: Path, request: CheckRequest, question: Question, certificate: Certificate
) -> None:
    """Write the certificate of a request's question as a folder; each file is written whole."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError.whole_file(str(folder), f"cannot be made: {error.strerror}") from None
    texts = included(question)
    includes = included_files(texts)
    data = CertificateShape(
        format="twinrom/certificate/1", twinrom=version_of("twinrom"), z3=version_of("z3-solver"),
        model=Path(request.model[0]).name, spec=Path(request.spec[0]).name, includes=includes,
        sorts=dict(request.sorts), faults=dict(request.faults), method=certificate.method,
        k=certificate.k, exclusive=certificate.exclusive, symbolic=certificate.symbolic,
        properties=list(certificate.properties),
        invariant=[_Clause(text=c.text, data=list(c.data)) for c in certificate.invariant],
        any=None if certificate.any is None else AnyShape(**asdict(certificate.any)),
    )  # fmt: skip
    files = {
        MODEL: request.model[1],
        SPEC: request.spec[1],
        **{includes[name]: text for name, text in texts.items()},
        **written_out(certificate),
        DATA: data.text(),
    }
    for name, text in files.items():
        write_whole(str(folder / name), text)


def included_files(names: Iterable[str]) -> dict[str, str]:
    """Return what the files are called in a folder that a model names so."""
    return {name: f"include-{i}.toml" for i, name in enumerate(names)}


def included(question: Question) -> dict[str, str]:
    """Return the texts of the files that the model extends and includes, by the names it uses."""
    documents = question.model.place.documents
    names: list[str] = []
    for document in documents:
        included = document.data.get("include", [])
        names += [document.data["extends"]] if "extends" in document.data else []
        names += [included] if isinstance(included, str) else included
    return {name: other.text for name, other in zip(names, documents[1:], strict=True)}


def version_of(distribution: str) -> str:
    """Return the version of an installed distribution, `unknown` where there is none."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def written_out(certificate: Certificate) -> dict[str, str]:
    """Return the files of a folder that follow from the others: scripts, and what people read."""
    texts = {f"{name}.smt2": text for name, text in certificate.scripts.items()}
    return {**texts, READABLE: _readable(certificate)}


def _readable(certificate: Certificate) -> str:
    paths = f" in {certificate.k} states in a row" if certificate.k > 1 else ""
    reach = "every integer and every table" if certificate.symbolic else "the sizes in the data"
    if certificate.any is not None:
        own = certificate.any
        reach += (f", and any number of {own.template}: for every number of them up to "
                  f"{own.cutoff}, which is enough for these rules and clauses")
    lines = [
        f"Every reachable state satisfies all of these conditions{paths}.",
        f"Found by {certificate.method}; for {reach}.",
        "They imply: " + ", ".join(certificate.properties),
        "",
        *(clause.text for clause in certificate.invariant),
    ]
    return "\n".join(lines) + "\n"
