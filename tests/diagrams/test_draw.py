"""Pictures: that they show what the model says, and what was asked for."""

from __future__ import annotations

import importlib.util
import json
import xml.etree.ElementTree as ET
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from asked import ROOT

from twinrom.diagrams import Wanted, figure, picture, rendered
from twinrom.diagrams.pictures.against import against_graph
from twinrom.diagrams.pictures.composed import LABELLED, MOST_EDGES, MOST_NODES, composed_graph
from twinrom.diagrams.pictures.graph import Graph
from twinrom.diagrams.pictures.lanes import Lanes
from twinrom.diagrams.pictures.machine_graph import MANY_RULES, machine_graph, model_graph
from twinrom.diagrams.render.dot import xml_id
from twinrom.statemachine import InputError, ground, load_model, parse_model, to_itf, write_trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine import Model, State

EXAMPLE = str(ROOT / "examples" / "update.toml")
MODELS = ("msa1000", "proliant", "fleet", EXAMPLE)
NO_GUARD = str(ROOT / "examples" / "changes" / "msa_no_io_guard.toml")
each_model = pytest.mark.parametrize("name", MODELS, ids=lambda n: Path(n).stem)

LAMP = """
title = "A lamp and a clock"
[sort]
Beat = "0..2"
[machine.Clock]
instances = ["clock"]
states = ["off", "ticking"]
vars = { beat = "Beat" }
[machine.Lamp]
instances = ["lamp"]
states = ["dark", "lit", "broken"]
[init]
require = "clock.beat == 0"
[rule.start]
by = "operator"
moves = "clock: off -> ticking"
[rule.tick]
by = "controller"
when = "clock is ticking"
sets = "clock.beat = 0 if clock.beat == 2 else clock.beat + 1"
[rule.broken]
by = "fault"
moves = "lamp: dark, lit -> broken"
"""
LIGHTS = """
title = "What a lamp must do"
[response.lights]
whenever = "clock is ticking"
eventually = "lamp is lit"
[possible.mends]
whenever = "lamp is broken"
can = "lamp is lit"
[invariant.whole]
must = "lamp is not broken"
"""


@cache
def model(name: str) -> Model:
    return load_model(name)


def parsed(made: bytes | str) -> ET.Element:
    return ET.fromstring(made)  # noqa: S314 - our own picture


@cache
def drawn(name: str, machine: str) -> tuple[Graph, ET.Element]:
    graph = machine_graph(model(name), machine)
    return graph, parsed(rendered(graph, "svg"))


def words(root: ET.Element) -> str:
    return "\n".join(root.itertext())


def ids(root: ET.Element) -> list[str]:
    return [e.get("id", "") for e in root.iter() if e.get("id")]


@pytest.fixture
def lamp(tmp_path: Path) -> str:
    (tmp_path / "lamp.toml").write_text(LAMP)
    (tmp_path / "lamp.spec.toml").write_text(LIGHTS)
    return str(tmp_path / "lamp.toml")


# Machines.


@each_model
def test_picture_says_everything_that_the_model_says(name: str) -> None:
    shown = "\n".join(words(drawn(name, template)[1]) for template in model(name).templates)
    said = {state for t in model(name).templates.values() for state in t.states}
    for rule in model(name).rules.values():
        said |= {rule.event, rule.name, *rule.clauses}
        said |= {str(formula) for formula in rule.when if " and " not in str(formula)}
        said |= {str(move) for move in (*rule.moves, *rule.also)}
        said |= {str(assignment) for assignment in rule.sets}
        said |= {rule.says} if rule.says else set()
    assert [text for text in said if text not in shown] == []


@each_model
def test_every_rule_instance_is_the_data_of_an_arrow(name: str) -> None:
    found: set[str] = set()
    for template in model(name).templates:
        for group in drawn(name, template)[1].iter("{http://www.w3.org/2000/svg}g"):
            found |= set(json.loads(group.get("data-rules", "[]")))
    assert found == {instance.name for instance in ground(model(name)).instances}


