"""The kinds of property: one class each, and everything that type checkers cannot see of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinrom.proofs.spec.kinds import KINDS, SAFETY, Kind, written_properties
from twinrom.proofs.spec.schema import PropertyShape, SpecShape
from twinrom.proofs.spec.spec import parse_spec
from twinrom.statemachine.loading.schema import ModelShape

DOCS = Path(__file__).parent.parent.parent / "docs"
each_kind = pytest.mark.parametrize("kind", KINDS, ids=str)


def spec_with(kind: Kind) -> SpecShape:
    spec, problems = parse_spec(f'[{kind.key}.one]\n{kind.goal} = ["first", "second"]')
    problems.finish()
    return spec.shape


@each_kind
def test_a_kind_is_written_under_its_key_with_its_goal(kind: Kind) -> None:
    [(found, name, shape)] = written_properties(spec_with(kind))
    assert (found, name, shape.goal) == (kind, "one", ["first", "second"])
    assert isinstance(shape, PropertyShape)


def test_kinds_are_the_sections_of_a_spec_that_have_properties() -> None:
    shapes = {kind.__name__ for kind in PropertyShape.__subclasses__()}
    sections = [
        name for name, field in SpecShape.model_fields.items()
        if any(shape in str(field.annotation) for shape in shapes)
    ]  # fmt: skip
    assert [kind.key for kind in KINDS] == sections
    assert len(set(KINDS)) == len(KINDS)


@each_kind
def test_a_model_file_says_that_a_property_belongs_into_a_spec(kind: Kind) -> None:
    assert kind.key in ModelShape.elsewhere


@each_kind
def test_documents_say_what_a_kind_is(kind: Kind) -> None:
    assert f"`{kind.key}`" in (DOCS / "json.md").read_text(encoding="utf-8")
    assert f"[{kind.key}." in (DOCS / "language.md").read_text(encoding="utf-8")


def test_what_a_single_state_or_step_breaks_is_unsafe() -> None:
    assert {kind.key for kind in SAFETY} == {"invariant", "step"}
    assert {kind for kind in KINDS if kind.weight == 0} == SAFETY
