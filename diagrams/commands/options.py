"""What the verbs share: options, and what the texts of options say.

What is wrong with a text is a `typer.BadParameter`, which the command line shows with the usage.
"""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

__version__ = "0.1.0"

DEFAULT_STATES = 50_000_000

Model = Annotated[str, typer.Argument(help="model file, or name of a shipped model")]
Models = Annotated[list[str], typer.Argument(help="model files, or names of shipped models")]
SpecOption = Annotated[
    str | None, typer.Option("--spec", help="spec file, or name of a shipped spec")
]
SortOption = Annotated[
    list[str] | None, typer.Option("--sort", help="size of a sort: Version=1..4")
]
InstancesOption = Annotated[
    list[str] | None, typer.Option("--instances", help="number of machines: Server=8")
]
DefineOption = Annotated[
    list[str] | None, typer.Option("--define", help="another value of a definition: k=3")
]
SymbolicOption = Annotated[
    bool, typer.Option("--symbolic", help="every ordered sort is all integers")
]
AnyOption = Annotated[
    str | None, typer.Option("--any", help="prove it for any number of machines: Server")
]
FaultOption = Annotated[
    list[str] | None, typer.Option("--faults", help="fault budget: 1, power_loss=2, unlimited")
]
EngineOption = Annotated[
    str, typer.Option(help="auto, or some of search, bounded, taught, reachability, induction: a,b")
]
TimeoutOption = Annotated[float | None, typer.Option(min=0.1, help="seconds per model and engine")]
PolicyTimeout = Annotated[float | None, typer.Option(min=0.1, help="seconds per policy")]
JobsOption = Annotated[int, typer.Option(min=1, max=64, help="processes at a time")]
MaxStates = Annotated[int, typer.Option(min=1, help="states after which the search stops")]
MemoryOption = Annotated[
    str | None, typer.Option(help="memory of a process at which the search stops: 500M, 2G")
]
PlainOption = Annotated[
    bool, typer.Option("--plain", help="search in plain Python, not in compiled code")
]
JsonOption = Annotated[
    Path | None, typer.Option(help="write the findings to a file (- for output)")
]
OutsideOption = Annotated[
    bool, typer.Option("--allow-outside", help="files may name others outside the working folder")
]
OutputOption = Annotated[Path | None, typer.Option(help="file to write (default: output)")]


def reading(verb: Callable[..., None]) -> Callable[..., None]:
    """Return a verb that reads models with the option that every such verb has besides its own."""

    @functools.wraps(verb)
    def confined(*, allow_outside: bool, **given: Any) -> None:
        if not allow_outside:
            verb(**given)
            return
        from twinrom.statemachine import CONFINEMENT

        with CONFINEMENT.lift():
            verb(**given)

    own = inspect.signature(verb, eval_str=True)
    option = inspect.Parameter("allow_outside", inspect.Parameter.KEYWORD_ONLY,
                               default=False, annotation=OutsideOption)  # fmt: skip
    vars(confined)["__signature__"] = own.replace(parameters=[*own.parameters.values(), option])
    return confined


def engines(text: str) -> tuple[str, ...]:
    """Return the engines that `--engine` names; none is `auto`, all that can answer."""
    from twinrom.proofs import SELECTABLE

    if text == "auto":
        return ()
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in SELECTABLE:
            known = ", ".join(SELECTABLE)
            raise typer.BadParameter(f"`{name}` is not an engine: auto, or some of {known}")
    return names


def allowed(memory: str | None) -> int | None:
    """Return the bytes that `--memory` allows each process, this one first."""
    from twinrom.proofs import ALLOWANCE, size_of

    size = None if memory is None else size_of(memory)
    if memory is not None and size is None:
        raise typer.BadParameter(f"`--memory {memory}`: write 500M or 2G")
    ALLOWANCE.limit(size)
    return size


def finite(sorts: list[str] | None, instances: list[str] | None,
           definitions: list[str] | None) -> dict[str, str]:
    """Return the sizes that are given to a verb that needs every sort to end."""
    found = sizes(sorts, instances, definitions)
    for name, size in found.items():
        if size == "integers":
            raise typer.BadParameter(f"`--sort {name}=integers`: only `check` can do that")
    return found


def sizes(sorts: list[str] | None, instances: list[str] | None,
          definitions: list[str] | None) -> dict[str, str]:
    """Return the sizes of `--sort`, `--instances` and `--define`, as a model takes them.

    Each is a text: the model says what it means.
    """
    return {
        **_pairs("--sort", sorts, "write NAME=1..4 or NAME=a,b,c"),
        **{f"machine.{name}": number for name, number in
           _pairs("--instances", instances, "write TEMPLATE=8").items()},
        **{f"define.{name}": text for name, text in
           _pairs("--define", definitions, "write NAME=EXPRESSION").items()},
    }


def _pairs(option: str, texts: list[str] | None, hint: str) -> dict[str, str]:
    found = {}
    for text in texts or []:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value or "." in name:
            raise typer.BadParameter(f"`{option} {text}`: {hint}")
        found[name] = value
    return found


def budget(options: list[str] | None) -> dict[str, int | None]:
    """Return the most faults that each `--faults` allows, by kind; None is any number."""
    found: dict[str, int | None] = {}
    for option in options or []:
        kind, equals, value = option.rpartition("=")
        if value != "unlimited" and not (value.isascii() and value.isdecimal() and len(value) < 5):  # noqa: PLR2004 - digits
            raise typer.BadParameter(
                f"`--faults {option}`: write a number, KIND=number or unlimited"
            )
        found[kind if equals else "fault"] = None if value == "unlimited" else int(value)
    return found


def settings(options: list[str] | None) -> dict[str, str]:
    """Return the value that each `--set` gives a variable, as text."""
    found = {}
    for option in options or []:
        name, equals, value = option.rpartition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"`--set {option}`: write NAME=VALUE")
        found[name.strip()] = value.strip()
    return found