@each_model
def test_ids_are_those_of_the_graph_and_appear_once(name: str) -> None:
    for template in model(name).templates:
        graph, root = drawn(name, template)
        expected = [xml_id(x.id) for x in (*graph.nodes, *graph.edges, *graph.groups)]
        assert sorted(ids(root)) == sorted(expected)
        assert len(set(expected)) == len(expected)


def test_ids_are_the_documented_ones() -> None:
    graph = machine_graph(model("msa1000"), "A.active")
    states = [node.id for node in graph.nodes if node.shape == "state"]
    assert states == ["s:A.active:valid", "s:A.active:torn"]
    arrows = [edge.id for edge in graph.edges if edge.parts]
    assert arrows == [f"e:A.active:{n}" for n in range(1, len(arrows) + 1)]
    assert {"a:A.active:*", "i:A.active:valid"} <= {node.id for node in graph.nodes}


def steps(loaded: Model, most: int) -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """Yield the rule instance of reachable steps, with the states of each machine around it."""
    system = ground(loaded)
    machines = [v for v in system.variables if v.machine]

    def around(before: State, after: State) -> dict[str, tuple[str, str]]:
        first, then = ([v.sort.text(s.values[v.index]) for v in machines] for s in (before, after))
        return dict(zip((v.name for v in machines), zip(first, then, strict=True), strict=True))

    seen = list(islice(system.initial(), most))
    known = set(seen)
    for state in seen:
        for step, after in system.successors(state):
            yield step.instance.name, around(state, after)
            if after not in known and len(seen) < most:
                known.add(after)
                seen.append(after)


@pytest.mark.parametrize("each", [False, True], ids=["templates", "each machine"])
@each_model
def test_every_reachable_move_is_an_arrow(name: str, each: bool) -> None:  # noqa: FBT001
    graph = model_graph(model(name), each=each)
    states = {node.id: set(node.states) for node in graph.nodes}
    ways = {
        (machine, rule, before, after)
        for edge in graph.edges
        for rule in edge.rules
        for machine in [edge.source.split(":")[1]]
        for before in states[edge.source]
        for after in states[edge.target]
    }
    of = {m: m if each else t.name for m, t in model(name).machines.items()}
    taken = 0
    for rule, moved in steps(model(name), 300):
        for machine, (before, after) in moved.items():
            if before != after:
                taken += 1
                assert (of[machine], rule, before, after) in ways
    assert taken > 10


def test_rule_with_many_sources_starts_at_one_box() -> None:
    graph = machine_graph(model("msa1000"), "Controller")
    [failing] = [e for e in graph.edges if "fail[this=A]" in e.rules]
    [source] = [n for n in graph.nodes if n.id == failing.source]
    assert source.shape == "any"
    assert source.states == ("starting", "repairing", "running", "resetting", "down")
    assert failing.shared_marks == {"fault"}


def test_rule_without_moves_stays_where_its_guard_allows() -> None:
    graph = machine_graph(model("msa1000"), "A")
    [busy] = [e for e in graph.edges if "io_starts[this=A]" in e.rules]
    assert (busy.source, busy.target) == ("s:A:running", "s:A:running")


def test_short_label_leaves_the_rest_to_the_tooltip() -> None:
    short, full = (machine_graph(model("msa1000"), "A", detail) for detail in ("short", "full"))
    part = next(p for e in short.edges for p in e.parts if p.rules == ("remove[this=A]",))
    same = next(p for e in full.edges for p in e.parts if p.rules == ("remove[this=A]",))
    assert part.lines[1].endswith("\u2026]")
    assert "A.recovery_disabled = False" in part.tooltip
    assert "  A.recovery_disabled = False" in same.lines
    assert part.link == "#clause-M-R01"


