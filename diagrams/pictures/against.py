"""Two models as one picture: which rules were added, removed and changed.

Colour, line style and a sign in front of the rule say the same. A rule is also changed when a
definition that it uses is another one. What no arrow can show is said in the notes.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twinrom.diagrams.pictures.graph import Edge, Graph, Group, LabelPart, Mark, Node
from twinrom.diagrams.pictures.machine_graph import machine_graph
from twinrom.diagrams.pictures.rule_text import KEY, one_line, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twinrom.statemachine import Model

SIGNS: dict[Mark, str] = {"added": "+", "removed": "\u2212", "changed": "~"}
CHANGES: tuple[tuple[Mark, str], ...] = (
    ("added", "+ added"),
    ("removed", "\u2212 removed"),
    ("changed", "~ changed"),
)
WORD = re.compile(r"[A-Za-z_]\w*")
WIDEST = 44


def against_graph(old: Model, new: Model, machine: str | None = None) -> Graph:
    """Return what changed from `old` to `new`: machines with a difference, side by side.

    With `machine`, that machine or template alone, whether it differs or not.
    """
    names = [machine] if machine else list(dict.fromkeys([*old.templates, *new.templates]))
    using = _using(old, new)
    drawn = {name: _compared(old, new, name, using) for name in names}
    differing = {n: g for n, g in drawn.items() if _differs(g)}
    shown = differing or drawn
    same = [name for name in names if name not in differing]
    notes = _other_changes(old, new)
    if not differing:
        notes = ["No machine differs: both models have the same states and rules.", *notes]
    elif same:
        notes = [f"The same in both, and not drawn: {', '.join(same)}.", *notes]
    return Graph(
        f"{one_line(new.title)}: changes from {old.name} to {new.name}",
        tuple(n for g in shown.values() for n in g.nodes),
        tuple(e for g in shown.values() for e in g.edges),
        tuple(group for g in shown.values() for group in g.groups),
        tuple(notes),
        key=(*CHANGES, *KEY),
    )


def _differs(graph: Graph) -> bool:
    marks = {m for n in graph.nodes for m in n.marks} | {
        m for e in graph.edges for p in e.parts for m in p.marks
    }
    return not marks.isdisjoint(SIGNS)


def _compared(old: Model, new: Model, name: str, using: Mapping[str, str]) -> Graph:
    merging = _Merging(using)
    for model, mark in ((old, "removed"), (new, "added")):
        if name in model.templates or name in model.machines:
            merging.add(machine_graph(model, name, "full"), mark)
    return merging.graph(name)


@dataclass
class _Merging:
    """Two state diagrams of one machine, laid over each other; nodes agree by their labels."""

    using: Mapping[str, str]
    nodes: dict[tuple[str, tuple[str, ...]], dict[str, Node]] = field(default_factory=dict)
    ends: dict[tuple[str, str], dict[str, dict[str, LabelPart]]] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)

    def add(self, graph: Graph, side: str) -> None:
        places = {}
        for node in graph.nodes:
            key = (node.shape, node.lines or (node.id,))
            self.nodes.setdefault(key, {})[side] = node
            places[node.id] = self.id(key)
        for edge in graph.edges:
            ends = self.ends.setdefault((places[edge.source], places[edge.target]), {})
            for part in edge.parts or (LabelPart((), (), edge.id),):
                rule = part.rules[0].partition("[")[0] if part.rules else ""
                ends.setdefault(rule, {})[side] = part
        self.groups = list(graph.groups)

    @staticmethod
    def id(key: tuple[str, tuple[str, ...]]) -> str:
        return f"{key[0]}:{'|'.join(key[1])}"

    def graph(self, name: str) -> Graph:
        ids = self.ids(name)
        nodes = [self.node(sides, ids[self.id(key)]) for key, sides in self.nodes.items()]
        edges = []
        number = 0
        for (source, target), rules in self.ends.items():
            number += bool(set(rules) - {""})
            known = f"e:{name}:{number}" if set(rules) - {""} else f"{ids[source]}:arrow"
            parts = [self.part(rule, sides) for rule, sides in rules.items() if rule]
            edges.append(Edge(known, ids[source], ids[target], tuple(parts)))
        return Graph(name, tuple(nodes), tuple(edges), tuple(self.groups[-1:]))

    def ids(self, name: str) -> dict[str, str]:
        """Return the id of each node; lists of states are numbered anew over both models."""
        found = {}
        lists = 0
        for key, sides in self.nodes.items():
            node = next(iter(sides.values()))
            several = node.shape == "any" and not node.id.endswith(":*")
            lists += several
            found[self.id(key)] = f"a:{name}:{lists}" if several else node.id
        return found

    @staticmethod
    def node(sides: Mapping[str, Node], known: str) -> Node:
        node = list(sides.values())[-1]
        if len(sides) > 1 or node.shape != "state":
            return replace(node, id=known)
        mark: Mark = "added" if "added" in sides else "removed"
        return replace(
            node, id=known, lines=(f"{SIGNS[mark]} {node.lines[0]}",), marks=node.marks | {mark}
        )

    def part(self, rule: str, sides: Mapping[str, LabelPart]) -> LabelPart:
        """Return what became of a rule on this arrow: a sign, and the lines that differ."""
        if len(sides) == 1:
            mark: Mark = "added" if "added" in sides else "removed"
            part = sides[mark]
            lines = [f"{SIGNS[mark]} {part.lines[0]}", *map(_short, part.lines[1:])]
            return replace(part, lines=tuple(lines), marks=part.marks | {mark})
        old, new = sides["removed"], sides["added"]
        before, after = (p.tooltip.split("\n")[:-1] for p in (old, new))
        lines = [
            _short(f"  {SIGNS['removed' if line[0] == '-' else 'added']} {line[2:].strip()}")
            for line in difflib.ndiff(before, after)
            if line[0] in "+-"
        ]
        if rule in self.using:
            lines.append(_short(f"  ~ uses {self.using[rule]}"))
        if not lines:
            return replace(new, lines=new.lines[:1])
        told = f"{new.tooltip}\n\nbefore:\n{old.tooltip}"
        heading = f"~ {new.lines[0]}"
        return replace(
            new, lines=(heading, *lines), tooltip=told, marks=new.marks | {"changed"}
        )


def _short(line: str) -> str:
    return shortened(line, WIDEST)


def _using(old: Model, new: Model) -> dict[str, str]:
    """Return the rules that use a definition which differs, with that definition's name."""
    texts = [{n: str(d.body) for n, d in m.definitions.items()} for m in (old, new)]
    changed = {n for n in texts[0].keys() | texts[1].keys() if texts[0].get(n) != texts[1].get(n)}
    direct = sorted(changed)
    spread = True
    while spread:
        more = {n for t in texts for n, body in t.items() if changed & set(WORD.findall(body))}
        spread = not more <= changed
        changed |= more
    found = {}
    for model in (old, new):
        for rule in model.rules.values():
            written = [*map(str, rule.when), *(str(s.value) for s in rule.assignments)]
            words = {w for text in written for w in WORD.findall(text)} & changed
            if words & set(direct):
                found[rule.name] = f"{min(words & set(direct))}, which differs"
            elif words:
                found[rule.name] = f"{min(words)} (by {', '.join(direct)})"
    return found


