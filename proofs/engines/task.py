"""Tasks: what one worker process works on, with an answer of its own type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.spec.request import CheckRequest

Answer = TypeVar("Answer")
Key: TypeAlias = tuple[int, str]
GRACE = 1.5


@dataclass(frozen=True)
class Task(ABC, Generic[Answer]):
    """One piece of work for one process; `key` tells it from the others: a number and what it is.

    It can be pickled. Its time limit is that of `options`, once for each of its `parts`.
    """

    key: Key
    request: CheckRequest
    options: Options

    @property
    def parts(self) -> int:
        """Return how often the time limit is granted."""
        return 1

    @property
    def grace(self) -> float:
        """Return how many seconds after its limit it is killed: it stops by itself before that."""
        return GRACE

    @abstractmethod
    def run(self, progress: Callable[[Answer], None] | None) -> Answer:
        """Return the answer, reporting on the way; raises `InputError` for mistakes in files."""

    @abstractmethod
    def out_of_time(self, last: Answer | None, seconds: float) -> Answer:
        """Return what stands when it is killed after `seconds`, having last said `last`."""

    def at_its_limit(self, last: Answer | None, why: str, seconds: float) -> Answer:
        """Return what stands when it is killed for having more memory than it may."""
        return self.lost(last, why, seconds)

    @abstractmethod
    def lost(self, last: Answer | None, why: str, seconds: float) -> Answer:
        """Return what stands when the system ends it after `seconds`, having last said `last`."""