def test_many_rules_have_names_only_and_a_note() -> None:
    assert len(model("msa1000").rules) > MANY_RULES > len(model("proliant").rules)
    overview, small = model_graph(model("msa1000")), model_graph(model("proliant"))
    assert {len(p.lines) for e in overview.edges for p in e.parts} == {1}
    assert max(len(p.lines) for e in small.edges for p in e.parts) > 1
    assert len(overview.notes) == 1
    assert small.notes == ()
    assert len(overview.panels()) == len(model("msa1000").templates)


def test_unknown_machine_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean `Controller`"):
        machine_graph(model("msa1000"), "Contrller")


def test_notebooks_get_svg_and_text() -> None:
    bundle = figure(model(EXAMPLE))._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"}
    assert parsed(bundle["image/svg+xml"]).get("role") == "img"
    assert bundle["text/plain"] == "<Figure: Two controllers get new firmware>"


# The reachable states.


def test_composed_graph_is_the_quotient_of_the_successors() -> None:
    system = ground(model(EXAMPLE))
    names = ["A", "B.busy"]
    places = [system.by_name[n] for n in names]

    def fold(values: tuple[int, ...]) -> str:
        shown = (f"{v.name}={v.sort.text(values[v.index])}" for v in places)
        return "c:" + ",".join(shown)

    seen = list(system.initial())
    expected = set()
    for state in seen:
        for step, after in system.successors(state):
            if fold(state.values) != fold(after.values):
                expected.add((fold(state.values), step.instance.name, fold(after.values)))
            if after not in seen:
                seen.append(after)
    graph = composed_graph(model(EXAMPLE), names)
    assert {(e.source, r, e.target) for e in graph.edges for r in e.rules} == expected
    assert {n.id for n in graph.nodes} == {fold(s.values) for s in seen}
    counts = {n.id: n.lines[-1] for n in graph.nodes}
    assert counts[fold(seen[0].values)] == f"({sum(fold(s.values) == fold(seen[0].values) for s in seen)})"  # noqa: E501
    assert "All 36 reachable states" in graph.notes[0]


def test_composed_graph_is_folded_and_says_so() -> None:
    graph = composed_graph(model("proliant"))
    assert len(graph.edges) <= LABELLED
    assert any("Folded, not told apart: error" in note for note in graph.notes)


def test_composed_graph_is_cut_and_says_so() -> None:
    graph = composed_graph(model("proliant"), ["A", "B", "A.version", "B.version", "server"])
    assert len(graph.nodes) <= MOST_NODES
    assert len(graph.edges) <= MOST_EDGES
    assert any(note.startswith("Cut: ") for note in graph.notes)
    assert any("folded" in node.marks for node in graph.nodes)


def test_composed_graph_stops_and_says_so() -> None:
    limited = composed_graph(model("proliant"), ["A"], max_states=100)
    assert limited.notes[0].endswith("it stopped after 100 states.")
    timed = composed_graph(model("proliant"), ["A"], seconds=-1.0)
    assert "time was up" in timed.notes[0]


def test_composed_graph_refuses_what_it_cannot_enumerate() -> None:
    with pytest.raises(InputError, match="did you mean `server`"):
        composed_graph(model("proliant"), ["servr"])
    with pytest.raises(InputError, match="to be enumerated"):
        composed_graph(load_model("proliant", {"Version": "integers"}))


# Runs.


def test_safety_counterexample_as_lanes() -> None:
    lanes = picture(EXAMPLE, Wanted(prop="busy_controller_is_never_reset"))
    assert isinstance(lanes, Lanes)
    assert lanes.names == ("A", "B")
    assert [row.rule for row in lanes.rows] == [
        "copied[this=A]", "io_starts[this=A]", "reset[this=A]",
    ]  # fmt: skip
    assert [("bad" in row.marks) for row in lanes.rows] == [False, False, True]
    assert lanes.rows[-1].guards == ("A is modified",)
    root = parsed(rendered(lanes, "svg"))
    assert {"t:1", "t:2", "t:3", "t:wrong", "l:A", "l:B"} == set(ids(root))
    told = " ".join(words(root).split())
    assert "A.busy = True" in told
    assert "is false (next(A) is resetting" in lanes.ending
    assert all(word in told for word in lanes.ending.split())


