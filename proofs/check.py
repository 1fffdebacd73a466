"""Check models against their specs: engines in worker processes, one verdict per property."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from proofs.merge import merge
from proofs.question import Question, pose
from proofs.spec import read_spec, spec_for
from proofs.supervise import Task, supervise
from proofs.verdict import Checked, clause_results
from statemachine import Document, InputError, build_model, find_file, shipped_models

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from proofs.results import Report
    from statemachine import Problem

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

    def question(self) -> Question:
        """Return the question; raises `InputError` with all problems of both files."""
        model = build_model(Document(*self.model), self.sorts)
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


def check(
    recipes: Sequence[Recipe],
    options: Options,
    progress: Callable[[str, Report], None] | None = None,
) -> list[Checked]:
    """Return the verdicts for each recipe, in order.

    Every engine runs in a process of its own that is killed when its time is up; what it had found
    until then counts. Raises `InputError` for mistakes in the models, `EngineDisagreementError`
    when engines differ.
    """
    questions = _questions(recipes)
    tasks = [
        Task(f"{i}:{engine}", engine, r, options)
        for i, r in enumerate(recipes)
        for engine in options.engines
    ]
    started = time.monotonic()
    reports = supervise(tasks, options.jobs, progress)
    checked = []
    for i, question in enumerate(questions):
        own = {engine: reports[f"{i}:{engine}"] for engine in options.engines}
        results = merge(question, own, options.depth)
        seconds = max((r.seconds for r in own.values()), default=time.monotonic() - started)
        checked.append(
            Checked(
                question, options.depth, results, clause_results(question, results), own, seconds
            )
        )
    return checked


def _questions(recipes: Sequence[Recipe]) -> list[Question]:
    questions: list[Question] = []
    problems: list[Problem] = []
    for r in recipes:
        try:
            questions.append(r.question())
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return questions
