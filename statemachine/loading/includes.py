"""The files that a model includes, merged into it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinrom.statemachine.loading.shipped import FOLDER
from twinrom.statemachine.source.confinement import ALLOWED_BY, CONFINEMENT
from twinrom.statemachine.source.diagnostics import InputError, closest
from twinrom.statemachine.source.document import Document
from twinrom.statemachine.source.files import is_file
from twinrom.statemachine.source.places import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine.source.places import Problems

MAX_INCLUDES = 16


def with_includes(document: Document, problems: Problems, given: Mapping[str, str],
                  ) -> tuple[tuple[Document, ...], dict[str, Any]]:
    """Return the file with those it includes, and what they say together.

    `given` has the texts of some included files; the others are read.

    When one cannot be included, no name of the model is blamed for being unknown.
    """
    documents = [document]
    data = copy.deepcopy(document.data)
    names = data.get("include", [])
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        problems.broken.add("*")
        return (document,), data
    place = Place((document,), ("include",))
    if len(names) > MAX_INCLUDES:
        problems.add(place.problem(f"a model may include {MAX_INCLUDES} files", at_key=True))
        problems.broken.add("*")
        return (document,), data
    for i, name in enumerate(names):
        if name in names[:i]:
            problems.add(place.at(i).problem(f"`{name}` is included twice"))
            continue
        if name in given:
            other: Document | None = Document(name, given[name])
        else:
            other = _included(name, documents, place.at(i), problems)
        if other is None:
            problems.broken.add("*")
        else:
            documents.append(other)
            _merge(data, other, other.data, Place((document,)), problems)
    for other in documents[1:]:
        _need_instances(data, other, problems)
    return tuple(documents), data


def _need_instances(data: Mapping[str, Any], other: Document, problems: Problems) -> None:
    """Note included templates without machines: only in the main file is each a machine itself."""
    machines, merged = other.data.get("machine"), data.get("machine")
    if not isinstance(machines, dict) or not isinstance(merged, dict):
        return
    for name in machines:
        if isinstance(merged[name], dict) and not merged[name].keys() & {"instances", "part_of"}:
            problems.add(Place((other,), ("machine", name)).problem(
                "`instances` is missing", "give the names of the machines in the including file",
                at_key=True))


def _included(name: str, documents: list[Document], place: Place,
              problems: Problems) -> Document | None:
    base = Path(documents[0].path).parent
    tried = [base / name] + ([FOLDER / name] if Path(name).name == name else [])
    path = next((p for p in tried if is_file(p)), None)
    refusal = CONFINEMENT.refusal(path or tried[0], base) if path not in tried[1:] else None
    if refusal is not None:
        problems.add(place.problem(f"`{name}` {refusal}", ALLOWED_BY))
        return None
    if path is None:
        known = [p.name for p in FOLDER.glob("*.toml")]
        message = f"cannot find `{name}`" if name else "expected the name of a file"
        problems.add(place.problem(message, closest(name, known)))
        return None
    if is_file(Path(documents[0].path)) and path.samefile(documents[0].path):
        problems.add(place.problem("a file cannot include itself"))
        return None
    try:
        other = Document.read(str(path))
    except InputError as error:
        problems.extend(error.problems)
        return None
    if "include" in other.data:
        problems.add(Place((other,), ("include",)).problem(
            "an included file includes no other", f"include it in {documents[0].path}",
            at_key=True))
        return None
    return other


def _merge(data: dict[str, Any], other: Document, more: dict[str, Any], place: Place,
           problems: Problems) -> None:
    for name, value in more.items():
        if not place.key and name in ("title", "source"):
            continue
        at = place.at(name)
        if name not in data:
            data[name] = copy.deepcopy(value)
        elif isinstance(data[name], dict) and isinstance(value, dict):
            _merge(data[name], other, value, at, problems)
        else:
            problems.add(at.problem(f"`{'.'.join(map(str, at.key))}` is already given by an "
                                    "included file", f"see {Place((other,), at.key)}", at_key=True))
