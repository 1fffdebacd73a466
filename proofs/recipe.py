"""What is asked and how hard to look, as plain data that a worker process can be given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from proofs.question import Question, pose
from proofs.spec import read_spec, spec_for
from statemachine import Document, build_model, find_file, shipped_models

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGINES = ("bounded", "search")
DEFAULT_DEPTH = 20
DEFAULT_STATES = 3_000_000


@dataclass(frozen=True)
class Recipe:
    """The texts and options a question is made of; a worker process makes it again from these."""

    model: tuple[str, str]
    spec: tuple[str, str]
    sorts: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, int | None] = field(default_factory=dict)
    includes: Mapping[str, str] = field(default_factory=dict)

    def question(self) -> Question:
        """Return the question; raises `InputError` with all problems of both files."""
        model = build_model(Document(*self.model), self.sorts, self.includes)
        return pose(model, *read_spec(Document(*self.spec)), self.faults)


@dataclass(frozen=True)
class Options:
    """How hard to look."""

    depth: int = DEFAULT_DEPTH
    engines: tuple[str, ...] = ENGINES
    timeout: float | None = None
    jobs: int = 2
    max_states: int = DEFAULT_STATES


def recipe(
    model: str,
    spec: str | None = None,
    sorts: Mapping[str, str] | None = None,
    faults: Mapping[str, int | None] | None = None,
) -> Recipe:
    """Return the recipe for a model and spec, each a file or the name of a shipped one."""
    document = Document.read(find_file(model, shipped_models(), "model"))
    loaded = build_model(document, sorts or {})
    other = Document.read(spec_for(loaded, spec))
    return Recipe(
        (document.path, document.text), (other.path, other.text), sorts or {}, faults or {}
    )
