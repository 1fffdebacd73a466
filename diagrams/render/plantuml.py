"""PlantUML: a state diagram for graphs, a sequence diagram for lanes.

PlantUML reads markup in labels; every character that could be markup is written as `<U+0000>`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.diagrams.render.dot import leading
from twinrom.diagrams.render.sequence import messages, sequence
from twinrom.diagrams.render.style import LIGHT, PAINT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.diagrams.pictures.graph import Edge, Graph, Node
    from twinrom.diagrams.pictures.lanes import Lanes, Row

PLAIN = frozenset(" .,:;+=()[]?\u25cb\u25cf\u00d7\u2026")


def state_diagram(graph: Graph) -> str:
    """Return the graph as a PlantUML state diagram; tooltips and links are left out."""
    names = {node.id: f"n{i}" for i, node in enumerate(graph.nodes, 1)}
    starts = {n.id for n in graph.nodes if n.shape == "start"}
    lines = ["@startuml", f"title {_text([graph.title])}", "hide empty description"]
    if graph.direction == "LR":
        lines.append("left to right direction")
    inside = {group.id for group in graph.groups}
    lines += [_state(names, n) for n in graph.nodes if n.group not in inside | starts]
    for number, group in enumerate(graph.groups, 1):
        lines.append(f'state "{_text(group.lines)}" as g{number} {{')
        own = [n for n in graph.nodes if n.group == group.id]
        lines += [f"  {_state(names, n)}" for n in own if n.id not in starts]
        initial = {n.id for n in own} & starts
        lines += [f"  [*] --> {names[e.target]}" for e in graph.edges if e.source in initial]
        lines.append("}")
    lines += [_arrow(names, edge) for edge in graph.edges if edge.source not in starts]
    lines += [f"caption {_text(graph.notes)}"] if graph.notes else []
    return "\n".join([*lines, "@enduml"]) + "\n"


def sequence_diagram(lanes: Lanes) -> str:
    """Return the lanes as a PlantUML sequence diagram, with the actors as participants too."""
    actors = list(dict.fromkeys(row.actor for row in lanes.rows))
    lines = ["@startuml", f"title {_text([lanes.title])}", "hide footbox"]
    lines += [f'actor "{_text([actor])}" as a{i}' for i, actor in enumerate(actors, 1)]
    lines += [f'participant "{_text([name])}" as m{i}' for i, name in enumerate(lanes.names, 1)]
    for cell in lanes.start:
        lines.append(f"rnote over m{cell.lane + 1} : {_text([cell.state, *cell.lines])}")
    lines += sequence(lanes, actors, _row)
    last = f", m{len(lanes.names)}" if len(lanes.names) > 1 else ""
    for told, colour in ((lanes.ever, ""), (lanes.ending, f" {LIGHT['alarm']}")):
        if told:
            lines.append(f"note over m1{last}{colour} : {_text([told])}")
    lines += [f"caption {_text(lanes.notes)}"] if lanes.notes else []
    return "\n".join([*lines, "@enduml"]) + "\n"


def _row(actor: str, row: Row) -> list[str]:
    lead = leading(row.marks)
    line = f"-[{PAINT[lead]}]" if lead else "-"
    line += "->" if "fault" in row.marks else ">"
    return [f"{actor} {line} {to} : {_text(text)}" for to, text in messages(actor, row)]


def _state(names: dict[str, str], node: Node) -> str:
    bold = ";line.bold" if "initial" in node.marks else ""
    dashed = ";line.dashed" if node.shape == "any" else ""
    lead = leading(node.marks)
    colour = f";line:{PAINT[lead][1:]}" if lead else ""
    fill = LIGHT["alarm" if "bad" in node.marks else "mark" if "visited" in node.marks else "box"]
    return f'state "{_text(node.lines)}" as {names[node.id]} {fill}{colour}{bold}{dashed}'


def _arrow(names: dict[str, str], edge: Edge) -> str:
    marks = edge.shared_marks
    lead = leading(marks)
    dashed = ",dashed" if marks & {"environment", "removed"} else ""
    dotted = ",dotted" if marks & {"fault", "changed"} else ""
    style = f"[{PAINT[lead]}{dashed or dotted}]" if lead else ""
    label = f" : {_text(edge.lines)}" if edge.lines else ""
    return f"{names[edge.source]} -{style}-> {names[edge.target]}{label}"


def _text(lines: Iterable[str]) -> str:
    r"""Return lines, `\n` between them, with everything escaped that could be read as markup."""
    return "\\n".join("".join(map(_letter, line)) for line in lines)


def _letter(letter: str) -> str:
    plain = letter in PLAIN or (letter.isalnum() and letter.isascii())
    return letter if plain else f"<U+{ord(letter):04X}>"
