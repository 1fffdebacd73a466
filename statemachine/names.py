"""What may be a name, and the small notations of model files: ranges, sorts, moves, assignments."""

from __future__ import annotations

import keyword
import re
import unicodedata
from typing import TYPE_CHECKING

from statemachine.diagnostics import did_you_mean
from statemachine.model import Assignment, Column, Move
from statemachine.sorts import Sort

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from statemachine.places import Place, Problems

MAX_NAME = 200
MAX_SORT = 1024
RESERVED = frozenset({"next", "event", "min", "max", "all", "any", "count", "none", "bool"})


def is_name(text: str) -> bool:
    """Say whether `text` can stand as a name in an expression."""
    return (
        text.isidentifier()
        and not keyword.iskeyword(text)
        and len(text) <= MAX_NAME
        and unicodedata.normalize("NFKC", text) == text
    )


def check_name(text: str, place: Place, problems: Problems, *, dotted: bool = False,
               reserved: frozenset[str] = RESERVED, at_key: bool = True) -> bool:
    """Note a problem unless `text` is a name (or a path of at most two dots)."""
    parts = text.split(".") if dotted else [text]
    shown = text if len(text) <= MAX_NAME else text[:40] + "..."
    if not all(map(is_name, parts)):
        why = "a name is letters, digits and underscores, at most 200, and no word of the language"
        problems.add(place.problem(f"`{shown}` is not a name", why, at_key=at_key))
        return False
    if text in reserved:
        problems.add(place.problem(f"`{text}` is a word of the language", at_key=at_key))
        return False
    if len(parts) > 2:  # noqa: PLR2004 - machine, part; the third name of a path is a variable
        problems.add(place.problem(f"`{shown}` has more than one dot", at_key=at_key))
        return False
    return True


def parse_sort(name: str, spelled: str | list[str], place: Place, problems: Problems) -> Sort | None:
    """Return the sort that `"1..3"` or a list of names spells."""
    if isinstance(spelled, list):
        good = [check_name(v, place.at(i), problems, at_key=False) for i, v in enumerate(spelled)]
        for i, value in enumerate(spelled):
            if value in spelled[:i]:
                problems.add(place.at(i).problem(f"`{value}` is listed twice"))
                return None
        if not spelled:
            problems.add(place.problem(f"sort `{name}` has no values"))
        if len(spelled) > MAX_SORT:
            problems.add(place.problem(f"a sort may have {MAX_SORT} values"))
        fits = 0 < len(spelled) <= MAX_SORT
        return Sort(name, 0, len(spelled) - 1, tuple(spelled)) if all(good) and fits else None
    found = re.fullmatch(r"\s*(-?\d{1,9})\s*\.\.\s*(-?\d{1,9})\s*", spelled)
    if not found:
        problems.add(place.problem(
            f"`{spelled[:40]}` is not a range", 'write "1..3", or a list of names'))
        return None
    low, high = int(found[1]), int(found[2])
    if low > high:
        problems.add(place.problem(f"the range `{spelled}` is empty"))
        return None
    if high - low >= MAX_SORT:
        problems.add(place.problem(f"the range `{spelled}` has {high - low + 1:,} values",
                                   f"a sort may have {MAX_SORT}"))
        return None
    return Sort(name, low, high)


def named_sort(text: str, known: Mapping[str, Sort], place: Place, problems: Problems) -> Sort | None:
    """Return the sort `NAME` or `NAME?`."""
    name = text.removesuffix("?")
    if name not in known:
        problems.add(place.problem(f"unknown sort `{name}`", did_you_mean(name, known)))
        return None
    if name == "bool" and text.endswith("?"):
        problems.add(place.problem("`bool` has no `none`", "use two states or a sort of names"))
        return None
    return known[name].or_none() if text.endswith("?") else known[name]


def parse_move(text: str, place: Place, problems: Problems) -> Move | None:
    """Return the move `TARGET: SOURCE, SOURCE -> DESTINATION`."""
    found = re.fullmatch(r"\s*([\w.]+)\s*:\s*(\*|[\w\s,]+?)\s*->\s*(\w+)\s*", text)
    if not found:
        problems.add(place.problem(f"`{text[:60]}` is not a move",
                                   "write `machine: source, source -> destination`"))
        return None
    if found[2] == "*":
        return Move(found[1], None, found[3], place)
    sources = tuple(part.strip() for part in found[2].split(","))
    if any(not is_name(part) for part in sources):
        problems.add(place.problem(f"`{text[:60]}` is not a move",
                                   "separate the source states by commas"))
        return None
    return Move(found[1], sources, found[3], place)


def parse_assignment(text: str, place: Place, problems: Problems) -> Assignment | None:
    """Return the assignment `PATH = EXPRESSION`."""
    found = re.match(r"\s*([\w.]+)\s*=(?!=)", text)
    if not found:
        problems.add(place.problem(f"`{text[:60]}` is not an assignment",
                                   "write `machine.variable = expression`"))
        return None
    value = problems.formula(text[found.end():], place, offset=found.end())
    return Assignment(found[1], value, place) if value else None


def parse_columns(each: Mapping[str, list[str | int | bool]], place: Place,
                  problems: Problems) -> tuple[Column, ...]:
    """Return the columns of an `each` table, one binding of all its names per column."""
    if not each:
        return ((),)
    lengths = {len(values) for values in each.values()}
    if len(lengths) > 1 or 0 in lengths:
        problems.add(place.problem("the lists of `each` must be equally long and not empty",
                                   at_key=True))
        return ()
    for name in each:
        check_name(name, place.at(name), problems)
    columns = [tuple((name, values[i]) for name, values in each.items()) for i in range(lengths.pop())]
    if len(set(columns)) < len(columns):
        problems.add(place.problem("`each` lists the same column twice", at_key=True))
        return ()
    return tuple(columns)


def unique(groups: Iterable[tuple[str, Place]], problems: Problems) -> None:
    """Note every name that is given twice; a name is an identity."""
    seen: dict[str, Place] = {}
    for name, place in groups:
        if name in seen:
            problems.add(place.problem(f"`{name}` is already the name of something else",
                                       f"see {seen[name]}", at_key=True))
        seen.setdefault(name, place)
