"""Machines without a list of names, ranges of machines, and sizes from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from twinrom.diagrams.commands import app
from twinrom.statemachine import InputError, ground, parse_model

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """
[sort]
N = "0..5"
[define]
k = 2
"twice(n)" = "n + n"
[machine.Server]
instances = "s1..s2"
vars = { n = { sort = "N", initial = "0" } }
[machine.console]
states = ["idle", "busy"]
[rule.go]
by = "operator"
moves = "console: idle -> busy"
sets = "Server.n = k"
"""
SPEC = """
[invariant.few]
must = "all(s.n <= 2 for s in Server) and count(c is busy for c in console) <= 1"
[ends]
when = "console is busy"
"""


def told(sizes: dict[str, str], text: str = MODEL) -> str:
    with pytest.raises(InputError) as raised:
        parse_model(text, sorts=sizes)
    return str(raised.value).replace("<text>:", "").strip()


def test_machine_without_instances_is_one_and_its_template() -> None:
    model = parse_model(MODEL)
    assert model.templates["console"].instances == ("console",)
    assert model.machines["console"] is model.templates["console"]


def test_range_is_that_many_machines() -> None:
    assert parse_model(MODEL).templates["Server"].instances == ("s1", "s2")
    wide = parse_model(MODEL.replace("s1..s2", " bay9 .. bay11 "))
    assert wide.templates["Server"].instances == ("bay9", "bay10", "bay11")
    assert wide.sizes == {"N": "0..5", "Server": "bay9..bay11"}


def test_sizes_replace_what_the_file_says() -> None:
    model = parse_model(MODEL, sorts={"N": "0..9", "machine.Server": "3", "define.k": "1 + 1"})
    assert model.templates["Server"].instances == ("s1", "s2", "s3")
    assert model.sizes == {"N": "0..9", "Server": "s1..s3", "k": "1 + 1"}


@pytest.mark.parametrize(("sizes", "said"), [
    ({"machine.Sever": "3"},
     "`--instances Sever=3`: no such template; did you mean `Server`?"),
    ({"machine.Server": "0"}, "`--instances Server=0`: write a number of machines"),
    ({"machine.Server": "many"}, "`--instances Server=many`: write a number of machines; 1 to 256"),
    ({"machine.Server": "300"}, "a model may have 256 machines and 4,096 names; this one has"),
    ({"machine.console": "2"},
     '10:2: `--instances console=2`: its machines are not numbered; give a range in the file: '
     'instances = "s1..s3"\n10 | [machine.console]\n   |  ^^^^^^^^^^^^^^^'),
    ({"define.q": "1"}, "`--define q`: no such definition; known: `k`, `twice`"),
    ({"define.twice": "1"},
     "`--define twice`: it has parameters; only a definition without any can be replaced"),
    ({"define.k": "1 +"}, '--define:1:9: the expression is not complete\n1 | k = "1 +"'),
    ({"define.k": "m"}, '--define:1:6: unknown name `m`\n1 | k = "m"\n  |      ^'),
])
def test_mistakes(sizes: dict[str, str], said: str) -> None:
    assert said in told(sizes)


@pytest.mark.parametrize("spelled", ['"s3..s1"', '"s1..t3"', '"s1"', '"s01..s3"', "3", "true"])
def test_what_is_no_range(spelled: str) -> None:
    said = told({}, MODEL.replace('"s1..s2"', spelled))
    assert said.startswith('8:13: expected a list of names, or a range: "s1..s3"')


def test_included_templates_need_their_machines(tmp_path: Path) -> None:
    (tmp_path / "part.toml").write_text('[machine.Bank]\nstates = ["good", "bad"]\n')
    text = 'include = "part.toml"\n' + MODEL
    with pytest.raises(InputError) as raised:
        parse_model(text, str(tmp_path / "main.toml"))
    assert str(raised.value).endswith(
        "part.toml:1:2: `instances` is missing; give the names of the machines in the including "
        "file\n1 | [machine.Bank]\n  |  ^^^^^^^^^^^^")
    named = text + '[machine.Bank]\ninstances = "b1..b2"\n'
    assert parse_model(named, str(tmp_path / "main.toml")).templates["Bank"].ranged == "b1..b2"
    parts = text + '[machine.Bank]\npart_of = "Server"\nparts = ["a", "b"]\n'
    assert parse_model(parts, str(tmp_path / "main.toml")).templates["Bank"].instances == (
        "s1.a", "s1.b", "s2.a", "s2.b")


def test_command_line_gives_sizes(tmp_path: Path) -> None:
    model = tmp_path / "m.toml"
    model.write_text(MODEL)
    (tmp_path / "m.spec.toml").write_text(SPEC)
    out = tmp_path / "out.json"

    def check(*words: str) -> tuple[int, str, dict[str, str]]:
        done = CliRunner().invoke(app, ["check", str(model), "--json", str(out), *words])
        return done.exit_code, done.output, json.loads(out.read_text())["models"][0]["sorts"]

    code, said, sizes = check()
    assert (code, sizes) == (0, {"N": "0..5", "Server": "s1..s2"})
    code, said, sizes = check("--instances", "Server=4", "--define", "k=3", "--sort", "N=0..3")
    assert (code, sizes) == (1, {"N": "0..3", "Server": "s1..s4", "k": "3"})
    assert "sizes N 0..3, Server s1..s4, k 3" in said
    for words in (["--instances", "Server"], ["--define", "k="], ["--define", "=1"]):
        done = CliRunner().invoke(app, ["check", str(model), *words])
        assert done.exit_code == 2
        assert f"`{words[0]} {words[1]}`" in done.output


@pytest.mark.parametrize("require", [
    "all(s.n == 0 and s.m == none and not s.up for s in Server)",
    "not any(s.n != 0 or s.m != none or s.up for s in Server)",
    "all(s.n == 0 for s in Server) and not any(s.up for s in Server) and "
    "all(s.m == none for s in Server)",
])
def test_what_holds_of_all_machines_at_the_start_is_looked_at_machine_by_machine(
    require: str,
) -> None:
    model = parse_model(
        '[sort]\nN = "0..99"\n[machine.Server]\ninstances = "s1..s9"\n'
        'vars = { n = "N", m = "N?", up = "bool" }\n'
        f'[init]\nrequire = "{require}"\n[rule.r]\nby = "operator"\nsets = "s1.up = True"\n')
    [state] = ground(model).initial()
    assert set(state.values) == {0, -1}
