"""From a model file to a `Model`: read, merge the included files, check, all problems in one go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinrom.statemachine.grounding.ground import ground, ground_damaged
from twinrom.statemachine.loading.declarations import Declarations
from twinrom.statemachine.loading.definitions import defined_name
from twinrom.statemachine.loading.notation import check_name, is_name
from twinrom.statemachine.loading.overlay import read_layers
from twinrom.statemachine.loading.schema import EventShape, ModelShape
from twinrom.statemachine.loading.shape import shaped
from twinrom.statemachine.loading.shipped import shipped_models, shipped_policies
from twinrom.statemachine.model import KnownRun
from twinrom.statemachine.source.diagnostics import LONGEST_WORD, InputError, closest, did_you_mean
from twinrom.statemachine.source.document import Document
from twinrom.statemachine.source.places import Place, Problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine.loading.overlay import Layers
    from twinrom.statemachine.model import Model
    from twinrom.statemachine.sorts import Sort

SECTIONS = ("sort", "table", "machine", "define", "actor")


def find_file(
    name: str, shipped: Mapping[str, Path], what: str, listed: Mapping[str, Path] | None = None
) -> str:
    """Return the file that `name` means: a path, or the name of a shipped file.

    Raises `InputError` when there is neither; if no name is close, `listed` are named.
    """
    if name in shipped and not Path(name).is_file():
        return str(shipped[name])
    try:
        exists = bool(name) and Path(name).exists()
    except (OSError, ValueError):  # a name too long, or with a null character
        exists = False
    if exists:
        return name
    hint = closest(name, shipped) or did_you_mean(name, listed or shipped)
    raise InputError.whole_file(name[:LONGEST_WORD] or "``",
                                f"no such {what}: neither a file nor a shipped one", hint)


def find_model(name: str) -> str:
    """Return the file that `name` means: a path, or the name of a model or change that is shipped.

    Raises `InputError` when there is neither.
    """
    return find_file(name, shipped_policies(), "model", shipped_models())


def load_model(name: str, sorts: Mapping[str, str] | None = None) -> Model:
    """Return the model in the file `name`, or the shipped one of that name.

    `sorts` replaces what is declared: `{"Version": "1..4"}` or `{"Board": "r1,r2,r3"}` sorts,
    `{"machine.Server": "8"}` the number of machines, `{"define.k": "3"}` a definition.
    Raises `InputError` with every problem of the model.
    """
    document = Document.read(find_model(name))
    return build_model(document, sorts)


def parse_model(text: str, path: str = "<text>", sorts: Mapping[str, str] | None = None) -> Model:
    """Return the model that `text` spells; errors and includes take it to stand at `path`."""
    return build_model(Document(path, text), sorts)


def build_model(
    document: Document,
    sorts: Mapping[str, str] | None = None,
    includes: Mapping[str, str] | None = None,
) -> Model:
    """Return the model of a parsed file and the files it includes.

    `includes` gives the texts of included files by name; those that it lacks are read from disk.
    """
    problems = Problems()
    layers = read_layers(document, problems, includes or {})
    data = layers.data
    written = dict(data)
    root = replace(layers.place, said=written)
    budget = data.pop("budget", None) if layers.base is not None else None
    shape = shaped(ModelShape, data, root, problems)
    if shape is None:
        raise InputError(problems.found)
    _forget_damaged(shape, problems)
    problems.broken |= _broken(problems, data)
    if not shape.machine and not problems.forgiven("machine") and "machine" not in data:
        problems.add(root.problem("a model needs a machine", "write `[machine.NAME]`"))
    events = {rule.on or name for name, rule in shape.rule.items()}
    for name in layers.had:
        if name not in events and is_name(name):
            shape.event.setdefault(name, EventShape())
    declarations = Declarations(shape, root, problems, sorts or {})
    model = replace(
        declarations.model(Path(document.path).stem),
        base=layers.base or None,
        changes=layers.changes,
        budget=_budget(budget, root.at("budget"), problems),
        written=written,
        absent=_absent(layers, declarations.known),
        runs={} if sorts else _runs(shape, root, problems),
    )
    if problems.found:
        raise ground_damaged(model, problems)
    ground(model)  # resolving every name is the second half of the check
    return model


def _runs(shape: ModelShape, root: Place, problems: Problems) -> dict[str, KnownRun]:
    """Return the runs that a model knows; their words are looked up when it is checked."""
    found = {}
    for name, run in shape.run.items():
        place = root.at("run", name)
        check_name(name, place, problems, reserved=frozenset())
        found[name] = KnownRun(name, tuple(run.script), run.claim == "possible", run.says, place)
    return found


def _forget_damaged(shape: ModelShape, problems: Problems) -> None:
    """Take out machines of which a mistake has taken the names or the states: none is missed."""
    for name, machine in list(shape.machine.items()):
        damaged = {key[2] for key in problems.pruned if key[:2] == ("machine", name) and key[2:]}
        unnamed = damaged & {"instances", "part_of", "parts"}
        if unnamed or (damaged and "states" not in machine.model_fields_set):
            problems.pruned.add(("machine", name))
            del shape.machine[name]


def _absent(layers: Layers, known: Mapping[str, Sort]) -> dict[str, Sort]:
    """Return the arguments that rules of the models below have, each with its sort."""
    found: dict[str, Sort] = {}
    for rule in (rule for rules in layers.had.values() for rule in rules):
        for name, text in _table(rule.get("given")).items():
            if str(text).removesuffix("?") in known:
                found[name] = known[str(text).removesuffix("?")]
        for name, values in _table(rule.get("each")).items():
            listed = set(map(str, values)) if isinstance(values, list) else set()
            run_over = str(values).rpartition(".")[2]  # a template, or `this.Bank`
            sorts = [sort for group, sort in known.items()
                     if group == run_over or listed & set(sort.labels or ())]
            found.update((name, sort) for sort in sorts[:1])
    return found


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _budget(
    written: Any, place: Place, problems: Problems
) -> dict[str, int | None]:
    """Return the fault budget that an overlay changes; its kinds are looked up with the spec's."""
    if written is None:
        return {}
    found: dict[str, int | None] = {}
    for kind, limit in written.items() if isinstance(written, dict) else ():
        if limit == "unlimited":
            found[kind] = None
        elif isinstance(limit, int) and not isinstance(limit, bool):
            found[kind] = limit
        else:
            problems.add(place.at(kind).problem('a budget is a number, or "unlimited"'))
    if not isinstance(written, dict):
        problems.add(place.problem("expected a table"))
    return found


def _broken(problems: Problems, data: Mapping[str, Any]) -> set[str]:
    """Return the names that have no meaning because what declares them was taken out."""
    found: set[str] = set()
    for key in problems.pruned:
        section, *rest = map(str, key)
        if section not in SECTIONS or len(rest) > 1:
            if rest[1:2] == ["vars"]:
                found.add(f"{rest[0]}.{rest[2]}" if len(rest) > 2 else "*")  # noqa: PLR2004 - machine, vars, name
            continue
        if not rest:
            return {"*"}
        name = rest[0]
        found.add(defined_name(name))
        declared = data.get(section, {}).get(name)
        if section == "machine":
            declared = declared.get("instances") if isinstance(declared, dict) else None
        names = [v for v in declared if isinstance(v, str)] if isinstance(declared, list) else []
        if section in ("sort", "machine"):
            found.update(names)
        if section in ("machine", "sort") and (not names or len(names) < len(declared)):
            found.add("*")
    return found
