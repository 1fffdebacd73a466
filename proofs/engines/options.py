"""How hard to look: one type for every question and engine."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_DEPTH = 20
DEFAULT_STATES = 50_000_000


@dataclass(frozen=True)
class Options:
    """How hard to look. Without `engines` the check chooses them, and adds what is missing.

    `depth` is that of the bounded check; None: the check chooses it too. `timeout` is in seconds,
    for each engine, policy or mutant; `jobs` is how many processes run at a time; with `plain` the
    search is in plain Python.
    """

    depth: int | None = None
    engines: tuple[str, ...] = ()
    timeout: float | None = None
    jobs: int = 2
    max_states: int = DEFAULT_STATES
    plain: bool = False
