"""The shape of a model file: its tables, keys and types, before any name is looked up."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from twinrom.statemachine.loading.sizes import machine_range
from twinrom.statemachine.model import ONLY_STATE
from twinrom.statemachine.source.changes import LISTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _listed(value: Any) -> Any:
    if not isinstance(value, str | list):
        raise PydanticCustomError("texts", "expected a string or a list of strings")
    return [value] if isinstance(value, str) else value


Texts = Annotated[
    list[str],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
]
SomeTexts = Annotated[
    list[str],
    Field(min_length=1),
    BeforeValidator(
        _listed, json_schema_input_type=str | Annotated[list[str], Field(min_length=1)]),
]


def _persistent(value: Any) -> Any:
    if value is not True and not isinstance(value, list):
        raise PydanticCustomError("persistent", "expected `true` or a list of variables")
    return value


def _powered(value: Any) -> Any:
    listed = isinstance(value, list) and all(isinstance(name, str) for name in value)
    if value != "off" and not (listed and value):
        raise PydanticCustomError("power", 'expected "off" (of everything) or a list of machines')
    return value


def _columns(value: Any) -> Any:
    if not isinstance(value, str | list):
        raise PydanticCustomError("columns", "expected a list, or the name of a template")
    return value


def _variable(value: Any) -> Any:
    if not isinstance(value, str | dict):
        raise PydanticCustomError("variable", "expected the name of a sort, or a table")
    return {"sort": value} if isinstance(value, str) else value


def _machines(value: Any) -> Any:
    if not isinstance(value, list) and (not isinstance(value, str) or not machine_range(value)):
        raise PydanticCustomError("machines", 'expected a list of names, or a range: "s1..s3"')
    return value


Machines = Annotated[str | Annotated[list[str], Field(min_length=1)], BeforeValidator(
    _machines, json_schema_input_type=str | Annotated[list[str], Field(min_length=1)])]
Persistent = Annotated[Literal[True] | list[str], BeforeValidator(
    _persistent, json_schema_input_type=Literal[True] | list[str])]
Power = Annotated[Literal["off"] | list[str], BeforeValidator(
    _powered, json_schema_input_type=(
        Literal["off"] | Annotated[list[str], Field(min_length=1)]))]
Values = Annotated[str | list[str | int | bool], BeforeValidator(
    _columns, json_schema_input_type=str | list[str | int | bool])]
Each = dict[str, Values]
Writes = list[str | Annotated[list[str], Field(min_length=1)]]


class Shape(BaseModel):
    """A table of a file: unknown keys are errors, nothing is converted.

    `fallback` stands in for a key whose mistake has been noted, so that the rest of its table is
    still checked; `elsewhere` says of keys that belong to another table where that is.
    """

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)
    fallback: ClassVar[dict[str, Any]] = {}
    elsewhere: ClassVar[dict[str, str]] = {}

    @classmethod
    def json_schema(cls, title: str) -> dict[str, Any]:
        """Return the JSON Schema of a file of this shape, for editors."""
        made = _plain(cls.model_json_schema())
        return {"$schema": DIALECT, **made, "title": title}


def _plain(schema: Any) -> Any:
    """Return the schema without what TOML does not have (null) and without generated titles."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _plain(part) for key, part in schema.items()
             if not (key == "default" and part is None)
             and not (key == "title" and isinstance(part, str))}
    options = [o for o in found.get("anyOf", ()) if o != {"type": "null"}]
    if len(options) == 1:
        del found["anyOf"]
        return {**options[0], **found}
    return {**found, "anyOf": options} if options else found


def _in_several_files(schema: dict[str, Any]) -> None:
    """Require nothing in an editor: other files may be included, or extended, with this one."""
    schema.pop("required", None)


class TableShape(Shape):
    """A yes/no matrix, chosen once at the start and then fixed."""

    model_config = ConfigDict(json_schema_extra=_in_several_files)

    of: list[str] = Field(min_length=1, max_length=4, description="the sorts of its arguments")
    allow: list[list[str | int | bool]] | None = Field(
        None, description="the rows that hold; without it every choice is checked"
    )


class VariableShape(Shape):
    """A variable: its sort, and the value that it has where no rule gives it one."""

    model_config = ConfigDict(json_schema_extra=_in_several_files)

    sort: str = Field(description="the sort of its values")
    torn: str | None = Field(None, description="its value when power fails while it is written")
    unpowered: str | None = Field(
        None, description="its value after power loss; default: its `initial`"
    )
    initial: str | None = Field(None, description="its value at the start; default: any")


Variable = Annotated[VariableShape, BeforeValidator(
    _variable, json_schema_input_type=str | VariableShape)]


class MachineShape(Shape):
    """A template: one machine per instance."""

    model_config = ConfigDict(json_schema_extra=_in_several_files)

    instances: Machines | None = Field(
        None, description="names of the machines, or parts of others: `A.active`; or a range: "
        "s1..s3; default: one machine of this name"
    )
    part_of: str | None = Field(
        None, description="the template that each of them is a part of, instead of `instances`"
    )
    parts: list[str] = Field(
        default_factory=list, description="the names of the parts of each owner: `A` of `s1.A`"
    )
    states: list[str] = Field(
        default=[ONLY_STATE], min_length=1, description="the states of each machine; default: one"
    )
    initial: list[str] | str | None = Field(
        None, description="states a machine may start in; default: the first"
    )
    vars: dict[str, Variable] = Field(default_factory=dict, description="variable = sort")
    persistent: Persistent = Field(
        default_factory=list,
        description="variables that survive power loss (`state`: the machine's); `true`: all",
    )
    unpowered: str | None = Field(
        None, description="the state after power loss, or a move: `up, fixing -> off`"
    )
    torn: str | None = Field(None, description="the state in which a write of them is under way")


