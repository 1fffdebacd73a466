"""What the names that a column of `each` binds mean, beside the variables of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from twinrom.statemachine.meaning.scope import BROKEN, Typed, Vocabulary
from twinrom.statemachine.model import all_sorts
from twinrom.statemachine.sorts import BOOL
from twinrom.statemachine.source.diagnostics import did_you_mean
from twinrom.statemachine.system import Variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinrom.statemachine.model import Column, Model
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.source.diagnostics import Problem
    from twinrom.statemachine.source.places import Place, Problems

Value: TypeAlias = "str | int | bool"

def variables_of(model: Model) -> tuple[Variable, ...]:
    """Return the state variables: each machine's state, followed by the machine's variables."""
    found: list[Variable] = []
    for machine, template in model.machines.items():
        found.append(Variable(len(found), machine, template.state_sort, machine))
        for name, sort in template.variables.items():
            found.append(Variable(len(found), f"{machine}.{name}", sort, machine))
    return tuple(found)


def model_vocabulary(model: Model) -> Vocabulary:
    """Return what names mean in the model's own expressions."""
    variables = {v.name: v for v in variables_of(model)}
    return Vocabulary(model, variables, all_sorts(model), model.definitions)


def bind_column(column: Column, place: Place, vocabulary: Vocabulary,
                problems: Problems) -> dict[str, Typed]:
    """Return what the names of `each` mean in a column, noting values that mean nothing."""
    bound = dict.fromkeys(written_names(place), BROKEN)
    return bound | {name: _bound(name, value, place, vocabulary, problems)
                    for name, value in column}


def _bound(name: str, value: Value, place: Place, vocabulary: Vocabulary,
           problems: Problems) -> Typed:
    sorts = _sorts_with(value, vocabulary)
    if len(sorts) != 1:
        problem = _unbound(name, value, sorts, place, vocabulary)
        if sorts or not vocabulary.forgiven(str(value)):
            problems.add(problem)
        return BROKEN
    sort = sorts[0]
    code = sort.code(str(value)) or 0
    return Typed(sort.constant(code), sort, str(value) if sort.template else None)


def _sorts_with(value: Value, vocabulary: Vocabulary) -> list[Sort]:
    """Return the sorts that have the value."""
    if isinstance(value, bool):
        return [BOOL]
    numeric = isinstance(value, int)
    return [s for s in vocabulary.sorts.values()
            if not s.boolean and s.ordered == numeric and s.code(str(value)) is not None]


def _unbound(name: str, value: str | int, sorts: list[Sort], place: Place,
             vocabulary: Vocabulary) -> Problem:
    """Return the problem of a value that is of no sort, or of several."""
    values = place.at(name).value
    at = place.at(name, values.index(value) if isinstance(values, list) else 0)
    if sorts:
        several = " and ".join(f"`{s.name}`" for s in sorts)
        return place.at(name).problem(f"`{value}` is a value of {several}",
                                      "give one of them other values")
    if isinstance(value, int):
        return at.problem(f"`{value}` is in no sort of numbers")
    known = [x for s in vocabulary.sorts.values() if not s.boolean for x in s.labels or ()]
    templates = vocabulary.model.templates
    hint = did_you_mean(value, known)
    if value in templates:
        hint = f"it is a template: list its machines, {', '.join(templates[value].instances)}"
    return at.problem(f"`{value}` is neither a machine nor a value of a sort", hint)


def check_free(names: Iterable[str], place: Place, vocabulary: Vocabulary,
               problems: Problems) -> None:
    """Note names that are bound at `place` although they mean something already."""
    for name in names:
        if vocabulary.taken(name):
            problems.add(place.at(name).problem(
                f"`{name}` already means something else", "choose another name", at_key=True))


def each_column(columns: tuple[Column, ...], problems: Problems) -> Iterator[Column]:
    """Return the columns one by one; a mistake that a column has already shown is kept once.

    When the columns themselves are wrong, there is an empty one.
    """
    before = len(problems.found)
    shown: set[tuple[int, int, int]] = set()
    for column in columns or ((),):
        start = len(problems.found)
        yield column
        new = [p for p in problems.found[start:] if (p.line, p.column, p.width) not in shown]
        problems.found[start:] = new
        shown |= {(p.line, p.column, p.width) for p in problems.found[before:]}


def written_names(place: Place) -> list[str]:
    """Return the names that the file binds at `place`, whether they mean something or not."""
    written = place.value
    return [str(name) for name in written] if isinstance(written, dict) else []
