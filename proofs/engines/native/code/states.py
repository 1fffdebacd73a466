"""The targets in states, as a function: invariants, witnesses, overlapping rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.engines.native.code.emit import Emitter
from twinrom.proofs.engines.native.code.rule import note
from twinrom.proofs.engines.native.code.values import NO, TruthValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs.engines.native.code.checks import CompiledTarget
    from twinrom.proofs.engines.native.code.lookup import TableWords
    from twinrom.proofs.spec.overlaps import Overlap
    from twinrom.statemachine import Argument, TransitionSystem


def inspect_text(
    system: TransitionSystem,
    tables: TableWords,
    checks: Sequence[CompiledTarget],
    overlaps: Sequence[Overlap],
) -> str:
    """Return the function `inspect`; overlaps are noted as the check after the last."""
    e = Emitter(system, tables)
    own = [(n, c) for n, c in enumerate(checks) if not c.step]
    rare = e.joined("or", [e.truth(c.term) for _, c in own if c.rare])
    if rare.masked:
        hit = e.op(f"and {e.mask} {rare.text}, %mask")
        rare = TruthValue(e.op(f"icmp ne {e.mask} {hit}, 0"))
    if any(not c.rare for _, c in own):
        gate = e.op(f"getelementptr i8, ptr %gates, i64 {len(system.instances)}")
        opened = e.op(f"load i8, ptr {gate}")
        rare = e.joined("or", [rare, TruthValue(e.op(f"trunc i8 {opened} to i1"))])
    if rare != NO:
        e.do(f"br i1 {rare.text}, label %cold, label %warm")
        e.label("cold")
        e.enter()
        for number, check in own:
            note(e, number, e.truth(check.term), "%mask", "0")
        e.leave()
        e.do("br label %warm")
        e.label("warm")
    for overlap in overlaps:
        _each_payload(e, overlap, list(overlap.given), len(checks))
    e.do("ret void")
    head = f"define void @inspect({e.key} %key, {e.mask} %mask, i64 %index, "
    return head + "ptr %hits, ptr %gates) {\nentry:\n" + "\n".join(e.lines) + "\n}\n"


def _each_payload(e: Emitter, overlap: Overlap, given: list[Argument], number: int) -> None:
    if not given:
        both = e.joined("and", [e.truth(overlap.both), TruthValue("%mask", e.layout.masked)])
        if both == NO:
            return
        meet, apart = e.fresh("meet"), e.fresh("apart")
        some = e.op(f"icmp ne {e.mask} {both.text}, 0")
        e.do(f"br i1 {some}, label %{meet}, label %{apart}")
        e.label(meet)
        e.enter()
        note(e, number, both, "%mask", "0")
        e.leave()
        e.do(f"br label %{apart}")
        e.label(apart)
        return
    e.loop(given[0], lambda _: _each_payload(e, overlap, given[1:], number))
