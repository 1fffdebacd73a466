"""Machines as state diagrams: one machine, one template, or all of a model side by side.

Ids: a state is `s:MACHINE:STATE`, an arrow `e:MACHINE:NUMBER` in the order of the file, an
initial mark `i:MACHINE:STATE`, "any state" `a:MACHINE:*`, "any of several states"
`a:MACHINE:NUMBER`. A picture of a template has the template's name in place of the machine's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from twinrom.diagrams.pictures.graph import Edge, Graph, Group, LabelPart, Mark, Node
from twinrom.diagrams.pictures.rule_text import KEY, filled_target, one_line, rule_text, shortened
from twinrom.statemachine import InputError, did_you_mean, ground, terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.statemachine import Model, RuleInstance, Template, Variable

SEVERAL = 3
IN_A_ROW = 3
MANY_RULES = 20
NAMES_ONLY = (
    "Arrows have the names of their rules only; guards and effects are in their tooltips, and in "
    "the pictures of single machines."
)


class Arrow(NamedTuple):
    """One way in which a rule moves a machine, or changes its variables where it is.

    `target` is what the move is written for; without a `destination` the machine stays.
    """

    rule: str
    target: str
    sources: tuple[int, ...]
    destination: int | None


def model_graph(model: Model, *, each: bool = False, detail: str = "auto") -> Graph:
    """Return all machines side by side: templates, or `each` of their instances.

    Where there are many rules the arrows have their names only, unless `detail` says otherwise.
    """
    chosen = detail if detail != "auto" else "names" if len(model.rules) > MANY_RULES else "short"
    names = [m for t in model.templates.values() for m in (t.instances if each else (t.name,))]
    drawn = [machine_graph(model, name, chosen) for name in names]
    return Graph(
        one_line(model.title),
        tuple(n for g in drawn for n in g.nodes),
        tuple(e for g in drawn for e in g.edges),
        tuple(group for g in drawn for group in g.groups),
        (NAMES_ONLY,) if detail == "auto" and chosen == "names" else (),
        key=KEY,
    )


def machine_graph(model: Model, name: str, detail: str = "auto") -> Graph:
    """Return the state diagram of a machine, or of a template (rules as they are written).

    Raises `InputError` when the model has neither.
    """
    template = model.templates.get(name) or model.machines.get(name)
    if template is None:
        hint = did_you_mean(name, [*model.templates, *model.machines])
        raise InputError.whole_file(model.paths[0], f"has no machine `{name}`", hint)
    machines = template.instances if name in model.templates else (name,)
    found = _arrows(model, machines)
    drawing = _Drawing(model, name, template, "short" if detail == "auto" else detail)
    drawing.states()
    for arrow, instances in found.items():
        drawing.arrow(arrow, instances)
    return drawing.graph()


def _arrows(model: Model, machines: Sequence[str]) -> dict[Arrow, list[RuleInstance]]:
    """Return every arrow with the rule instances behind it, in the order of the file."""
    found: dict[Arrow, list[RuleInstance]] = {}
    variables = ground(model).by_name
    for instance in ground(model).instances:
        for machine in machines:
            for arrow in arrows_of(model, instance, variables[machine]):
                behind = found.setdefault(arrow, [])
                if instance not in behind:
                    behind.append(instance)
    return found


def arrows_of(model: Model, instance: RuleInstance, machine: Variable) -> list[Arrow]:
    """Return what a rule instance does to one machine."""
    allowed = _allowed(instance, machine)
    found = []
    for move in instance.moves:
        if move.machine == machine.index:
            possible = allowed if move.sources is None else set(move.sources) & allowed
            sources = tuple(sorted(possible))
            found.append(Arrow(instance.rule.name, move.target, sources, move.destination))
    own = {v.index for v in ground(model).variables if v.owner == machine.name and not v.machine}
    if not found and own & set(instance.updates):
        found.append(Arrow(instance.rule.name, "", tuple(sorted(allowed)), None))
    return [arrow for arrow in found if arrow.sources]


def _allowed(instance: RuleInstance, machine: Variable) -> set[int]:
    """Return the states that those parts of the guard allow that read nothing else."""
    allowed = set(machine.sort.codes())
    parts = [c.term for c in instance.conjuncts]
    for part in parts:
        if part.operator == "and":
            parts += part.arguments
        elif [(t.operator, t.value) for t in terms.leaves([part])] == [("variable", machine.index)]:
            values = {code: [0] * machine.index + [code] for code in allowed}
            allowed = {c for c, v in values.items() if terms.evaluate(part, v, (), {}, _none)}
    return allowed


def _none(name: str, row: tuple[int, ...]) -> int:
    raise AssertionError(f"a term that reads one variable looks up {name}{row}")


@dataclass
class _Drawing:
    """A state diagram in the making."""

    model: Model
    name: str
    template: Template
    detail: str
    nodes: dict[str, Node] = field(default_factory=dict)
    ends: dict[tuple[str, str], list[LabelPart]] = field(default_factory=dict)
    sets: dict[tuple[int, ...], str] = field(default_factory=dict)

    def states(self) -> None:
        for state in self.template.states:
            first = state in self.template.initial
            marks: frozenset[Mark] = frozenset(["initial"]) if first else frozenset()
            tooltip = f"{self.name} is {state}" + (" (initial)" if first else "")
            name = f"s:{self.name}:{state}"
            label = (shortened(state),)
            self.node(Node(name, label, tooltip=tooltip, marks=marks, states=(state,)))
        for state in self.template.initial:
            start = f"i:{self.name}:{state}"
            self.node(Node(start, (), "start", tooltip=f"{self.name} starts here"))
            self.ends[start, f"s:{self.name}:{state}"] = []

    def node(self, node: Node) -> None:
        self.nodes.setdefault(node.id, replace(node, group=f"m:{self.name}"))

    def arrow(self, arrow: Arrow, instances: Sequence[RuleInstance]) -> None:
        """Draw an arrow; the rule is told as written where it stands for several instances."""
        written = self.name in self.model.templates or len(instances) > 1
        text = rule_text(self.model, instances[0], written=written)
        cuts = [i.cut.rule.name for i in instances if i.cut is not None]
        if len(cuts) == len(instances):
            told = f"cuts {', '.join(dict.fromkeys(cuts))}"
            text = replace(text, guards=(), moves=(), sets=(told,))
        target = arrow.target if written else filled_target(instances[0], arrow.target)
        part = text.part(target, [i.name for i in instances], self.detail)
        for source in self.sources(arrow.sources):
            target = source if arrow.destination is None else self.state(arrow.destination)
            parts = self.ends.setdefault((source, target), [])
            if part not in parts:
                parts.append(part)

    def state(self, code: int) -> str:
        return f"s:{self.name}:{self.template.states[code]}"

    def sources(self, codes: tuple[int, ...]) -> list[str]:
        """Return where the arrow starts: at states, at "any state", or at a list of states."""
        names = tuple(self.template.states[c] for c in codes)
        if len(codes) == len(self.template.states) and len(codes) > 1:
            known = f"a:{self.name}:*"
            told = ", ".join(names)
            self.node(Node(known, ("any state",), "any", tooltip=told, states=names))
            return [known]
        if len(codes) < SEVERAL:
            return [self.state(c) for c in codes]
        known = self.sets.setdefault(codes, f"a:{self.name}:{len(self.sets) + 1}")
        rows = [names[i : i + IN_A_ROW] for i in range(0, len(names), IN_A_ROW)]
        lines = ("any of", *(", ".join(map(shortened, row)) for row in rows))
        self.node(Node(known, lines, "any", tooltip="any of " + ", ".join(names), states=names))
        return [known]

    def graph(self) -> Graph:
        edges = []
        number = 0
        for (source, target), parts in self.ends.items():
            if self.nodes[source].shape == "start":
                edges.append(Edge(f"{source}:arrow", source, target))
                continue
            number += 1
            edges.append(Edge(f"e:{self.name}:{number}", source, target, tuple(parts)))
        instances = self.template.instances
        own = [f"{name}: {sort}" for name, sort in self.template.variables.items()]
        variables = f"\nvariables: {', '.join(own)}" if own else ""
        told = f"machines: {', '.join(instances)}{variables}"
        group = Group(f"m:{self.name}", (self.title(),), told)
        nodes = tuple(self.nodes.values())
        title = f"{one_line(self.model.title)}: {self.title()}"
        return Graph(title, nodes, tuple(edges), (group,), key=KEY)

    def title(self) -> str:
        listed = self.template.ranged or ", ".join(self.template.instances)
        several = self.name in self.model.templates and listed != self.name
        return f"{self.name} ({listed})" if several else self.name
