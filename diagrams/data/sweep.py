"""Rows of a sweep and readings of gaps as JSON; the formats are described in docs/json.md."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from twinrom.diagrams.data.heading import heading
from twinrom.proofs import row_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs import Point, PolicyStanding, Read, ReadingsTaken


def sweep_json(rows: Sequence[tuple[Point, PolicyStanding]]) -> dict[str, Any]:
    """Return the rows as plain JSON data."""
    return {"schema": "twinrom/sweep/1", "rows": [row_data(p, judged) for p, judged in rows]}


def readings_json(found: ReadingsTaken) -> dict[str, Any]:
    """Return the readings that a policy takes as plain JSON data, in the format of `gaps`."""
    question = found.checked.question
    readings = [
        {"gap": name, "asks": gap.asks, "says": reading.says, "chosen": number == gap.chosen,
         "policy": reading.policy, "judged": None, "why": "not judged"}
        for name, gap in question.spec.gaps.items()
        for number, reading in enumerate(gap.readings)
    ]
    taken = [
        {"gap": one.gap, "took": one.took, "reading": one.reading, "by": list(one.by),
         "by_behaviour": one.by_behaviour, "why": one.why or None, "undecided": one.undecided}
        for one in found.taken
    ]
    return {"schema": "twinrom/gaps/1", "model": heading(question), "taken": taken,
            "readings": readings}  # fmt: skip


def gaps_json(readings: Sequence[Read]) -> dict[str, Any]:
    """Return the readings as plain JSON data; where a policy stands goes by the key `judged`."""
    rows = [
        {"judged" if key == "standing" else key: value for key, value in asdict(one).items()}
        for one in readings
    ]
    return {"schema": "twinrom/gaps/1", "readings": rows}
