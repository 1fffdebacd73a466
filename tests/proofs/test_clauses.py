"""Clauses: what became of each, and the run in which it matters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asked import question

from twinrom.diagrams.words.clauses import clause_words, evidence_words
from twinrom.proofs import EngineDisagreementError, Evidence, Options, combine
from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.questions.check import check
from twinrom.proofs.spec.onsets import onsets
from twinrom.proofs.spec.request import CheckRequest
from twinrom.proofs.verdicts.clauses import clause_results
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from twinrom.proofs import ClauseResult, Question, Report

MODEL = """title = "Two lamps"
[machine.Lamp]
instances = ["A", "B"]
states = ["off", "on", "broken"]
[rule.on]
by = "operator"
each = { this = "Lamp" }
clause = "C-rule"
moves = "this: off -> on"
[rule.off]
by = "operator"
each = { this = "Lamp" }
moves = "this: on -> off"
[rule.broken]
by = "fault"
moves = "A: on -> broken"
"""


def spec(clause: str, prop: str) -> str:
    return f"[clause.C]\nsays = 'lamps'\n{clause}\n{prop}\nclause = 'C'\n"


def of(text: str, *, plain: bool = False) -> ClauseResult:
    asked = question(MODEL, text)
    return results(asked, explore(asked, max_states=1000, plain=plain))[0]


def results(asked: Question, report: Report) -> tuple[ClauseResult, ...]:
    return clause_results(asked, combine(Evidence(asked, {report.engine: report}, 5)))


@pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])
@pytest.mark.parametrize(("prop", "told"), [
    ("[invariant.p]\nwhenever = 'A is on'\nmust = 'B in (off, on)'", "1 step, to on(this=A)"),
    # Both are off at the start; what matters is how they come to be so again.
    ("[invariant.p]\nwhenever = 'A is off and B is off'\nmust = 'True'", "2 steps, to off(this=A)"),
    ("[response.p]\nwhenever = 'A is off'\neventually = 'True'", "none known"),  # never asked
    ("[possible.p]\nwhenever = 'A is not broken'\ncan = 'A is on'", "2 steps, to off(this=A)"),
    ("[invariant.p]\nmust = 'True'", "from the start on"),
    ("[step.p]\nmust = 'True'", "1 step, to on(this=A)"),
    ("[invariant.p]\nmust = 'B is off'", "broken in 1 step, by on(this=B)"),
    ("[invariant.p]\nmust = 'A is on'", "broken at the start"),
    ("[response.p]\nwhenever = 'A is on'\neventually = 'A is off'",
     "broken in 1 step, by on(this=A)"),
    ("[invariant.p]\nwhenever = 'B is broken'\nmust = 'True'", "none known"),
])  # fmt: skip
def test_evidence_is_a_run_in_which_the_clause_matters(prop: str, told: str, plain: bool) -> None:  # noqa: FBT001 - a parameter
    assert evidence_words(of(spec("", prop), plain=plain).evidence) == told


def test_of_several_columns_the_shortest_run_counts_and_of_those_the_principal_ones() -> None:
    text = spec("", """[invariant.broken_or_both]
each = { this = ["B", "A"] }
whenever = ["A is broken", "this is on or this is broken"]
must = "True"
principal = true""") + "[step.any]\nmust = 'True'\nclause = 'C'\n"  # fmt: skip
    found = of(text)
    assert found.principal == ("broken_or_both[this=B]", "broken_or_both[this=A]")
    assert evidence_words(found.evidence) == "2 steps, to broken"
    assert found.evidence is not None
    assert found.evidence.property == "broken_or_both[this=A]"
    assert found.evidence.trace is not None
    assert len(found.evidence.trace.steps) == found.evidence.steps
    without = of(text.replace("principal = true\n", "")).evidence
    assert without is not None
    assert without.property == "any"


def test_what_breaks_any_property_of_a_clause_goes_first() -> None:
    found = of(spec("", "[step.any]\nprincipal = true\nmust = 'True'")
               + "[invariant.dark]\nclause = 'C'\nmust = 'B is off or A is off'\n").evidence
    assert evidence_words(found) == "broken in 2 steps, by on(this=B)"
    assert found is not None
    assert (found.property, found.breaks) == ("dark", True)


def test_nothing_is_from_the_start_on_unless_every_state_was_seen() -> None:
    asked = question(MODEL, spec("", "[invariant.p]\nwhenever = 'A is not broken'\nmust = 'True'"))
    assert results(asked, check_bounded(asked, 5))[0].evidence is None
    whole, part = (explore(asked, max_states=n) for n in (1000, 1))
    assert (whole.complete, part.complete) == (True, False)
    assert evidence_words(results(asked, whole)[0].evidence) == "from the start on"
    assert results(asked, part)[0].evidence is None
    always = question(MODEL, spec("", "[invariant.p]\nmust = 'True'"))
    shown = results(always, check_bounded(always, 5))[0].evidence
    assert evidence_words(shown) == "from the start on"


def test_a_run_that_does_not_bring_it_about_is_a_bug_of_an_engine() -> None:
    asked = question(MODEL, spec("", "[invariant.p]\nwhenever = 'A is off'\nmust = 'True'"))
    report = explore(asked, max_states=1000)
    [found] = report.found.values()
    assert found.onset is not None
    assert found.onset.length == 2
    for steps in (found.onset.steps[:1], found.onset.steps * 2, ()):
        wrong = replace(found, onset=replace(found.onset, steps=steps))
        with pytest.raises(EngineDisagreementError, match=r"p: the run of \d steps does not bring"):
            results(asked, replace(report, found={"p": wrong}))


def test_only_what_carries_a_clause_and_speaks_of_states_has_an_onset() -> None:
    asked = question(MODEL, spec("", "[step.p]\nwhenever = 'A is off'\nmust = 'True'")
                     + "[invariant.loose]\nwhenever = 'A is off'\nmust = 'True'\n")
    assert [p.onset is terms.FALSE for p in asked.properties] == [False, True]
    report = explore(asked, max_states=1000)
    assert [one.onset for one in report.found.values()] == [None, None]


@pytest.mark.parametrize(("properties", "wanted"), [
    ("[invariant.p]\nclause = 'C'\nwhenever = 'A is off'\nmust = 'True'", {"p"}),
    ("[invariant.p]\nclause = 'C'\nwhenever = 'B is on'\nmust = 'True'", set()),
    ("[invariant.p]\nclause = 'C'\nwhenever = 'B is off and A.hot'\nmust = 'True'", {"p"}),
    ("[invariant.p]\nclause = 'C'\nwhenever = 'A is off and B.hot'\nmust = 'True'", set()),
    ("[invariant.p]\nclause = 'C'\nwhenever = 'B is off and A.dim'\nmust = 'True'", {"p"}),
    ("[invariant.p]\nwhenever = 'A is off'\nmust = 'True'", set()),
    ("[invariant.p]\nclause = 'C'\nwhenever = 'A is off'\nmust = 'True'\n"
     "[step.q]\nclause = 'C'\nmust = 'True'", set()),
    ("[invariant.p]\nclause = 'C'\nprincipal = true\nwhenever = 'A is off'\nmust = 'True'\n"
     "[step.q]\nclause = 'C'\nmust = 'True'", {"p"}),
])  # fmt: skip
def test_an_onset_is_looked_for_where_the_start_alone_may_show_a_clause(
    properties: str, wanted: set[str]
) -> None:
    model = MODEL.replace("[rule.on]", """vars = { hot = "bool", dim = "bool" }
