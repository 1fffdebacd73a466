"""Names and comments that other tools can read, whatever the model calls its things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.statemachine import Model, Sort, Variable

UNSPEAKABLE = re.compile(r"[^A-Za-z0-9_.]+")
LONGEST = 120


def plain(text: str) -> str:
    """Return `text` as letters, digits and underscores: `a[b=C.d]` is `a_b_C__d`.

    A dot becomes two underscores, and a letter outside ASCII its number. Different texts may
    come out equal; `Names` tells them apart.
    """
    ascii_only = "".join(c if c.isascii() else f"u{ord(c):x}" for c in text)
    return UNSPEAKABLE.sub("_", ascii_only).replace(".", "__").strip("_")[:LONGEST] or "x"


def remark(text: str) -> str:
    """Return `text` on one line of printable ASCII, for a comment of any of the languages.

    Nothing in it ends a comment or a module, begins a directive or joins it to the next line.
    """
    line = " ".join(text.split())
    line = "".join(c if " " <= c <= "~" else "?" for c in line).replace("\\", "/")
    line = line.replace("*/", "* /").replace("/*", "/ *").replace("(*", "( *").replace("*)", "* )")
    return re.sub(r"([-=])\1{3,}", r"\1\1\1", line)


def of_variable(variable: Variable) -> str:
    """Return what a variable is called, apart from escaping: two underscores tell kinds apart."""
    match variable.role:
        case "model":
            return f"{variable.machine}.state" if variable.machine else variable.name
        case "budget":
            return variable.name.replace("faults left", "faults.left").replace(": ", ".")
        case role:
            return f"{role}.{variable.name}"


class Names:
    """The identifiers of one output: readable, different, and none of the `taken` words."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = {word.casefold() for word in taken}

    def new(self, text: str) -> str:
        """Return an identifier for `text` that has not been given out yet.

        Identifiers differ in more than the case of their letters.
        """
        wished = name = plain(text)
        if name.casefold() in self.taken:
            name = f"{wished}_"
        number = 2
        while name.casefold() in self.taken:
            name = f"{wished}_{number}"
            number += 1
        self.taken.add(name.casefold())
        return name


class ExportLabels:
    """Constants for the names of values, by sort: `Controller__running`."""

    def __init__(self, model: Model, variables: Iterable[Variable], names: Names) -> None:
        states = {t.state_sort.name: t.name for t in model.templates.values()}
        self.of: dict[tuple[str, int], str] = {}
        self.codes: dict[str, dict[int, str]] = {}
        for variable in variables:
            sort = variable.sort
            if sort.boolean:
                continue
            kind = states.get(sort.name, sort.name or "number")
            named = sort.codes() if sort.labels is not None else range(sort.low, sort.plain_low)
            for code in named:
                if (sort.name, code) not in self.of:
                    name = names.new(f"{kind}.{sort.text(code)}")
                    self.of[sort.name, code] = name
                    self.codes.setdefault(sort.name, {})[code] = name

    def text(self, sort: Sort | None, code: int) -> str | None:
        """Return the constant for a value of `sort`; None when it is a plain number."""
        if sort is None or (sort.labels is None and not (sort.optional and code == sort.low)):
            return None
        return self.of.get((sort.name, code))