def test_lasso_as_lanes(lamp: str) -> None:
    lanes = picture(lamp, Wanted(prop="lights"))
    assert isinstance(lanes, Lanes)
    assert lanes.loop == 1
    assert not any("bad" in row.marks for row in lanes.rows)
    root = parsed(rendered(lanes, "svg"))
    assert "t:loop" in ids(root)
    assert "Then for ever: steps 2 to 4 again." in words(root)
    assert "loop for ever" in rendered(lanes, "mermaid").decode()
    assert "loop for ever" in rendered(lanes, "plantuml").decode()


def test_end_without_way_on_and_faults(lamp: str) -> None:
    lanes = picture(lamp, Wanted(prop="mends"))
    assert isinstance(lanes, Lanes)
    assert "no run leads on" in lanes.ending
    [fault] = [row for row in lanes.rows if "fault" in row.marks]
    assert fault.rule == "broken"
    assert fault.event.startswith("\u00d7")
    assert any(note.endswith("happens to them: clock.") for note in lanes.notes)


def test_run_from_a_file_is_replayed_and_drawn(lamp: str, tmp_path: Path) -> None:
    script = tmp_path / "run.txt"
    script.write_text("start\ntick\nbroken\n")
    lanes = picture(lamp, Wanted(trace=str(script)))
    assert isinstance(lanes, Lanes)
    assert [row.rule for row in lanes.rows] == ["start", "tick", "broken"]
    assert lanes.ending == ""
    system = ground(load_model(lamp))
    broken = picture(lamp, Wanted(prop="whole"))
    assert isinstance(broken, Lanes)
    from twinrom.diagrams.drawing.wanted import counterexample, trace_of  # noqa: PLC0415 - used here only

    question, _, trace = counterexample(lamp, Wanted(prop="lights"))
    path = tmp_path / "run.itf.json"
    write_trace(question.system, trace, str(path))
    assert trace_of(load_model(lamp), str(path)).loop == trace.loop
    data = to_itf(system, trace)
    data["states"][0]["clock"] = "ticking"
    path.write_text(json.dumps(data))
    with pytest.raises(InputError, match="is not a run of the model"):
        picture(lamp, Wanted(trace=str(path)))


def test_highlight_marks_the_way_of_the_run() -> None:
    graph = picture("proliant", Wanted(prop="known_good_image_is_kept", highlight=True))
    assert isinstance(graph, Graph)
    numbered = {
        (e.source.removeprefix("s:"), e.target.removeprefix("s:")): [
            p.lines[0] for p in e.parts if "#" in p.lines[0]
        ]
        for e in graph.edges
        if "visited" in e.marks
    }
    boot = "#1, #5 \u25cf boot: boot_as_chosen"
    assert numbered["server:off", "server:running"] == [boot]
    assert numbered["server:running", "server:off"] == ["#4 \u25cb reset"]
    assert numbered["B:torn", "B:valid"] == ["#3 \u25cf flash_finishes"]
    assert numbered["flash:idle", "flash:writing"] == ["#2, #6 \u25cb flash_starts"]
    assert graph.notes[0].startswith('known_good_image_is_kept: Wrong: P-R05 says "what such ')
    assert " But after step 6 `any(b is" in graph.notes[0]
    marks = {n.id: n.marks for n in graph.nodes}
    assert marks["s:server:running"] >= {"visited", "bad"}
    assert "visited" not in marks["s:server:recovery"]
    assert "m:error" not in {group.id for group in graph.groups}


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Wanted(prop="lights", composed=True), "are different pictures"),
        (Wanted(highlight=True), "needs a run"),
        (Wanted(by=("lamp",)), "is for `--composed`"),
        (Wanted(machine="Lamp", prop="lights"), "is for pictures of machines"),
        (Wanted(labels="all"), "is not a kind of label"),
        (Wanted(prop="light"), "did you mean `lights`"),
        (Wanted(prop="lights", highlight=True, machine="Lamp"), "is a template"),
    ],
    ids=lambda value: "" if isinstance(value, Wanted) else value,
)
def test_what_means_nothing_is_refused(lamp: str, wanted: Wanted, message: str) -> None:
    with pytest.raises(InputError, match=message):
        picture(lamp, wanted)


