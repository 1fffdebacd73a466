"""Writes that no fault ever comes between: their order is not put to the test, and it is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from printing import printed

from twinrom.diagrams import checked_json, checked_view
from twinrom.diagrams.words.story import start_of
from twinrom.proofs import Checked, Options, check, request
from twinrom.statemachine import Trace

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """title = "A log"
[machine.Log]
instances = ["log"]
persistent = true
vars.first = { sort = "bool", initial = "False" }
vars.second = { sort = "bool", initial = "False" }
[machine.console]
states = ["on", "off"]
unpowered = "off"
[rule.append]
by = "host"
when = "not log.first and console is on"
writes = ["log.second = True", "log.first = True"]
[rule.starts]
by = "controller"
moves = "console: off -> on"
[rule.fails]
by = "fault"
power = ["console"]
"""
SPEC = '[invariant.in_order]\nmust = "log.second or not log.first"\n'


def found(folder: Path, model: str, faults: dict[str, int | None], *, plain: bool) -> Checked:
    (folder / "log.toml").write_text(model, encoding="utf-8")
    (folder / "log.spec.toml").write_text(SPEC, encoding="utf-8")
    asked = request(str(folder / "log.toml"), faults=faults)
    [checked] = check([asked], Options(engines=("search",), plain=plain))
    return checked


@pytest.mark.parametrize("plain", [True, False])
def test_writes_out_of_the_scope_of_every_fault(tmp_path: Path, plain: bool) -> None:  # noqa: FBT001 - a tier
    checked = found(tmp_path, MODEL, {}, plain=plain)
    assert (checked.uncut, checked.standing, checked.failed) == (("append",), "untested", True)
    text = printed(checked_view(checked))
    assert text.endswith("log: safe as far as tested\n")
    assert ("Never cut between its writes, so their order is not put to the test: rule append\n"
            in text)
    data = json.loads(json.dumps(checked_json([checked])))["models"][0]
    assert (data["uncut"], data["standing"]) == (["append"], "untested")


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize(("old", "new", "faults"), [
    ('["console"]', '"off"', {}),
    ('["console"]', '["Log"]', {}),
    ('"log.second = True", "log.first = True"', '["log.second = True", "log.first = True"]', {}),
    ("not log.first and console is on", "log.first and console is on", {}),
    ('by = "host"', 'by = "host"\natomic = "one word of the journal"', {}),
    ('["console"]', '"off"', {"fault": 0}),
])
def test_writes_that_are_cut_or_have_no_order(
    tmp_path: Path, old: str, new: str, faults: dict[str, int | None], plain: bool,  # noqa: FBT001 - a tier
) -> None:
    assert old in MODEL
    checked = found(tmp_path, MODEL.replace(old, new), faults, plain=plain)
    assert (checked.standing, checked.failed) == ("keeps", False)
    assert checked.uncut == (("append",) if faults else ())


def test_a_state_that_nobody_named_is_not_told(tmp_path: Path) -> None:
    system = found(tmp_path, MODEL, {}, plain=True).question.system
    start = start_of(system, Trace("log", (next(system.initial()),), ()))
    assert start == ("log (first False, second False)", "console is on")