[init]
require = "A.hot and not B.hot"
[rule.on]""", 1)  # fmt: skip
    asked = question(model, f"[clause.C]\nsays = 'lamps'\n{properties}\n")
    assert onsets(asked) == wanted
    report = explore(asked, max_states=1000)
    assert {name for name, one in report.found.items() if one.onset is not None} <= wanted


def test_what_was_not_looked_for_is_not_from_the_start_on() -> None:
    never = "[step.q]\nclause = 'C'\nwhenever = 'B is broken'\nmust = 'True'\n"
    found = of(spec("", "[invariant.p]\nwhenever = 'A is off'\nmust = 'True'") + never)
    assert (found.verdict, found.evidence) == ("vacuous", None)


PROVED = "[step.p]\nmust = 'True'"
BROKEN = "[invariant.p]\nmust = 'B is off'"
UNTESTED = "[invariant.p]\nwhenever = 'B is broken'\nmust = 'True'"


@pytest.mark.parametrize(("kind", "prop", "verdict"), [
    ("requirement", PROVED, "proved"),
    ("assumption", PROVED, "stated"),
    ("information", PROVED, "stated"),
    ("assumption", BROKEN, "violated"),
    ("information", UNTESTED, "vacuous"),
])  # fmt: skip
def test_what_is_no_requirement_is_never_proved(kind: str, prop: str, verdict: str) -> None:
    assert of(spec(f"kind = '{kind}'", prop)).verdict == verdict


def test_without_properties_a_clause_is_carried_by_rules_stated_or_open() -> None:
    asked = question(MODEL, """
[clause.C-rule]
says = "lamps"
[clause.C-why]
says = "lamps"
because = "nobody knows"
[clause.C-open]
says = "lamps"
[clause.C-as]
says = "lamps"
kind = "assumption"
""" + PROVED)  # fmt: skip
    found = results(asked, explore(asked, max_states=1000))
    assert [c.verdict for c in found] == ["by-rules", "stated", "open", "stated"]
    words = [clause_words(c, {})[0] for c in found]
    assert words == ["by rules", "stated", "open", "stated"]
    named = question(MODEL, "[clause.C-rule]\nsays = 'a'\nkind = 'information'\n" + PROVED)
    assert results(named, explore(named, max_states=1000))[0].verdict == "stated"


def test_bounded_is_not_proved_and_an_assumption_is_neither() -> None:
    for kind, verdict in (("requirement", "bounded"), ("assumption", "stated")):
        asked = question(MODEL, spec(f"kind = '{kind}'", PROVED))
        assert results(asked, check_bounded(asked, 5))[0].verdict == verdict


def test_a_clause_has_the_worst_of_the_words_of_its_properties() -> None:
    text = spec("", PROVED) + UNTESTED.replace(".p", ".q") + (
        "\nclause = 'C'\nmay_be_untested = 'broken'\n")
    asked = CheckRequest(("lamps.toml", MODEL), ("lamps.spec.toml", text))
    [found] = check([asked], Options(engines=("search",)))
    words = {r.prop.name: r for r in found.results}
    assert clause_words(found.clauses[0], words) == ("untested", "yellow")
