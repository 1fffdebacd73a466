"""Overlays: a policy change as a file that says only what it changes.

`extends` names the model that is changed. A table restated is merged key by key; `remove` lists
tables or keys that go; `[add]` and `[take]` change lists by their entries. What changes is known
exactly, and an overlay that changes nothing, or removes what is not there, is a mistake.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinrom.statemachine.loading.entries import Entries, names_at, value_at
from twinrom.statemachine.loading.includes import with_includes
from twinrom.statemachine.loading.lifted import lifted
from twinrom.statemachine.loading.schema import ModelShape
from twinrom.statemachine.loading.shape import lacking
from twinrom.statemachine.loading.shipped import shipped_models, shipped_policies
from twinrom.statemachine.source.changes import PolicyChange, changes_between
from twinrom.statemachine.source.confinement import ALLOWED_BY, CONFINEMENT, OutsideError
from twinrom.statemachine.source.diagnostics import InputError, closest, did_you_mean
from twinrom.statemachine.source.document import Document
from twinrom.statemachine.source.files import is_file
from twinrom.statemachine.source.places import Place, Problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


MAX_LAYERS = 8
WORDS = {"remove": "removes", "add": "adds", "take": "takes away"}
NOT_MERGED = ("extends", "include", "each", *WORDS)


@dataclass(frozen=True)
class Layers:
    """The files that a model is put together from, what they say together, and what changes.

    `place` has the overlay first, then what it extends, then what that includes. `base` is the
    name of the model that is extended, None for a model that stands alone. `had` are the rules
    of the models below, by their events: what a spec may still speak of.
    """

    place: Place
    data: dict[str, Any]
    base: str | None = None
    changes: tuple[PolicyChange, ...] = ()
    had: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


def read_layers(document: Document, problems: Problems, given: Mapping[str, str]) -> Layers:
    """Return what a model file says, with everything that it extends and includes.

    `given` has the texts of some of the other files by name; the others are read. Problems are
    noted; a name that then means nothing is not blamed.
    """
    return _layers(document, problems, given, (document,))


def model_files(document: Document) -> tuple[str, ...]:
    """Return the files of a model: its own, what it extends and what is included, if there."""
    layers = read_layers(document, Problems(), {})
    return tuple(other.path for other in layers.place.documents)


def base_of(document: Document) -> str | None:
    """Return the file that an overlay extends; None for a model that stands alone.

    One that says with `each` of many what the other says of one stands alone.
    Raises `OutsideError` when it may not extend that file.
    """
    name = None if "each" in document.data else document.data.get("extends")
    found = _find(document, name) if isinstance(name, str) else None
    return None if found is None else str(found)


def _find(document: Document, name: str) -> Path | None:
    """Return the file that is extended; raises `OutsideError` for one that may not be named."""
    folder = Path(document.path).parent
    shipped, beside = shipped_policies().get(name), folder / f"{name}.toml"
    if shipped is not None and not is_file(folder / name):
        return shipped
    found = next((path for path in (folder / name, beside) if is_file(path)), None)
    refusal = CONFINEMENT.refusal(found or folder / name, folder)
    if refusal is not None:
        place = Place((document,), ("extends",))
        raise OutsideError([place.problem(f"`{name}` {refusal}", ALLOWED_BY)])
    return found


def _layers(document: Document, problems: Problems, given: Mapping[str, str],
            above: tuple[Document, ...]) -> Layers:
    if "extends" not in document.data:
        documents, data = with_includes(document, problems, given)
        for word, does in WORDS.items():
            if data.pop(word, None) is not None:
                problems.add(Place(documents, (word,)).problem(
                    f"only an overlay {does}", "say with `extends` what it changes", at_key=True))
        if len(above) > 1 and data.pop("budget", None) is not None:
            problems.add(Place(documents, ("budget",)).problem(
                "unknown key `budget`", "`[budget]` belongs into a spec file, or an overlay",
                at_key=True))
        return Layers(Place(documents), data)
    base = _base(document, problems, given, above)
    if base is None:
        problems.broken.add("*")
        return Layers(Place((document,)), _own(document), base="")
    below = _layers(base, problems, given, (*above, base))
    if below.base == "":  # nobody knows what there is to change
        return Layers(Place((document,)), _own(document), base="")
    if "each" not in document.data:
        return _overlaid(document, below, base, problems)
    many = lifted(document, below.data, below.place, problems)
    if many is None:
        problems.broken.add("*")
        return Layers(Place((document,)), _own(document), base="")
    made = _overlaid(document, Layers(many.place, many.data), base, problems)
    return Layers(made.place, made.data)


def _base(document: Document, problems: Problems, given: Mapping[str, str],
          above: tuple[Document, ...]) -> Document | None:
    place = Place((document,), ("extends",))
    name = document.data["extends"]
    if not isinstance(name, str) or not name:
        problems.add(place.problem("expected the name of a model, or of a file"))
        return None
    if len(above) > MAX_LAYERS:
        problems.add(place.problem(f"more than {MAX_LAYERS} overlays on top of each other"))
        return None
    if name in given:
        beside = Path(document.path).parent / Path(name).name  # from there it names nothing else
        return Document(str(beside), given[name])
    try:
        path = _find(document, name)
        if path is None:
            problems.add(place.problem(f"cannot find `{name}`", _meant(document, name)))
        elif any(_same(path, other) for other in above):
            problems.add(place.problem("a model cannot extend itself"))
        else:
            return Document.read(str(path))
    except InputError as error:
        problems.extend(error.problems)
    return None


def _meant(document: Document, name: str) -> str:
    """Return a hint: the model that `name` is close to, else those that are shipped."""
    beside = {file.stem for file in Path(document.path).parent.glob("*.toml")}
    known = {*shipped_policies(), *beside} - {Path(document.path).stem}
    return closest(name, known) or did_you_mean(name, shipped_models())


def _same(path: Path, other: Document) -> bool:
    there = Path(other.path)
    return there.is_file() and path.samefile(there)


def _own(document: Document) -> dict[str, Any]:
    """Return what an overlay restates or adds."""
    return {k: copy.deepcopy(v) for k, v in document.data.items() if k not in NOT_MERGED}


def _overlaid(document: Document, below: Layers, base: Document, problems: Problems) -> Layers:
    place = Place((document,))
    if "include" in document.data:
        problems.add(place.at("include").problem(
            "an overlay includes nothing", f"{base.path} includes what it needs", at_key=True))
    data = copy.deepcopy(below.data)
    _remove(document, data, problems)
    entries = Entries(document, data, below.place, problems)
    entries.change()
    _merge(data, _own(document))
    _forget_misspelled(document, below.data, data, problems)
    changes = changes_between(below.data, data)
    if not changes and not problems.found:
        problems.add(place.at("extends").problem(
            f"this overlay changes nothing of `{Path(base.path).stem}`", at_key=True))
    place = Place((document, *below.place.documents), (), entries.moved)
    had = {event: list(rules) for event, rules in below.had.items()}
    for event, rules in _events(below.data).items():
        had.setdefault(event, []).extend(rules)
    return Layers(place, data, Path(base.path).stem, changes, had)


def _remove(document: Document, data: dict[str, Any], problems: Problems) -> None:
    """Take out of `data` what the overlay removes; a name that is not there is a mistake."""
    place = Place((document,), ("remove",))
    names = document.data.get("remove", [])
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        problems.add(place.problem("expected a list of names: `rule.reset`"))
        return
    for i, name in enumerate(names):
        *path, last = name.split(".")
        where = value_at(data, path)
        if not path or not isinstance(where, dict) or last not in where:
            known = [".".join([*path, k]) for k in where] if isinstance(where, dict) else []
            problems.add(place.at(i).problem(
                f"there is no `{name}` to remove", did_you_mean(name, known)))
            continue
        if value_at(document.data, [*path, last]) is not None:
            problems.add(place.at(i).problem(f"`{name}` is removed and restated"))
        del where[last]


def _forget_misspelled(document: Document, below: Mapping[str, Any], data: dict[str, Any],
                       problems: Problems) -> None:
    """Take out what is meant to change something that the base has by another name."""
    for key, said in _tables(document.data):
        *inside, name = key
        others = names_at(below, inside)
        missing = lacking(ModelShape, key, said)
        if key[0] == "machine" and len(key) == 2:  # noqa: PLR2004 - a template, not a variable
            missing = [] if {"instances", "parts"} & said.keys() else ["instances"]
        needs = f" (a new one needs `{missing[0]}`)" if missing else ""
        if key[0] == "event":
            others += [event for event in _events(below) if event not in others]
            missing = ["rule"] if said and name not in _events(data) else []
        hint = closest(name, others)
        if missing and name not in others and hint and not problems.forgiven("*"):
            what = "variable" if len(inside) > 1 else inside[0]
            problems.add(Place((document,), key).problem(
                f"there is no {what} `{name}` to change", hint + needs, at_key=True))
            del value_at(data, inside)[name]
            problems.pruned.add(key)


def _tables(own: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield the tables of named things, and those of variables."""
    for section in ("rule", "machine", "table", "event"):
        named = own.get(section)
        for name, said in named.items() if isinstance(named, dict) else ():
            if isinstance(said, dict):
                yield (section, name), said
                variables = said.get("vars") if section == "machine" else None
                for variable, inner in variables.items() if isinstance(variables, dict) else ():
                    if isinstance(inner, dict):
                        yield (section, name, "vars", variable), inner


def _events(data: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the events that have rules, with these."""
    found: dict[str, list[dict[str, Any]]] = {}
    rules = data.get("rule")
    for name, rule in rules.items() if isinstance(rules, dict) else ():
        if isinstance(rule, dict):
            found.setdefault(str(rule.get("on", name)), []).append(rule)
    return found


def _merge(data: dict[str, Any], own: Mapping[str, Any]) -> None:
    """Merge `own` into `data`: tables key by key, anything else replaces what was there."""
    for name, value in own.items():
        here = data.get(name)
        if isinstance(here, dict) and isinstance(value, dict):
            _merge(here, value)
        else:
            data[name] = value
