"""`[add]` and `[take]` of an overlay: what joins a list and what leaves it, entry by entry.

An entry is an item of a list, or a whole string. Entries are compared as they parse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinrom.statemachine.expression.formula import read_formula
from twinrom.statemachine.expression.syntax import conjuncts
from twinrom.statemachine.loading.notation import parse_assignment, parse_move
from twinrom.statemachine.source.changes import LISTS, notation
from twinrom.statemachine.source.diagnostics import did_you_mean
from twinrom.statemachine.source.places import Place, Problems

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from twinrom.statemachine.source.changes import Notation
    from twinrom.statemachine.source.document import Document
    from twinrom.statemachine.source.locate import Key

VERBS = {"add": "to add to", "take": "to take from"}


class Entries:
    """Changes the lists in `data`, and keeps in `moved` where each of their entries stands.

    `below` is where the lists stood before.
    """

    def __init__(self, document: Document, data: dict[str, Any], below: Place,
                 problems: Problems) -> None:
        self.document, self.data, self.below, self.problems = document, data, below, problems
        self.moved = {key: place for key, place in below.moved.items() if self._kept(key)}
        self.taken: dict[Key, list[Hashable]] = {}

    def _kept(self, key: Key) -> bool:
        """Say whether a list is what it was: neither removed nor restated."""
        path = key if isinstance(key[-1], str) else key[:-1]
        return value_at(self.data, path) is not None and value_at(self.document.data, path) is None

    def change(self) -> None:
        """Take out what `[take]` lists, then put at the end what `[add]` does."""
        for verb, change in (("take", self._take), ("add", self._add)):
            place = Place((self.document,), (verb,))
            for path, entries in self._lists(self.document.data.get(verb, {}), place):
                here = self._items(path)
                places = [self._stands(path, i) for i in range(len(here))]
                at = place.at(*path)
                for i, entry in enumerate(listed(entries)):
                    change(path, here, places, entry, at.at(i))
                self._put(path, here, places)

    def _items(self, path: Key) -> list[Any]:
        value = value_at(self.data, path)
        return [] if value is None else listed(value)

    def _stands(self, path: Key, index: int) -> Place:
        return self.moved.get((*path, index)) or self.below.at(*path, index)

    def _put(self, path: Key, items: list[Any], places: list[Place]) -> None:
        *inside, last = path
        if path[0] == "init":
            self.data.setdefault("init", {})
        table = value_at(self.data, inside)
        self.moved = {key: place for key, place in self.moved.items() if key[:-1] != path}
        self.moved.update({(*path, i): place for i, place in enumerate(places)})
        if items:
            table[last] = items
        else:
            table.pop(last, None)

    def _lists(self, written: Any, place: Place) -> Iterator[tuple[Key, Any]]:
        """Yield the lists that a table names, with what it says of each, noting what is wrong."""
        if isinstance(written, dict):
            for name, value in written.items():
                yield from self._lists(value, place.at(name))
            return
        verb, *names = place.key
        path = tuple(names)
        wrong = self._wrong(path, str(verb))
        if wrong is not None:
            message, hint, length = wrong
            self.problems.add(Place((self.document,), place.key[:length]).problem(
                message, hint, at_key=True))
        elif not _are_entries(listed(written), notation(path)):
            self.problems.add(place.problem("expected an entry, or a list of entries"))
        else:
            yield path, written

    def _wrong(self, path: Key, verb: str) -> tuple[str, str, int] | None:
        """Return what is wrong with the path of a list: a message, a hint, how far it is right."""
        misnamed = _misnamed(path)
        if misnamed is not None:
            return misnamed
        section, name = map(str, path[:2])
        if section != "init" and not isinstance(value_at(self.data, path[:2]), dict):
            hint = did_you_mean(name, names_at(self.data, path[:1]))
            return f"there is no {section} `{name}` {VERBS[verb]}", hint, 3
        if value_at(self.document.data, path) is not None:
            return f"`{dotted(path)}` is restated already", "say it once", len(path) + 1
        table = value_at(self.data, path[:-1])
        if table is not None and not isinstance(table, dict):
            return f"`{dotted(path[:-1])}` is no table", "", len(path)
        if not _are_entries(self._items(path), notation(path)):
            return f"`{dotted(path)}` is no list", "restate it", len(path) + 1
        return None

    def _take(self, path: Key, here: list[Any], places: list[Place], entry: Any,
              at: Place) -> None:
        noted = Problems()
        found = _read(entry, notation(path), at, noted)
        self.problems.extend(noted.found)
        said = self._said(path, here, places)
        if found in said:
            del here[said.index(found)], places[said.index(found)]
            self.taken.setdefault(path, []).append(found)
        elif not noted.found:
            texts = [text(other) for other in here]
            whole = [t for t in texts if text(entry) in t]
            hint = f"an entry goes as a whole: `{whole[0]}`" if whole else (
                did_you_mean(text(entry), texts))
            self.problems.add(at.problem(f"`{dotted(path)}` has no entry `{text(entry)}`", hint))

    def _add(self, path: Key, here: list[Any], places: list[Place], entry: Any,
             at: Place) -> None:
        found = parsed(entry, notation(path), at)
        if found in self.taken.get(path, ()) and notation(path) != "write":
            self.problems.add(at.problem(f"`{text(entry)}` is taken and added"))
        elif found in self._said(path, here, places):
            self.problems.add(at.problem(f"`{dotted(path)}` has `{text(entry)}` already"))
        here.append(entry)
        places.append(at)

    def _said(self, path: Key, here: list[Any], places: list[Place]) -> list[Hashable]:
        return [parsed(entry, notation(path), at) for entry, at in zip(here, places, strict=True)]


def _misnamed(path: Key) -> tuple[str, str, int] | None:
    """Return what is wrong with a path at which no model has a list of entries."""
    if len(path) < 2:  # noqa: PLR2004 - a section and a key
        return "expected a table of lists: `rule.reset.when`", "", 2
    section, last = str(path[0]), str(path[-1])
    known = [pattern.split(".") for pattern in LISTS]
    inside = [keys[-1] for keys in known if keys[0] == section]
    if not inside:
        hint = did_you_mean(section, {keys[0] for keys in known})
        return f"there are no lists of entries in `{section}`", hint, 2
    if notation(path) is None:
        hint = did_you_mean(last, inside)
        return f"`{dotted(path)}` is no list of entries", hint, len(path) + 1
    return None


def value_at(data: Any, path: Sequence[str | int]) -> Any:
    """Return what stands at a path of names, None where there is nothing."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def names_at(data: Any, path: Sequence[str | int]) -> list[str]:
    """Return the names of the table at a path, none where there is no table."""
    table = value_at(data, path)
    return list(table) if isinstance(table, dict) else []


