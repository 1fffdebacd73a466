"""The readings of gaps that a policy takes, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from twinrom.proofs import ReadingsTaken, Taken


FEW = 1
ORDER = ("another", "named", "chosen")


def summary(found: ReadingsTaken) -> str:
    """Return how the gaps are read: otherwise than the spec chose, as it chose, or not known."""
    if not found.taken:
        return "the spec has no gaps"
    another, chosen = _names(found.of("another")), len(found.of("chosen"))
    parts = [f"another reading of {another}" if another else "no other reading is known"]
    for number, said in ((chosen, "as the spec chose"),
                         (len(found.of("named")), "of which it chose none"),
                         (len(found.of("not-known")), "not known")):
        if number:
            parts.append(f"{number} {said}")
    return "; ".join(parts)


def known(found: ReadingsTaken) -> list[Taken]:
    """Return the gaps of which the reading is known, other readings first."""
    return [one for took in ORDER for one in found.taken if one.took == took]


def not_known(found: ReadingsTaken) -> dict[str, list[str]]:
    """Return the other gaps, by the reason."""
    reasons: dict[str, list[str]] = {}
    for one in found.of("not-known"):
        reasons.setdefault(one.why, []).append(one.gap)
    return reasons


def taken_words(one: Taken) -> tuple[str, str]:
    """Return the reading that is taken, and its style."""
    says = one.shape.readings[one.reading].says if one.reading is not None else None
    match one.took:
        case "chosen":
            return f"as chosen: {says}", "green"
        case "named":
            return f"none chosen: {says}", "cyan"
        case "another":
            old = one.shape.chosen
            but = "" if old is None else f" than: {one.shape.readings[old].says}"
            return f"another: {says}" if says else f"another{but}", "cyan"
        case "not-known":
            return one.why, "magenta"
        case _:
            assert_never(one.took)


def how_known(one: Taken) -> str:
    """Return what tells which reading it is."""
    families = list(dict.fromkeys(name.partition("[")[0] for name in one.by))
    more = f", and {len(families) - FEW} more" if len(families) > FEW else ""
    names = ", ".join(families[:FEW]) + more
    if one.by_behaviour:
        return f"does the same as {names}"
    return f"{'keeps' if one.took == 'chosen' else 'breaks'} {names}"


def _names(taken: list[Taken]) -> str:
    return ", ".join(one.gap for one in taken)
