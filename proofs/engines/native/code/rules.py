"""The rules of a system as one function: all candidates for successors of a state.

Each rule tests the machines that it moves first, then the rest of its guard, then what depends on
tables; payloads are loops. What a guard settles is filled in into what follows it.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from twinrom.proofs.engines.native.code.emit import Emitter
from twinrom.proofs.engines.native.code.folding import StepTerm
from twinrom.proofs.engines.native.code.rule import RuleEmitter, note
from twinrom.proofs.spec.events import reads_payload
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.proofs.engines.native.code.checks import CompiledTarget
    from twinrom.proofs.engines.native.code.lookup import TableWords
    from twinrom.statemachine import TransitionSystem
    from twinrom.statemachine.terms import Term

SHARED_BY = 3


class Rules:
    """Writes the function `successors`, and what it calls."""

    def __init__(
        self, system: TransitionSystem, tables: TableWords, checks: Sequence[CompiledTarget]
    ) -> None:
        self.system, self.tables, self.layout = system, tables, tables.layout
        self.first: list[int] = []
        self.most = 0
        self.steps = 0
        for instance in system.instances:
            self.first.append(self.steps)
            self.steps += math.prod(a.sort.size for a in instance.given)
        self.own: list[list[tuple[int, Term, bool]]] = [[] for _ in system.instances]
        self.common: dict[frozenset[int], list[tuple[int, Term, bool]]] = {}
        self._distribute(checks)

    def _distribute(self, checks: Sequence[CompiledTarget]) -> None:
        """Say which rule looks for which check; what is the same for many is looked for once."""
        memos: list[dict[Term, Term]] = [{} for _ in self.system.instances]
        for number, check in enumerate(checks):
            if not check.step:
                continue
            step = StepTerm(check)
            at = [step.at(i, m) for i, m in zip(self.system.instances, memos, strict=True)]
            counted = Counter(t for t in at if t is not terms.FALSE).most_common(1)
            shared = (
                counted[0][0]
                if counted and counted[0][1] >= SHARED_BY and not (reads_payload(counted[0][0]))
                else None
            )
            if shared is not None:
                where = frozenset(i for i, t in enumerate(at) if t is shared)
                self.common.setdefault(where, []).append((number, shared, check.rare))
            for own, term in zip(self.own, at, strict=True):
                if term is not shared and term is not terms.FALSE:
                    own.append((number, term, check.rare))

    def over(self, tables: TableWords) -> Rules:
        """Return the same rules without checks, for a module with arrays of its own."""
        return Rules(self.system, tables, ())

    def looked_for(self) -> list[list[int]]:
        """Return for each rule the numbers of the checks that it looks for."""
        found = [[number for number, *_ in own] for own in self.own]
        for where, group in self.common.items():
            for index in where:
                found[index] += [number for number, *_ in group]
        return found

    def text(self) -> str:
        """Return the functions of the search: `successors`, and what it calls."""
        outside = self.system.environment
        inside = [i.index for i in self.system.instances if i.index not in outside]
        kinds = [("automatic", inside), ("by_environment", sorted(outside))]
        own = [
            self._function(name, dict.fromkeys(indices, terms.TRUE), checking=True)
            for name, indices in kinds
        ]
        return "\n".join([*self._commons(), *own, self._both()])

    def _both(self) -> str:
        """Return the function `successors`: the automatic steps, then the environment's."""
        before = f"({self.layout.key} %key, {self.layout.mask} %mask, i64 %index, ptr"
        return f"""define ptr @successors{before} %out, ptr %hits, ptr %gates) {{
entry:
  %end = call ptr @automatic{before} %out, ptr %hits, ptr %gates)
  %wrong = icmp eq ptr %end, null
  br i1 %wrong, label %stop, label %more
stop:
  ret ptr null
more:
  %last = call ptr @by_environment{before} %end, ptr %hits, ptr %gates)
  ret ptr %last
}}
"""

    def function(self, name: str, only: Mapping[int, Term]) -> str:
        """Return one function that makes candidates; `only` says by which rules, and where."""
        return self._function(name, only, checking=False)

    def _function(self, name: str, only: Mapping[int, Term], *, checking: bool) -> str:
        e = Emitter(self.system, self.tables)
        e.do("%cursor = alloca ptr")
        e.do("store ptr %out, ptr %cursor")
        groups = []
        for number, (where, found) in enumerate(self.common.items() if checking else ()):
            rare = e.joined("or", [e.truth(t) for _, t, is_rare in found if is_rare])
            groups.append((number, where, rare, any(not r for *_, r in found)))
        for index in sorted(only, key=lambda i: (i in self.system.environment, i)):
            own = [g for g in groups if index in g[1]]
            sought = self.own[index] if checking else ()
            rule = RuleEmitter(
                self.first[index], e, self.system.instances[index], own, sought, only[index]
            )
            rule.write()
            self.most += rule.most
        e.do("%end = load ptr, ptr %cursor")
        e.do("ret ptr %end")
        e.label("wrong")
        e.do("ret ptr null")
        head = f"define ptr @{name}({self.layout.key} %key, {self.layout.mask} %mask, "
        head += "i64 %index, ptr %out, ptr %hits, ptr %gates) {\nentry:\n"
        return head + "\n".join(e.lines) + "\n}\n"

    def _commons(self) -> Iterator[str]:
        for number, found in enumerate(self.common.values()):
            e = Emitter(self.system, self.tables)
            for check, term, _ in found:
                note(e, check, e.truth(term), "%mask", "%ordinal")
            e.do("ret void")
            head = f"define void @common{number}({self.layout.key} %key, {self.layout.mask} %mask, "
            yield (
                head
                + "i64 %index, i64 %ordinal, ptr %hits) {\nentry:\n"
                + ("\n".join(e.lines))
                + "\n}\n"
            )