def dotted(path: Key) -> str:
    """Return a key as a reader writes it."""
    return ".".join(map(str, path))


def listed(value: Any) -> list[Any]:
    """Return a list of its own; one string is as good as a list of one."""
    return list(value) if isinstance(value, list) else [value]


def _are_entries(values: list[Any], how: Notation | None) -> bool:
    """Say whether these can be entries of a list; a range is one value."""
    inner = [part for value in values
             for part in (value if how == "write" and isinstance(value, list) else [value])]
    return all(isinstance(value, str) and not (how == "name" and ".." in value) for value in inner)


def text(entry: Any) -> str:
    """Return an entry on one line."""
    return " ".join(entry.split()) if isinstance(entry, str) else str(entry)


def parsed(entry: Any, how: Notation | None, place: Place) -> Hashable:
    """Return what an entry says, for a comparison; its text when it cannot be read."""
    problems = Problems()
    found = _read(entry, how, place, problems)
    return text(entry) if problems.found else found


def _read(entry: Any, how: Notation | None, place: Place, problems: Problems) -> Hashable:
    """Return what an entry says, noting what cannot be read."""
    if isinstance(entry, list):  # what is written together has no order
        return frozenset(_read(part, how, place.at(i), problems) for i, part in enumerate(entry))
    if how == "formula":
        formula = read_formula(entry, place, problems)
        return conjuncts(formula.expr) if formula else None
    if how == "move" or (how == "write" and "->" in entry):
        move = parse_move(entry, place, problems)
        return move and (move.target, frozenset(move.sources or ("*",)), move.destination)
    return entry.strip() if how == "name" else parse_assignment(entry, place, problems)
