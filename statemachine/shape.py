"""From parsed TOML to a schema object, with every complaint turned into a `Problem`.

An entry with an error is left out, so that the rest of the file is checked in the same go.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from statemachine.diagnostics import did_you_mean
from statemachine.places import prune

if TYPE_CHECKING:
    from collections.abc import Collection

    from pydantic_core import ErrorDetails

    from statemachine.places import Place, Problems

Shaped = TypeVar("Shaped", bound=BaseModel)

WORDS = {
    "string_type": "expected a string",
    "int_type": "expected an integer",
    "bool_type": "expected `true` or `false`",
    "list_type": "expected a list",
    "dict_type": "expected a table",
    "model_type": "expected a table",
    "too_short": "must not be empty",
}


def shaped(
    schema: type[Shaped], data: dict[str, Any], root: Place, problems: Problems,
    whole: Collection[str] = (),
) -> Shaped | None:
    """Return `data` as `schema`, noting problems; None when too little is left to go on.

    In the sections named by `whole` an erroneous entry cannot be left out (others build on it).
    """
    data = copy.deepcopy(data)
    for _ in range(3):
        try:
            return schema.model_validate(data)
        except ValidationError as error:
            if not all(_note(e, data, root, problems, schema, whole) for e in _once(error.errors())):
                return None
    return None


def _once(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Merge the complaints of a union's branches about one place into one complaint."""
    merged: dict[tuple[int | str, ...], ErrorDetails] = {}
    for error in errors:
        place = tuple(part for part in error["loc"] if not _branch(part))
        if place not in merged:
            merged[place] = {**error, "loc": place}
        else:
            kinds = {merged[place]["type"], error["type"]}
            if kinds & {"string_type", "int_type", "bool_type", "list_type"} and len(kinds) > 1:
                merged[place] = {**error, "loc": place, "type": "union"}
    shortest = {place for place in merged if not any(
        len(other) > len(place) and other[: len(place)] == place for other in merged)}
    return [merged[place] for place in merged if place in shortest]


def _branch(part: int | str) -> bool:
    return isinstance(part, str) and (part in ("str", "int", "bool") or part.startswith(
        ("list[", "function-", "constrained-", "dict[")))


def _note(error: ErrorDetails, data: dict[str, Any], root: Place, problems: Problems,
          schema: type[BaseModel], whole: Collection[str]) -> bool:
    """Add a problem for `error` and remove the entry; say whether the rest can still be checked."""
    key = tuple(error["loc"])
    place = root.at(*key)
    message, hint, at_key = _words(error), "", False
    if error["type"] == "extra_forbidden":
        known = _keys(schema, key[:-1])
        message, hint, at_key = f"unknown key `{key[-1]}`", did_you_mean(str(key[-1]), known), True
    elif error["type"] == "missing":
        message, at_key = f"`{key[-1]}` is missing", True
        place = root.at(*key[:-1])
    problems.add(place.problem(message, hint, at_key=at_key))
    if error["type"] == "extra_forbidden":
        prune(data, key)
        return True
    prune(data, key[:2])
    return len(key) > 1 and key[0] not in whole


def _words(error: ErrorDetails) -> str:
    if error["type"] == "union":
        return "expected a string or a list of strings"
    if error["type"] == "literal_error":
        return f"expected {error['ctx']['expected']}".replace("'", "`")
    if error["type"] in WORDS:
        return WORDS[error["type"]]
    text = error["msg"].removeprefix("Value error, ")
    return text[0].lower() + text[1:]


def _keys(schema: Any, path: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the schema knows at `path`."""
    for part in path:
        fields = getattr(schema, "model_fields", None)
        if fields is not None:
            if part not in fields:
                return []
            schema = fields[str(part)].annotation
        schema = _element(schema)
    return list(getattr(schema, "model_fields", ()))


def _element(annotation: Any) -> Any:
    """Return the table type inside `dict[str, T]` or `list[T]`, through `| None`."""
    while not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        arguments = [a for a in getattr(annotation, "__args__", ()) if a is not type(None)]
        if not arguments:
            return annotation
        annotation = arguments[-1]
    return annotation
