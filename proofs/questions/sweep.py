"""Many policies at many sizes, each in a process: one row each, and none stops the others."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinrom.proofs.certificates.folder import version_of
from twinrom.proofs.engines.processes import supervise
from twinrom.proofs.questions.results import Results, append_row, read_results
from twinrom.proofs.questions.standing import PolicyStanding, StandingTask
from twinrom.proofs.spec.request import request
from twinrom.statemachine import (
    Document,
    InputError,
    build_model,
    fault_kinds,
    is_folder,
    load_model,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.engines.task import Key
    from twinrom.proofs.spec.request import CheckRequest
    from twinrom.statemachine import Model


@dataclass(frozen=True)
class Point:
    """A policy at one point of the grid; `at` has the sizes and budgets as they were given.

    None is one that the policy has nothing for: it is the same at all values.
    """

    model: str
    at: tuple[tuple[str, str | None], ...] = ()

    @property
    def name(self) -> str:
        """Return the policy and where it is in the grid."""
        return " ".join([Path(self.model).stem, *(f"{k}={v or '-'}" for k, v in self.at)])

    @property
    def given(self) -> dict[str, str]:
        """Return the sizes and budgets that the policy is given."""
        return {name: value for name, value in self.at if value is not None}


def policies(paths: Sequence[str]) -> list[str]:
    """Return the model files among `paths`; of a folder, all but specs and what others include."""
    found: list[str] = []
    for path in paths:
        if not is_folder(Path(path)):
            found.append(path)
            continue
        files = [p for p in sorted(Path(path).glob("*.toml")) if not p.name.endswith(".spec.toml")]
        included = {name for p in files for name in _included(p)}
        found += [str(p) for p in files if p.name not in included]
    if not found:
        raise InputError.whole_file(paths[0] if paths else ".", "has no model in it")
    return list(dict.fromkeys(found))


def _included(path: Path) -> list[str]:
    try:
        names = Document.read(str(path)).data.get("include", [])
    except InputError:
        return []
    return [n for n in ([names] if isinstance(names, str) else names) if isinstance(n, str)]


def grid(models: Sequence[str], axes: Mapping[str, Sequence[str]]) -> list[Point]:
    """Return every model at every combination of the values of the axes that it has.

    An axis that only others have gives it one point. One that none has is a name of nothing: each
    of its points says so, as does each of a model that cannot be read.
    """
    had = {model: _axes(model, axes) for model in models}
    somewhere = set[str]().union(*(names for names in had.values() if names is not None))
    found: list[Point] = []
    for model in models:
        names = had[model]
        lacked = set[str]() if names is None else somewhere - names
        choices = [[(name, value) for value in ([None] if name in lacked else values)]
                   for name, values in axes.items()]
        found += [Point(model, at) for at in itertools.product(*choices)]
    return found


def _axes(name: str, axes: Mapping[str, Sequence[str]]) -> set[str] | None:
    """Return the axes for which a model has something; None when it cannot be read."""
    if not axes:
        return set()
    try:
        model = load_model(name)
    except InputError:
        return None
    kinds = fault_kinds(model)
    paths = _paths(model)
    return {*model.written.get("sort", {}), *paths, *paths.values(), *kinds,
            *(["fault"] if kinds else [])} & axes.keys()


def sweep(  # noqa: PLR0913 - what is asked, and who is told
    points: Sequence[Point],
    options: Options,
    spec: str | None = None,
    results: str | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
    doubt: Callable[[Sequence[int]], None] | None = None,
) -> list[tuple[Point, PolicyStanding]]:
    """Return a row for each point, in order.

    Rows are appended to the file `results` as they come, and what it has for the same texts, sizes
    and budgets is not run again; errors and what was undecided are. A row that was edited since is
    not believed; `doubt` is told their lines. The time limit of `options` is that of each point.
    """
    rows: dict[int, PolicyStanding] = {}
    tasks, keys = [], {}
    known = Results() if results is None else read_results(results)
    if known.edited and doubt is not None:
        doubt(known.edited)
    for number, point in enumerate(points):
        try:
            made = _request(point, spec)
            keys[number] = _key(made, options) if results is not None else ""
        except InputError as error:
            rows[number] = PolicyStanding("error", error=str(error))
            continue
        if keys[number] in known.rows:
            rows[number] = known.rows[keys[number]]
        else:
            tasks.append(StandingTask((number, point.name), made, options))

    def note(key: Key, found: PolicyStanding) -> None:
        number, _ = key
        if number not in rows:
            rows[number] = found
            if results is not None:
                append_row(results, row_data(points[number], found) | {"key": keys[number]})
        if progress is not None:
            progress(len(rows), len(points))

    rows = {number: row for (number, _), row in supervise(tasks, options.jobs, note).items()} | rows
    return [(point, rows[number]) for number, point in enumerate(points)]


def _request(point: Point, spec: str | None) -> CheckRequest:
    given = point.given.items()
    paths = _paths(load_model(point.model)) if any(_is_budget(k, v) for k, v in given) else {}
    at = [(paths.get(k, k), v) for k, v in given]
    sorts = {k: v for k, v in at if not _is_budget(k, v)}
    faults = {k: _number(k, v) for k, v in at if _is_budget(k, v)}
    return request(point.model, spec, sorts, faults)


def _paths(model: Model) -> dict[str, str]:
    """Return how a model's templates and definitions are called among the sizes, by their names."""
    found = {n: f"machine.{n}" for n in model.templates} | {
        n: f"define.{n}" for n in model.definitions}
    return {n: path for n, path in found.items() if n not in fault_kinds(model)}


def _number(name: str, value: str) -> int | None:
    """Return the budget that a value of the grid spells; Python reads 4,300 digits and no more."""
    try:
        return None if value == "unlimited" else int(value)
    except ValueError:
        raise InputError.whole_file("--grid", f"`{name}` has too many digits") from None


def _is_budget(name: str, value: str) -> bool:
    """Say whether a value of the grid counts faults; all others are sizes, by name or by path."""
    number = value.isascii() and value.isdecimal()
    return "." not in name and (value == "unlimited" or number)


def _key(made: CheckRequest, options: Options) -> str:
    """Return a hash of everything that the answer depends on."""
    model = build_model(Document(*made.model), made.sorts, made.includes)
    texts = [d.text for d in model.place.documents]
    asked: list[Any] = [version_of("twinrom"), texts, made.spec[1], dict(made.sorts)]
    asked += [dict(made.faults), made.unbounded, options.max_states, options.timeout]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def row_data(point: Point, judged: PolicyStanding) -> dict[str, Any]:
    """Return a row as plain JSON data."""
    row = asdict(replace(judged, seconds=round(judged.seconds, 3)))
    return {"policy": point.name, "model": point.model, "at": dict(point.at), **row}


def axes_of(texts: Iterator[str] | Sequence[str]) -> dict[str, list[str]]:
    """Return the axes that `NAME=value,value` spells; raises `InputError`."""
    found: dict[str, list[str]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        wanted = [v.strip() for v in values.split(",")]
        if not equals or not name.strip() or not all(wanted):
            raise InputError.whole_file("--grid", f"`{text}`: write NAME=1..2,1..3 or fault=0,1")
        if name.strip() in found:
            raise InputError.whole_file("--grid", f"`{name.strip()}` is given twice")
        found[name.strip()] = list(dict.fromkeys(wanted))
    return found
