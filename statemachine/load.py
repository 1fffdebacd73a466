"""From a model file to a `Model`: read, merge the included files, check, all problems in one go."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from statemachine.declare import Declarations
from statemachine.diagnostics import InputError, did_you_mean
from statemachine.document import Document
from statemachine.places import Place, Problems
from statemachine.schema import ModelShape
from statemachine.shape import shaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from statemachine.model import Model

SHIPPED = Path(__file__).parent / "models"
MAX_INCLUDES = 16
WHOLE_SECTIONS = ("sort", "table", "machine", "define", "actor", "include", "init")


def shipped_models() -> dict[str, Path]:
    """Return the models that come with the package, by name."""
    return {p.stem: p for p in sorted(SHIPPED.glob("*.toml")) if p.stem != "rom_bank"}


def find_file(name: str, shipped: Mapping[str, Path], what: str) -> str:
    """Return the file that `name` means: a path, or the name of a shipped file.

    Raises `InputError` when there is neither.
    """
    if name in shipped and not Path(name).is_file():
        return str(shipped[name])
    if "\0" in name:
        raise InputError.whole_file(name.replace("\0", "?"), f"is not a file name of a {what}")
    try:
        exists = Path(name).exists()
    except OSError:
        exists = False
    if exists:
        return name
    hint = did_you_mean(name, shipped)
    raise InputError.whole_file(name[:200], f"no such {what}: neither a file nor a shipped one", hint)


def load_model(name: str, sorts: Mapping[str, str] | None = None) -> Model:
    """Return the model in the file `name`, or the shipped one of that name.

    `sorts` replaces sort declarations: `{"Version": "1..4"}` or `{"Board": "r1,r2,r3"}`.
    Raises `InputError` with every problem of the model.
    """
    document = Document.read(find_file(name, shipped_models(), "model"))
    return build_model(document, sorts)


def parse_model(text: str, path: str = "<text>", sorts: Mapping[str, str] | None = None) -> Model:
    """Return the model that `text` spells; `path` is its name in errors and the base of includes."""
    return build_model(Document(path, text), sorts)


def build_model(document: Document, sorts: Mapping[str, str] | None = None) -> Model:
    """Return the model of a parsed file and the files it includes."""
    problems = Problems()
    documents, data = _with_includes(document, problems)
    root = Place(documents)
    shape = shaped(ModelShape, data, root, problems, WHOLE_SECTIONS)
    if shape is None:
        raise InputError(problems.found)
    declarations = Declarations(shape, root, problems, sorts or {})
    model = declarations.model(Path(document.path).stem)
    try:
        model.system  # noqa: B018 - resolving every name is the second half of the check
    except InputError as error:
        raise InputError([*problems.found, *error.problems]) from None
    problems.finish()
    return model


def _with_includes(document: Document, problems: Problems) -> tuple[tuple[Document, ...], dict[str, Any]]:
    documents = [document]
    data = copy.deepcopy(document.data)
    included = data.get("include", [])
    names = [included] if isinstance(included, str) else included
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        return (document,), data
    place = Place((document,), ("include",))
    if len(names) > MAX_INCLUDES:
        problems.add(place.problem(f"a model may include {MAX_INCLUDES} files"))
        return (document,), data
    for name in names:
        beside = Path(document.path).parent / name
        path = beside if "\0" not in name and beside.is_file() else SHIPPED / Path(name).name
        if "\0" in name or not path.is_file():
            problems.add(place.problem(f"cannot find `{name}`",
                                       did_you_mean(name, [p.name for p in SHIPPED.glob("*.toml")])))
            continue
        other = Document.read(str(path))
        if "include" in other.data:
            problems.add(Place((other,), ("include",)).problem(
                "an included file includes no other", at_key=True))
        documents.append(other)
        _merge(data, other.data, (), Place((document,)), problems)
    return tuple(documents), data


def _merge(data: dict[str, Any], more: dict[str, Any], key: tuple[str, ...], place: Place,
           problems: Problems) -> None:
    for name, value in more.items():
        if not key and name in ("title", "source", "include"):
            continue
        if name not in data:
            data[name] = copy.deepcopy(value)
        elif isinstance(data[name], dict) and isinstance(value, dict):
            _merge(data[name], value, (*key, name), place, problems)
        else:
            problems.add(place.at(*key, name).problem(
                f"`{'.'.join((*key, name))}` is already given by an included file", at_key=True))
