"""Check requests: what is asked, as plain data that a worker process can be given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twinrom.proofs.spec.posing import pose_read, spec_problems
from twinrom.proofs.spec.question import Question, Setting
from twinrom.proofs.spec.spec import spec_for
from twinrom.proofs.spec.start import check_start
from twinrom.statemachine import (
    INTEGERS,
    Document,
    InputError,
    Problems,
    build_model,
    did_you_mean,
    find_model,
    machine_range,
    parse_sort,
    sizes_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.statemachine import Model


@dataclass(frozen=True)
class CheckRequest:
    """The texts and options a question is made of; a worker process makes it again from these.

    `any` is the template of which there may be any number of machines.
    """

    model: tuple[str, str]
    spec: tuple[str, str]
    sorts: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, int | None] = field(default_factory=dict)
    includes: Mapping[str, str] = field(default_factory=dict)
    unbounded: tuple[str, ...] = ()
    any: str | None = None

    def question(self) -> Question:
        """Return the question; raises `InputError` with all problems of both files.

        That there is no state to start in is one of them: nothing can be asked then.
        """
        posed = self.posed()
        check_start(posed.model)
        return posed

    def posed(self) -> Question:
        """Return the question, whether there is a state to start in or not."""
        posed = pose_read(Document(*self.model), Document(*self.spec), self.sorts, self.faults,
                          self.includes)
        return replace(posed, settings=(
            *_sizes(posed.model, self.sorts), *_budgets(posed, self.faults)))

    def of_all_sizes(self) -> CheckRequest:
        """Return the request in which the `unbounded` sorts are all integers."""
        return self.at(dict.fromkeys(self.unbounded, INTEGERS))

    def at(self, sorts: Mapping[str, str]) -> CheckRequest:
        """Return the request at these sizes."""
        return replace(self, sorts={**self.sorts, **sorts}, unbounded=())


def _sizes(model: Model, given: Mapping[str, str]) -> Iterator[Setting]:
    """Yield the sizes that are not those of the files."""
    for name, text in sizes_of(given, "define").items():  # nobody can say whether less happens
        if text.strip() != str(model.written["define"][name]).strip():
            yield Setting(name, text, less=False)
    yield from filter(None, (_machines(model, name) for name in sizes_of(given, "machine")))
    yield from filter(None, (_values(model, name) for name in sizes_of(given, "sort")))


def _machines(model: Model, name: str) -> Setting | None:
    """Return the number of machines, if it is not that of the files."""
    own = machine_range(model.written["machine"][name]["instances"])
    number = len(model.templates[name].instances)
    if own is None or own.size == number:
        return None
    return Setting(name, str(number), less=number < own.size)


def _values(model: Model, name: str) -> Setting | None:
    """Return the values of a sort, if they are not those of the files."""
    sort = model.sorts[name]
    own = parse_sort(name, model.written["sort"][name], model.place, Problems())
    if own is None or own == sort:
        return None
    less = sort.low > own.low or sort.high < own.high if sort.ordered else (
        not set(own.labels or ()) <= set(sort.labels or ()))
    return Setting(name, sort.range_text(), less)


def _budgets(posed: Question, given: Mapping[str, int | None]) -> Iterator[Setting]:
    """Yield the limits for faults that are not those of the files."""
    files = {**posed.spec.budget(), **posed.model.budget}
    for kind, limit in given.items():
        own = files.get(kind)
        if limit != own:
            less = limit is not None and (own is None or limit < own)
            yield Setting(kind, "unlimited" if limit is None else str(limit), less)


def request(  # noqa: PLR0913 - one parameter per option
    model: str,
    spec: str | None = None,
    sorts: Mapping[str, str] | None = None,
    faults: Mapping[str, int | None] | None = None,
    symbolic: Sequence[str] | None = None,
    *,
    any_number: str | None = None,
) -> CheckRequest:
    """Return the request for a model and spec, each a file or the name of a shipped one.

    `symbolic` names the sorts that stand for all integers, besides those whose size is given as
    `integers`; an empty list means every ordered sort. `any_number` is a template of which there
    may be any number of machines.
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
        any=any_number,
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
    ordered = [s.name for s in model.sorts.values() if s.ordered and not s.wraps]
    wanted = [*named, *(symbolic or ())]
    if symbolic is not None and not symbolic:
        wanted += ordered
    for name in wanted:
        if name not in ordered:
            sort = model.sorts.get(name)
            known = "no such sort" if sort is None else (
                "it wraps" if sort.wraps else "it has no order")
            text = f"`{name}` cannot be all integers: {known}"
            raise InputError.whole_file(model.paths[0], text, did_you_mean(name, ordered))
    if symbolic is not None and not wanted:
        raise InputError.whole_file(model.paths[0], "has no ordered sort to be all integers")
    return tuple(dict.fromkeys(wanted))