def _other_changes(old: Model, new: Model) -> list[str]:
    """Return notes on what differs and is not part of any arrow."""
    found = []
    told: tuple[tuple[str, Mapping[str, object], Mapping[str, object]], ...] = (
        ("definitions", _texts(old.definitions), _texts(new.definitions)),
        ("sorts", old.sorts, new.sorts),
        ("tables", old.tables, new.tables),
        ("variables of machines", _variables(old), _variables(new)),
        ("who acts", old.actors, new.actors),
        ("duties of events", _duties(old), _duties(new)),
        ("what must hold at the start", _named(old.init), _named(new.init)),
    )
    for what, before, after in told:
        names = [
            f"{SIGNS['removed']} {n}" if n not in after
            else f"{SIGNS['added']} {n}" if n not in before
            else f"{SIGNS['changed']} {n}"
            for n in dict.fromkeys([*before, *after])
            if before.get(n) != after.get(n)
        ]  # fmt: skip
        if names:
            found.append(f"Also different: {what}: {'; '.join(names)}.")
    return found


def _texts(definitions: Mapping[str, object]) -> dict[str, object]:
    return {n: (getattr(d, "parameters", ()), str(getattr(d, "body", d)))
            for n, d in definitions.items()}  # fmt: skip


def _variables(model: Model) -> dict[str, object]:
    return {
        f"{t.name}.{name}": sort for t in model.templates.values()
        for name, sort in t.variables.items()
    }  # fmt: skip


def _duties(model: Model) -> dict[str, object]:
    return {n: (e.columns, tuple(map(str, e.can_happen)))
            for n, e in model.events.items() if e.can_happen}  # fmt: skip


def _named(formulas: Iterable[object]) -> dict[str, object]:
    return {str(formula): str(formula) for formula in formulas}
