"""TEMPORARY stand-in until the real file lands."""
from __future__ import annotations
from dataclasses import dataclass
from typing import Any
@dataclass(frozen=True)
class Trace:
    model: str
    states: tuple[Any, ...]
    steps: tuple[Any, ...]
    loop: int | None = None
def to_itf(system: Any, trace: Trace) -> dict[str, Any]:
    return {}
