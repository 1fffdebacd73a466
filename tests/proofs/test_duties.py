"""Declared events that no rule answers: a violation, whoever looks."""

from __future__ import annotations

import pytest
from asked import checked_by, question
from printing import printed

from twinrom.diagrams import checked_json
from twinrom.diagrams.terminal.tables import checked_view
from twinrom.proofs.engines.native import search_native
from twinrom.proofs.engines.search.breadth_first import search

MODEL = """
title = "A server that boots"
[machine.Bank]
instances = ["A", "B"]
states = ["valid", "torn"]
[machine.server]
states = ["off", "on", "halted"]
[event.boot]
can_happen = "server is off"
[rule.decays]
by = "fault"
each = { this = "Bank" }
moves = "this: valid -> torn"
[rule.boots]
by = "operator"
on = "boot"
when = "A is valid or B is valid"
moves = "server: off -> on"
[rule.stops]
by = "operator"
moves = "server: on -> off"
"""
SPEC = """
title = "What is asked of it"
[invariant.p]
must = "server in (off, on, halted)"
[ends]
when = "server is halted or A is torn"
"""
ANSWER = """
[rule.halts]
by = "operator"
on = "boot"
when = "A is torn and B is torn"
moves = "server: off -> halted"
"""
EACH = MODEL.replace('can_happen = "server is off"',
                     'each = { this = "Bank" }\ncan_happen = "this is torn"')


@pytest.mark.parametrize(("model", "unanswered"), [
    (MODEL, {"event boot": 2}),
    (MODEL + ANSWER, {}),
    (EACH, {"event boot(this=A)": 2, "event boot(this=B)": 2}),
    (MODEL.replace("boots]\nby", 'boots]\nby = "controller"\n#'), {"event boot": 2}),
    (MODEL.replace('on = "boot"\n', ""), {"event boot": 0}),  # no rule of it at all
])
def test_unanswered(model: str, unanswered: dict[str, int]) -> None:
    asked = question(model, SPEC)
    for tier in (search, search_native):
        report = tier(asked)
        assert {name: run.length for name, run in report.unanswered.items()} == unanswered
        found = checked_by(asked, report)
        assert found.standing == ("does-not-recover" if unanswered else "keeps")
        assert found.failed is bool(unanswered)


def test_what_is_said() -> None:
    asked = question(MODEL, SPEC)
    found = checked_by(asked, search(asked))
    [model] = checked_json([found])["models"]
    [duty] = model["duties"]
    assert (duty["event"], duty["verdict"], duty["line"]) == ("boot", "violated", 9)
    assert len(duty["trace"]["states"]) == 3
    text = printed(checked_view(found))
    assert "Violated: event boot\n" in text
    assert "Wrong: after step 2 `some rule of boot can happen` is false" in text
    assert "safe, but does not recover" in text


def test_not_known_where_the_search_stops() -> None:
    asked = question(MODEL + ANSWER, SPEC)
    found = checked_by(asked, search(asked, max_states=2))
    assert found.standing == "undecided"
    assert found.undecided
