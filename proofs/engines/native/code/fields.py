"""The variables of a packed state in generated code: their bits, and tests of a single one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.engines.native.code.values import NO, YES, TruthValue
from twinrom.proofs.engines.native.code.writer import Writer

if TYPE_CHECKING:
    from twinrom.proofs.engines.native.code.layout import Layout
    from twinrom.statemachine import TransitionSystem
    from twinrom.statemachine.terms import Term

WORD = 64


class Fields(Writer):
    """Writes what reads the state `%key`."""

    def __init__(self, system: TransitionSystem, layout: Layout) -> None:
        super().__init__()
        self.system, self.layout = system, layout
        self.key, self.mask = layout.key, layout.mask
        self.table_readers: dict[Term, bool] = {}

    def tabled(self, term: Term) -> bool:
        """Say whether a term reads a table."""
        found = self.table_readers.get(term)
        if found is None:
            found = term.operator == "table" or any(map(self.tabled, term.arguments))
            self.table_readers[term] = found
        return found

    def codes(self, term: Term) -> tuple[int, int] | None:
        """Return the variable that a term tests, and for which of its codes it holds, or None."""
        arguments = term.arguments
        if term.operator == "variable" and term.boolean:
            return term.value, 0b10
        if term.operator == "not":
            found = self.codes(arguments[0])
            return (found[0], self._full(found[0]) & ~found[1]) if found is not None else None
        if term.operator not in ("equal", "at_most"):
            return None
        a, b = arguments
        index = {("constant", "variable"): b, ("variable", "constant"): a}.get(
            (a.operator, b.operator), term
        ).value
        if index is None or self.system.variables[index].sort.size > WORD:
            return None
        low = self.system.variables[index].sort.low
        constant = a.value if a.operator == "constant" else b.value
        one = 1 << constant - low
        if term.operator == "equal":
            return index, one
        return index, one | one - 1 if b.operator == "constant" else self._full(index) & ~(one - 1)

    def _full(self, index: int) -> int:
        return (1 << self.system.variables[index].sort.size) - 1

    def among(self, index: int, codes: int) -> TruthValue:
        """Return whether a variable has one of some codes."""
        found = self.known(("among", index, codes))
        if found is None:
            found = self.scopes[-1]["among", index, codes] = self._among(index, codes)
        return found  # type: ignore[return-value]

    def _among(self, index: int, codes: int) -> TruthValue:
        full = self._full(index)
        if codes in (0, full):
            return YES if codes else NO
        offset = self.layout.packing.offset[index]
        for where, test in ((codes, "eq"), (full & ~codes, "ne")):
            if where & (where - 1) == 0:
                code = (where.bit_length() - 1) << offset
                bits = self.field_bits(index)
                return TruthValue(self.op(f"icmp {test} {self.key} {bits}, {code}"))
        shifted = self.op(f"lshr i64 {codes}, {self.field(index)}")
        return TruthValue(self.op(f"trunc i64 {shifted} to i1"))

    def field_bits(self, index: int) -> str:
        """Return the bits of one variable, where they stand in the key."""
        found = self.known(("bits", index))
        if found is None:
            found = self.op(f"and {self.key} %key, {self.layout.packing.mask[index]}")
            self.scopes[-1]["bits", index] = found
        return str(found)

    def field(self, index: int) -> str:
        """Return the bits of one variable as a number from zero."""
        found = self.known(("field", index))
        if found is None:
            offset, mask = self.layout.packing.offset[index], self.layout.packing.mask[index]
            if not mask:
                return "0"
            found = self.op(f"lshr {self.key} %key, {offset}") if offset else "%key"
            if self.key != "i64":
                found = self.op(f"trunc {self.key} {found} to i64")
            found = self.scopes[-1]["field", index] = self.op(f"and i64 {found}, {mask >> offset}")
        return str(found)
