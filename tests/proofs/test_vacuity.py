"""What is proved and never really asked, and what is missing for it, in every reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asked import checked_by, question

from twinrom.diagrams import checked_json
from twinrom.diagrams.words.vacuity import vacuity_lines
from twinrom.proofs import Options, check, request
from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.native import search_native
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.verdicts.verdict import word

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.proofs import Checked

MODEL = """
title = "A lamp that never breaks"
[sort]
Level = "1..2"
[machine.lamp]
states = ["dark", "lit", "broken"]
[machine.fuse]
states = ["whole", "blown"]
[rule.switch]
by    = "operator"
given = { level = "Level" }
moves = "lamp: dark -> lit"
[rule.switch_off]
by    = "controller"
moves = "lamp: lit -> dark"
"""
SPEC = """
title = "What is asked of it"
[define]
"sound(m)" = "not (m is broken) or m is lit"
"both" = "sound(lamp)"
"""


def checked(spec: str, model: str = MODEL) -> Checked:
    """Return what both tiers of the search, and a bounded check, agree on."""
    asked = question(model, SPEC + spec)
    plain, compiled = search(asked), search_native(asked)
    exercised = [{n: f.witness and f.witness.length for n, f in r.found.items()}
                 for r in (plain, compiled)]
    assert exercised[0] == exercised[1]
    assert plain.unasked == compiled.unasked
    for name, found in check_bounded(asked, 4).found.items():
        assert (found.witness and found.witness.length) == exercised[0][name]
    return checked_by(asked, plain)


@pytest.mark.parametrize(("spec", "missing"), [
    ('[invariant.p]\nmust = "not (lamp is broken) or fuse is blown"',
     "no state with `lamp is broken`"),
    ('[invariant.p]\nmust = "lamp is not broken or fuse is blown"',
     "no state with `not lamp is not broken`"),
    ('[invariant.p]\nmust = "fuse is blown if lamp is broken else True"',
     "no state with `lamp is broken`"),
    ('[invariant.p]\nmust = "True if lamp in (dark, lit) else fuse is blown"',
     "no state with `not lamp in (dark, lit)`"),
    ('[invariant.p]\nmust = "all(v > 1 for v in Level if lamp is broken)"',
     "no state with `any(lamp is broken for v in Level)`"),
    ('[invariant.p]\nmust = "not any(v > 2 for v in Level if lamp is broken)"',
     "no state with `any(lamp is broken for v in Level)`"),
    ('[invariant.p]\nmust = "all(all(a == b for a in Level if lamp is broken) for b in Level)"',
     "no state with `any(any(lamp is broken for a in Level) for b in Level)`"),
    ('[invariant.p]\nmust = "both"', "no state with `the condition of both`"),
    ('[invariant.p]\nwhenever = "lamp is lit"\nmust = "sound(lamp)"',
     "no state with `lamp is lit` and `the condition of sound(lamp)`"),
    ('[invariant.p]\nmust = ["both", "fuse is not blown or lamp is dark"]',
     "no state with `the condition of both` or `not fuse is not blown`"),
    ('[step.p]\nwhenever = "event is switch_off"\nmust = "not event.level == 2"',
     "no step with `event is switch_off` and `event.level`"),
    ('[step.p]\nwhenever = "lamp is broken"\nmust = "next(lamp) is broken"',
     "no step with `lamp is broken`"),
    ('[response.p]\nwhenever = "lamp is dark"\neventually = "lamp is dark"',
     "no state with `lamp is dark` and not `lamp is dark`"),
    ('[response.p]\nwhenever = "event is switch_off"\neventually = "lamp is dark"',
     "no step with `event is switch_off` and not `lamp is dark`"),
    ('[possible.p]\ncan = "fuse is whole"', "no state with not `fuse is whole`"),
])  # fmt: skip
def test_never_asked(spec: str, missing: str) -> None:
    found = checked(spec)
    assert word(found.results[0].verdict) == "vacuous"
    assert found.standing == "untested"
    assert found.failed
    assert next(vacuity_lines(found)) == f"Never asked: p, since there is {missing}"


@pytest.mark.parametrize("spec", [
    '[invariant.p]\nmust = "not (lamp is lit) or fuse is whole"',
    '[invariant.p]\nmust = "fuse is whole or not (lamp is broken)"',  # an excuse, no condition
    '[invariant.p]\nmust = "all(v >= 1 for v in Level)"',
    '[invariant.p]\nmust = "not any(fuse is blown for v in Level)"',
    '[invariant.p]\nmust = "fuse is whole if lamp is broken else lamp is not broken"',
    '[step.p]\nmust = "event is switch_off or event.level >= 1"',
    '[response.p]\nwhenever = "event is switch"\neventually = "lamp is dark"',
    '[possible.p]\ncan = "lamp is lit"',
])  # fmt: skip
def test_asked(spec: str) -> None:
    found = checked(spec)
    assert word(found.results[0].verdict) == "proved"
    assert [line for line in vacuity_lines(found) if "Never" in line] == []


def test_one_part_of_several() -> None:
    """What is asked for elsewhere is put to the test, and the part that is not is named."""
    parts = ["lamp is not broken", "fuse is whole if lamp is broken else True"]
    found = checked(f"[invariant.p]\nmust = {parts}")
    assert word(found.results[0].verdict) == "proved"
    assert found.standing == "keeps"
    assert list(vacuity_lines(found)) == [
        "Never asked of p: `fuse is whole if lamp is broken else True`, since there is no state "
        "with `lamp is broken`",
        "No rule moves fuse",
    ]
    [model] = checked_json([found])["models"]
    assert model["properties"][0]["unasked"] == ["fuse is whole if lamp is broken else True"]
    assert model["unmoved"] == ["fuse"]


def test_a_bounded_check_alone_says_nothing_of_what_is_further_away() -> None:
    asked = question(MODEL, SPEC + '[invariant.p]\nmust = "not (lamp is lit) or fuse is whole"')
    assert check_bounded(asked, 0).found["p"].witness is None
    assert (witness := check_bounded(asked, 1).found["p"].witness) is not None
    assert witness.length == 1


OPEN = '[table.fits]\nof = ["Level"]\n[table.other]\nof = ["Level"]\n'


@pytest.mark.parametrize(("require", "narrowed"), [
    ('["fits(1)"]', ("fits",)), ('["lamp is dark"]', ()), ('["not fits(1) or other(2)"]',
                                                           ("fits", "other"))])
def test_tables_that_init_narrows(require: str, narrowed: tuple[str, ...]) -> None:
    model = MODEL + OPEN + f"[init]\nrequire = {require}\n"
    found = checked('[invariant.p]\nmust = "lamp is not broken"', model)
    assert found.question.narrowed == narrowed
    assert checked_json([found])["models"][0]["narrowed"] == list(narrowed)


def test_certificates_prove_what_is_asked_somewhere(tmp_path: Path) -> None:
    """The default engines say the same as the search, a proof notwithstanding."""
    (tmp_path / "lamp.toml").write_text(MODEL)
    spec = '[invariant.p]\nmust = "fuse is blown if lamp is broken else True"\n'
    (tmp_path / "lamp.spec.toml").write_text(SPEC + spec)
    [found] = check([request(str(tmp_path / "lamp.toml"))], Options())
    assert word(found.results[0].verdict) == "vacuous"
