"""The reachable states of all machines together, folded until a person can look at them.

Ids: a node is `c:` and its values, `c:A=off,array=single`; an arrow is `e:composed:NUMBER`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from twinrom.diagrams.pictures.graph import Edge, Graph, LabelPart, Mark, Node
from twinrom.diagrams.pictures.rule_text import GLYPHS, KEY, actor_mark, cut, one_line, shortened
from twinrom.proofs import fold_reachable
from twinrom.statemachine import InputError, cannot_start, did_you_mean, ground

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs import Folded
    from twinrom.statemachine import Model, Variable

Values: TypeAlias = tuple[int, ...]
MOST_NODES, MOST_EDGES = 80, 80
MOST_NAMES = 3
LABELLED = 60
DRAWN_STATES, SECONDS = 100_000, 60.0


def composed_graph(
    model: Model, by: Sequence[str] = (), max_states: int = DRAWN_STATES, seconds: float = SECONDS
) -> Graph:
    """Return the reachable graph, folded by these machines and variables.

    Without `by`, states are told apart by all machines, or by as many, in the order of the file,
    as give a picture of at most 80 nodes and 60 arrows. Notes say what was folded and cut.
    """
    system = ground(model)
    if any(sort.unbounded for sort in model.sorts.values()):
        raise InputError.whole_file("--composed", "needs sorts with an end to be enumerated")
    nowhere = cannot_start(system)
    if nowhere is not None:
        raise InputError([nowhere])
    machines = [v.index for v in system.variables if v.machine]
    chosen = [_variable(model, name).index for name in by] or machines
    found = fold_reachable(system, chosen, max_states, seconds)
    notes = [_seen(found)]
    while not by and _large(found) and len(found.by) > 1:
        found = found.coarser(found.by[:-1])
    notes += _folded(model, found)
    kept, cut_notes = _cut(found)
    return _Drawing(model, found, kept, [*notes, *cut_notes]).graph()


def _variable(model: Model, name: str) -> Variable:
    variable = ground(model).by_name.get(name)
    if variable is None:
        hint = did_you_mean(name, ground(model).by_name)
        raise InputError.whole_file(f"--by {name}", "is no machine and no variable", hint)
    return variable


def _large(found: Folded) -> bool:
    return len(found.counts) > MOST_NODES or len(found.edges) > LABELLED


def _seen(found: Folded) -> str:
    every = f"All {found.states:,} reachable states (tables apart) are in this picture."
    return every if found.stopped is None else (
        f"Not every reachable state is in this picture: it stopped {found.stopped}."
    )  # fmt: skip


def _folded(model: Model, found: Folded) -> list[str]:
    variables = ground(model).variables
    names = ", ".join(variables[i].name for i in found.by)
    apart = [v.name for v in variables if v.machine and v.index not in found.by]
    text = f"A node is all states with the same {names}; the number is how many."
    folded = f" Folded, not told apart: {', '.join(apart)}." if apart else ""
    more = " `--by` chooses others." if apart else ""
    return [text + folded + more]


def _cut(found: Folded) -> tuple[set[Values], list[str]]:
    """Return the nodes nearest to the start that can still be looked at, and what to say of it."""
    kept: set[Values] = set()
    arrows = 0
    for values in found.counts:
        inside = kept | {values}
        more = [ends for ends in found.edges if values in ends and inside.issuperset(ends)]
        if len(kept) == MOST_NODES or (arrows + len(more) > MOST_EDGES and kept):
            break
        kept.add(values)
        arrows += len(more)
    notes = []
    if len(kept) < len(found.counts):
        notes.append(
            f"Cut: {len(kept)} of {len(found.counts):,} nodes are drawn, those that were found "
            "first; where more follows, a node ends in \u2026."
        )
    if arrows > LABELLED:
        notes.append("Too many arrows for labels: their rules are in the tooltips.")
    return kept, notes


class _Drawing:
    def __init__(
        self, model: Model, found: Folded, kept: set[Values], notes: Sequence[str]
    ) -> None:
        self.model, self.found, self.kept, self.notes = model, found, kept, notes
        self.edges = {
            (a, b): sorted(rules)
            for (a, b), rules in found.edges.items()
            if a in kept and b in kept
        }
        self.left = {a for a, b in found.edges if a in kept and b not in kept}
        self.variables = [ground(model).variables[i] for i in found.by]

    def values(self, values: Values) -> list[tuple[str, str]]:
        return [(v.name, v.sort.text(c)) for v, c in zip(self.variables, values, strict=True)]

    def id(self, values: Values) -> str:
        return "c:" + ",".join(f"{name}={text}" for name, text in self.values(values))

    def node(self, values: Values, count: int) -> Node:
        told = [f"{name}: {text}" for name, text in self.values(values)]
        lines = [shortened(line) for line in told]
        marks: frozenset[Mark] = frozenset()
        if values in self.found.initial:
            marks = frozenset(["initial"])
        told += [f"{count:,} states", *(["initial"] if marks else [])]
        lines.append(f"({count:,})")
        if values in self.left:
            marks |= {"folded"}
            lines.append("\u2026")
            told.append("leads on to nodes that are not drawn")
        return Node(self.id(values), tuple(lines), tooltip="\n".join(told), marks=marks)

    def edge(
        self, number: int, ends: tuple[Values, Values], rules: Sequence[int]
    ) -> Edge:
        """Return one arrow with a part for each kind of actor."""
        parts = []
        instances = [ground(self.model).instances[i] for i in rules]
        labelled = len(self.edges) <= LABELLED
        for mark, _ in KEY:
            own = [i for i in instances if actor_mark(self.model, i.rule) == mark]
            if own:
                events = list(dict.fromkeys(i.rule.event for i in own))
                lines = [f"{GLYPHS[mark]} {event}" for event in cut(events, MOST_NAMES)]
                names = [i.name for i in own]
                tooltip = "\n".join([f"{mark}:", *names])
                shown = tuple(lines) if labelled else ()
                parts.append(LabelPart(shown, tuple(names), tooltip, "", frozenset([mark])))
        source, target = ends
        return Edge(f"e:composed:{number}", self.id(source), self.id(target), tuple(parts))

    def graph(self) -> Graph:
        counts = self.found.counts.items()
        nodes = [self.node(values, count) for values, count in counts if values in self.kept]
        edges = [
            self.edge(number, ends, rules)
            for number, (ends, rules) in enumerate(self.edges.items(), 1)
        ]
        bold = "Thick borders: where runs start. Steps that stay within a node are not drawn."
        title = f"{one_line(self.model.title)}: reachable states"
        return Graph(title, tuple(nodes), tuple(edges), (), (*self.notes, bold), key=KEY)
