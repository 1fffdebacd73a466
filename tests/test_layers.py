"""The house: which package and which room may import what, and what no file may do."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
PACKAGES = ("statemachine", "proofs", "diagrams")
LAYERS = (*PACKAGES, "twinrom")
FILES = [f for package in LAYERS for f in sorted((ROOT / package).rglob("*.py"))]
PUBLIC_MODULES = {
    "statemachine.terms",  # a vocabulary, used as `terms.conjunction(...)`
    "diagrams.commands",  # the verbs: asked for help, they need nothing else of `diagrams`
}
# The rooms of each package, lowest first: a room, or a module at the root, imports what stands
# above it in this list, and itself. The doors stand at the end. Rooms in one set stand side by
# side: none of them imports another.
ROOMS: dict[str, tuple[str | set[str], ...]] = {
    "statemachine": (
        "terms", "source", "expression", "sorts", "model", "tables", "system", "packing",
        "loading", "meaning", "grounding", "load", "running",
    ),
    "proofs": (
        "memory", "allowance", "run", "spec", "any_number", "solver", "certificates", "report",
        "engines", "verdicts", "refinement", "mutation", "lint", "export", "questions",
    ),
    "diagrams": (
        "words", "pictures", "render", "drawing", {"terminal", "data", "page"}, "public",
        "commands",
    ),
    "twinrom": ("failure", "command_line"),
}  # fmt: skip
ROOMS_OF_ENGINES = ("search", "native", "taught", "any_number")

MAX_LINES = 450
MAX_ENTRIES = 20
HEAVY = ("z3", "transitions", "pydantic", "graphviz", "numpy", "pysat")
FORBIDDEN = {"eval", "exec", "compile", "__import__"}
PIPES = {"proofs/engines/processes.py", "proofs/engines/worker.py"}  # both are this program
UNSAFE = ("pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib")


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def layer(file: Path) -> str:
    return file.relative_to(ROOT).parts[0]


def dotted(file: Path) -> str:
    """Return the module's name without `twinrom.`: `proofs.spec.question`."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(file): file for file in FILES}


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), named(file))


def imports(file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each imported module with the names taken from it, wherever the import stands.

    Ours go by their names without `twinrom.`.
    """
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name.removeprefix("twinrom."), ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(file)}:{node.lineno}: a relative import"
            module = (node.module or "").removeprefix("twinrom.")
            yield module, tuple(alias.name for alias in node.names)


def own_modules(file: Path) -> Iterator[str]:
    """Yield the modules of ours that a file imports, those for type checkers included."""
    for module, names in imports(file):
        if module in MODULES:
            inner = [f"{module}.{name}" for name in names if f"{module}.{name}" in MODULES]
            yield from inner or [module]


def room(module: str) -> str:
    """Return the room of a module within its package; empty for the door."""
    return [*module.split("."), ""][1]


def floors(package: str) -> dict[str, int]:
    """Return the rooms of a package, each with the number of its floor."""
    named_floors = enumerate([f] if isinstance(f, str) else f for f in ROOMS[package])
    return {name: number for number, floor in named_floors for name in floor}


def each_file(rule: Callable[[Path], None]) -> Callable[[], None]:
    """Return the test that every file keeps a rule: it names all those that do not."""

    def test() -> None:
        offences = []
        for file in FILES:
            try:
                rule(file)
            except AssertionError as error:
                offences.append(f"{named(file)}: {error}")
        assert not offences, "\n".join(offences)

    return test


@each_file
def test_imports_go_one_way(file: Path) -> None:
    below = LAYERS[: LAYERS.index(layer(file)) + 1]
    for module, _ in imports(file):
        top = module.partition(".")[0]
        assert top not in LAYERS or top in below, f"{named(file)} imports {module}"


@pytest.mark.parametrize("package", LAYERS)
def test_every_room_has_its_place_in_the_order(package: str) -> None:
    inside = {room(module) for module in MODULES if module.partition(".")[0] == package}
    data = {"models", "specs", "__main__"}
    assert inside - {""} - data == set(floors(package))


@each_file
def test_a_room_imports_what_stands_above_it_only(file: Path) -> None:
    own, package = room(dotted(file)), layer(file)
    floor = floors(package)
    if own not in floor:
        return
    for module in own_modules(file):
        if module.partition(".")[0] == package and (other := room(module)) != own:
            assert other in floor, f"{named(file)} imports {module}"
            assert floor[other] < floor[own], f"{named(file)} imports {module}"


def test_search_stands_below_its_compiled_twin() -> None:
    for module, file in MODULES.items():
        if module.startswith("proofs.engines.search"):
            assert not any("engines.native" in m for m in own_modules(file)), module


def test_there_is_no_circle_of_imports() -> None:
    arrows = {module: set(own_modules(file)) - {module} for module, file in MODULES.items()}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


@pytest.mark.parametrize(
    "folder", sorted({f.parent for f in FILES}), ids=named
)
def test_a_folder_can_be_read_from_its_list(folder: Path) -> None:
    entries = [e for e in folder.iterdir() if e.name not in ("__pycache__", "__init__.py")]
    assert len(entries) <= MAX_ENTRIES, sorted(e.name for e in entries)


def test_a_type_name_has_one_meaning() -> None:
    found = Counter(
        node.name
        for file in FILES
        for node in tree(file).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name: n for name, n in found.items() if n > 1} == {}


@each_file
def test_z3_is_imported_by_proofs_only(file: Path) -> None:
    assert layer(file) == "proofs" or not any(m.partition(".")[0] == "z3" for m, _ in imports(file))


@each_file
def test_other_layers_use_the_public_names_only(file: Path) -> None:
    for module, names in imports(file):
        top = module.partition(".")[0]
        if top not in PACKAGES or top == layer(file) or module in PUBLIC_MODULES:
            continue
        assert module == top, f"{named(file)} imports from inside: {module}"
        public = importlib.import_module(f"twinrom.{top}").__all__
        assert set(names) <= set(public), f"{named(file)} imports {names} from {module}"


def test_no_file_has_the_name_of_a_public_thing_that_is_imported_late() -> None:
    # It would stand in the place of that thing as soon as anything imports it.
    files = {file.stem for file in (ROOT / "diagrams").iterdir()}
    assert files & set(importlib.import_module("twinrom.diagrams").__all__) == set()


def test_names_that_are_imported_late_are_known_all_the_same() -> None:
    late = importlib.import_module("twinrom.diagrams")
    assert set(late.__all__) <= set(dir(late))
    tables = importlib.import_module("twinrom.diagrams.terminal.tables")
    assert late.checked_view is tables.checked_view
    for name in ("checked_vew", "__wrapped__"):
        assert not hasattr(late, name)


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_exist_and_are_listed_once(package: str) -> None:
    module = importlib.import_module(f"twinrom.{package}")
    assert len(module.__all__) == len(set(module.__all__))
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@each_file
def test_files_are_short(file: Path) -> None:
    lines = len(file.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, f"{named(file)} has {lines} lines"


def test_listed_files_exist() -> None:
    assert {named(file) for file in FILES} >= PIPES


@each_file
def test_nothing_is_executed(file: Path) -> None:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Name):
            assert node.id not in FORBIDDEN, f"{named(file)}:{node.lineno}: {node.id}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            called = f"{node.value.id}.{node.attr}"
            assert called not in ("os.system", "os.popen"), f"{named(file)}:{node.lineno}: {called}"
            assert node.value.id != "builtins", f"{named(file)}:{node.lineno}: {called}"
    for module, _ in imports(file):
        if named(file) == "proofs/solver/library.py" and module == "builtins":
            continue  # that is where z3 wants to be told where its library lies
        assert module not in ("builtins", "runpy", "code", "codeop"), module


@each_file
def test_objects_are_read_from_our_own_pipe_only(file: Path) -> None:
    used = {module for module, _ in imports(file) if module.partition(".")[0] in UNSAFE}
    assert not used or (used == {"pickle"} and named(file) in PIPES), named(file)


@each_file
def test_public_things_have_docstrings(file: Path) -> None:
    assert ast.get_docstring(tree(file)) is not None, named(file)
    missing = [n.name for n in public(tree(file)) if ast.get_docstring(n) is None]
    assert missing == [], named(file)


def public(node: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the public functions and classes, and the public methods of those classes."""
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef | ast.ClassDef) and not inner.name.startswith("_"):
            yield inner
            if isinstance(inner, ast.ClassDef):
                yield from public(inner)


