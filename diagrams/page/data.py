"""A ground transition system as plain JSON, so that a page can run it by itself.

Terms are one list of nodes, each after what it reads, so that a number is a reference. A node is
`[operator, value, arguments...]`; operators mean what they mean in `statemachine.terms`.
`evaluator.js` reads this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinrom.diagrams.words.story import short_place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.proofs import Property, Question
    from twinrom.statemachine import RuleInstance, Sort, Trace, TransitionSystem, terms


class _Nodes:
    """The nodes written so far; equal terms are one object, so each is written once."""

    def __init__(self) -> None:
        self.nodes: list[list[Any]] = []
        self.number: dict[terms.Term, int] = {}

    def add(self, term: terms.Term) -> int:
        """Return the number of a term, writing what is new of it, arguments first."""
        todo = [term]
        while todo:
            t = todo[-1]
            waiting = [a for a in t.arguments if a not in self.number]
            if t in self.number or waiting:
                todo = todo[:-1] if t in self.number else [*todo, *waiting]
                continue
            todo.pop()
            self.number[t] = len(self.nodes)
            self.nodes.append([t.operator, _value(t), *(self.number[a] for a in t.arguments)])
        return self.number[term]

    def all(self, found: Iterable[terms.Term]) -> list[int]:
        """Return the numbers of several terms."""
        return [self.add(term) for term in found]


def _value(term: terms.Term) -> Any:
    """Return the datum of a node; an argument that an event lacks reads as its lowest value."""
    if term.operator == "event":
        return sorted(term.value)
    if term.operator == "argument":
        return [term.value, 0 if term.boolean else term.low]
    return term.value


class _Sorts:
    def __init__(self) -> None:
        self.sorts: list[dict[str, Any]] = []
        self.number: dict[Sort, int] = {}

    def add(self, sort: Sort) -> int:
        """Return the number of a sort."""
        if sort not in self.number:
            self.number[sort] = len(self.sorts)
            self.sorts.append(
                {"name": str(sort), "low": sort.low, "high": sort.high, "labels": sort.labels,
                 "optional": sort.optional, "bool": sort.boolean}
            )  # fmt: skip
        return self.number[sort]


def system_data(question: Question) -> dict[str, Any]:
    """Return everything that is needed to step through the question's system by hand.

    Properties of one state (`invariant`) and of one step (`step`) come along, to be evaluated on
    the way; the sorts must have an end.
    """
    system, nodes, sorts = question.system, _Nodes(), _Sorts()
    found: dict[str, Any] = {
        "model": question.model.name,
        "title": question.model.title,
        "variables": [
            {"name": v.name, "sort": sorts.add(v.sort), "machine": v.machine, "role": v.role}
            for v in system.variables
        ],
        "tables": [
            {"name": t.name, "of": [sorts.add(s) for s in t.of],
             "allow": None if t.allow is None else sorted(map(list, t.allow))}
            for t in system.tables.values()
        ],
        "rows": [[name, list(row)] for name, row in system.choices.rows],
        "init": nodes.all(c.term for c in system.init),
        "instances": [_instance(question, i, nodes, sorts) for i in system.instances],
        "properties": [_property(p, nodes) for p in question.decidable],
    }  # fmt: skip
    return found | {"sorts": sorts.sorts, "nodes": nodes.nodes}


def _instance(
    question: Question, instance: RuleInstance, nodes: _Nodes, sorts: _Sorts
) -> dict[str, Any]:
    rule = instance.rule
    return {
        "name": instance.name,
        "rule": rule.name,
        "event": rule.event,
        "by": rule.by,
        "automatic": question.model.automatic(rule),
        "says": instance.says or "",
        "place": short_place(rule.place),
        "guard": nodes.add(instance.guard),
        "fixed": [[a.name, sorts.add(a.sort), a.term.low] for a in instance.arguments],
        "given": [[a.name, sorts.add(a.sort)] for a in instance.given],
        "updates": [[index, nodes.add(term)] for index, term in instance.updates.items()],
        "duties": [[str(d), nodes.add(d.term)] for d in instance.obligations],
    }


def _property(prop: Property, nodes: _Nodes) -> dict[str, Any]:
    return {
        "name": prop.name,
        "kind": prop.kind.key,
        "step": prop.kind.goal_in_step,
        "says": prop.says or " and ".join(part.text for part in prop.parts),
        "known": prop.expect_violated,
        "bookkeeping": prop.bookkeeping,
        "gap": prop.gap,
        "whenever": nodes.add(prop.whenever),
        "goal": nodes.add(prop.goal),
    }


def run_data(system: TransitionSystem, trace: Trace) -> dict[str, Any]:
    """Return a run as codes: where it starts, which rows hold, and what happens."""
    entry = system.entry(trace.states[0].tables)
    return {
        "initial": list(trace.states[0].values),
        "rows": [entry(name, row) for name, row in system.choices.rows],
        "steps": [[s.instance.index, list(s.payload)] for s in trace.steps],
    }
