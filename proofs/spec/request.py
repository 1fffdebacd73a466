"""Check requests: what is asked, as plain data that a worker process can be given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twinrom.proofs.spec.question import Question, pose_read, spec_problems
from twinrom.proofs.spec.spec import spec_for
from twinrom.statemachine import (
    INTEGERS,
    Document,
    InputError,
    build_model,
    did_you_mean,
    find_model,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinrom.statemachine import Model



@dataclass(frozen=True)
class CheckRequest:
    """The texts and options a question is made of; a worker process makes it again from these."""

    model: tuple[str, str]
    spec: tuple[str, str]
    sorts: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, int | None] = field(default_factory=dict)
    includes: Mapping[str, str] = field(default_factory=dict)
    unbounded: tuple[str, ...] = ()

    def question(self) -> Question:
        """Return the question; raises `InputError` with all problems of both files."""
        return pose_read(Document(*self.model), Document(*self.spec), self.sorts, self.faults,
                         self.includes)

    def of_all_sizes(self) -> CheckRequest:
        """Return the request in which the `unbounded` sorts are all integers."""
        return self.at(dict.fromkeys(self.unbounded, INTEGERS))

    def at(self, sorts: Mapping[str, str]) -> CheckRequest:
        """Return the request at these sizes."""
        return replace(self, sorts={**self.sorts, **sorts}, unbounded=())


def request(
    model: str,
    spec: str | None = None,
    sorts: Mapping[str, str] | None = None,
    faults: Mapping[str, int | None] | None = None,
    symbolic: Sequence[str] | None = None,
) -> CheckRequest:
    """Return the request for a model and spec, each a file or the name of a shipped one.

    `symbolic` names the sorts that stand for all integers, besides those whose size is given as
    `integers`; an empty list means every ordered sort.
    """
    document = _model(find_model(model), spec)
    sizes = dict(sorts or {})
    named = [name for name, size in sizes.items() if size == INTEGERS]
    finite = {name: size for name, size in sizes.items() if size != INTEGERS}
    try:
        other = Document.read(spec_for(document.path, spec))
    except InputError as error:
        try:
            build_model(document, finite)
        except InputError as first:
            raise InputError([*first.problems, *error.problems]) from None
        raise
    return CheckRequest(
        (document.path, document.text),
        (other.path, other.text),
        finite,
        faults or {},
        unbounded=() if symbolic is None and not named else (
            _unbounded(pose_read(document, other, finite, faults).model, named, symbolic)
        ),
    )


def _model(path: str, spec: str | None) -> Document:
    """Return the model's file; what is wrong with its spec is told with what is wrong with it."""
    try:
        return Document.read(path)
    except InputError as error:
        problems = list(error.problems)
    try:
        problems += spec_problems(Document.read(spec_for(path, spec)), None)
    except InputError as error:
        problems += error.problems if spec else ()
    raise InputError(problems)


def _unbounded(model: Model, named: list[str], symbolic: Sequence[str] | None) -> tuple[str, ...]:
    ordered = [s.name for s in model.sorts.values() if s.ordered]
    wanted = [*named, *(symbolic or ())]
    if symbolic is not None and not symbolic:
        wanted += ordered
    for name in wanted:
        if name not in ordered:
            known = "it has no order" if name in model.sorts else "no such sort"
            text = f"`{name}` cannot be all integers: {known}"
            raise InputError.whole_file(model.paths[0], text, did_you_mean(name, ordered))
    if symbolic is not None and not wanted:
        raise InputError.whole_file(model.paths[0], "has no ordered sort to be all integers")
    return tuple(dict.fromkeys(wanted))
