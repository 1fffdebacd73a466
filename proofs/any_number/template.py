"""The template that there may be any number of: whether that means the same for every number.

Its machines must be interchangeable, and none may refer to another: a state is then cut down to
some of them by leaving the others out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

from twinrom.proofs.spec.symmetry import APART, FREE, WORD
from twinrom.statemachine import InputError, closest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import Model, Place, Template, Variable


@dataclass(frozen=True)
class AnyNumber:
    """A template of a question that is asked for any number of machines; made by `any_number`."""

    question: Question
    name: str

    @property
    def template(self) -> Template:
        """Return the template."""
        return self.question.model.templates[self.name]

    @cached_property
    def family(self) -> frozenset[str]:
        """Return the template and those of the parts of its machines."""
        own = set(self.template.instances)
        return frozenset(
            t.name for t in self.question.model.templates.values()
            if t.name == self.name or any(m.split(".")[0] in own for m in t.instances))

    @cached_property
    def references(self) -> tuple[Variable, ...]:
        """Return the variables elsewhere that name a machine or a part of one."""
        return tuple(v for v in self.question.system.variables if v.sort.name in self.family
                     and v.sort.template and not self.machines_in(v.name))

    def machines_in(self, text: str) -> list[str]:
        """Return the machines of the template that a name has in it, in their order."""
        own = set(self.template.instances)
        return [word for word in WORD.findall(text) if word in own]


def any_number(question: Question, name: str) -> AnyNumber:
    """Return the template as one that there may be any number of.

    Raises `InputError`, with its place, at what makes it mean something else for each number.
    """
    model = question.model
    if name not in model.templates:
        raise InputError.whole_file(model.paths[0], f"`--any {name}`: there is no such template",
                                    closest(name, list(model.templates)))
    found = AnyNumber(question, name)
    _refuse_numbers(found)
    _refuse_names(found)
    for owner, variable, place in _variables(model, found.family):
        _refuse(found, place, f"`{owner}.{variable}` of one machine names another one",
                "keep what one machine knows of another outside of both")
    _refuse_observers(found)
    _refuse_tables(found)
    return found


def _refuse(found: AnyNumber, place: Place, why: str, hint: str = "") -> NoReturn:
    raise InputError([place.problem(f"`--any {found.name}`: {why}", hint)])


def _refuse_numbers(found: AnyNumber) -> None:
    """Refuse machines of which there cannot be another number."""
    question = found.question
    if question.symbolic:
        raise InputError.whole_file(question.model.paths[0], f"`--any {found.name}`: "
                                    "sorts must have an end", "use sizes instead of integers")
    if found.template.ranged is None:
        _refuse(found, found.template.place, "its machines are not numbered",
                'write `instances = "s1..s3"`')


def _refuse_names(found: AnyNumber) -> None:
    """Refuse a text that names a machine, anywhere."""
    question, own = found.question, set(found.template.instances)
    named = [v for v in question.model.templates.values()
             for n in (*v.variables, *(m.rpartition(".")[2] for m in v.instances if "." in m))
             if n in own]
    if named:
        _refuse(found, named[0].place, "a variable or a part is called like one of its machines")
    for formula in question.model.init:
        said = [word for word in WORD.findall(str(formula)) if word in own]
        if said:
            _refuse(found, formula.place, f"`{said[0]}` is named at the start",
                    f"say it of all: `all(... for m in {found.name})`")
    if len(own) > 1 and found.name not in question.symmetric:
        place, said = _first_name(found) or (found.template.place, [])
        why = f"`{said[0]}` is named, so they are not interchangeable" if said else (
            "its machines are not interchangeable")
        _refuse(found, place, why, f"let an `each`, or a quantifier over `{found.name}`, bind it")


def _first_name(found: AnyNumber) -> tuple[Place, list[str]] | None:
    """Return the first place in model or spec where a machine is named, and the machines."""
    question, own = found.question, set(found.template.instances)
    for place in (question.model.place, question.spec.place):
        for inner in _places(place):
            said = [word for word in WORD.findall(inner.value) if word in own]
            if said and not (FREE | APART) & set(map(str, inner.key)):
                return inner, said
    return None


def _places(place: Place) -> Iterator[Place]:
    value = place.value
    if isinstance(value, dict):
        for key in value:
            yield from _places(place.at(key))
    elif isinstance(value, list):
        for number in range(len(value)):
            yield from _places(place.at(number))
    elif isinstance(value, str):
        yield place


def _variables(model: Model, family: frozenset[str]) -> Iterator[tuple[str, str, Place]]:
    """Yield the variables of the machines that name a machine which may be another one."""
    for template in (model.templates[name] for name in sorted(family)):
        for variable, sort in template.variables.items():
            if sort.template and sort.name in family and variable not in template.own:
                yield template.name, variable, template.place.at("vars", variable)


def _refuse_observers(found: AnyNumber) -> None:
    for variable in found.question.system.variables:
        several = found.machines_in(variable.name) and variable.sort.name in found.family
        if variable.role == "observer" and several and variable.sort.template:
            name = variable.name.partition("(")[0]
            _refuse(found, found.question.spec.place.at("observer", name, "sort"),
                    f"`{name}` of one machine names another one")


def _refuse_tables(found: AnyNumber) -> None:
    for table in found.question.model.tables.values():
        if any(sort.name in found.family for sort in table.of):
            _refuse(found, found.question.model.place.at("table", table.name, "of"),
                    f"`{table.name}` is a table of its machines",
                    "give the machines a variable instead")
