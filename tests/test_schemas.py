"""The JSON Schemas for editors: shipped as generated, and right about shipped and broken files."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from twinrom.proofs import shipped_specs, spec_json_schema
from twinrom.statemachine import model_json_schema

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests" / "corpus"
SHIPPED = {
    ROOT / "statemachine" / "models" / "model.schema.json": model_json_schema,
    ROOT / "proofs" / "specs" / "spec.schema.json": spec_json_schema,
}
MODELS = [*(ROOT / "statemachine" / "models").glob("*.toml"),
          *(p for p in CORPUS.glob("*.toml") if ".spec" not in p.name),
          ROOT / "tests" / "good_model.toml"]  # fmt: skip
SPECS = [*shipped_specs().values(), *CORPUS.glob("*.spec.toml")]


def mistakes(schema: dict[str, Any], text: str) -> list[str]:
    found = Draft202012Validator(schema).iter_errors(tomllib.loads(text))
    return sorted(error.json_path for error in found)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda p: p.name)
def test_shipped_schemas_are_the_generated_ones(file: Path) -> None:
    made = SHIPPED[file]()
    Draft202012Validator.check_schema(made)
    assert json.loads(file.read_text(encoding="utf-8")) == made, "run tests/test_schemas.py"
    assert file.read_text(encoding="utf-8") == written(made)


def written(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2) + "\n"


@pytest.mark.parametrize("file", MODELS, ids=lambda p: p.name)
def test_models_are_valid(file: Path) -> None:
    assert mistakes(model_json_schema(), file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", SPECS, ids=lambda p: p.name)
def test_specs_are_valid(file: Path) -> None:
    assert mistakes(spec_json_schema(), file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("text", "places"), [
    ('when = "a"', []),
    ('when = ["a", "b"]', []),
    ("when = 1", ["$.rule.r.when"]),
    ("when = [1]", ["$.rule.r.when"]),
    ('each = { a = ["A", 1, true] }', []),
    ("each = { a = [1.5] }", ["$.rule.r.each.a"]),
    ('each = { a = "Box" }', []),
    ("each = { a = 1 }", ["$.rule.r.each.a"]),
    ("given = { v = 1 }", ["$.rule.r.given.v"]),
    ('wenn = "a"', ["$.rule.r"]),
    ('nondeterministic = "yes"', ["$.rule.r.nondeterministic"]),
])  # fmt: skip
def test_an_editor_marks_what_is_wrong_with_a_rule(text: str, places: list[str]) -> None:
    assert mistakes(model_json_schema(), f'[rule.r]\nby = "host"\n{text}\n') == places


@pytest.mark.parametrize(("text", "places"), [
    ('[sort]\na = "1..3"\nb = ["x"]', []),
    ("[sort]\na = 3", ["$.sort.a"]),
    ('[machine.M]\ninstances = ["m"]\nstates = ["a"]\ninitial = "a"', []),
    ('[machine.M]\ninstances = []\nstates = ["a"]\ninitial = ["a"]', ["$.machine.M.instances"]),
    ('[table.t]\nof = ["a"]\nallow = [[1], ["x"], [true]]', []),
    ('[actor]\na = "robot"', ["$.actor.a"]),
    ('[rule.r]\nwhen = "a"', []),  # an overlay may restate one key
    ('extends = "msa1000"\nremove = "rule.r"\n[budget]\nfault = "unlimited"', []),
    ('extends = "msa1000"\n[add]\nrule.r.when = "a"\nrule.r.writes = [["a", "b"]]', []),
    ('extends = "msa1000"\n[take]\ninit.require = ["a"]\nevent.e.can_happen = "a"', []),
    ("extends = 'a'\n[add]\nrule.r.by = 'a'\nrule.r.when = 3\ninit.require = []",
     ["$.add.init.require", "$.add.rule.r", "$.add.rule.r.when"]),
    ("extends = 'a'\ntake = 'x'\nadd.rul.x.when = 'a'", ["$.add", "$.take"]),
    ("extends = 1\nremove = [1]\n[budget]\nfault = true",
     ["$.budget.fault", "$.extends", "$.remove"]),
    ('titel = "x"', ["$"]),
])  # fmt: skip
def test_an_editor_marks_what_is_wrong_with_a_model(text: str, places: list[str]) -> None:
    assert mistakes(model_json_schema(), text) == places


@pytest.mark.parametrize(("text", "places"), [
    ('[budget]\nfault = 1\ntorn = "unlimited"', []),
    ('[budget]\nfault = "some"', ["$.budget.fault"]),
    ('[invariant.i]\nmust = ["a", "b"]\nexpect = "violated"\nbecause = "c"', []),
    ('[invariant.i]\neventually = "a"', ["$.invariant.i", "$.invariant.i"]),
    ('[response.r]\neventually = "a"', []),
    ("[step.s]\nmust = []", ["$.step.s.must"]),
    ('[gap.g]\nasks = "a"\nreadings = [{ says = "b", policy = "c" }]\nchosen = 0', []),
    ('[clause.c]\nsays = "a"\nkind = "wish"', ["$.clause.c.kind"]),
])  # fmt: skip
def test_an_editor_marks_what_is_wrong_with_a_spec(text: str, places: list[str]) -> None:
    assert mistakes(spec_json_schema(), text) == places


def test_editors_are_told_what_a_key_is() -> None:
    schema = model_json_schema()
    assert schema["title"] == "A model file of twinrom"
    rule = schema["$defs"]["RuleShape"]
    assert rule["additionalProperties"] is False
    assert rule["properties"]["when"]["description"] == "the guard"
    assert rule["properties"]["says"] == {"type": "string", "description": "the step in words"}


if __name__ == "__main__":
    for path, make in SHIPPED.items():
        path.write_text(written(make()), encoding="utf-8")