def modules_loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh Python has loaded after running `code`."""
    report = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"
    done = subprocess.run(
        [sys.executable, "-c", f"{report}\n{code}"],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return set(done.stderr.splitlines()[-1].split())


def tops(modules: set[str]) -> set[str]:
    """Return the packages, ours without `twinrom.`."""
    return {module.removeprefix("twinrom.").partition(".")[0] for module in modules}


def loaded_by(code: str) -> set[str]:
    return tops(modules_loaded_by(code))


def modules_loaded_for(arguments: str) -> set[str]:
    start = "from twinrom.command_line import main"
    return modules_loaded_by(f"{start}; sys.argv = 'twinrom {arguments}'.split(); main()")


def test_the_command_line_loads_nothing_of_ours_before_it_runs() -> None:
    loaded = loaded_by("from twinrom.command_line import main")
    assert "twinrom" in loaded
    assert loaded.isdisjoint({*HEAVY, *PACKAGES})


@pytest.mark.parametrize("arguments", ["--help", "--version"])
def test_help_loads_nothing_heavy(arguments: str) -> None:
    assert tops(modules_loaded_for(arguments)).isdisjoint(HEAVY)


@pytest.mark.parametrize("arguments", ["--help", "--version", "check --help", "draw --help"])
def test_help_loads_nothing_of_ours_but_the_verbs(arguments: str) -> None:
    loaded = modules_loaded_for(arguments)
    # The command-line library itself loads pydantic for a verb, where it is installed.
    assert tops(loaded).isdisjoint({*HEAVY, "statemachine", "proofs"} - {"pydantic"})
    ours = {module for module in loaded if module.startswith("twinrom.diagrams.")}
    stems = {
        "changing", "checking", "exit_codes", "looking", "options", "outputs", "reviewing", "verbs",
    }  # fmt: skip
    start = "twinrom.diagrams.commands"
    assert ours == {start, *(f"{start}.{stem}" for stem in stems)}


def test_the_description_of_systems_loads_no_solver() -> None:
    loaded = loaded_by("import twinrom.statemachine")
    assert loaded.isdisjoint({"z3", "graphviz", "rich", "typer"})


def test_proofs_load_the_solver_only_when_it_is_asked() -> None:
    assert "z3" not in loaded_by("import twinrom.proofs")
