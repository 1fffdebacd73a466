"""A closed state graph in compiled code: its fixpoints, as far as they fit, for many properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.engines.native.runs import runs_to
from twinrom.proofs.engines.native.sweeps import Sweeps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinrom.proofs.engines.native.search import NativeSearch
    from twinrom.proofs.engines.search.back_tracing import Hit, Key
    from twinrom.proofs.engines.search.closed import Clock
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.spec import Property

MOST_MEMORY = 1 << 28


class Closed:
    """What a complete search reached; raises `ValueError` for one that was stopped.

    Every answer raises `OutOfTimeError` when the time of `clock` is up.
    """

    def __init__(self, searching: NativeSearch, clock: Clock) -> None:
        if not searching.complete:
            raise ValueError("the search was stopped: nothing can be said of all runs")
        self.searching, self.space, self.clock = searching, searching.space, clock
        self.layout = searching.layout
        self.batches: dict[str, Sweeps] = {}

    def unavoided(self, prop: Property) -> Iterator[Hit]:
        """Return where `prop`, a response, is pending and some automatic run avoids its goal.

        In the order of the search; where a step makes it pending, the hit is that step.
        """
        yield from self._sweeps(prop, forced=True).hits(prop)

    def stranded(self, prop: Property) -> Hit | None:
        """Return the first state where `whenever` holds and no run at all reaches the goal."""
        return next(self._sweeps(prop, forced=False).hits(prop), None)

    def runs(self, hits: Mapping[Key, Hit]) -> dict[Key, Run]:
        """Return a shortest run to each hit."""
        return runs_to(self.space, hits, self.clock)

    def _sweeps(self, prop: Property, *, forced: bool) -> Sweeps:
        """Return the sweep that has the property, with the next like it as far as they fit."""
        found = self.batches.get(prop.name)
        if found is None:
            kind = [
                p for p in self.searching.question.properties
                if (p.kind, p.without) == (prop.kind, prop.without)
            ]  # fmt: skip
            kind = kind if prop in kind else [prop]  # the livelock is in no spec
            names = [p.name for p in kind]
            fit = MOST_MEMORY // ((1 << self.space.slot_bits) * max(1, self.layout.mask_bytes))
            together = kind[names.index(prop.name) :][: max(1, fit)]
            found = Sweeps(self.searching, together, self.clock, forced=forced)
            self.batches = {n: b for n, b in self.batches.items() if b.forced != forced}
            self.batches |= {p.name: found for p in together}
        return found
