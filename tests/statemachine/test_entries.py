"""`[add]` and `[take]`: what an overlay makes of the entries of a list, and every mistake in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from test_overlay import BASE, folder, mistake, points_into_the_overlay, saved

from twinrom.statemachine import load_model, parse_model

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["folder"]  # a fixture

MORE = """
[machine.Log]
instances = ["log"]
persistent = ["first", "second"]
vars = { first = "bool", second = "bool" }
[rule.notes]
clause = ["C1", "C2"]
by = "host"
also = "door: open -> shut"
writes = [["log.first = True", "log.second = False"], "log.second = True"]
[event.shuts]
can_happen = ["False", "door is open and low"]
"""

LISTS = {
    "rule.shuts.when": ("True", "door.level<3"),
    "rule.shuts.moves": ("log: state -> state", "door:open->shut"),
    "rule.notes.clause": ("C3", " C1"),
    "rule.notes.also": ("door: broken -> shut", "door: open->shut"),
    "rule.rises.sets": ("log.first = False", "door.level=(door.level + 1)"),
    "rule.notes.writes": ("log.first = False", ["log.second = (False)", "log.first = True"]),
    "event.shuts.can_happen": ("door is broken", "((door is open) and (low))"),
    "init.require": ("door is open", "(door.level==1)"),
    "machine.Door.states": ("half", "broken"),
    "machine.Log.persistent": ("state", "second"),
}


def quoted(entry: str | list[str]) -> str:
    return str([entry]) if isinstance(entry, list) else f"'{entry}'"


@pytest.fixture
def noted(folder: Path) -> Path:
    (folder / "door.toml").write_text(BASE + MORE, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("path", "add", "take"), [(k, *v) for k, v in LISTS.items()])
def test_every_list_gains_and_loses_entries(
    noted: Path, path: str, add: str, take: str | list[str]
) -> None:
    over = noted / "over.toml"
    over.write_text(f'extends = "door.toml"\n[add]\n{path} = "{add}"\n', encoding="utf-8")
    if path != "rule.shuts.moves":  # a machine with one state does not move
        [change] = load_model(str(over)).changes
        assert (change.gained, change.lost) == ((add,), ())
    again = mistake(saved(noted, f"[add]\n{path} = {quoted(take)}"))
    assert f"`{path}` has `{take if isinstance(take, list) else take.strip()}` already" in again
    assert "over.toml:3:" in again
    gone = mistake(saved(noted, f'[take]\n{path} = "{add}"'))
    assert f"over.toml:3:{len(path) + 4}: `{path}` has no entry `{add}`" in gone
    assert "^" in gone


@pytest.mark.parametrize(("path", "take"), [(k, v[1]) for k, v in LISTS.items()])
def test_an_entry_is_taken_however_it_is_spaced(
    noted: Path, path: str, take: str | list[str]
) -> None:
    overlay = saved(noted, f"[take]\n{path} = {quoted(take)}")
    if path == "machine.Door.states":
        assert "`Door` has no state `broken`" in mistake(overlay)  # a rule moves there
        return
    if path in ("rule.shuts.moves", "rule.rises.sets"):
        assert "does nothing" in mistake(overlay)
        return
    [change] = load_model(overlay).changes
    assert len(change.lost) == 1
    assert change.gained == ()


def test_changes_show_the_entries(folder: Path) -> None:
    overlay = saved(folder, """
[take]
rule.shuts.when = "door.level < 3"
[add]
rule.shuts.when = ["door.level < 2", "door is open"]
rule.opens.when = "low"
init.require = "door is open"
""")
    assert [str(change) for change in load_model(overlay).changes] == [
        "init: `require` gains `door is open`",
        "rule `shuts`: `when` loses `door.level < 3`, gains `door.level < 2`, `door is open`",
        "rule `opens`: `when` gains `low`",
    ]
    assert [str(f) for f in load_model(overlay).rules["shuts"].when] == [
        "low", "door.level < 2", "door is open",
    ]  # fmt: skip


def test_a_list_that_loses_all_is_gone(folder: Path) -> None:
    model = load_model(saved(folder, '[take]\nrule.shuts.when = ["door.level < 3", "low"]'))
    assert "when" not in model.written["rule"]["shuts"]
    assert [str(c) for c in model.changes] == [
        "rule `shuts`: `when` loses `low`, `door.level < 3`"
    ]


def test_a_write_is_taken_and_put_at_the_end(noted: Path) -> None:
    model = load_model(saved(noted, """