def test_property_that_holds_has_no_counterexample() -> None:
    with pytest.raises(InputError, match="nothing that was found breaks"):
        picture("proliant", Wanted(prop="starts_as_shipped"))


# Changes.


def changed(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return what the parts say that have a mark of a change."""
    marks = {"added", "removed", "changed"}
    return {p.rules[0]: p.lines for e in graph.edges for p in e.parts if p.marks & marks}


def test_changed_guard_is_shown_as_a_change() -> None:
    graph = against_graph(model("msa1000"), model(NO_GUARD))
    assert changed(graph) == {"reset[this=A]": ("~ \u25cf reset", "  \u2212 not this.busy")}
    assert any("not drawn: Bank, ModuleDisplay" in note for note in graph.notes)
    root = parsed(rendered(graph, "svg"))
    classes = {name for e in root.iter() for name in e.get("class", "").split()}
    assert "changed" in classes
    assert "~ changed" in words(root)


def test_added_and_removed_rules_and_states() -> None:
    old = parse_model(LAMP)
    new = parse_model(
        LAMP.replace('["dark", "lit", "broken"]', '["dark", "lit", "broken", "mended"]')
        + '[rule.mend]\nby = "operator"\nmoves = "lamp: broken -> mended"\n'
    )
    there, back = against_graph(old, new), against_graph(new, old)
    assert changed(there) == {"mend": ("+ \u25cb mend",)}
    assert changed(back) == {"mend": ("\u2212 \u25cb mend",)}
    assert {n.lines: n.marks for n in there.nodes}[("+ mended",)] == {"added"}
    assert {n.lines: n.marks for n in back.nodes}[("\u2212 mended",)] == {"removed"}


def test_rule_that_uses_a_changed_definition_is_changed() -> None:
    text = LAMP.replace('when = "clock is ticking"', 'when = "busy"')
    old = parse_model(text + '[define]\nbusy = "clock is ticking"\n')
    new = parse_model(text + '[define]\nbusy = "clock is ticking and lamp is dark"\n')
    graph = against_graph(old, new)
    assert changed(graph) == {"tick": ("~ \u25cf tick", "  ~ uses busy, which differs")}
    assert "Also different: definitions: ~ busy." in graph.notes


def test_equal_models_have_no_changes() -> None:
    graph = against_graph(model("proliant"), model("proliant"))
    assert changed(graph) == {}
    assert graph.notes == ("No machine differs: both models have the same states and rules.",)


# The pictures of the documents.


def script() -> object:
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "docs" / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PICTURES = script()
COMMANDS: dict[str, str] = PICTURES.COMMANDS  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_pictures_of_the_documents_are_those_of_the_models(name: str) -> None:
    made = PICTURES.drawn(COMMANDS[name])  # type: ignore[attr-defined]
    assert (ROOT / "docs" / "pictures" / name).read_bytes() == made, "run `make pictures`"


def test_documents_say_how_each_picture_is_drawn() -> None:
    page = (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")
    for name, command in COMMANDS.items():
        assert f"(pictures/{name}) | `twinrom draw {command}` |" in page
    files = {path.name for path in (ROOT / "docs" / "pictures").iterdir()}
    assert files == set(COMMANDS)
