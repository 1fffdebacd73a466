"""Rows of a sweep and readings of gaps as JSON; the formats are described in docs/json.md."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from twinrom.proofs import row_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs import Point, PolicyStanding, Read


def sweep_json(rows: Sequence[tuple[Point, PolicyStanding]]) -> dict[str, Any]:
    """Return the rows as plain JSON data."""
    return {"schema": "twinrom/sweep/1", "rows": [row_data(p, judged) for p, judged in rows]}


def gaps_json(readings: Sequence[Read]) -> dict[str, Any]:
    """Return the readings as plain JSON data; where a policy stands goes by the key `judged`."""
    rows = [
        {"judged" if key == "standing" else key: value for key, value in asdict(one).items()}
        for one in readings
    ]
    return {"schema": "twinrom/gaps/1", "readings": rows}