class InitShape(Shape):
    """What holds at the start."""

    require: Texts = Field(default_factory=list)


class RuleShape(Shape):
    """One way the system can move."""

    model_config = ConfigDict(json_schema_extra=_in_several_files)
    fallback: ClassVar[dict[str, Any]] = {"by": "operator"}

    clause: Texts = Field(default_factory=list, description="the clauses it carries")
    by: str = Field(
        description="who acts: `operator`, `host`, `fault`, `controller` or one of `[actor]`"
    )
    on: str | None = Field(None, description="the event an observer sees; default: the rule's name")
    each: Each = Field(
        default_factory=dict,
        description="one rule instance per column: lists, or templates with all their machines")
    given: dict[str, str] = Field(default_factory=dict, description="payload = sort")
    moves: Texts = Field(default_factory=list, description="machine: source, source -> destination")
    also: Texts = Field(default_factory=list, description="moves of machines that can; others stay")
    when: Texts = Field(default_factory=list, description="the guard")
    sets: Texts = Field(default_factory=list, description="path = expression")
    writes: Writes = Field(
        default_factory=list,
        description="moves and assignments in their order; a list inside is one write",
    )
    power: Power | None = Field(
        None, description='what loses power: "off" (all), or a list of machines'
    )
    cuts: bool | None = Field(
        None, description="faults: whether it happens between the writes of other rules"
    )
    says: str | None = Field(None, description="the step in words")
    kind: str | None = Field(None, description="faults: the name of their budget")
    atomic: str | None = Field(None, description="why a persistent write in one step is right")
    nondeterministic: bool = Field(
        default=False, description="may overlap with others of its event"
    )


class EventShape(Shape):
    """An event's duty to be answered."""

    each: Each = Field(default_factory=dict)
    can_happen: Texts = Field(
        default_factory=list, description="where this holds, some rule of the event is enabled"
    )


class RunShape(Shape):
    """A run that is known to be possible, or impossible."""

    model_config = ConfigDict(json_schema_extra=_in_several_files)
    fallback: ClassVar[dict[str, Any]] = {"script": ["any"], "is": "possible"}

    script: SomeTexts = Field(
        description="its events, one a line, as `simulate --script` reads them; `init A=off` first"
    )
    claim: Literal["possible", "impossible"] = Field(
        alias="is", description="possible or impossible; a repair says that it is impossible"
    )
    says: str | None = Field(None, description="the run in words")


class ModelShape(Shape):
    """A policy: machines and rules."""

    elsewhere: ClassVar[dict[str, str]] = {
        kind: f"`[{kind}]` belongs into a spec file"
        for kind in ("clause", "observer", "budget", "invariant", "step", "response", "possible",
                     "reads", "ends", "gap", "mutant", "observe")
    }

    title: str = ""
    source: str | None = None
    include: Texts = Field(default_factory=list, description="files with shared templates")
    sort: dict[str, str | list[str]] = Field(default_factory=dict)
    table: dict[str, TableShape] = Field(default_factory=dict)
    machine: dict[str, MachineShape] = Field(default_factory=dict)
    init: InitShape = Field(default_factory=InitShape)
    actor: dict[str, Literal["environment", "automatic"]] = Field(default_factory=dict)
    define: dict[str, str | int] = Field(default_factory=dict)
    rule: dict[str, RuleShape] = Field(default_factory=dict)
    event: dict[str, EventShape] = Field(default_factory=dict)
    run: dict[str, RunShape] = Field(
        default_factory=dict, description="runs known to be possible, or impossible"
    )


NAMES = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
ENTRIES = {"anyOf": [{"type": "string"}, {
    "type": "array", "minItems": 1, "items": {"type": ["string", "array"]}}]}
LIMIT = {"anyOf": [{"type": "integer"}, {"const": "unlimited"}]}


def _lists(description: str) -> dict[str, Any]:
    """Return the schema of a table in which an overlay changes lists by their entries."""
    found: dict[str, Any] = {}
    for section, *_, last in (pattern.split(".") for pattern in LISTS):
        keys = found.setdefault(section, {
            "type": "object", "properties": {}, "additionalProperties": False})
        keys["properties"][last] = ENTRIES
    named = {section: keys if section == "init" else {
        "type": "object", "additionalProperties": keys} for section, keys in found.items()}
    return {"type": "object", "properties": named, "additionalProperties": False,
            "description": description}


OVERLAY: dict[str, Any] = {
    "extends": {"type": "string", "description": "the model that this overlay changes"},
    "each": {
        "type": "object", "additionalProperties": {"type": "string"},
        "minProperties": 1, "maxProperties": 1,
        "description": "says of each of many what that model says of one machine",
    },
    "remove": {**NAMES, "description": "what the overlay takes away: `rule.reset`"},
    "add": _lists("what joins lists: an entry, or a list of them"),
    "take": _lists("what leaves lists: an entry, or a list of them"),
    "budget": {
        "type": "object", "additionalProperties": LIMIT,
        "description": "how often faults may happen, instead of what the spec says",
    },
}  # fmt: skip


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of model files, overlays among them."""
    found = ModelShape.json_schema("A model file of twinrom")
    return {**found, "properties": {**found["properties"], **OVERLAY}}
