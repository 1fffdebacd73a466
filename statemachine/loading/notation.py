"""Reading the notations inside a model's strings: names, ranges, sorts, moves, assignments."""

from __future__ import annotations

import keyword
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from twinrom.statemachine.expression.formula import read_formula
from twinrom.statemachine.expression.parse import MAX_TEXT
from twinrom.statemachine.model import Assignment, Move, MoveSpans
from twinrom.statemachine.sorts import Sort
from twinrom.statemachine.source.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.source.places import Place, Problems

MAX_NAME = 200
MAX_SORT = 1024
RESERVED = frozenset({"next", "event", "min", "max", "all", "any", "count", "none", "bool"})
MOVE = "write `machine: source, other -> destination`"


def is_name(text: str, *, inner: bool = False) -> bool:
    """Say whether `text` can stand as a name in an expression, `inner`: after a dot."""
    return (
        text.isidentifier()
        and (inner or not keyword.iskeyword(text))
        and len(text) <= MAX_NAME
        and unicodedata.normalize("NFKC", text) == text
    )


def check_name(text: str, place: Place, problems: Problems, *, dotted: bool = False,  # noqa: PLR0913 - what may differ between names
               reserved: frozenset[str] = RESERVED, inner: bool = False, at_key: bool = True,
               ) -> bool:
    """Note a problem unless `text` is a name (or, `dotted`, a machine or a part of one).

    An `inner` name stands after a dot only, where no word is reserved.
    """
    head, *rest = text.split(".") if dotted else [text]
    if not inner and (keyword.iskeyword(head) or head in reserved):
        problems.add(place.problem(f"`{head}` is a reserved word", "choose another name",
                                   at_key=at_key))
        return False
    if not text:
        problems.add(place.problem("expected a name", at_key=at_key))
        return False
    if not (is_name(head, inner=inner) and all(is_name(part, inner=True) for part in rest)):
        why = f"a name is letters, digits and underscores, at most {MAX_NAME}, no digit first"
        problems.add(place.problem(f"`{text}` is not a name", why, at_key=at_key))
        return False
    if len(rest) > 1:  # machine, part; the third name of a path is a variable
        problems.add(place.problem(f"`{text}` has more than one dot",
                                   "parts of parts are made by `part_of`",
                                   at_key=at_key))
        return False
    return True


def distinct(names: list[str], what: str, place: Place, problems: Problems) -> bool:
    """Note every name of a list that stands in it twice."""
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name in seen:
            problems.add(place.at(i).problem(f"{what} `{name}` is listed twice"))
        seen.add(name)
    return len(seen) == len(names)


def parse_sort(name: str, spelled: str | list[str], place: Place,
               problems: Problems) -> Sort | None:
    """Return the sort that `"1..3"`, `"0..7 wraps"` or a list of names spells, if it is one."""
    if isinstance(spelled, list):
        return _listed_sort(name, spelled, place, problems)
    found = re.fullmatch(r"\s*(-?[0-9]{1,9})\s*\.\.\s*(-?[0-9]{1,9})(\s+wraps)?\s*", spelled)
    if not found:
        large = re.fullmatch(r"\s*-?[0-9]+\s*\.\.\s*-?[0-9]+(\s+wraps)?\s*", spelled)
        why = "a number of a range has at most 9 digits" if large else (
            'write "1..3", or a list of names')
        message = f"`{spelled}` is not a range" if spelled.strip() else "expected a range"
        problems.add(place.problem(message, why))
        return None
    low, high = int(found[1]), int(found[2])
    if low > high:
        problems.add(place.problem(f"the range `{spelled}` is empty",
                                   f'write "{high}..{low}"'))
        return None
    if high - low >= MAX_SORT:
        problems.add(place.problem(f"the range `{spelled}` has {high - low + 1:,} values",
                                   f"a sort may have {MAX_SORT:,}"))
        return None
    return Sort(name, low, high, wraps=found[3] is not None)


def _listed_sort(name: str, values: list[str], place: Place, problems: Problems) -> Sort | None:
    if not values:
        problems.add(place.problem(f"the sort `{name}` has no values"))
        return None
    if len(values) > MAX_SORT:
        problems.add(place.problem(f"the sort `{name}` has {len(values):,} values",
                                   f"a sort may have {MAX_SORT:,}", at_key=True))
        return None
    distinct(values, "value", place, problems)
    good = tuple(v for i, v in enumerate(values)
                 if check_name(v, place.at(i), problems, at_key=False))
    labels = tuple(dict.fromkeys(good))
    return Sort(name, 0, len(labels) - 1, labels) if labels else None


def named_sort(text: str, known: Mapping[str, Sort], place: Place,
               problems: Problems) -> Sort | None:
    """Return the sort `NAME` or `NAME?`."""
    name = text.removesuffix("?")
    if name not in known:
        if not problems.forgiven(name):
            hint = "declare the range under `[sort]`" if ".." in name else (
                did_you_mean(name, known))
            problems.add(place.problem(f"unknown sort `{name}`", hint))
        return None
    if name == "bool" and text.endswith("?"):
        problems.add(place.problem("`bool` has no `none`", "use a sort of three names"))
        return None
    return known[name].or_none() if text.endswith("?") else known[name]


