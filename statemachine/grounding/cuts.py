"""The steps in which a fault interrupts a rule: after one of its writes, or within one.

They are rule instances like any other, of the fault, so that no reader needs to know of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.statemachine import terms
from twinrom.statemachine.grounding.moves import at_state, moves_to
from twinrom.statemachine.model import ALL_POWER
from twinrom.statemachine.sorts import BOOL, Sort, number
from twinrom.statemachine.system import (
    Argument,
    Conjunct,
    CutPoint,
    RuleInstance,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.statemachine.model import Model
    from twinrom.statemachine.system import GroundMove, Variable
    from twinrom.statemachine.terms import Term

DURING, WRITTEN, TORN = "during", "written", "torn"


class Cuts:
    """The cuts of a model, from its rules as they are written."""

    def __init__(self, model: Model, variables: Sequence[Variable],
                 instances: Sequence[RuleInstance]) -> None:
        self.model, self.variables, self.instances = model, variables, instances
        can_be_cut = dict.fromkeys(i.rule.name for i in instances if i.entries)
        self.rules = Sort("rule that is cut", 0, max(len(can_be_cut) - 1, 0), tuple(can_be_cut))
        self.most = number(0, max((len(i.entries) for i in instances), default=0), "writes")
        own = {a.name for i in instances for a in (*i.arguments, *i.given)}
        self.words = [w if w not in own else f"cut_{w}" for w in (DURING, WRITTEN, TORN)]

    def all(self) -> Iterator[RuleInstance]:
        """Yield every cut, numbered after the instances that are written."""
        index = len(self.instances)
        for fault in self.instances:
            cuts = fault.rule.cuts and fault.rule.by == "fault"
            for rule in self.instances if cuts else ():
                touches = self._touches(fault, rule) if rule.entries else terms.FALSE
                if touches is not terms.FALSE:
                    for made in self._of(fault, rule, touches):
                        yield replace(made, index=index)
                        index += 1

    def _touches(self, fault: RuleInstance, rule: RuleInstance) -> Term:
        """Return where the rule writes something of what the fault takes the power of."""
        power = fault.rule.power
        if power is None or power == ALL_POWER:
            return terms.TRUE
        return terms.disjunction(
            entry.where.get(i, terms.TRUE) for entry in rule.entries for i in entry.values
            if self.variables[i].owner in fault.powerless)

    def _of(self, fault: RuleInstance, rule: RuleInstance,
            touches: Term) -> Iterator[RuleInstance]:
        total = len(rule.entries)
        done: dict[int, Term] = {}
        for written, entry in enumerate(rule.entries):
            if written:
                yield self._cut(fault, rule, CutPoint(rule.rule, written, total, torn=False), done,
                                touches)
            if entry.torn:
                left = {**done, **entry.values, **entry.torn}
                yield self._cut(fault, rule, CutPoint(rule.rule, written, total, torn=True), left,
                                terms.conjunction([touches, entry.tears]))
            done = {**done, **entry.values}
        others = [i for i in rule.updates if i not in done]
        if any(self._survives(fault, rule, index) for index in others):
            yield self._cut(fault, rule, CutPoint(rule.rule, total, total, torn=False), done,
                            touches)

    def _survives(self, fault: RuleInstance, rule: RuleInstance, index: int) -> bool:
        """Say whether what the rule changes here may outlive the fault."""
        if index not in fault.updates:
            return True
        made, variable = fault.updates[index], self.variables[index]
        if variable.term() not in terms.leaves([made]):
            return False
        if not variable.machine:
            return True
        reached = {m.destination for m in rule.moves if m.machine == index}
        return any(terms.equal(at_state(made, variable, code), terms.constant(code))
                   is not terms.FALSE for code in reached)

    def _cut(self, fault: RuleInstance, rule: RuleInstance, cut: CutPoint,
             left: Mapping[int, Term], here: Term) -> RuleInstance:
        """Return the fault in the state that `left` makes of the one before, where it cuts."""
        renamed = self._renamed(fault, rule)

        def own(term: Term) -> Term:
            """Return a term of the rule, its payload by the names that it has in this step."""
            return terms.rebuild(term, renamed.get, {}) if renamed else term

        left = {i: own(term) for i, term in left.items()}
        after = {i: own(term) for i, term in rule.updates.items()}
        updates = {**left, **{i: _in(left, term) for i, term in fault.updates.items()}}
        names = {a.name: renamed[a.term].value if a.term in renamed else self._free(a, fault, rule)
                 for a in (*rule.arguments, *rule.given)}
        fixed = tuple(Argument(names[a.name], a.sort, a.term) for a in rule.arguments)
        given = tuple(Argument(names[a.name], a.sort, own(a.term)) for a in rule.given)
        before_or_after = terms.disjunction([fault.guard, _in(after, fault.guard)])
        guard = [Conjunct(c.text, own(c.term)) for c in rule.conjuncts]
        if here is not terms.TRUE:
            guard.append(Conjunct(f"`{fault.name}` cuts `{rule.name}`", own(here)))
        if before_or_after is not terms.TRUE:
            guard.append(Conjunct(f"`{fault.name}` can happen, before or after", before_or_after))
        return RuleInstance(
            0, fault.rule, (*fault.arguments, *fixed, *self._words(cut)), (*fault.given, *given),
            tuple(guard), tuple(self._moves(updates, fault, rule)),
            {i: t for i, t in updates.items() if t is not self.variables[i].term()},
            tuple(replace(d, term=_in(left, d.term)) for d in fault.obligations
                  if _in(left, d.term) is not terms.TRUE),
            cut=replace(cut, own=tuple(a.name for a in (*fault.arguments, *fault.given)),
                        words=tuple(self.words)))

    def _renamed(self, fault: RuleInstance, rule: RuleInstance) -> dict[Term, Term]:
        """Return new payloads in place of those that are called like an argument of the fault."""
        found = {}
        for a in rule.given:
            name = self._free(a, fault, rule)
            if name != a.name:
                low, high = a.sort.low, a.sort.high
                found[a.term] = terms.payload(name, low, high, boolean=a.sort.boolean)
        return found

    def _free(self, argument: Argument, fault: RuleInstance, rule: RuleInstance) -> str:
        """Return the name of an argument of the rule in a step of the fault."""
        taken = {a.name for a in (*fault.arguments, *fault.given)}
        name = argument.name
        return name if name not in taken else f"{rule.rule.name}_{name}"

    def _words(self, cut: CutPoint) -> tuple[Argument, ...]:
        code = self.rules.code(cut.rule.name) or 0
        values = ((self.rules, code), (self.most, cut.written), (BOOL, int(cut.torn)))
        return tuple(Argument(name, sort, sort.constant(value))
                     for name, (sort, value) in zip(self.words, values, strict=True))

    def _moves(self, updates: Mapping[int, Term], fault: RuleInstance,
               rule: RuleInstance) -> Iterator[GroundMove]:
        """Yield the moves of the step."""
        targets = {m.machine: m.target for m in (*rule.moves, *fault.moves)}
        for index, term in updates.items():
            variable = self.variables[index]
            if variable.machine:
                yield from moves_to(variable, term, targets.get(index, variable.name))


def _in(state: Mapping[int, Term], term: Term) -> Term:
    """Return what `term` is in the state that has these values, over the state before."""
    return terms.rebuild(
        term, lambda t: state.get(t.value) if t.operator == "variable" else None, {})

