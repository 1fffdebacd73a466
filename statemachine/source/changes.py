"""What two models say differently: key by key, and of a list entry by entry."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinrom.statemachine.source.locate import Key

UNCOUNTED = ("title", "source", "include")  # what is included is in the data already

Notation: TypeAlias = Literal["name", "formula", "move", "assignment", "write"]
LISTS: dict[str, Notation] = {
    "init.require": "formula",
    "rule.*.clause": "name", "rule.*.moves": "move", "rule.*.also": "move",
    "rule.*.when": "formula", "rule.*.sets": "assignment", "rule.*.writes": "write",
    "event.*.can_happen": "formula",
    "machine.*.instances": "name", "machine.*.states": "name", "machine.*.initial": "name",
    "machine.*.persistent": "name", "machine.*.parts": "name",
}  # fmt: skip


def notation(key: Key) -> Notation | None:
    """Return how an entry of the list at `key` is written; None where no list of entries stands."""
    section, *inner = map(str, key)
    return LISTS.get(".".join([section, *["*"] * (len(inner) - 1), *inner[-1:]]))


@dataclass(frozen=True)
class PolicyChange:
    """One thing that differs: a key of the model, what it was and what it is."""

    kind: Literal["added", "changed", "removed"]
    key: Key
    before: Any = None
    after: Any = None

    @property
    def path(self) -> str:
        """Return the key as a reader writes it: `rule.reset.when`."""
        return ".".join(map(str, self.key))

    @property
    def lost(self) -> tuple[str, ...]:
        """Return the entries that a list no longer has; nothing for what is no list."""
        return _without(self.before, self.after) if notation(self.key) else ()

    @property
    def gained(self) -> tuple[str, ...]:
        """Return the entries that a list has more; nothing for what is no list."""
        return _without(self.after, self.before) if notation(self.key) else ()

    def __str__(self) -> str:
        if self.lost or self.gained:
            section, *names, last = map(str, self.key)
            found = [f"{verb} {', '.join(f'`{entry}`' for entry in entries)}"
                     for verb, entries in (("loses", self.lost), ("gains", self.gained)) if entries]
            whose = " ".join([section, *(f"`{name}`" for name in names)])
            return f"{whose}: `{last}` {', '.join(found)}"
        if self.kind == "changed":
            return f"{self.path}: {_text(self.before)} -> {_text(self.after)}"
        value = self.after if self.kind == "added" else self.before
        return f"{self.path} {self.kind}" + (
            "" if isinstance(value, dict) else f": {_text(value)}"
        )


def _without(some: Any, others: Any) -> tuple[str, ...]:
    """Return the entries of one list that another does not have, as text."""
    left = [_text(entry) for entry in _entries(others)]
    found = []
    for entry in map(_text, _entries(some)):
        if entry in left:
            left.remove(entry)
        else:
            found.append(entry)
    return tuple(found)


def _entries(value: Any) -> list[Any]:
    listed = _listed(value)
    return listed if isinstance(listed, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        return " ".join(value.split())
    return json.dumps(value, ensure_ascii=False, default=str)


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[PolicyChange, ...]:
    """Return what `new` says differently from `old`: what is gone first, then file order of `new`.

    Titles and sources are no part of a policy; a string is as good as a list of one. Each thing
    that is added or removed as a whole is one change.
    """
    before, after = (
        {name: value for name, value in data.items() if name not in UNCOUNTED}
        for data in (old, new)
    )
    return (*_gone(before, after, ()), *_come(before, after, ()))


def _gone(old: Mapping[str, Any], new: Mapping[str, Any], key: Key) -> Iterator[PolicyChange]:
    for name, value in old.items():
        here = (*key, name)
        other = new.get(name, {} if not key and isinstance(value, dict) else None)
        if isinstance(value, dict) and isinstance(other, dict):
            yield from _gone(value, other, here)
        elif other is None:
            yield PolicyChange("removed", here, before=value)


def _come(old: Mapping[str, Any], new: Mapping[str, Any], key: Key) -> Iterator[PolicyChange]:
    for name, value in new.items():
        here = (*key, name)
        other = old.get(name, {} if not key and isinstance(value, dict) else None)
        if isinstance(value, dict) and isinstance(other, dict):
            yield from _come(other, value, here)
        elif other is None:
            yield PolicyChange("added", here, after=value)
        elif repr(_listed(other)) != repr(_listed(value)):
            yield PolicyChange("changed", here, before=other, after=value)


def _listed(value: Any) -> Any:
    """One string is as good as a list of one."""
    return [value] if isinstance(value, str) else value
