"""How hard to look: one type for every question and engine."""

from __future__ import annotations

from dataclasses import dataclass

from twinrom.proofs.allowance import share

DEFAULT_DEPTH = 20
DEFAULT_STATES = 50_000_000


@dataclass(frozen=True)
class Options:
    """How hard to look. Without `engines` the check chooses them, and adds what is missing.

    `depth` is that of the bounded check; None: the check chooses it too. `timeout` is in seconds,
    for each engine, policy or mutant; `jobs` is how many processes run at a time; with `plain` the
    search is in plain Python. `memory` is in bytes, for each process; None: a share of the
    machine's.
    """

    depth: int | None = None
    engines: tuple[str, ...] = ()
    timeout: float | None = None
    jobs: int = 2
    max_states: int = DEFAULT_STATES
    plain: bool = False
    memory: int | None = None

    @property
    def most_memory(self) -> int:
        """Return how many bytes each process may use."""
        return self.memory or share(self.jobs)
