"""Ground terms as text and as data: each is read back as the very same term."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from asked import CORPUS, LONG, corpus, question, sampled
from random_models import POWERED, REFERRING, WRAPPED, made
from small_models import FEATURES

from twinrom.proofs.certificates.make import invariant_of
from twinrom.proofs.certificates.term_data import MalformedError, from_data, to_data
from twinrom.proofs.engines.prove import prove_by_induction, prove_by_reachability
from twinrom.statemachine import term_text, terms
from twinrom.statemachine.expression.parse import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinrom.proofs import Question, Report
    from twinrom.statemachine.terms import Term

MODEL = """
[sort]
Level = "-2..2"
Colour = ["red", "green"]
[table.fits]
of = ["Level", "Colour"]
[table.wet]
of = ["bool", "Level"]
allow = [[true, -1], [false, 2]]
[machine.Box]
instances = ["A", "B"]
states = ["on", "off", "broken"]
vars = { level = "Level", spare = "Level?", colour = "Colour?", peer = "Box?", flag = "bool" }
"""
FIXED = [
    "A is on",
    "A is not broken",
    "A in (on, broken)",
    "A.flag",
    "not A.flag",
    "A.flag == B.flag",
    "A.flag != (B.level < 0)",
    "A.level == -2",
    "A.level != -1",
    "A.level < B.level",
    "A.level <= -1",
    "A.level > -1",
    "A.level + B.level > -3",
    "A.level - 2 <= B.level + -1",
    "min(A.level, -1) == B.level",
    "max(A.level, B.level) < 2",
    "A.spare == none",
    "A.spare != none and A.spare < 0",
    "A.spare > -2",
    "A.spare > none",
    "A.spare <= none",
    "A.spare <= B.spare",
    "A.spare < (B.spare if A.flag else none)",
    "A.spare == B.level",
    "A.spare == (B.spare if A.flag else none)",
    "A.colour == none",
    "A.colour != red",
    "A.colour == (green if A.flag else B.colour)",
    "A.peer == A",
    "A.peer != B.peer",
    "A.peer == (B if A.flag else none)",
    "fits(A.level, red)",
    "fits(-2, green) or not fits(A.level + 1, red)",
    "fits(A.level, red if A.flag else green)",
    "wet(A.flag, A.level)",
    "wet(A.level < 0, -1)",
    "not (A.flag and (B.flag or A is on))",
    "A.flag and B.flag or A is on",
    "(A.flag or B.flag) and A is on",
    "A.flag if B.flag else A is off",
    "(1 if A.flag else 0) + (1 if B.flag else 0) <= 1",
    "count(b is on for b in Box) < 2",
    "True",
    "False",
]


def read_back(model: str, spec: str, text: str) -> Term:
    """Return what a text means when it stands in a spec."""
    again = question(model, f'{spec}\n[invariant.again]\nmust = "{text}"\n')
    return next(p.goal for p in again.properties if p.name == "again")


def same_again(it: Question, model: str, spec: str, term: Term) -> None:
    text = term_text(it.system, term)
    assert read_back(model, spec, text) is term, text
    data = to_data(it.system, term)
    assert from_data(it.system, data) is term
    assert from_data(it.system, json.loads(json.dumps(data))) is term


@pytest.mark.parametrize("text", FIXED)
def test_text_and_data_of_a_condition_are_read_back(text: str) -> None:
    it = question(MODEL, "")
    same_again(it, MODEL, "", read_back(MODEL, "", text))


def of_states(it: Question) -> list[Term]:
    """Return every condition of a question that reads the state alone."""
    found = [c.term for i in it.system.instances for c in i.conjuncts]
    found += [c.term for c in it.system.init]
    for prop in it.properties:
        found += [prop.bad, prop.goal, prop.whenever]
    words = ("payload", "after", "event", "argument")
    return [t for t in found if not any(x.operator in words for x in terms.leaves([t]))]


@pytest.mark.parametrize(
    "seed", [*sampled(range(40), 5), *sampled(POWERED[:50], 25), *sampled(WRAPPED[:50], 25),
             *sampled(REFERRING[:50], 25)])
def test_conditions_of_random_models_are_read_back(seed: int) -> None:
    maker = made(seed)
    model, spec = maker.model(), re.sub(r"\[budget\]\nfault = .*", "", maker.spec())
    it = question(model, spec)
    found = dict.fromkeys(of_states(it))
    assert sum(t.operator not in ("constant", "variable") for t in found) > 5
    short = [term for term in found if len(term_text(it.system, term)) <= MAX_TEXT]
    assert len(short) > len(found) / 2  # what goes through references may be longer than a text
    for term in short:
        same_again(it, model, spec, term)


@pytest.mark.parametrize("prove", [prove_by_reachability, prove_by_induction])
@pytest.mark.parametrize(
    "name", ["peterson", "tcommit", pytest.param("two_phase_commit", marks=LONG)]
)
def test_clauses_of_certificates_of_the_corpus_are_read_back(
    name: str, prove: Callable[[Question], Report]
) -> None:
    model, spec = ((CORPUS / f"{name}{end}").read_text() for end in (".toml", ".spec.toml"))
    clauses_again(corpus(name), model, spec, prove)


@pytest.mark.parametrize("name", FEATURES)
def test_clauses_of_certificates_are_read_back(name: str) -> None:
    model, spec = FEATURES[name]
    if name != "budgets":  # nobody can name a budget's counter in a spec
        clauses_again(question(model, spec), model, spec, prove_by_reachability)


def clauses_again(
    it: Question, model: str, spec: str, prove: Callable[[Question], Report]
) -> None:
    clauses = [c for one in prove(it).certificates for c in one.invariant]
    assert clauses
    for clause, term in zip(clauses, invariant_of(it, clauses), strict=True):
        assert clause.text == term_text(it.system, term)
        same_again(it, model, spec, term)


def test_counter_of_a_budget_is_spelt_with_underscores() -> None:
    it = question(*FEATURES["budgets"])
    [counter] = [v for v in it.system.variables if v.role == "budget"]
    term = terms.equal(counter.term(), terms.constant(1))
    assert term_text(it.system, term).endswith(" == 1")
    assert " " not in term_text(it.system, counter.term())
    assert from_data(it.system, to_data(it.system, term)) is term


def test_term_of_a_step_has_neither_text_nor_data() -> None:
    model, spec = FEATURES["truth payloads"]
    it = question(model, spec)
    [guard] = [t for i in it.system.instances for t in [i.guard] if not t.value]
    with pytest.raises(MalformedError, match="a payload is not part of a state"):
        to_data(it.system, guard)
    with pytest.raises(ValueError, match="a payload is not part of a state"):
        term_text(it.system, guard)
