"""Overlays: what they make of a model, what they say they change, and every mistake in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twinrom.proofs import (
    CheckRequest,
    Options,
    check,
    pose,
    recheck_folders,
    request,
    spec_for,
    write_certificate,
)
from twinrom.proofs.spec.spec import read_spec
from twinrom.statemachine import Document, InputError, changes_between, load_model, parse_model

if TYPE_CHECKING:
    from pathlib import Path

BASE = """title = "A door"
[sort]
Level = "1..3"
[machine.Door]
instances = ["door"]
states = ["open", "shut", "broken"]
initial = "open"
vars = { level = "Level" }
[init]
require = "door.level == 1"
[define]
low = "door.level == 1"
[rule.shuts]
by = "operator"
moves = "door: open -> shut"
when = ["low", "door.level < 3"]
[rule.opens]
by = "operator"
moves = "door: shut -> open"
[rule.rises]
by = "host"
when = "door.level < 3"
sets = "door.level = door.level + 1"
[rule.breaks]
by = "fault"
kind = "wear"
moves = "door: shut -> broken"
"""
SPEC = """
[invariant.shut_when_high]
whenever = "door is broken"
must = "door.level < 3"
[invariant.never_broken]
must = "door is not broken"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "door.toml").write_text(BASE, encoding="utf-8")
    (tmp_path / "door.spec.toml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def saved(folder: Path, text: str, name: str = "over.toml", base: str = "door.toml") -> str:
    path = folder / name
    path.write_text(f'extends = "{base}"\n{text}', encoding="utf-8")
    return str(path)


def mistake(path: str) -> str:
    with pytest.raises(InputError) as caught:
        load_model(path)
    return str(caught.value)


def points_into_the_overlay(message: str, said: str) -> None:
    assert said in message
    assert " | " in message
    assert "^" in message
    assert "door.toml:" not in message


def test_tables_are_merged_and_the_rest_is_replaced(folder: Path) -> None:
    model = load_model(saved(folder, """
[rule.shuts]
when = "low"
[rule.locks]
by = "operator"
moves = "door: shut -> broken"
[machine.Door]
vars = { locked = "bool" }
"""))
    base = load_model(str(folder / "door.toml"))
    assert [str(f) for f in model.rules["shuts"].when] == ["low"]
    assert model.rules["shuts"].moves == base.rules["shuts"].moves
    assert model.rules["rises"] == base.rules["rises"]
    assert list(model.templates["Door"].variables) == ["level", "locked"]
    assert [str(c) for c in model.changes] == [
        "machine.Door.vars.locked added: bool",
        "rule `shuts`: `when` loses `door.level < 3`",
        "rule.locks added",
    ]
    assert (model.name, model.base, model.title) == ("over", "door", "A door")
    assert base.base is None
    assert base.changes == ()


def test_what_is_removed_is_gone(folder: Path) -> None:
    model = load_model(saved(folder, 'remove = ["rule.opens", "rule.shuts.when"]'))
    assert list(model.rules) == ["shuts", "rises", "breaks"]
    assert model.rules["shuts"].when == ()
    assert [str(c) for c in model.changes] == [
        "rule `shuts`: `when` loses `low`, `door.level < 3`", "rule.opens removed",
    ]  # fmt: skip


def test_changes_are_those_between_the_texts_put_together(folder: Path) -> None:
    model = load_model(saved(folder, 'remove = "rule.opens"\n[define]\nlow = "True"'))
    base = load_model(str(folder / "door.toml"))
    assert changes_between(base.written, model.written) == model.changes
    back = {("removed", "added"), ("added", "removed"), ("changed", "changed")}
    reverse = changes_between(model.written, base.written)
    assert {c.key for c in reverse} == {c.key for c in model.changes}
    assert {(c.kind, r.kind) for c in model.changes for r in reverse if c.key == r.key} <= back


@pytest.mark.parametrize(
    ("old", "new"),
    [({"a": True}, {"a": 1}), ({"a": 1}, {"a": 1.0}), ({"a": ["x"]}, {"a": ["x", "x"]})],
)
def test_values_of_other_types_differ(old: dict[str, object], new: dict[str, object]) -> None:
    assert [c.kind for c in changes_between({"r": old}, {"r": new})] == ["changed"]


def test_one_string_is_as_good_as_a_list_of_one() -> None:
    assert changes_between({"r": {"when": "a"}}, {"r": {"when": ["a"]}}) == ()
    assert changes_between({"title": "a"}, {"title": "b"}) == ()


def test_overlays_stand_on_overlays(folder: Path) -> None:
    saved(folder, '[define]\nlow = "door.level < 3"', "middle.toml")
    top = saved(folder, 'remove = "rule.opens"\n[budget]\nwear = 1', base="middle.toml")
    model = load_model(top)
    assert str(model.definitions["low"].body) == "door.level < 3"
    assert "opens" not in model.rules
    assert model.base == "middle"
    assert [str(c) for c in model.changes] == ["rule.opens removed", "budget.wear added: 1"]
    assert model.budget == {"wear": 1}
    assert [path.rpartition("/")[2] for path in model.paths] == [
        "over.toml", "middle.toml", "door.toml",
    ]  # fmt: skip


def test_overlay_of_a_shipped_model_needs_no_folder() -> None:
    model = parse_model('extends = "msa1000"\n[rule.reset]\nwhen = "array.modified == this"')
    assert model.base == "msa1000"
    assert [c.path for c in model.changes] == ["rule.reset.when"]


def test_a_file_beside_the_overlay_goes_before_a_shipped_model(folder: Path) -> None:
    (folder / "msa1000").write_text(BASE, encoding="utf-8")
    assert list(load_model(saved(folder, "remove = 'rule.opens'", base="msa1000")).templates) == [
        "Door"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "over.toml:1:1: this overlay changes nothing of `door`"),
        ('[rule.opens]\nby = ["operator"]', "expected a string"),
        ('title = "Another"', "changes nothing"),
        ('[rule.shuts]\nwhen = ["low", "door.level < 3"]', "changes nothing"),
        ('remove = "rule.open"', "2:10: there is no `rule.open` to remove; did you mean `rule.op"),
        ('remove = "rules.opens"', "there is no `rules.opens` to remove"),
        ('remove = "rule"', "there is no `rule` to remove"),
        ("remove = [1]", "2:10: expected a list of names: `rule.reset`"),
        ("remove = 3", "expected a list of names"),
        ('remove = "rule.opens"\n[rule.opens]\nby = "host"', "is removed and restated"),
        ('include = "rom_bank.toml"', "2:1: an overlay includes nothing"),
        ('[rule.shuts]\nwenn = "low"', "over.toml:3:1: unknown key `wenn`"),
        ("[budget]\nwear = true", 'over.toml:3:8: a budget is a number, or "unlimited"'),
        ("budget = 3", "over.toml:2:10: expected a table"),
        ("rule = 3", "over.toml:2:8: expected a table"),
        ('[rule.shuts]\nwhen = "lowest"', "over.toml:3:9: unknown name `lowest`"),
    ],
)  # fmt: skip
def test_mistakes_point_into_the_overlay(folder: Path, text: str, said: str) -> None:
    points_into_the_overlay(mistake(saved(folder, text)), said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rule.shut]\nwhen = 'nobody'",
         "2:2: there is no rule `shut` to change; did you mean `shuts`? (a new one needs `by`)"),
        ("[rule]\nshut.when = 'nobody'", "3:1: there is no rule `shut` to change"),
        ("[machine.Dor]\nstates = ['open']", "2:2: there is no machine `Dor` to change; did you"),
        ("[machine.Door.vars]\nlevle = { initial = '1' }",
         "3:1: there is no variable `levle` to change; did you mean `level`? (a new one needs `so"),
        ("[event.shut]\ncan_happen = 'True'", "2:2: there is no event `shut` to change; did you m"),
        ("[rule.unlike]\nwhen = 'low'", "2:2: `by` is missing; who acts"),
    ],
)  # fmt: skip
def test_a_misspelled_name_is_no_new_thing(folder: Path, text: str, said: str) -> None:
    message = mistake(saved(folder, text))
    assert f"over.toml:{said}" in message
    assert message.count("over.toml") == 1
    assert "door.toml:" not in message


