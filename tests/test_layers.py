"""The layers: which package may import what, and what no file of a package may do."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
LAYERS = ("statemachine", "proofs", "diagrams", "twinrom")
PACKAGES = LAYERS[:3]
FILES = [ROOT / "twinrom.py", *(f for p in PACKAGES for f in sorted((ROOT / p).rglob("*.py")))]
PUBLIC_MODULES = {
    "statemachine.terms",  # a vocabulary, used as `terms.conjunction(...)`
    "diagrams.commands",  # the verbs: asked for help, they need nothing else of `diagrams`
}

MAX_LINES = 300
HEAVY = ("z3", "transitions", "pydantic", "graphviz")
FORBIDDEN = {"eval", "exec", "compile", "__import__"}
PIPES = {"proofs/supervise.py", "proofs/worker.py"}  # both ends are this program
UNSAFE = ("pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib")


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def layer(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), named(file))


def imports(file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each imported module with the names taken from it, wherever the import stands."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(file)}:{node.lineno}: a relative import"
            yield node.module or "", tuple(alias.name for alias in node.names)


each_file = pytest.mark.parametrize("file", FILES, ids=named)


@each_file
def test_imports_go_one_way(file: Path) -> None:
    below = LAYERS[: LAYERS.index(layer(file)) + 1]
    for module, _ in imports(file):
        top = module.partition(".")[0]
        assert top not in LAYERS or top in below, f"{named(file)} imports {module}"


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
        public = importlib.import_module(top).__all__
        assert set(names) <= set(public), f"{named(file)} imports {names} from {module}"


def test_no_file_has_the_name_of_a_public_thing_that_is_imported_late() -> None:
    # It would stand in the place of that thing as soon as anything imports it.
    files = {file.stem for file in (ROOT / "diagrams").iterdir()}
    assert files & set(importlib.import_module("diagrams").__all__) == set()


def test_names_that_are_imported_late_are_known_all_the_same() -> None:
    late = importlib.import_module("diagrams")
    assert set(late.__all__) <= set(dir(late))
    assert late.checked_view is importlib.import_module("diagrams.tables").checked_view
    for name in ("checked_vew", "__wrapped__"):
        assert not hasattr(late, name)


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_exist_and_are_listed_once(package: str) -> None:
    module = importlib.import_module(package)
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
        assert module not in ("builtins", "runpy", "code", "codeop"), module


@each_file
def test_objects_are_read_from_our_own_pipe_only(file: Path) -> None:
    used = {module for module, _ in imports(file) if module.partition(".")[0] in UNSAFE}
    assert not used or (used == {"pickle"} and named(file) in PIPES), named(file)


@pytest.mark.parametrize("file", FILES[1:], ids=named)
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
        cwd=ROOT, env=dict(os.environ, PYTHONPATH=str(ROOT)), capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    return set(done.stderr.splitlines()[-1].split())


def tops(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def loaded_by(code: str) -> set[str]:
    return tops(modules_loaded_by(code))


def modules_loaded_for(arguments: str) -> set[str]:
    run = f"import twinrom; sys.argv = 'twinrom {arguments}'.split(); twinrom.main()"
    return modules_loaded_by(run)


def test_the_command_line_loads_nothing_of_ours_before_it_has_looked() -> None:
    loaded = loaded_by("from twinrom import main")
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
    ours = {module for module in loaded if module.partition(".")[0] == "diagrams"}
    verbs = {f"diagrams.commands.{file.stem}" for file in (ROOT / "diagrams/commands").glob("*.py")}
    assert ours == {"diagrams", "diagrams.commands", *verbs} - {"diagrams.commands.__init__"}


def test_the_description_of_systems_loads_no_solver() -> None:
    assert loaded_by("import statemachine").isdisjoint({"z3", "graphviz", "rich", "typer"})


def test_proofs_load_the_solver_only_when_it_is_asked() -> None:
    assert "z3" not in loaded_by("import proofs")
