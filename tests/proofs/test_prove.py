"""Proofs for all depths: what is true is proved, what is false never is, and solvers confirm it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from asked import LONG, SHIPPED, SOLVERS, corpus, proved, question, safety, sampled, shipped
from random_models import POWERED, REFERRING, SMALL, WRAPPED, made
from small_models import FEATURES, MACHINE, STOPS_AT_SEVEN, SWITCH

from twinrom.proofs.certificates.make import UnconfirmedError, certify
from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.prove import prove_by_induction, prove_by_reachability
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.engines.taught.prove import prove_taught
from twinrom.statemachine import InputError, terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinrom.proofs import Certificate, Question, Report

PROVERS = (prove_by_reachability, prove_by_induction, prove_taught)

REFUTED = "z3 says that there is a counterexample"

BY_ONE = """
[invariant.at_most_seven]
must = "counter.value <= 7"
[invariant.at_most_six]
must = "counter.value <= 6"
[step.never_reaches_eight]
must = "next(counter.value) != 8"
[step.never_reaches_seven]
must = "next(counter.value) != 7"
"""

each_prover = pytest.mark.parametrize("prove", PROVERS, ids=["reachability", "induction", "taught"])


def confirmed(report: Report) -> tuple[Certificate, ...]:
    """Return the certificates of a report; every solver here has confirmed each of them."""
    for certificate in report.certificates:
        assert certificate.confirmed
        assert certificate.solvers == SOLVERS
        said = {(a.solver, a.script, a.said) for a in certificate.answers}
        assert said == {(s, script, "unsat") for s in SOLVERS for script in certificate.scripts}
    return report.certificates


# ---------------------------------------------------------------- shipped models and the corpus


def asked(name: str) -> Question:
    return shipped(name) if name in SHIPPED else corpus(name)


def expected(name: str) -> set[str]:
    return {p.name for p in asked(name).decidable if not p.expect_violated}


@pytest.mark.parametrize(
    "name",
    ["proliant", "tcommit", "two_phase_commit", "peterson"],
)
def test_reachability_proves_all_that_holds(name: str) -> None:
    findings = {p.name for p in asked(name).decidable if p.expect_violated}
    report = prove_by_reachability(asked(name), skip=findings)
    [certificate] = confirmed(report)
    assert set(certificate.properties) == expected(name)
    assert (certificate.k, certificate.symbolic, report.reasons) == (1, False, {})


# what induction cannot prove with the facts it finds by itself
TOO_HARD = {
    "proliant": {
        "original_is_retained",
        "known_good_is_of_the_revision",
        "bad_revision_is_never_known_good[this=A]",
        "bad_revision_is_never_known_good[this=B]",
        "no_halt_after_one_fault",
        "no_halt_through_interrupted_flashes_alone",
    },
    "tcommit": set(),
    "two_phase_commit": {"resources_agree", *(f"decision_is_final[r=r{i}]" for i in (1, 2, 3))},
    "peterson": set(),
}


@pytest.mark.parametrize("name", TOO_HARD)
def test_induction_proves_what_is_not_too_hard_for_it(name: str) -> None:
    report = prove_by_induction(asked(name))
    confirmed(report)
    assert proved(report) == expected(name) - TOO_HARD[name]
    assert report.reasons.keys() == {p.name for p in asked(name).decidable} - proved(report)


@pytest.mark.parametrize("name", [pytest.param("proliant", marks=LONG), "tcommit", "peterson"])
def test_findings_are_refuted_and_the_others_proved_one_by_one(name: str) -> None:
    report = prove_by_reachability(asked(name))
    confirmed(report)
    assert proved(report) == expected(name)
    refuted = {p.name for p in asked(name).decidable if p.expect_violated}
    assert refuted
    assert report.reasons == dict.fromkeys(refuted, REFUTED)


# ---------------------------------------------------------------- true and false, side by side


def test_two_properties_that_differ_by_one_in_every_engine() -> None:
    it = question(STOPS_AT_SEVEN, BY_ONE)
    true, false = {"at_most_seven", "never_reaches_eight"}, {"at_most_six", "never_reaches_seven"}
    for report in (search(it), check_bounded(it, 8)):
        assert {n for n, f in report.found.items() if f.violation is not None} == false
    for prove in PROVERS:
        report = prove(it)
        confirmed(report)
        assert proved(report) == true
        assert report.reasons.keys() == false


def low(depth: int, limit: int) -> Question:
    """Ask whether a counter that stops at `depth` stays at or below `limit`."""
    model = STOPS_AT_SEVEN.replace("0..9", "0..310").replace("!= 7", f"!= {depth}")
    return question(model, f'[invariant.low]\nmust = "counter.value <= {limit}"\n')


@each_prover
def test_deep_violation_is_refuted_and_one_more_is_proved(
    prove: Callable[[Question], Report],
) -> None:
    report = prove(low(30, 29))
    assert (proved(report), report.reasons.keys()) == (set(), {"low"})
    report = prove(low(30, 30))
    confirmed(report)
    assert (proved(report), report.reasons) == ({"low"}, {})


def test_violation_at_depth_300_is_never_proved() -> None:
    run = search(low(300, 299)).found["low"].violation
    assert run is not None
    assert run.length == 300
    reached = prove_by_reachability(low(300, 299), deadline=time.monotonic() + 3)
    assert proved(reached) == set()
    assert reached.reasons.keys() == {"low"}
    assert proved(prove_by_induction(low(300, 299))) == set()
    assert proved(prove_by_induction(low(300, 300))) == {"low"}


@pytest.mark.parametrize(("model", "spec"), FEATURES.values(), ids=FEATURES)
def test_every_part_of_the_language_is_proved_and_refuted(model: str, spec: str) -> None:
    it = question(model, spec)
    false = {p.name for p in it.properties if p.name.startswith("false_")}
    true = {p.name for p in it.properties} - false
    assert false
    assert true
    found = search(it)
    assert found.complete
    assert {n for n, f in found.found.items() if f.violation is not None} == false
    report = prove_by_reachability(it)
    confirmed(report)
    assert proved(report) == true
    assert set(report.reasons.values()) == {REFUTED}
    induced = prove_by_induction(it)
    confirmed(induced)
    assert proved(induced) <= true


# ---------------------------------------------------------------- mistakes of the model itself

OVERLAP = MACHINE + SWITCH + '[rule.other]\non = "switch"\nby = "operator"\nmoves = "lamp: {0}"\n'
TRUE = '[invariant.shines]\nmust = "lamp in (dark, lit, broken)"\n[invariant.whole]\n'
TRUE += 'must = "lamp is not broken"\n'


def certified(
    prove: Callable[[Question], Report], it: Question, mistake: str
) -> tuple[Certificate, ...]:
    """Return the certificates for a model with a mistake; a prover may well notice it itself."""
    try:
        return prove(it).certificates
    except InputError as error:
        if mistake not in str(error):
            raise
        return ()


@each_prover
@pytest.mark.parametrize("limit", [0, 5])
def test_value_out_of_its_sort_is_never_certified_away(
    prove: Callable[[Question], Report], limit: int
) -> None:
    model = STOPS_AT_SEVEN.replace("!= 7", f">= {limit}").replace("== 0", f"== {limit}")
    it = question(model, '[invariant.all]\nmust = "counter.value >= 0"\n')
    with pytest.raises(InputError, match="leaves the sort"):
        search(it)
    assert certified(prove, it, "leaves the sort") == ()


@each_prover
def test_duty_that_only_an_invariant_keeps_is_certified(
    prove: Callable[[Question], Report],
) -> None:
    it = question(STOPS_AT_SEVEN, '[invariant.low]\nmust = "counter.value < 8"\n')
    [certificate] = confirmed(prove(it))
    assert "mistake?" in certificate.scripts["safety"]
    with pytest.raises(UnconfirmedError, match="sat"):
        certify(it, [], [terms.TRUE], method="nothing")


@each_prover
def test_overlap_is_never_certified_away(prove: Callable[[Question], Report]) -> None:
    it = question(OVERLAP.format("dark -> dark"), TRUE)
    with pytest.raises(InputError, match="can both happen"):
        search(it)
    assert not any(c.exclusive for c in certified(prove, it, "can both happen"))


@each_prover
def test_exclusion_is_part_of_the_proof(prove: Callable[[Question], Report]) -> None:
    model = OVERLAP.format("dark, broken -> dark") + 'when = "lamp is broken"\n'
    it = question(model, TRUE)
    assert search(it).complete
    report = prove(it)
    assert proved(report) == {"shines", "whole"}
    assert {c.exclusive for c in confirmed(report)} == {True}


# ---------------------------------------------------------------- random models


@pytest.mark.parametrize(
    "seed", [*sampled(SMALL, 4), *sampled(POWERED[:50], 25), *sampled(WRAPPED[:50], 25),
             *sampled(REFERRING[:50], 25)])
def test_provers_agree_with_the_search_on_random_models(seed: int) -> None:
    maker = made(seed)
    it = safety(question(maker.model(), maker.spec()))
    report = search(it)
    assert report.complete
    broken = {n for n, f in report.found.items() if f.violation is not None}
    known = prove_by_reachability(it, skip=broken)
    confirmed(known)
    true = {p.name for p in it.properties} - broken
    assert proved(known) == true - known.reasons.keys()
    assert all("cannot be said" in reason for reason in known.reasons.values())
    unknown = prove_by_reachability(it)
    assert proved(unknown) <= true
    refuted = {n for n, why in unknown.reasons.items() if why == REFUTED}
    assert refuted == broken
    induced = prove_by_induction(it)
    confirmed(induced)
    assert proved(induced) <= true
