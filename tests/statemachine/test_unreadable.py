"""What cannot be read at all, or is far too large, is refused at once and in one line each."""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING

import pytest

from twinrom.proofs import parse_spec, pose
from twinrom.statemachine import InputError, ground, load_model, parse_model

if TYPE_CHECKING:
    from pathlib import Path

LIGHT = '[machine.Light]\ninstances = ["light"]\nstates = ["red", "green"]\n'
RULE = '[rule.r]\nby = "host"\nmoves = "light: red -> green"\n'


def said(name: str, sorts: dict[str, str] | None = None) -> str:
    with pytest.raises(InputError) as raised:
        load_model(name, sorts)
    return str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    missing = str(tmp_path / "x.toml")
    assert said(missing).startswith(
        f"{missing}: no such model: neither a file nor a shipped one; known: `")
    assert said("prolient").endswith("; did you mean `proliant`?")


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000, "\033[31mred", "~", "con\n:"])
def test_names_that_no_file_has(name: str) -> None:
    text = said(name)
    assert "no such model" in text
    assert text.isprintable()
    assert len(text) < 300


def test_what_is_not_a_file(tmp_path: Path) -> None:
    assert said(str(tmp_path)) == f"{tmp_path}: is a directory, not a file"
    assert said("/dev/null") == "/dev/null: is a device, not a file"
    os.mkfifo(tmp_path / "pipe")
    assert said(str(tmp_path / "pipe")) == f"{tmp_path / 'pipe'}: is a pipe, not a file"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret.toml"
    file.write_text("")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)  # the superuser may read everything
    assert said(str(file)) == f"{file}: cannot be read: permission denied"


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "latin1.toml"
    file.write_bytes("title = 'ä'\nsource = 'é and M".encode() + b"\xfcller'\n")
    assert said(str(file)) == (
        f"{file}:2:18: is not UTF-8 text; save the file as UTF-8\n"
        "2 | source = 'é and M\N{REPLACEMENT CHARACTER}ller'\n"
        "  |                  ^")
    file.write_bytes("title = 'x'".encode("utf-16"))
    assert said(str(file)).startswith(f"{file}:1:1: is not UTF-8 text")


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    file = tmp_path / "large.toml"
    file.write_text("#" * 1_000_001)
    assert said(str(file)) == f"{file}: is larger than 1,000,000 bytes"


@pytest.mark.parametrize(("sorts", "expected"), [
    ({"Version": "4..1"}, '`--sort Version`: the range `4..1` is empty; write "1..4"'),
    ({"Version": "a,b"}, "`--sort Version`: `a,b` is not a range; "
                         'write "1..3", or a list of names'),
    ({"Version": "0..9999"}, "`--sort Version`: the range `0..9999` has 10,000 values; "
                             "a sort may have 1,024"),
    ({"Place": "x y,"}, "`--sort Place`: `x y` is not a name; a name is letters, digits and "
                        "underscores, at most 200, no digit first"),
    ({"Versoin": "1..2"}, "`--sort Versoin`: no such sort; did you mean `Version`?"),
])  # fmt: skip
def test_sorts_of_the_command_line(sorts: dict[str, str], expected: str) -> None:
    first, *_ = said("proliant", sorts).splitlines()
    path, _, message = first.partition(": ")
    assert path.endswith("proliant.toml")
    assert message == expected


LARGE = {
    "brackets": "x = [" + "[" * 900_000,
    "dots": "x." * 400_000 + "x = 1",
    "quotes": '"""' * 300_000,
    "digits": f"x = {'1' * 900_000}",
    "spaces in a move": f'{LIGHT}[rule.r]\nby = "host"\nmoves = "light: red{" " * 900_000}"\n',
    "sources of a move": f'{LIGHT}[rule.r]\nby = "host"\nmoves = "light: {"red," * 200_000}"\n',
    "definitions": LIGHT + "[define]\nd0 = 'light is red'\n" + "".join(
        f"d{i} = 'd{i - 1} and light is red'\n" for i in range(1, 20_000)),
    "machines": LIGHT.replace('["light"]', str([f"m{i}" for i in range(60_000)])),
    "states": LIGHT.replace('"green"', ", ".join(f'"s{i}"' for i in range(60_000))),
    "columns": f"{LIGHT}{RULE}each = {{ x = {[*range(100_000)]} }}\n",
    "choices of a table": f'{LIGHT}[sort]\nN = "1..1000"\n[table.t]\nof = ["N", "N", "N", "N"]\n',
    "payloads": f'{LIGHT}[sort]\nN = "1..1000"\n{RULE}given = {{ a = "N", b = "N", c = "N" }}\n',
    "quantifiers": f'{LIGHT}[sort]\nN = "1..100"\n[define]\n'
                   'd = "all(all(all(all(w == x or y == z for w in N) for x in N) for y in N)'
                   ' for z in N)"\n',
    "a term": LIGHT + '[sort]\nN = "1..3"\n[machine.M]\ninstances = ["m"]\nstates = ["s"]\n'
              'vars = { n = "N" }\n[define]\nd0 = "m.n"\n' + "".join(
        f'd{i} = "max(d{i - 1} + d{i - 1}, d{i - 1} - 1)"\n' for i in range(1, 100)),
    "unknown names": LIGHT + "[define]\n" + "".join(
        f'd{i} = "name{i} is red"\n' for i in range(3000)),
}  # fmt: skip


@pytest.mark.parametrize("what", LARGE)
def test_what_is_too_large_is_refused_soon(what: str) -> None:
    before = time.process_time()
    with pytest.raises(InputError) as raised:
        parse_model(LARGE[what])
    assert time.process_time() - before < 20  # seconds: nothing that grows without bounds
    assert len(raised.value.problems) <= 501
    assert len(str(raised.value)) < 200_000


def test_of_very_many_problems_the_first_are_shown() -> None:
    with pytest.raises(InputError) as raised:
        parse_model(LIGHT + "".join(f"key{i} = 1\n" for i in range(2000)))
    first, *_, last = map(str, raised.value.problems)
    assert first.startswith("<text>:4:1: unknown key `key0`")
    assert last == "<text>: and 1,500 more problems"


@pytest.mark.parametrize("backwards", [False, True])
def test_definitions_may_nest_25_deep(*, backwards: bool) -> None:
    steps = ['d1 = "light is green"\n', *(
        f'd{i} = "d{i - 1} or light is red"\n' for i in range(2, 27))]
    allowed = "".join(steps[-2::-1] if backwards else steps[:-1])
    text = f"{LIGHT}{RULE}when = 'd25'\n[define]\n"
    model = parse_model(text + allowed)
    [state] = ground(model).initial()
    assert [str(s) for s in ground(model).enabled(state)] == ["r"]
    pose(model, *parse_spec('[invariant.i]\nmust = "d25"\n[step.s]\nmust = "next(d25)"\n'))
    with pytest.raises(InputError, match="`d26` nests definitions 26 deep") as raised:
        parse_model(text.replace("d25", "d26") + allowed + steps[-1])
    assert len(raised.value.problems) == 1
    with pytest.raises(InputError, match="`d26` nests definitions 26 deep"):
        pose(model, *parse_spec(f'[invariant.i]\nmust = "d26"\n[define]\n{steps[-1]}'))