def test_what_says_all_it_needs_may_have_a_name_like_another(folder: Path) -> None:
    model = load_model(saved(folder, """
[rule.shut]
by = "operator"
on = "shu"
moves = "door: open -> shut"
[event.shu]
can_happen = "door is open"
[event.open]
[machine.Dor]
instances = ["dor"]
[machine.Door.vars]
levels = "Level"
"""))
    assert {"shut", "shuts"} <= model.rules.keys()
    assert model.events.keys() == {"shu", "open"}


def test_a_mistake_that_the_overlay_makes_of_its_base_points_into_the_base(folder: Path) -> None:
    message = mistake(saved(folder, 'remove = "define.low"'))
    assert "door.toml:16:10: unknown name `low`" in message
    assert '16 | when = ["low", "door.level < 3"]\n   |          ^^^' in message


def test_mistakes_of_both_files_are_reported_together(folder: Path) -> None:
    (folder / "door.toml").write_text(BASE.replace("door.level == 1", "door.level = 1", 1), "utf-8")
    message = mistake(saved(folder, '[rule.shuts]\nwhen = "low and"'))
    assert "door.toml:10:" in message
    assert "over.toml:3:" in message


def test_base_that_is_not_toml_is_its_own_mistake(folder: Path) -> None:
    (folder / "door.toml").write_text("title = \n", encoding="utf-8")
    assert "door.toml:1:" in mistake(saved(folder, '[rule.shuts]\nwhen = "nobody"'))


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("doors.toml", "1:11: cannot find `doors.toml`"),
        ("msa100", "cannot find `msa100`; did you mean `msa1000`?"),
        ("", "1:11: expected the name of a model, or of a file"),
        ("over.toml", "1:11: a model cannot extend itself"),
        ("./over.toml", "a model cannot extend itself"),
        ("a\\u0000b", "cannot find"),
        ("x" * 5000, "cannot find"),
    ],
)
def test_base_must_be_another_model(folder: Path, base: str, said: str) -> None:
    message = mistake(saved(folder, "[rule.shuts]\nwhen = 'nobody'", base=base))
    assert said in message
    assert "nobody" not in message  # what the base would have declared is not known


