"""The text of one function in LLVM's intermediate representation: instructions, blocks, scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinrom.statemachine import Argument


class Writer:
    """Collects instructions; a scope ends where its blocks no longer dominate what follows."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.scopes: list[dict[object, object]] = [{}]
        self.payload: dict[str, str] = {}
        self.count = 0
        self.current = "entry"

    def op(self, text: str) -> str:
        """Write an instruction that has a value; return the name of the value."""
        self.count += 1
        name = f"%v{self.count}"
        self.lines.append(f"{name} = {text}")
        return name

    def do(self, text: str) -> None:
        """Write an instruction without a value."""
        self.lines.append(text)

    def label(self, name: str) -> None:
        """Begin a block."""
        self.lines.append(f"{name}:")
        self.current = name

    def fresh(self, stem: str) -> str:
        """Return a new name for a block."""
        self.count += 1
        return f"{stem}{self.count}"

    def enter(self) -> None:
        """Begin a scope."""
        self.scopes.append({})

    def leave(self) -> None:
        """End a scope: what it computed is no longer known."""
        self.scopes.pop()

    def known(self, what: object) -> object:
        """Return what was computed for `what` in a scope that is open, or None."""
        for scope in reversed(self.scopes):
            found = scope.get(what)
            if found is not None:
                return found
        return None

    def loop(self, argument: Argument, body: Callable[[str], None]) -> None:
        """Write a loop over the codes of a payload; `body` gets the block that goes on with it."""
        codes = argument.sort.codes()
        before, loop, latch, done = self.current, *map(self.fresh, ("loop", "latch", "done"))
        self.do(f"br label %{loop}")
        self.label(loop)
        self.enter()
        later = f"%later.{loop}"
        own = self.op(f"phi i64 [{codes.start}, %{before}], [{later}, %{latch}]")
        self.payload[argument.name] = own
        body(latch)
        self.do(f"br label %{latch}")
        self.label(latch)
        self.do(f"{later} = add i64 {own}, 1")
        more = self.op(f"icmp slt i64 {later}, {codes.stop}")
        self.do(f"br i1 {more}, label %{loop}, label %{done}")
        self.leave()
        self.label(done)
