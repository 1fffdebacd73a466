"""What an overlay with `each` extends: the model below it, said of many; or what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from twinrom.statemachine.loading.lifting import Lifting
from twinrom.statemachine.loading.notation import check_name
from twinrom.statemachine.source.diagnostics import did_you_mean
from twinrom.statemachine.source.document import Document
from twinrom.statemachine.source.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinrom.statemachine.source.diagnostics import Problem
    from twinrom.statemachine.source.locate import Key, Span
    from twinrom.statemachine.source.places import Problems

TAKEN = ("sort", "table", "machine", "define")


class Lifted(NamedTuple):
    """A model said of many, and where it stands."""

    data: dict[str, Any]
    place: Place


class LiftedDocument(Document):
    """A file whose texts are not read as they stand: what points at one means all of it."""

    def __init__(self, document: Document, one: str, many: str) -> None:
        super().__init__(document.path, document.text)
        self.template, self.machine = ("machine", many), ("machine", one)

    def _written(self, key: Key) -> Key:
        if key[:2] == self.template:
            key = (*self.machine, *key[2:])
        return super()._written(key)

    def problem(self, key: Key, message: str, hint: str = "", *, at_key: bool = False,
                span: Span | None = None) -> Problem:
        """Return a problem at the value of `key`, or its key."""
        del span
        return super().problem(key, message, hint, at_key=at_key)


def lifted(document: Document, data: Mapping[str, Any], below: Place,
           problems: Problems) -> Lifted | None:
    """Return a model as the `each` of a file says it of many; None after a mistake, noted."""
    place = Place((document,), ("each",))
    each = document.data["each"]
    if not isinstance(each, dict) or len(each) != 1 or not all(
            isinstance(many, str) for many in each.values()):
        problems.add(place.problem("expected a machine of the model below, and what they are "
                                   "together", 'write `each = { server = "Server" }`'))
        return None
    [(one, many)] = each.items()
    count = len(problems.found)
    _check(one, many, data, place.at(one), problems)
    own = dict(_named(document.data, "machine")).get(many, {})
    if len(problems.found) == count and "instances" not in own:
        problems.add(place.at(one).problem(
            f"`{many}` has no machines", f'give it some: `[machine.{many}] instances = "m1..m3"`'))
    if len(problems.found) > count:
        return None
    documents = tuple(LiftedDocument(other, one, many) for other in below.documents)
    return Lifted(Lifting(data, one, many).lifted(), Place(documents, (), below.moved))


def _check(one: str, many: str, data: Mapping[str, Any], place: Place,
           problems: Problems) -> None:
    """Note what cannot be said of many."""
    alone = [name for name, shape in _named(data, "machine")
             if shape.get("instances", [name]) in (name, [name]) and "part_of" not in shape]
    if one not in alone:
        problems.add(place.problem(f"`{one}` is no machine of its own, alone of its template",
                                   did_you_mean(one, alone), at_key=True))
    if check_name(many, place, problems, at_key=False) and many in {
            name for section in TAKEN for name, _ in _named(data, section)}:
        problems.add(place.problem(f"`{many}` is already the name of something else"))
    for section in ("rule", "event"):
        for name, shape in _named(data, section):
            lists = [key for key, values in shape.get("each", {}).items()
                     if not isinstance(values, str)]
            if lists:
                problems.add(place.problem(
                    f"the {section} `{name}` lists the values of `{lists[0]}`",
                    "only what runs over templates can be said of many"))


def _named(data: Mapping[str, Any], section: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what stands in a section by name, each as a table."""
    found = data.get(section)
    for name, said in found.items() if isinstance(found, dict) else ():
        yield str(name).partition("(")[0], said if isinstance(said, dict) else {}