@pytest.mark.parametrize("extends", ["3", '["door.toml"]', "{ file = 'door.toml' }", "true"])
def test_extends_is_one_name(folder: Path, extends: str) -> None:
    (folder / "over.toml").write_text(f"extends = {extends}\n", encoding="utf-8")
    assert "over.toml:1:11: expected the name of a model, or of a file" in mistake(
        str(folder / "over.toml")
    )


def test_overlays_in_a_circle(folder: Path) -> None:
    saved(folder, "[define]\na = '1'", "one.toml", base="two.toml")
    saved(folder, "[define]\nb = '1'", "two.toml", base="one.toml")
    assert "two.toml:1:11: a model cannot extend itself" in mistake(str(folder / "one.toml"))


def test_overlays_are_not_piled_up_without_end(folder: Path) -> None:
    below = "door.toml"
    for number in range(12):
        saved(folder, f"[define]\nd{number} = '1'", f"{number}.toml", base=below)
        below = f"{number}.toml"
    assert load_model(str(folder / "7.toml")).base == "6"
    assert "overlays on top of each other" in mistake(str(folder / below))


def test_texts_that_extend_themselves_come_to_an_end() -> None:
    document = Document("a.toml", 'extends = "a.toml"\n[define]\na = "1"')
    from twinrom.statemachine import build_model  # noqa: PLC0415 - used here only

    with pytest.raises(InputError, match="on top of each other"):
        build_model(document, {}, {"a.toml": document.text})


