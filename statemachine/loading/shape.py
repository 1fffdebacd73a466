"""From parsed TOML to a schema object, with every complaint turned into a `Problem`.

What is wrong is taken out (and remembered in `Problems.pruned`), so that the rest of the file is
checked in the same go.
"""

from __future__ import annotations

import copy
from difflib import get_close_matches
from itertools import accumulate
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from twinrom.statemachine.source.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from twinrom.statemachine.source.diagnostics import Problem
    from twinrom.statemachine.source.locate import Key
    from twinrom.statemachine.source.places import Place, Problems

Shaped = TypeVar("Shaped", bound=BaseModel)

ROUNDS = 4
NOUNS = {
    "string_type": "a string", "int_type": "an integer", "bool_type": "`true` or `false`",
    "list_type": "a list", "dict_type": "a table", "model_type": "a table",
}  # fmt: skip
BRANCHES = ("str", "int", "bool", "list[", "dict[", "literal[", "function-", "constrained-")
BINDING = ("each", "given")


class Complaint(NamedTuple):
    """What is wrong at one key: the schema's errors there, one for each branch of a union."""

    key: Key
    errors: tuple[ErrorDetails, ...]

    @property
    def kind(self) -> str:
        """Return the kind of the (first) error."""
        return self.errors[0]["type"]


def shaped(schema: type[Shaped], data: dict[str, Any], root: Place,
           problems: Problems) -> Shaped | None:
    """Return `data` as `schema`, noting problems; None when too little is left to go on."""
    data = copy.deepcopy(data)
    for turn in range(ROUNDS):
        try:
            return schema.model_validate(data)
        except ValidationError as error:
            complaints = _complaints(error.errors(), data)
        if turn == 0:  # later complaints come of what was taken out
            for complaint in _worth_saying(complaints, schema, problems):
                problems.add(_problem(complaint, root, schema))
        for complaint in complaints:
            problems.pruned.add(_mend(complaint, data, schema))
    return None


def _worth_saying(complaints: list[Complaint], schema: type[BaseModel],
                  problems: Problems) -> list[Complaint]:
    """Leave out what is missing for a reason: it has another name, or is not included."""
    if problems.forgiven("*"):
        return [c for c in complaints if c.kind != "missing"]
    misnamed: set[Key] = set()
    for complaint in complaints:
        if complaint.kind == "extra_forbidden":
            table, (*inside, name) = _table(schema, complaint.key[:-1]), complaint.key
            meant = [*getattr(table, "fallback", ())] if name in getattr(
                table, "elsewhere", ()) else get_close_matches(str(name)[:80], _keys(table), n=1)
            misnamed |= {(*inside, key) for key in meant}
    return [c for c in complaints if not (c.kind == "missing" and c.key in misnamed)]


def lacking(schema: type[BaseModel], key: Key, said: Mapping[str, Any]) -> list[str]:
    """Return the keys that the table at `key` must have, and that are not in what is `said`."""
    table = _table(schema, key)
    fields = table.model_fields.items() if table else ()
    return [name for name, field in fields if field.is_required() and name not in said]


def _complaints(errors: list[ErrorDetails], data: dict[str, Any]) -> list[Complaint]:
    """Return one complaint for each place; of nested places only the innermost."""
    merged: dict[Key, list[ErrorDetails]] = {}
    for error in errors:
        merged.setdefault(_without_branches(error["loc"], data), []).append(error)
    outer = {prefix for key in merged for prefix in accumulate((part,) for part in key[:-1])}
    return [Complaint(key, tuple(found)) for key, found in merged.items() if key not in outer]


def _without_branches(location: tuple[int | str, ...], data: Any) -> Key:
    """Return the key without the names of the union branches that the schema tried."""
    key: list[int | str] = []
    for part in location:
        inside = isinstance(data, dict) and part in data
        if not inside and isinstance(part, str) and part.startswith(BRANCHES):
            continue
        key.append(part)
        inside = inside or (isinstance(data, list) and isinstance(part, int) and part < len(data))
        data = data[part] if inside else None
    return tuple(key)


