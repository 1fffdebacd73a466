"""The search teaches the proof: what is true of all reachable states becomes an invariant."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asked import LONG, SHIPPED, SOLVERS, corpus, proved, question, safety, sampled, shipped
from random_models import POWERED, REFERRING, SMALL, WRAPPED, made
from small_models import FEATURES, MACHINE, STOPS_AT_SEVEN, SWITCH

from twinrom.proofs.engines.native import NativeUnavailableError
from twinrom.proofs.engines.search.breadth_first import reached, search
from twinrom.proofs.engines.taught import columns as learned
from twinrom.proofs.engines.taught import teach as teaching
from twinrom.proofs.engines.taught.features import FeatureSet
from twinrom.proofs.engines.taught.mirrors import image, mirrors
from twinrom.proofs.engines.taught.prove import prove_taught
from twinrom.proofs.engines.taught.teach import teach
from twinrom.statemachine import Packing, term_text, terms

if TYPE_CHECKING:
    from twinrom.proofs import Certificate, Question, Report

REFUTED = "z3 says that there is a counterexample"
LOW = '[invariant.low]\nmust = "counter.value <= 7"\n'


def confirmed(report: Report) -> Certificate:
    """Return the only certificate of a report; every solver here has confirmed it."""
    [certificate] = report.certificates
    assert certificate.confirmed
    assert certificate.solvers == SOLVERS
    assert (certificate.method, certificate.k) == ("generalisation from reachable states", 1)
    return certificate


@pytest.mark.parametrize(
    "name",
    [pytest.param("msa1000", marks=LONG), "proliant", "tcommit", "two_phase_commit", "peterson"],
)
def test_all_that_holds_is_proved_at_once(name: str) -> None:
    it = shipped(name) if name in SHIPPED else corpus(name)
    findings = {p.name for p in it.decidable if p.expect_violated}
    report = prove_taught(it, skip=findings)
    certificate = confirmed(report)
    assert set(certificate.properties) == {p.name for p in it.decidable} - findings
    assert report.reasons == {}
    assert len(certificate.invariant) > 0


@pytest.mark.parametrize("name", ["tcommit", "peterson"])
def test_what_a_reachable_state_breaks_is_refuted_and_the_rest_is_proved(name: str) -> None:
    it = corpus(name)
    report = prove_taught(it)
    findings = {p.name for p in it.decidable if p.expect_violated}
    assert findings
    assert report.reasons == dict.fromkeys(findings, REFUTED)
    assert report.refuted == findings
    assert set(confirmed(report).properties) == {p.name for p in it.decidable} - findings


def holds_everywhere(it: Question, clauses: tuple[terms.Term, ...]) -> bool:
    """Say whether clauses hold in every state that the plain search reaches, for every table."""
    packing, choices = Packing(it.system.variables), it.system.choices
    found = reached(it, max_states=10**6)
    assert found
    return all(
        terms.evaluate(clause, packing.unpack(state), (), {}, it.system.entry(choice))
        for state, family in found.items() for choice in choices.members(family)
        for clause in clauses
    )  # fmt: skip


@pytest.mark.parametrize("seed", [*SMALL[:12], *POWERED[:4], *WRAPPED[:4], *REFERRING[:4]])
def test_every_clause_holds_in_every_state(seed: int) -> None:
    maker = made(seed)
    it = safety(question(maker.model(), maker.spec()))
    found = teach(it, it.properties, max_states=10**6)
    assert holds_everywhere(it, found.clauses)
    assert {*found.properties, *found.refuted} == set(it.properties)


@pytest.mark.parametrize(
    "seed", [*sampled(SMALL, 4), *sampled(POWERED[:50], 25), *sampled(WRAPPED[:50], 25),
             *sampled(REFERRING[:50], 25)])
def test_it_agrees_with_the_search_on_random_models(seed: int) -> None:
    maker = made(seed)
    it = safety(question(maker.model(), maker.spec()))
    report = search(it)
    assert report.complete
    broken = {n for n, f in report.found.items() if f.violation is not None}
    unknown = prove_taught(it)
    assert unknown.refuted == broken
    assert proved(unknown) == {p.name for p in it.properties} - broken
    if broken != {p.name for p in it.properties}:
        confirmed(unknown)


@pytest.mark.parametrize(("model", "spec"), FEATURES.values(), ids=FEATURES)
def test_every_part_of_the_language_is_taught(model: str, spec: str) -> None:
    it = question(model, spec)
    false = {p.name for p in it.properties if p.name.startswith("false_")}
    report = prove_taught(it)
    assert report.refuted == false
    assert set(confirmed(report).properties) == {p.name for p in it.decidable} - false


def test_the_plain_search_teaches_as_the_compiled_one_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    it = corpus("two_phase_commit")
    goals = it.provable()
    first = teach(it, goals, max_states=10**6)

    def unavailable(_: Question) -> None:
        raise NativeUnavailableError("llvmlite is not installed")

    monkeypatch.setattr(learned, "NativeSearch", unavailable)
    second = teach(it, goals, max_states=10**6)
    assert {p.name for p in first.properties} == {p.name for p in second.properties}
    assert holds_everywhere(it, first.clauses)
    assert holds_everywhere(it, second.clauses)


def test_a_bad_state_without_a_step_is_a_counterexample() -> None:
    """The invariant must exclude dead ends, too: no step leads from them to anything."""
    model = MACHINE + SWITCH  # dark -> lit, and nothing out of lit or broken
    dark = '[invariant.dark]\nmust = "lamp is dark"\n'
    whole = '[invariant.whole]\nmust = "lamp is not broken"\n'
    report = prove_taught(question(model, dark + whole))
    assert report.refuted == {"dark"}
    assert confirmed(report).properties == ("whole",)


def test_what_is_said_of_one_machine_can_be_said_of_another() -> None:
    it = shipped("msa1000")
    known = FeatureSet(it)
    [mirror] = mirrors(it, known)
    number = {v.name: v.index for v in it.system.variables}
    assert mirror[number["A"], 3] == (number["B"], 3)
    modified = it.system.by_name["array.modified"]
    a, b = (modified.sort.labels.index(name) for name in ("A", "B"))
    low = modified.sort.low
    assert mirror[modified.index, a - low] == (modified.index, b - low)
    assert all(mirror[other] == value for value, other in mirror.items())
    [lonely] = [f.term for i, f in enumerate(known.features) if (i, 0) not in mirror]
    assert term_text(it.system, lonely) == "A.executing <= B.executing"
    ruled = ((number["A"], (1, 2)), (number["A.busy"], (1,)))
    assert image(ruled, mirror) == ((number["B"], (1, 2)), (number["B.busy"], (1,)))


# ---------------------------------------------------------------- when there is nothing to learn


def unproved(report: Report) -> str:
    """Return the one reason why nothing was proved."""
    assert report.certificates == ()
    [reason] = set(report.reasons.values())
    assert report.refuted == frozenset()
    return reason


def test_a_search_that_does_not_end_teaches_nothing() -> None:
    it = question(STOPS_AT_SEVEN, LOW)
    assert unproved(prove_taught(it, max_states=3)) == "the search was stopped at 4 states"
    now = time.monotonic()
    assert unproved(prove_taught(it, deadline=now - 1)) == "the search was out of time"


def test_too_many_states_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "MOST_BITS", 10)
    said = unproved(prove_taught(question(STOPS_AT_SEVEN, LOW)))
    assert said == "8 states are too many to learn from"


def test_the_time_is_up_while_it_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    it = corpus("two_phase_commit")
    clock = iter([0.0])
    monkeypatch.setattr(teaching.time, "monotonic", lambda: next(clock, 1e9))
    with pytest.raises(learned.UntaughtError, match="out of time"):
        teach(it, it.provable(), max_states=10**6, deadline=1e8)


def test_nothing_to_prove_is_proved_at_once() -> None:
    it = replace(question(STOPS_AT_SEVEN, LOW), properties=())
    assert prove_taught(it).certificates == ()