def test_budget_of_an_overlay_goes_before_that_of_the_spec(folder: Path) -> None:
    spec = folder / "door.spec.toml"
    spec.write_text(f"{SPEC}\n[budget]\nfault = 2\nwear = 2\n", encoding="utf-8")
    over = saved(folder, "[budget]\nwear = 0")
    asked = request(over).question()
    assert asked.budget == {"fault": 2, "wear": 0}
    assert request(over, faults={"wear": 1}).question().budget == {"fault": 2, "wear": 1}
    [checked] = check([request(over)], Options(engines=("search",)))
    assert {r.prop.name: type(r.verdict).__name__ for r in checked.results} == {
        "shut_when_high": "Vacuous", "never_broken": "Proved",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ("tear = 1", "over.toml:3:1: no fault is of kind `tear`"),
        ("wear = 256", 'over.toml:3:8: a budget is 0 to 255, or "unlimited"'),
        ("wear = -1", "over.toml:3:8: a budget is 0 to 255"),
    ],
)
def test_mistakes_of_a_budget_point_into_the_overlay(folder: Path, budget: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        request(saved(folder, f"[budget]\n{budget}")).question()
    assert said in str(caught.value)


def test_a_model_that_stands_alone_has_no_budget_and_removes_nothing(folder: Path) -> None:
    (folder / "door.toml").write_text(f"{BASE}[budget]\nwear = 1\n", encoding="utf-8")
    alone = mistake(str(folder / "door.toml"))
    assert "unknown key `budget`; `[budget]` belongs into a spec file" in alone
    extended = mistake(saved(folder, 'remove = "rule.opens"'))
    assert "door.toml:28:2: unknown key `budget`" in extended
    (folder / "door.toml").write_text(f'remove = "rule.opens"\n{BASE}', encoding="utf-8")
    assert "door.toml:1:1: only an overlay removes" in mistake(str(folder / "door.toml"))


def test_spec_of_an_overlay_is_its_own_or_that_of_the_model_below(folder: Path) -> None:
    over = saved(folder, 'remove = "rule.opens"')
    assert spec_for(over, None) == str(folder / "door.spec.toml")
    own = folder / "over.spec.toml"
    own.write_text(SPEC, encoding="utf-8")
    assert spec_for(over, None) == str(own)


def test_names_and_values_of_a_hostile_overlay_are_only_text(folder: Path) -> None:
    text = '[define]\n"__import__(x)" = "x"\n[rule."\\u001b[31m`a`"]\nby = "host"'
    message = mistake(saved(folder, text))
    assert "\x1b" not in message
    says = saved(folder, '[rule.opens]\nsays = "\\u001b[31m\\nline | <b>"')
    [change] = load_model(says).changes
    assert "\n" not in str(change)


def test_certificate_of_an_overlay_is_checked_from_its_folder_alone(folder: Path) -> None:
    saved(folder, 'remove = "rule.opens"', "middle.toml")
    over = saved(folder, '[rule.rises]\nwhen = "door.level < 2"', base="middle.toml")
    [checked] = check([request(over)], Options(engines=("search", "induction")))
    [certificate, *_] = checked.certificates
    place = folder / "certificates" / "over"
    write_certificate(place, checked.request, checked.question, certificate)
    for name in ("door.toml", "middle.toml", "over.toml", "door.spec.toml"):
        (folder / name).unlink()
    [again] = recheck_folders(str(place))
    assert again.refused is None
    (place / "include-1.toml").write_text(BASE.replace("door.level < 3", "True"), encoding="utf-8")
    [again] = recheck_folders(str(place))
    assert again.refused is not None


def test_texts_of_a_recipe_are_enough(folder: Path) -> None:
    over = saved(folder, 'remove = "rule.opens"')
    made = request(over)
    given = CheckRequest(made.model, made.spec, includes={"door.toml": BASE})
    (folder / "door.toml").unlink()
    assert given.question().model.changes != ()
    with pytest.raises(InputError, match="cannot find"):
        made.question()
    assert pose(load_model("msa1000"), *read_spec(Document("s", ""))).properties == ()


def test_a_model_beside_the_overlay_needs_no_ending(folder: Path) -> None:
    over = saved(folder, 'remove = "rule.opens"', base="door")
    assert load_model(over).base == "door"
    assert spec_for(over, None) == str(folder / "door.spec.toml")
    (folder / "msa1000.toml").write_text(BASE, encoding="utf-8")
    shipped = load_model(saved(folder, 'remove = "rule.reset"', base="msa1000"))
    assert "Controller" in shipped.templates  # the shipped one goes before ...
    own = load_model(saved(folder, 'remove = "rule.opens"', base="msa1000.toml"))
    assert "Door" in own.templates  # ... and the whole name of the file says which is meant
    message = mistake(saved(folder, 'remove = "rule.opens"', base="dor"))
    assert "over.toml:1:11: cannot find `dor`; did you mean `door`?" in message


LAST = """
[rule.taps]
by = "operator"
on = "tap"
each = { who = ["door"] }
given = { level = "Level" }
when = "who is open"
sets = "who.level = level"
[event.tap]
each = { who = ["door"] }
can_happen = "who is open"
"""
ASKS = """
[step.taps_are_low]
whenever = "event is tap and event.level > 1"
must = "event.who == door and not event is opens"
[invariant.low]
must = "door.level < 3"
[observe]
events = ["tap", "opens"]
"""


@pytest.mark.parametrize("each", ['["door"]', '"Door"'])
def test_an_event_without_rules_is_declared_and_its_duty_stays(folder: Path, each: str) -> None:
    last = LAST.replace('["door"]', each)
    (folder / "door.toml").write_text(BASE + last, encoding="utf-8")
    (folder / "door.spec.toml").write_text(ASKS, encoding="utf-8")
    saved(folder, 'remove = ["rule.taps", "rule.opens"]', "middle.toml")
    over = saved(folder, "[rule.rises]\nwhen = 'door.level < 2'", base="middle.toml")
    for path in (str(folder / "middle.toml"), over):
        asked = request(path).question()
        assert asked.model.events.keys() == {"tap", "opens"}
        assert [duty.event.name for duty in asked.system.duties] == ["tap"]
    assert "event" not in "".join(map(str, load_model(str(folder / "middle.toml")).changes))
    back = saved(folder, last.partition("[event")[0], base="middle.toml")
    assert load_model(back).events.keys() == {"tap", "opens"}
    other = saved(folder, 'remove = "rule.taps.given"\n[rule.taps]\nsets = "who.level = 1"')
    assert len(request(other).question().properties) == len(asked.properties)