def _keys(table: type[BaseModel] | None) -> dict[str, FieldInfo]:
    """Return the keys of a table as a file has them."""
    return {f.alias or name: f for name, f in table.model_fields.items()} if table else {}


def _problem(complaint: Complaint, root: Place, schema: type[BaseModel]) -> Problem:
    key, name = complaint.key, str(complaint.key[-1])
    table = _table(schema, key[:-1])
    if complaint.kind == "extra_forbidden":
        hint = getattr(table, "elsewhere", {}).get(name) or did_you_mean(name, _keys(table))
        return root.at(*key).problem(f"unknown key `{name}`", hint, at_key=True)
    if complaint.kind == "missing":
        hint = (_keys(table)[name].description if table else None) or ""
        return root.at(*key[:-1]).problem(f"`{name}` is missing", hint, at_key=True)
    return root.at(*key).problem(*_words(complaint.errors))


def _words(errors: tuple[ErrorDetails, ...]) -> tuple[str, str]:
    """Return what to say of a value, and a hint."""
    kinds = {e["type"]: e for e in errors}
    first, value = errors[0], errors[0]["input"]
    if "greater_than_equal" in kinds:
        return f"must be at least {first['ctx']['ge']}", ""
    if "too_short" in kinds:
        return "must not be empty", ""
    nouns = [NOUNS[kind] for kind in kinds if kind in NOUNS]
    if set(kinds) == {"string_type", "list_type"}:
        nouns = ["a string", "a list of strings"]
    if "literal_error" in kinds:
        nouns.append(kinds["literal_error"]["ctx"]["expected"].replace("'", "`"))
    if nouns:
        alone = nouns == ["a string"] and not isinstance(first["loc"][-1], int)
        quoted = alone and isinstance(value, int) and not isinstance(value, bool)
        listed = ", ".join(nouns[:-1])
        message = f"expected {listed} or {nouns[-1]}" if listed else f"expected {nouns[0]}"
        return message, f'write `"{value}"`' if quoted else ""
    if first["type"] == "too_long":
        return f"may have at most {first['ctx']['max_length']} items", ""
    return first["msg"][:1].lower() + first["msg"][1:], ""


def _mend(complaint: Complaint, data: dict[str, Any], schema: type[BaseModel]) -> Key:
    """Take what is wrong out of `data`, or put something in its place; return what went."""
    key = complaint.key
    if complaint.kind != "extra_forbidden":
        fallback = getattr(_table(schema, key[:-1]), "fallback", {})
        if key[-1] in fallback:
            _at(data, key[:-1])[key[-1]] = copy.deepcopy(fallback[key[-1]])
            return key
        indices = [i for i, part in enumerate(key) if isinstance(part, int)]
        key = key[: indices[0]] if indices else key
        if any(part in BINDING for part in key[2:3]) or complaint.kind == "missing":
            key = key[:2]
    table = _at(data, key[:-1])
    if isinstance(table, dict):
        table.pop(key[-1], None)
    return key


def _at(data: Any, key: Iterable[int | str]) -> Any:
    """Return what stands at `key`, or an empty table."""
    for part in key:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return {}
    return data


def _table(schema: Any, key: Key) -> type[BaseModel] | None:
    """Return the class of the table at `key` in a file of this schema."""
    for part in key:
        schema = _inner(schema)
        if isinstance(schema, type) and issubclass(schema, BaseModel):
            field = _keys(schema).get(str(part))
            schema = field.annotation if field else None
        else:
            schema = (get_args(schema) or (None,))[-1]
    schema = _inner(schema)
    return schema if isinstance(schema, type) and issubclass(schema, BaseModel) else None


def _inner(annotation: Any) -> Any:
    """Return `T` of `T | None` and of an annotated `T`."""
    if get_origin(annotation) is Annotated:
        return _inner(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return next(a for a in get_args(annotation) if a is not type(None))
    return annotation
