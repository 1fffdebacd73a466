"""The exhaustive search in generated code; the plain search says what it must find."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from twinrom.proofs.allowance import ALLOWANCE
from twinrom.proofs.engines.native.code.checks import checks
from twinrom.proofs.engines.native.code.layout import MASK_ROWS, Layout
from twinrom.proofs.engines.native.program import Program
from twinrom.proofs.engines.native.runs import runs_to
from twinrom.proofs.engines.native.space import SLOT_BITS, FullError, StateStore
from twinrom.proofs.engines.native.start import initial_families
from twinrom.proofs.engines.search.back_tracing import passes
from twinrom.proofs.engines.search.breadth_first import (
    LOOK_AT_CLOCK,
    STOPPED_AT_VIOLATION,
)
from twinrom.proofs.engines.search.lookups import Truths
from twinrom.proofs.engines.search.overlaps import Overlaps
from twinrom.proofs.engines.search.targets import (
    DEADLOCK,
    UNTOLD,
    Untold,
    found_of,
    unanswered,
    untold,
)
from twinrom.proofs.report import Counts, Report
from twinrom.proofs.spec.overlaps import overlapping
from twinrom.statemachine import State, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.report import Progress
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question


WORTH_COMPILING = 1_000_000
FAST = 1


class NativeSearch:
    """One search; `space` is what it reached."""

    def __init__(
        self,
        question: Question,
        *,
        mask_rows: int = MASK_ROWS,
        level: int = 0,
        slot_bits: int = SLOT_BITS,
        worth_compiling: int = WORTH_COMPILING,
    ) -> None:
        self.question, self.system = question, question.system
        self.started = time.monotonic()
        self.checks = checks(question)
        self.layout = Layout(self.system, mask_rows)
        self.overlaps = overlapping(self.system)
        program = Program(self.system, self.layout, self.checks, self.overlaps)
        self.space = StateStore(program, level, slot_bits)
        self.worth_compiling = worth_compiling
        self.initial = 0
        self.layers = 0
        self.complete = False
        self.stop_at: list[int] = []

    def run(
        self,
        max_states: int,
        max_depth: int | None,
        deadline: float | None,
        progress: Progress | None,
    ) -> str | None:
        """Search until everything is reached; or return why it was stopped."""
        space = self.space
        try:
            for state, family in initial_families(self.system):
                for key, mask in self.layout.split(state, family):
                    space.add(key, mask)
        except FullError as error:
            return str(error)
        self.initial = space.pairs
        while space.close_layer():
            self.layers += 1
            if progress is not None:
                progress(Report("search", {}, -1, counts=self.counts()))
            if max_depth is not None and self.layers > max_depth:
                return f"stopped at depth {max_depth}"
            if any(space.hit(number) for number in self.stop_at):
                return STOPPED_AT_VIOLATION
            space.close_gates()
            if space.length > self.worth_compiling and space.compiled == 1:
                space.recompile(FAST)
            stopped = self._expand(max_states, deadline)
            if stopped is not None:
                space.look_at_rest()
                return stopped
        self.complete = True
        return None

    def _expand(self, max_states: int, deadline: float | None) -> str | None:
        """Take every step from the last layer; or return why not."""
        meet = self.space.hit(len(self.checks))
        for bucket, kind in passes(len(self.space.buckets[-1]) - 1, self.system):
            start, end = self.space.begin(bucket, kind)
            if meet is None or kind != self.system.kinds[0] or not start <= meet[0] < end:
                stopped = self._take(end, max_states, deadline)
            else:
                stopped = self._take(meet[0], max_states, deadline)
                if stopped is None:
                    self._overlap(meet[0], meet[2])
            if stopped is not None:
                return stopped
        return None

    def _take(self, end: int, max_states: int, deadline: float | None) -> str | None:
        """Take the steps whose turn it is from the entries before `end`; or return why not."""
        space = self.space
        while space.at < end:
            if deadline is not None and time.monotonic() > deadline:
                return "out of time"
            if space.distinct > max_states:
                return f"stopped at {space.distinct:,} states"
            if full := ALLOWANCE.over():
                return full
            try:
                if not space.expand(min(space.at + LOOK_AT_CLOCK, end)):
                    self._out_of_range(space.at)
            except FullError as error:
                return str(error)
        return None

    def _overlap(self, index: int, bit: int) -> None:
        """Raise the error for the rules that overlap at an entry of the log."""
        key, _ = self.space.entry(index)
        state, family = self.layout.state(key), 1 << self.layout.choice(key, bit)
        truths = Truths(self.system, self.layout.packing)
        Overlaps(self.overlaps, self.system, self.layout.packing, truths).check(state, family)
        raise AssertionError("rules overlap in the native search only")

    def _out_of_range(self, index: int) -> None:
        """Raise the error for the first assignment that leaves its sort at an entry of the log."""
        key, _ = self.space.entry(index)
        values, choices = self.layout.packing.unpack(self.layout.state(key)), self.system.choices
        for step in (
            Step(i, p) for i in self.system.instances if i.obligations for p in i.payloads()
        ):
            given = step.given()
            guard = choices.split(step.instance.guard, choices.everything, values, (), given)
            enabled = [part for part, holds in guard if holds]
            for family, duty in itertools.product(enabled, step.instance.obligations):
                for part, holds in choices.split(duty.term, family, values, (), given):
                    if not holds:
                        choice = (part & -part).bit_length() - 1
                        raise self.system.out_of_range(step, duty, State(tuple(values), choice))
        raise AssertionError("a value leaves its sort in the native search only")

    def counts(self) -> Counts:
        """Return what has been seen."""
        space = self.space
        return Counts(space.pairs, space.transitions, self.layers - 1, space.distinct, self.initial)

    def report(self, stopped: str | None) -> Report:
        """Return what was found."""
        found = [(c, self.space.found(n)) for n, c in enumerate(self.checks)]
        runs: Mapping[tuple[str, str], Run] = runs_to(
            self.space,
            {c.key: hit for c, hit in found if hit is not None and c.what not in UNTOLD},
        )
        clean = self.layers - 1
        complete = stopped is None
        hits = {c.key for c, hit in found if hit is not None}
        more = untold(self.question, hits) if complete else Untold()
        return Report(
            "search",
            found_of(self.question, runs, None if complete else clean),
            clean,
            complete,
            stopped,
            self.counts(),
            time.monotonic() - self.started,
            idle=more.idle,
            deadlock=runs.get(DEADLOCK),
            uncut=more.uncut,
            unanswered=unanswered(runs),
            unasked=more.unasked,
        )
