"""Labelled sorts in z3: enumerations, or codes of bit-vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import z3

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twinrom.statemachine import Sort


class Labels:
    """The z3 sorts and values of all labelled sorts; `none` is one of the values where it occurs.

    A sort with `none` and the same one without share their z3 sort, so that they compare.
    """

    def __init__(
        self, sorts: Iterable[Sort], context: z3.Context, *, enumerations: bool
    ) -> None:
        self.context, self.enumerations = context, enumerations
        self.codes: dict[str, dict[int, Any]] = {}
        self.sorts: dict[str, Any] = {}
        widest: dict[str, Sort] = {}
        for sort in sorts:
            if not sort.ordered and not sort.boolean:
                known = widest.setdefault(_key(sort), sort)
                widest[_key(sort)] = sort if sort.optional else known
        for key, sort in widest.items():
            texts = [f"{sort.name}:{sort.text(c)}" for c in sort.codes()]
            self.sorts[key], values = self._declared(sort.name, texts)
            self.codes[key] = dict(zip(sort.codes(), values, strict=True))

    def _declared(self, name: str, texts: Sequence[str]) -> tuple[Any, list[Any]]:
        if self.enumerations:
            names = [plain(t) for t in texts]
            sort, values = z3.EnumSort(f"{plain(name)} sort", names, self.context)
            return sort, list(values)
        sort = z3.BitVecSort(max(1, (len(texts) - 1).bit_length()), self.context)
        return sort, [z3.BitVecVal(i, sort) for i in range(len(texts))]

    def choice(self, name: str, texts: Sequence[str]) -> tuple[list[Any], Any]:
        """Return for each of `texts` that the constant `name` stands for it, and that constant."""
        if not texts:
            return [], z3.Bool(name, self.context)
        numbered = [f"{name}:{text}:{i}" for i, text in enumerate(texts)]
        sort, values = self._declared(name, numbered)
        constant = z3.Const(name, sort)
        return [constant == value for value in values], constant

    def sort(self, sort: Sort) -> Any:
        """Return the z3 sort."""
        return self.sorts[_key(sort)]

    def values(self, sort: Sort) -> Mapping[int, Any]:
        """Return the z3 values by their codes."""
        return self.codes[_key(sort)]

    def at_most(self, a: Any, b: Any, sort: Sort) -> Any:
        """Return that the code of `a` is at most that of `b`: values left out of a sort are first.

        Labels have no order of their own; this says that an assigned one is in its sort.
        """
        values = self.values(sort)
        pairs = [z3.And(a == values[i], b == values[j]) for i in values for j in values if i <= j]
        return z3.Or(pairs)

    def in_range(self, value: Any, sort: Sort) -> list[Any]:
        """Return what says that a z3 value is one of `sort`."""
        values = self.values(sort)
        outside = [value != z for c, z in values.items() if not sort.low <= c <= sort.high]
        if not self.enumerations and len(values) < 1 << value.size():
            outside.append(z3.ULE(value, values[max(values)]))
        return outside


def plain(name: str) -> str:
    """Return a name in the characters that every solver reads; different names stay different."""
    return "".join(c if " " <= c <= "~" and c not in "|\\!" else f"!{ord(c):x}!" for c in name)


def _key(sort: Sort) -> str:
    return f"{sort.name} {sort.labels}"
