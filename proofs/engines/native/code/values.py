"""Values in generated code: truth values and numbers, known ones and those in registers."""

from __future__ import annotations

from typing import NamedTuple


class TruthValue(NamedTuple):
    """A truth value: a bit, or a mask over table choices."""

    text: str
    masked: bool = False

    @property
    def literal(self) -> bool:
        """Say whether it is plainly true or false."""
        return self.text in ("true", "false")


class NumberValue(NamedTuple):
    """The value `text + bias`; `text` is a literal or the name of a 64-bit value."""

    text: str
    bias: int = 0

    @property
    def literal(self) -> bool:
        """Say whether the value is known."""
        return not self.text.startswith("%")

    @property
    def value(self) -> int:
        """Return the value of a literal."""
        return int(self.text) + self.bias


YES, NO = TruthValue("true"), TruthValue("false")
