"""Overlays: a policy change as a file that says only what it changes.

`extends` names the model that is changed. A table restated is merged key by key; `remove` lists
tables or keys that go. What changes is known exactly, and an overlay that changes nothing, or
removes what is not there, is a mistake.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from statemachine.diagnostics import InputError, did_you_mean
from statemachine.document import Document
from statemachine.includes import SHIPPED, with_includes
from statemachine.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from statemachine.locate import Key
    from statemachine.places import Problems

MAX_LAYERS = 8
OWN = ("extends", "remove", "include")
UNCOUNTED = ("title", "source")


@dataclass(frozen=True)
class Change:
    """One thing that an overlay changes: a key of the model, what it was and what it is."""

    kind: Literal["added", "changed", "removed"]
    key: Key
    before: Any = None
    after: Any = None

    @property
    def path(self) -> str:
        """Return the key as a reader writes it: `rule.reset.when`."""
        return ".".join(map(str, self.key))

    def __str__(self) -> str:
        if self.kind == "changed":
            return f"{self.path}: {_text(self.before)} -> {_text(self.after)}"
        return f"{self.path} {self.kind}" + (
            "" if isinstance(self.after or self.before, dict) else (
                f": {_text(self.after if self.kind == 'added' else self.before)}"))


def _text(value: Any) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class Layers:
    """The files that a model is put together from, what they say together, and what changes.

    `documents` has the overlay first, then what it extends, then what that includes. `base` is the
    name of the model that is extended, None for a model that stands alone.
    """

    documents: tuple[Document, ...]
    data: dict[str, Any]
    base: str | None = None
    changes: tuple[Change, ...] = ()


def read_layers(document: Document, problems: Problems, given: Mapping[str, str]) -> Layers:
    """Return what a model file says, with everything that it extends and includes.

    `given` has the texts of some of the other files by name; the others are read. Problems are
    noted; a name that then means nothing is not blamed.
    """
    return _layers(document, problems, given, (document,))


def base_of(document: Document) -> str | None:
    """Return the file that an overlay extends; None for a model that stands alone."""
    name = document.data.get("extends")
    found = _find(document, name) if isinstance(name, str) else None
    return None if found is None else str(found)


def _find(document: Document, name: str) -> Path | None:
    shipped = {p.stem: p for p in SHIPPED.glob("*.toml")}
    beside = Path(document.path).parent / name
    try:
        return beside if beside.is_file() else shipped.get(name)
    except (OSError, ValueError):  # a name too long, or with a null character
        return None


def _layers(document: Document, problems: Problems, given: Mapping[str, str],
            above: tuple[Document, ...]) -> Layers:
    if "extends" not in document.data:
        if "remove" in document.data:
            problems.add(Place((document,), ("remove",)).problem(
                "only an overlay removes", "say with `extends` what it changes", at_key=True))
        documents, data = with_includes(document, problems, given)
        data.pop("remove", None)
        return Layers(documents, data)
    base = _base(document, problems, given, above)
    if base is None:
        problems.broken.add("*")
        return Layers((document,), _without_own(document.data))
    below = _layers(base, problems, given, (*above, base))
    return _overlaid(document, below, base, problems)


def _base(document: Document, problems: Problems, given: Mapping[str, str],
          above: tuple[Document, ...]) -> Document | None:
    place = Place((document,), ("extends",))
    name = document.data["extends"]
    if not isinstance(name, str) or not name:
        problems.add(place.problem("expected the name of a model, or of a file"))
        return None
    if name in given:
        return Document(name, given[name])
    path = _find(document, name)
    if path is None:
        known = [p.stem for p in SHIPPED.glob("*.toml") if p.stem != "rom_bank"]
        problems.add(place.problem(f"cannot find `{name}`", did_you_mean(name, known)))
        return None
    if len(above) > MAX_LAYERS or any(_same(path, other) for other in above):
        problems.add(place.problem("a model cannot extend itself" if len(above) <= MAX_LAYERS else (
            f"more than {MAX_LAYERS} overlays on top of each other")))
        return None
    try:
        return Document.read(str(path))
    except InputError as error:
        problems.extend(error.problems)
        return None


def _same(path: Path, other: Document) -> bool:
    there = Path(other.path)
    return there.is_file() and path.samefile(there)


def _without_own(data: Mapping[str, Any]) -> dict[str, Any]:
    return {k: copy.deepcopy(v) for k, v in data.items() if k not in OWN}


def _overlaid(document: Document, below: Layers, base: Document, problems: Problems) -> Layers:
    place = Place((document,))
    if "include" in document.data:
        problems.add(place.at("include").problem(
            "an overlay includes nothing", f"{base.path} includes what it needs", at_key=True))
    data = copy.deepcopy(below.data)
    changes = [*_removed(document, data, problems)]
    own = _without_own(document.data)
    changes += _merged(data, own, ())
    counted = [c for c in changes if c.key[0] not in UNCOUNTED]
    if not counted and not problems.found:
        problems.add(place.at("extends").problem(
            f"this overlay changes nothing of `{Path(base.path).stem}`", at_key=True))
    return Layers((document, *below.documents), data, Path(base.path).stem, tuple(counted))


def _removed(document: Document, data: dict[str, Any], problems: Problems) -> Iterator[Change]:
    place = Place((document,), ("remove",))
    names = document.data.get("remove", [])
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        problems.add(place.problem("expected a list of names: `rule.reset`"))
        return
    for i, name in enumerate(names):
        *path, last = name.split(".")
        where: Any = data
        for part in path:
            where = where.get(part) if isinstance(where, dict) else None
        if not path or not isinstance(where, dict) or last not in where:
            known = [".".join([*path, k]) for k in where] if isinstance(where, dict) else []
            problems.add(place.at(i).problem(
                f"there is no `{name}` to remove", did_you_mean(name, known)))
            continue
        restated: Any = document.data
        for part in (*path, last):
            restated = restated.get(part) if isinstance(restated, dict) else None
        if restated is not None:
            problems.add(place.at(i).problem(f"`{name}` is removed and restated"))
        yield Change("removed", (*path, last), before=where.pop(last))


def _merged(data: dict[str, Any], own: Mapping[str, Any], key: Key) -> Iterator[Change]:
    """Merge `own` into `data`, and yield what that changes."""
    for name, value in own.items():
        here = (*key, name)
        if name not in data:
            data[name] = value
            yield from _added(here, value)
        elif isinstance(data[name], dict) and isinstance(value, dict):
            yield from _merged(data[name], value, here)
        elif _listed(data[name]) != _listed(value):
            yield Change("changed", here, before=data[name], after=value)
            data[name] = value


def _added(key: Key, value: Any) -> Iterator[Change]:
    """Yield a new section name by name; anything else is one change."""
    if len(key) == 1 and isinstance(value, dict):
        for name, inner in value.items():
            yield Change("added", (*key, name), after=inner)
    else:
        yield Change("added", key, after=value)


def _listed(value: Any) -> Any:
    """One string is as good as a list of one."""
    return [value] if isinstance(value, str) else value


__all__ = ["Change", "Layers", "base_of", "read_layers"]