class MovePart(NamedTuple):
    """A word of a move or an assignment, and where it stands in the string."""

    text: str
    span: Span


class MoveParts(NamedTuple):
    """The words of a move."""

    target: MovePart
    sources: tuple[MovePart, ...]
    destination: MovePart


def move_parts(text: str, target: str | None = None) -> MoveParts | None:
    """Return the words of a move, whatever they are; None when a colon or the arrow is missing.

    With a `target`, the text is what follows the colon.
    """
    colon, arrow = -1 if target else text.find(":"), text.find("->")
    if (colon < 0 and not target) or arrow < colon or arrow < 0:
        return None
    sources, start = [], colon + 1
    for word in text[start:arrow].split(","):
        sources.append(_part(text, start, start + len(word)))
        start += len(word) + 1
    named = MovePart(target, (0, 1)) if target else _part(text, 0, colon)
    return MoveParts(named, tuple(sources), _part(text, arrow + 2, len(text)))


def _part(text: str, start: int, end: int) -> MovePart:
    """Return what stands between, without the spaces around it."""
    word = text[start:end].strip()
    if not word:
        return MovePart("", (start, max(end, start + 1)))
    start = text.index(word, start)
    return MovePart(word, (start, start + len(word)))


def parse_move(text: str, place: Place, problems: Problems,
               target: str | None = None) -> Move | None:
    """Return the move `TARGET: SOURCE, SOURCE -> DESTINATION`; with a `target`, what follows it."""
    if len(text) > MAX_TEXT:
        problems.add(place.problem(f"a move may have {MAX_TEXT:,} characters"))
        return None
    parts = move_parts(text, target)
    if parts is None:
        message = f"`{text}` is not a move" if text.strip() else "expected a move"
        problems.add(place.problem(message, MOVE))
        return None
    machine, sources, destination = parts
    wrong = list(_wrong(parts))
    problems.extend(place.problem(message, hint, span=span) for message, span, hint in wrong)
    if wrong:
        return None
    names = None if sources[0].text == "*" else tuple(s.text for s in sources)
    spans = MoveSpans(machine.span, tuple(s.span for s in sources), destination.span)
    return Move(machine.text, names, destination.text, place, spans)


def _wrong(parts: MoveParts) -> Iterable[tuple[str, Span, str]]:
    """Return what is wrong with the words of a move: a message, its place, a hint."""
    target, sources, destination = parts
    if not target.text:
        yield "expected a machine before the `:`", target.span, MOVE
    elif not all(is_name(part, inner=i > 0) for i, part in enumerate(target.text.split("."))):
        yield f"`{target.text}` is not a machine", target.span, MOVE
    anything = [s.text for s in sources] == ["*"]
    for i, source in enumerate(() if anything else sources):
        if source.text == "*":
            yield "`*` stands alone, for any state", source.span, ""
        elif source.text in [s.text for s in sources[:i]]:
            yield f"state `{source.text}` is listed twice", source.span, ""
        elif not is_name(source.text):
            yield *_no_state(source), (
                "separate the source states by commas" if " " in source.text else "")
    if "," in destination.text or destination.text == "*":
        yield "a move ends in one state", destination.span, ""
    elif not is_name(destination.text):
        yield *_no_state(destination), ""


def _no_state(part: MovePart) -> tuple[str, Span]:
    return (f"`{part.text}` is not a state" if part.text else "expected a state"), part.span


def parse_assignment(text: str, place: Place, problems: Problems) -> Assignment | None:
    """Return the assignment `PATH = EXPRESSION`."""
    if len(text) > MAX_TEXT:
        problems.add(place.problem(f"an assignment may have {MAX_TEXT:,} characters"))
        return None
    equals = text.find("=")
    target = _part(text, 0, max(equals, 0))
    if equals < 0 or text.startswith("==", equals) or not re.fullmatch(r"[\w.]+", target.text):
        message = f"`{text}` is not an assignment" if text.strip() else "expected an assignment"
        problems.add(place.problem(message, "write `machine.variable = expression`"))
        return None
    value = read_formula(text[equals + 1:], place, problems, equals + 1)
    owner, _, name = target.text.rpartition(".")
    return Assignment(owner, name, value, place, target.span) if value else None


def unique(groups: Iterable[tuple[str, Place]], problems: Problems) -> None:
    """Note every name that is given twice; a name is an identity."""
    seen: dict[str, Place] = {}
    for name, place in groups:
        if name in seen and name not in RESERVED:
            problems.add(place.problem(f"`{name}` is already the name of something else",
                                       f"see {seen[name]}", at_key=True))
        seen.setdefault(name, place)
