"""Digests of what a spec says: a short hash of each clause and property as it is written.

Comments, spacing and the order of keys are no part of it. What a property reads of the spec's own
definitions and observers is.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinrom.proofs.spec.spec import Property, Spec

WORD = re.compile(r"[^\W\d]\w*")
READ = ("whenever", "must", "eventually", "can", "of")
DIGITS = 12


def digest(said: Any) -> str:
    """Return a short hash of plain data: the first digits of its SHA-256."""
    text = json.dumps(_tidy(said), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:DIGITS]


def clause_text(spec: Spec, name: str) -> Any:
    """Return what the spec says in a clause."""
    return spec.place.at("clause", name).value


def property_text(spec: Spec, prop: Property) -> Any:
    """Return what the spec says in a property, and in what of its own that reads."""
    written = spec.place.at(*written_at(prop)).value
    return {"says": written, "reads": dict(sorted(_read(spec, _own(spec), written)))}


def written_at(prop: Property) -> tuple[str, str]:
    """Return the key of the section with a property: its kind, and its name without a column."""
    kind, name, *_ = prop.place.key
    return str(kind), str(name)


def _tidy(said: Any) -> Any:
    match said:
        case str():
            return " ".join(said.split())
        case dict():
            return {str(key): _tidy(value) for key, value in said.items()}
        case list() | tuple():
            return [_tidy(value) for value in said]
        case _:
            return said


def _own(spec: Spec) -> dict[str, tuple[str, str]]:
    """Return the keys of definitions and observers, by the names that expressions have for them."""
    sections = (("define", spec.shape.define), ("observer", spec.shape.observer))
    return {key.partition("(")[0].strip(): (section, key)
            for section, found in sections for key in found}


def _read(
    spec: Spec, own: Mapping[str, tuple[str, str]], written: Any
) -> Iterator[tuple[str, Any]]:
    """Yield each definition and observer that a property reads, directly or through others."""
    seen: set[str] = set()
    waiting = [written.get(key) for key in READ] if isinstance(written, dict) else []
    while waiting:
        for name in set(_words(waiting.pop())) & own.keys() - seen:
            seen.add(name)
            found = spec.place.at(*own[name]).value
            waiting.append(found)
            yield name, found


def _words(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield from WORD.findall(said)
    for inner in said.values() if isinstance(said, dict) else said if isinstance(
            said, list) else ():
        yield from _words(inner)
