"""The forms of a picture: safe for whatever a file says, the same bytes each time, readable."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from functools import cache
from typing import TYPE_CHECKING, get_args

import pytest
from asked import ROOT
from called import twinrom
from typer.testing import CliRunner

from twinrom.diagrams import Wanted, commands, picture, rendered
from twinrom.diagrams.pictures.graph import Edge, Graph, LabelPart, Node
from twinrom.diagrams.pictures.machine_graph import model_graph
from twinrom.diagrams.render import FORMS, SUFFIXES, Form
from twinrom.diagrams.render.layout import laid_out
from twinrom.diagrams.render.style import COLOURED, DARK, DASHES, LIGHT, THICK, style_sheet
from twinrom.statemachine import load_model

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from twinrom.diagrams.pictures.lanes import Lanes

EXAMPLE = str(ROOT / "examples" / "update.toml")
TEXTS = tuple(form for form in FORMS if form not in ("png", "pdf"))
LONG = "s" * 200
NASTY = """<script>alert('x')</script> "quoted" ]]> &lt; &amp; \\N \\l {{x}} %s `b` | _m_ @enduml"""

HOSTILE = f"""
title = '''A "title" <b>&amp; ]]> <!-- --> {NASTY}'''
[sort]
Version = "1..2"
[machine.M]
instances = ["A", "{"L" * 120}"]
states = ["off", "{LONG}", "\u03bb\u72b6\u614b"]
vars = {{ v = "Version" }}
[init]
require = "all(m.v == 1 for m in M)"
[rule.go]
clause = ['''R-1 {NASTY}''', "R-2 \\u0000 \\u202e \\n %20#"]
by = "operator"
each = {{ this = ["A", "{"L" * 120}"] }}
moves = "this: off -> {LONG}"
when = "this.v < 2 or all(c is not \u03bb\u72b6\u614b for c in M if c.v == 1 and c.v != 2)"
says = "\\u0007 \\u001b[31m \\u202e two \\n lines"
[rule.{"r" * 200}]
by = "controller"
each = {{ this = ["A", "{"L" * 120}"] }}
moves = "this: {LONG} -> \u03bb\u72b6\u614b"
sets = "this.v = 2"
[rule.torn]
by = "fault"
each = {{ this = ["A", "{"L" * 120}"] }}
moves = "this: * -> off"
sets = "this.v = 1"
says = '''{NASTY}'''
"""
NEVER = 'title = "x"\n[invariant.never]\nmust = "all(c is not \u03bb\u72b6\u614b for c in M)"\n'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Graph | Lanes]:
    """Return pictures of a model whose names and texts are as bad as files can make them."""
    folder = tmp_path_factory.mktemp("hostile")
    path = folder / "hostile.toml"
    path.write_text(HOSTILE, encoding="utf-8")
    (folder / "hostile.spec.toml").write_text(NEVER, encoding="utf-8")
    return {
        "machines": picture(str(path), Wanted()),
        "full": picture(str(path), Wanted(labels="full", each=True)),
        "reachable": picture(str(path), Wanted(composed=True)),
        "run": picture(str(path), Wanted(prop="never")),
        "marked": picture(str(path), Wanted(prop="never", highlight=True)),
        "changes": picture(EXAMPLE, Wanted(against=str(path))),
    }


KINDS = ("machines", "full", "reachable", "run", "marked", "changes")
each_kind = pytest.mark.parametrize("kind", KINDS)


def parsed(made: bytes) -> ET.Element:
    return ET.fromstring(made)  # noqa: S314 - our own picture


@each_kind
def test_hostile_texts_stay_texts_in_svg(hostile: dict[str, Graph | Lanes], kind: str) -> None:
    root = parsed(rendered(hostile[kind], "svg"))
    tags = {e.tag.rpartition("}")[2] for e in root.iter()}
    allowed = {"svg", "g", "a", "title", "desc", "style", "text"}
    assert tags <= allowed | {"path", "rect", "polygon", "ellipse", "polyline"}
    ids = [e.get("id", "") for e in root.iter() if e.get("id")]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9:.,=*_\[\]()%~-]+", one) for one in ids)
    for link in (e.get("href", "") for e in root.iter() if e.get("href")):
        assert re.fullmatch(r"#clause-[A-Za-z0-9%/_.~-]+", link)


def test_graphviz_draws_the_texts_of_dot_as_they_are() -> None:
    lines = ("a\\nb", "\\N \\G \\l", "&amp; <b>", '"q" \\')
    source = rendered(Graph("t", (Node("a", lines),), ()), "dot").decode()
    drawn = parsed(laid_out(source, "wasm"))
    texts = [e.text for e in drawn.iter() if e.tag.endswith("}text")]
    assert tuple(t.strip().replace("\xa0", " ") for t in texts if t)[1:] == lines


def test_hostile_texts_are_in_the_svg_in_full(hostile: dict[str, Graph | Lanes]) -> None:
    said = "\n".join(parsed(rendered(hostile["machines"], "svg")).itertext())
    told = (LONG, NASTY, "\u03bb\u72b6\u614b", "r" * 200, "R-2 \ufffd \ufffd %20#", "two lines")
    for text in told:
        assert text in said
    assert not re.search("[\0\a\x1b\u202e]", said)


@each_kind
def test_hostile_texts_do_not_break_lines(hostile: dict[str, Graph | Lanes], kind: str) -> None:
    plantuml = rendered(hostile[kind], "plantuml").decode()
    assert plantuml.count("@enduml") == 1
    assert plantuml.endswith("@enduml\n")
    table = [x for x in rendered(hostile[kind], "markdown").decode().split("\n") if x[:1] == "|"]
    assert all(re.search(r"(?<!\\)[<>](?!br)", x.replace("<br>", "")) is None for x in table)
    columns = {re.sub(r"\\.", "", x).count("|") for x in table}
    assert len(columns) == 1
    assert not re.search("[\0\a\x1b]", rendered(hostile[kind], "dot").decode())


def test_percent_encoded_ids() -> None:
    node = Node('s:M:\u03bb "<x>"', ("x",))
    made = rendered(Graph("t", (node,), ()), "svg").decode()
    assert 'id="s:M:%CE%BB%20%22%3Cx%3E%22"' in made


def test_label_that_looks_like_markup_is_shown_as_it_is() -> None:
    label = ("<b>bold</b>", "&lt;", "\\N \\n")
    edge = Edge("e:1", "a", "a", (LabelPart(label, ("rule[x=<y>]",)),))
    root = parsed(rendered(Graph("t", (Node("a", label),), (edge,)), "svg"))
    texts = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [t.strip("\u00a0") for t in texts if t][1:] == [*label, *label]
    [arrow] = [e for e in root.iter() if e.get("data-rules")]
    assert json.loads(arrow.get("data-rules", "")) == ["rule[x=<y>]"]


# Parsed by the tools themselves, where they are.


def parsable(tool: str) -> list[tuple[str, str]]:
    """Return texts of every kind of picture, each with a name."""
    made = []
    form: Form = "mermaid" if tool == "mermaid" else "plantuml"
    run = Wanted(prop="known_good_image_is_kept")
    for name, wanted in (("machines", Wanted(labels="full")), ("run", run)):
        made.append((name, rendered(picture("proliant", wanted), form).decode()))
    return made


NODE_MODULES = os.environ.get("TWINROM_MERMAID", "")
PARSE = """
import { createRequire } from 'module';
import { pathToFileURL } from 'url';
import fs from 'fs';
const from = createRequire(process.argv[2] + '/x.js');
const { JSDOM } = from('jsdom');
const dom = new JSDOM('<!DOCTYPE html><body></body>');
globalThis.window = dom.window; globalThis.document = dom.window.document;
const file = process.argv[2] + '/node_modules/mermaid/dist/mermaid.core.mjs';
const mermaid = (await import(pathToFileURL(file))).default;
for (const path of process.argv.slice(3)) {
  const found = await mermaid.parse(fs.readFileSync(path, 'utf8'));
  console.log(found.diagramType);
}
"""


@pytest.mark.skipif(
    not (NODE_MODULES and shutil.which("node")),
    reason="needs node, and TWINROM_MERMAID: a folder in which `npm install mermaid jsdom` ran",
)
def test_mermaid_parses_every_kind(hostile: dict[str, Graph | Lanes], tmp_path: Path) -> None:
    texts = parsable("mermaid")
    texts += [(f"hostile-{kind}", rendered(p, "mermaid").decode()) for kind, p in hostile.items()]
    files = []
    for name, text in texts:
        files.append(tmp_path / f"{name}.mmd")
        files[-1].write_text(text, encoding="utf-8")
    (tmp_path / "parse.mjs").write_text(PARSE)
    command = ["node", str(tmp_path / "parse.mjs"), NODE_MODULES, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    kinds = ["sequence" if name.endswith("run") else "stateDiagram" for name, _ in texts]
    assert done.stdout.split() == kinds


PLANTUML = os.environ.get("TWINROM_PLANTUML", "") or shutil.which("plantuml") or ""


@pytest.mark.skipif(
    not PLANTUML, reason="needs the program `plantuml`, or TWINROM_PLANTUML: its jar file"
)
def test_plantuml_parses_every_kind(hostile: dict[str, Graph | Lanes]) -> None:
    texts = parsable("plantuml")
    texts += [(f"hostile-{kind}", rendered(p, "plantuml").decode()) for kind, p in hostile.items()]
    jar = ["java", "-Djava.awt.headless=true", "-jar", PLANTUML]
    command = jar if PLANTUML.endswith(".jar") else [PLANTUML]
    for name, text in texts:
        done = subprocess.run(
            [*command, "-charset", "utf-8", "-syntax"], input=text.encode(), capture_output=True,
            timeout=120, check=False,
        )  # fmt: skip
        kind = "SEQUENCE" if name.endswith("run") else "STATE"
        assert done.stdout.decode().split()[0] == kind, done.stdout.decode()


# The same bytes each time.


@cache
def example(form: Form) -> bytes:
    return rendered(model_graph(load_model(EXAMPLE)), form)


@pytest.mark.parametrize("form", TEXTS)
def test_same_model_gives_the_same_bytes(form: Form) -> None:
    first = example(form)
    rendered(model_graph(load_model("proliant")), form)
    assert rendered(model_graph(load_model(EXAMPLE)), form) == first


def test_same_bytes_in_another_process() -> None:
    for seed in ("1", "2"):
        assert twinrom("draw", EXAMPLE, PYTHONHASHSEED=seed).stdout.encode() == example("svg")


def test_nothing_comes_from_elsewhere() -> None:
    made = example("svg").decode()
    assert re.findall(r"https?://[^\"<\s]+", made) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"@import|url\(|<image|<use|<script|xlink|font-face", made)


def test_picture_tells_a_screen_reader_what_it_shows() -> None:
    root = parsed(example("svg"))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Two controllers get new firmware"
    assert [child.tag.rpartition("}")[2] for child in root][:3] == ["title", "desc", "style"]
    assert root[1].text == "3 states, 3 arrows for 6 rule instances."


# Colours.


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_can_be_read_on_what_they_stand_on(colours: dict[str, str]) -> None:
    for ink in ("ink", "soft", *COLOURED):
        for paper in ("paper", "box"):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    for paper in ("mark", "alarm"):
        for ink in ("ink", "soft", "bad"):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    assert contrast(colours["line"], colours["paper"]) >= 3


def test_no_mark_is_told_by_its_colour_alone() -> None:
    looks = {mark: (DASHES.get(mark, ""), mark in THICK) for mark in COLOURED}
    plain = ("", False)
    assert plain not in looks.values()
    kinds = [looks[m] for m in ("environment", "fault")]
    changes = [looks[m] for m in ("added", "removed", "changed")]
    assert len({*kinds, plain}) == 3
    assert len(set(changes)) == 3


def test_style_sheet_stays_inside_the_picture() -> None:
    plain, _, coloured = style_sheet().partition("@supports (fill:var(--paper)){")
    assert "var(" not in plain  # or a renderer that knows no variables paints it black
    sheet = re.sub(r"@media[^{]*\{(.*?\})\}", r"\1", plain + coloured.removesuffix("}"))
    selectors = [s for rule in re.findall(r"([^{}]+)\{", sheet) for s in rule.split(",")]
    assert selectors
    assert [s for s in selectors if not s.startswith("svg.twinrom")] == []
    assert "prefers-color-scheme:dark" in style_sheet()


# The command.


def test_suffix_says_the_form(tmp_path: Path) -> None:
    assert set(SUFFIXES.values()) == set(get_args(Form))
    path = tmp_path / "update.mmd"
    done = twinrom("draw", EXAMPLE, "--output", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert path.read_bytes() == example("mermaid")
    other = tmp_path / "update.txt"
    assert twinrom("draw", EXAMPLE, "--output", str(other), "--as", "dot").returncode == 0
    assert other.read_bytes() == example("dot")


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_missing_program_is_one_clear_sentence(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"update.{form}"
    done = twinrom("draw", EXAMPLE, "--output", str(path), PATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == (
        f"--as {form}: needs the program `dot` of Graphviz, which is not on the path; "
        "install Graphviz, or draw SVG without `--renderer dot`\n"
    )
    assert not path.exists()


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs the program `dot` of Graphviz")
def test_png_and_pdf_by_the_program(tmp_path: Path) -> None:
    for form, start in (("png", b"\x89PNG"), ("pdf", b"%PDF")):
        path = tmp_path / f"update.{form}"
        assert twinrom("draw", EXAMPLE, "--output", str(path)).returncode == 0
        assert path.read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--as", "jpeg"), "--as jpeg: is not a form"),
        (("--as", "png"), "--as png: needs a file"),
        (("--renderer", "neato"), "--renderer neato: is not a renderer"),
        (("--output", "x.jpeg"), "x.jpeg: does not say in which form"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_wrong_options_are_refused(words: tuple[str, ...], message: str) -> None:
    done = twinrom("draw", EXAMPLE, *words)
    assert done.returncode == 2
    assert done.stderr.startswith(message)


def invoked(*words: str) -> Result:
    done = CliRunner().invoke(commands.app, ["draw", *words])
    assert done.exit_code == 0, done.output
    return done


def test_every_option_reaches_the_picture(tmp_path: Path) -> None:
    composed = invoked("proliant", "--composed", "--by", "server, flash", "--as", "markdown")
    assert "server: running" in composed.stdout
    assert "twinrom: A node is all states with the same server, flash" in composed.stderr
    limited = invoked("proliant", "--composed", "--max-states", "50", "--as", "dot")
    assert "stopped after 50 states" in limited.stderr
    sized = invoked("msa1000", "--machine", "A", "--sort", "Version=1..3", "--labels", "names",
                "--as", "markdown")  # fmt: skip
    assert "copy\\_starts" not in sized.stdout
    assert "hot\\_plug" in sized.stdout
    marked = invoked(EXAMPLE, "--property", "busy_controller_is_never_reset", "--highlight",
                 "--as", "mermaid")  # fmt: skip
    assert "#35;3 \u25cf reset" in marked.stdout
    changes = invoked(EXAMPLE, "--against", "proliant", "--as", "plantuml")
    assert "changes from update to proliant" in changes.stdout
    script = tmp_path / "run.txt"
    script.write_text("io_starts(this=A)\n")
    lanes = invoked(EXAMPLE, "--trace", str(script), "--as", "markdown")
    assert "busy = True" in lanes.stdout
    every = invoked(EXAMPLE, "--each", "--as", "markdown")
    assert "## A" in every.stdout