[take]
rule.notes.writes = [["log.second = False", "log.first = True"]]
[add]
rule.notes.writes = [["log.first = True", "log.second = False"]]
"""))
    assert [str(w) for w in model.rules["notes"].writes] == [
        "log.second = True", "log.first = True; log.second = False",
    ]  # fmt: skip
    assert "rule.notes.writes: " in str(model.changes[0])  # nothing is lost or gained


def test_overlays_on_overlays_change_what_is_left(folder: Path) -> None:
    saved(folder, '[take]\nrule.shuts.when = "low"\n[add]\nrule.shuts.when = "True"', "middle.toml")
    top = saved(folder, '[add]\nrule.shuts.when = "low"', base="middle.toml")
    assert [str(f) for f in load_model(top).rules["shuts"].when] == [
        "door.level < 3", "True", "low",
    ]  # fmt: skip
    over = saved(folder, '[rule.shuts]\nwhen = ["low", "nobody"]', base="middle.toml")
    assert "over.toml:3:17: unknown name `nobody`" in mistake(over)


def test_a_mistake_points_to_where_the_entry_stands(folder: Path) -> None:
    saved(folder, '[take]\nrule.shuts.when = "low"\n[add]\nrule.shuts.when = "True"', "middle.toml")
    overlay = saved(folder, """
[add]
rule.shuts.when = ["door is opn"]
rule.opens.when = "low and"
[define]
low = "door.level < 3 and nobody"
[sort]
Level = "1..2"
""", base="middle.toml")
    message = mistake(overlay)
    assert "over.toml:4:29: `Door` has no state `opn`; did you mean `open`?" in message
    assert "over.toml:5:27: the expression is not complete" in message
    wrong = BASE.replace('"door.level < 3"]', '"door.level < x"]')
    (folder / "door.toml").write_text(wrong, encoding="utf-8")
    message = mistake(saved(folder, '[add]\nrule.shuts.when = "y"', base="middle.toml"))
    assert "door.toml:16:30: unknown name `x`" in message  # moved to the front, and not lost
    assert "over.toml:3:20: unknown name `y`" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('add = "x"', "2:1: expected a table of lists: `rule.reset.when`"),
        ('[add]\nrule = "x"', "3:1: expected a table of lists: `rule.reset.when`"),
        ("[add]\nrule.opens.when = 3", "3:19: expected an entry, or a list of entries"),
        ("[add]\nrule.opens.when = [['x']]", "3:19: expected an entry, or a list of entries"),
        ("[add]\nrul.opens.when = 'x'", "3:1: there are no lists of entries in `rul`; did you mea"),
        ("[add]\nrule.opens.wen = 'x'", "3:12: `rule.opens.wen` is no list of entries; did you m"),
        ("[add]\nrule.opens.by = 'x'", "3:12: `rule.opens.by` is no list of entries; known: `als"),
        ("[add]\nrule.open.when = 'x'", "3:6: there is no rule `open` to add to; did you mean `op"),
        ("[take]\nrule.shut.when = 'x'", "there is no rule `shut` to take from; did you mean `shu"),
        ("[take]\nmachine.Dor.states = 'x'", "there is no machine `Dor` to take from; did you mea"),
        ("[add]\nevent.shut.can_happen = 'x'", "there is no event `shut` to add to"),
        ("[take]\nrule.shuts.when = 'low and'", "3:27: the expression is not complete"),
        ("[take]\nrule.shuts.when = 'door.level'", "an entry goes as a whole: `door.level < 3`"),
        ("[take]\nrule.shuts.when = 'door.level < 2'", "has no entry `door.level < 2`; did you me"),
        ("[take]\nrule.shuts.when = ['low', 'low']", "3:27: `rule.shuts.when` has no entry `low`"),
        ("[add]\nrule.opens.when = ['low', 'low']", "3:27: `rule.opens.when` has `low` already"),
        ("[take]\nrule.shuts.when = 'low'\n[add]\nrule.shuts.when = '(low)'",
         "5:19: `(low)` is taken and added"),
        ("[add]\nrule.opens.when = 'low'\n[rule.opens]\nwhen = 'low'",
         "3:12: `rule.opens.when` is restated already"),
        ("remove = 'rule.opens'\n[add]\nrule.opens.when = 'low'",
         "4:6: there is no rule `opens` to add to"),
        ("[add]\nrule.opens.also = 'door: a -> '", "3:30: expected a state"),
    ],
)  # fmt: skip
def test_mistakes_point_into_the_overlay(folder: Path, text: str, said: str) -> None:
    points_into_the_overlay(mistake(saved(folder, text)), said)


def test_only_an_overlay_adds_and_takes() -> None:
    for word, does in (("add", "adds"), ("take", "takes away")):
        with pytest.raises(ValueError, match=rf"<text>:1:2: only an overlay {does}; say with"):
            parse_model(f'[{word}]\nrule.opens.when = "low"\n[machine.A]\ninstances = ["a"]\n')


@pytest.mark.parametrize("base", ["init = 3", "rule = 3", "rule.shuts = 3", "machine = []"])
@pytest.mark.parametrize("path", LISTS)
def test_a_base_of_another_shape_is_its_own_mistake(folder: Path, base: str, path: str) -> None:
    (folder / "door.toml").write_text(f"{base}\n", encoding="utf-8")
    assert "door.toml:1:" in mistake(saved(folder, f'[add]\n{path} = "x"'))
