"""What an overlay adds without effect fails it; what the model below has so stays a remark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twinrom.proofs import Options, check, compare, request
from twinrom.proofs.lint.files import lint_files
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path

BASE = """
[machine.Door]
instances = ["door"]
states = ["open", "shut", "broken"]
vars = { level = "bool", idle = "bool" }
[init]
require = "not door.level"
[define]
low = "not door.level"
unused = "door.level"
[rule.shuts]
by = "operator"
moves = "door: open -> shut"
when = "low"
[rule.never]
by = "operator"
moves = "door: open -> shut"
when = "door is shut"
[rule.breaks]
by = "fault"
kind = "wear"
moves = "door: shut -> broken"
"""
SPEC = """
[budget]
wear = 1
[define]
opened = "by_the_spec or door is open"
[invariant.known]
must = "opened or not opened"
"""
ONLY_SEARCH = Options(engines=("search",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "door.toml").write_text(BASE, encoding="utf-8")
    spec = SPEC.replace("by_the_spec or ", "")
    (tmp_path / "door.spec.toml").write_text(spec, encoding="utf-8")
    return tmp_path


def over(folder: Path, text: str, base: str = "door", name: str = "over.toml") -> str:
    path = folder / name
    path.write_text(f'extends = "{base}"\n{text}', encoding="utf-8")
    return str(path)


STATIC = [
    ('[define]\nlo = "door.level"',
     "3:1: nothing uses the definition `lo`, which this overlay adds; did you mean `low`?"),
    ('[define]\n"lo(x)" = "door.level == x"', "3:1: nothing uses the definition `lo`, which"),
    ('[define]\nfar = "near"\nnear = "door.level"',
     "4:1: nothing uses the definition `near`, which this overlay adds\n"),
    ('[machine.Door.vars]\nlevle = "bool"',
     "3:1: nothing says where `Door.levle` starts, which this overlay adds; did you mean `level`?"),
    ('[machine.Lamp]\ninstances = ["lamp"]\nvars = { on = "bool" }',
     "4:10: nothing says where `Lamp.on` starts, which this overlay adds; give it `initial`, or a"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), STATIC)
def test_what_has_no_effect_is_refused_with_the_spec(folder: Path, text: str, said: str) -> None:
    path = over(folder, text)
    for ask in (lambda: request(path).question(), lambda: lint_files([path])):
        with pytest.raises(InputError) as caught:
            ask()
        assert f"over.toml:{said}" in f"{caught.value}\n"
        assert "^" in str(caught.value)


@pytest.mark.parametrize("text", [
    '[define]\nby_the_spec = "door.level"',
    '[define]\nlo = "door.level"\n[rule.shuts]\nwhen = "lo"',
    '[machine.Door.vars]\nup = { sort = "bool", initial = "True" }',
    '[machine.Door.vars]\nup = "bool"\n[add]\ninit.require = "door.up in (True, False)"',
    '[machine.Door.vars]\nup = "bool"\n[add]\ninit.require = "all(not d.up for d in Door)"',
    '[machine.Door.vars]\nup = "bool"\n[add]\ninit.require = "closed"\n'
    '[define]\nclosed = "not door.up"',
    '[define]\nfirst = "True"\n[machine.Door.vars]\nup = { sort = "bool", initial = "first" }',
    "remove = ['rule.never']",
])  # fmt: skip
def test_what_has_an_effect_is_not(folder: Path, text: str) -> None:
    if "by_the_spec" in text:
        (folder / "door.spec.toml").write_text(SPEC, encoding="utf-8")
    assert request(over(folder, text)).question().model.changes


def test_what_stands_below_stays_a_remark(folder: Path) -> None:
    middle = over(folder, '[add]\nrule.shuts.when = "door is open"', name="middle.toml")
    top = over(folder, '[add]\nrule.breaks.when = "low"', base="middle")
    for path in (str(folder / "door.toml"), middle, top):
        assert len(check([request(path)], ONLY_SEARCH)) == 1
        codes = {f.code for f in lint_files([path])}
        assert {"W201", "W501"} <= codes
        assert "E105" not in codes


NEVER = '[rule.shut]\nby = "operator"\nmoves = "door: open -> shut"\nwhen = "door is broken"'
TWICE = """[rule.mended]
by = "host"
moves = "door: broken -> shut"
sets = "door.level = True"
[rule.falls]
by = "operator"
moves = "door: broken -> open"
when = "door.level"
"""


@pytest.mark.parametrize("plain", [False, True])
def test_a_rule_that_never_happens_is_refused_after_a_complete_search(
    folder: Path, plain: bool,  # noqa: FBT001 - both tiers
) -> None:
    options = Options(engines=("search",), plain=plain)
    path = over(folder, NEVER)
    said = "over.toml:2:2: rule `shut`, which this overlay adds, never happens; did you mean `shu"
    with pytest.raises(InputError, match=said):
        check([request(path)], options)
    with pytest.raises(InputError, match="never happens"):
        compare(str(folder / "door.toml"), path, options=options)
    assert check([request(path)], Options(engines=("search",), max_states=1, plain=plain))
    assert check([request(path, faults={"wear": 0})], options)  # asked for less than the spec


def test_the_budget_of_the_spec_counts(folder: Path) -> None:
    path = over(folder, TWICE)  # it falls when it breaks a second time
    with pytest.raises(InputError, match="rule `falls`, which this overlay adds, never happens"):
        check([request(path)], ONLY_SEARCH)
    assert "E105" not in {f.code for f in lint_files([path])}  # faults at any time
    own = over(folder, f"{TWICE}[budget]\nwear = 2\n")
    assert check([request(own)], ONLY_SEARCH)


def test_lint_says_it_without_a_budget(folder: Path) -> None:
    [error] = [f for f in lint_files([over(folder, NEVER)]) if f.severity == "error"]
    assert error.code == "E105"
    assert error.problem.hint == "did you mean `shuts`?"
