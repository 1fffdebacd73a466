"""Changes of fault numbers in words: what survives fewer faults, more of them, or other ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from twinrom.diagrams.words.fault_numbers import survives_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinrom.proofs import FaultChange, FaultChanges, FaultNumber


def number_words(number: FaultNumber | None) -> str:
    """Return what a property survives; a dash where the policy is not asked."""
    return "-" if number is None else survives_words(number)[0]


def way_words(change: FaultChange) -> tuple[str, str]:
    """Return how the new number is beside the old one, and the style of that."""
    match change.way:
        case "fewer":
            return "survives less", "bold red"
        case "more":
            return "survives more", ""
        case "other":
            return ("other combinations", "bold red" if change.worse else "magenta"
                    if change.undecided else "")
        case "same":
            return "as before", "dim"
        case "undecided":
            return "undecided", "magenta"
        case _:
            assert_never(change.way)


def as_before(changes: Sequence[FaultChange]) -> str:
    """Return how many numbers are as they were."""
    same = sum(change.way == "same" for change in changes)
    if same == len(changes):
        return f"all {same} numbers are the same"
    return f"{same} other{'s' * (same != 1)}: as before" if same else ""


def undecided(changes: Sequence[FaultChange]) -> dict[str, list[str]]:
    """Return the properties of which it is not known whether they survive less, by the reason."""
    found: dict[str, list[str]] = {}
    for change in changes:
        if change.undecided:
            found.setdefault(_why_undecided(change), []).append(change.either.prop.name)
    return found


def _why_undecided(change: FaultChange) -> str:
    if change.before is None or change.after is None:
        return f"only the {'old' if change.after is None else 'new'} policy is asked"
    sides = (("old", change.before), ("new", change.after))
    return "; ".join(f"{side}: {number.stopped}" for side, number in sides if number.stopped)


def summary(found: FaultChanges) -> tuple[str, str]:
    """Return what the change does to fault numbers in a line, and its style."""
    changes = found.changes
    parts = [
        *_counted("survive less", (c.worse for c in changes)),
        *_counted("survive more", (c.way == "more" for c in changes)),
        *_counted("undecided", (c.undecided for c in changes)),
    ]
    if not any(c.worse or c.undecided for c in changes):
        but = ", but the policy is unsafe now" if found.unsafe_now else ""
        parts.insert(0, f"no property survives less{but}")
    if found.ranked == "undecided":
        parts.append("undecided: where the two stand")
    style = "bold red" if found.worse else "bold magenta" if found.undecided else "bold green"
    unsafe = found.checked[1].standing == "unsafe"
    return "; ".join(parts), "bold red" if unsafe else style


def _counted(what: str, which: Iterable[bool]) -> list[str]:
    number = sum(which)
    verb = what.replace("survive", "survives") if number == 1 else what
    return [f"{number} propert{'y' if number == 1 else 'ies'} {verb}"] if number else []
