"""The native tier against the plain search: one meaning, the same figures, the same mistakes."""

from __future__ import annotations

import math
import re
import sys
import time
from typing import TYPE_CHECKING

import pytest
from asked import (
    CORPUS,
    ROOT,
    SHIPPED,
    corpus,
    dropped_conjuncts,
    lengths,
    of_dropped,
    question,
    resized,
    sampled,
    shipped,
)
from changed import of_change
from random_models import POWERED, REFERRING, WRAPPED, made

from twinrom.proofs import Property, Question, Report, ask, holds_at
from twinrom.proofs.engines.native import NativeSearch, NativeUnavailableError, search_native
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import InputError, Packing, load_model, terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinrom.statemachine import State, Step

CHANGES = sorted((ROOT / "examples" / "changes").glob("*.toml"))


def said(run: Callable[[], Report], names: set[str]) -> object:
    """Return everything a report says of some properties, apart from the time; or the mistake."""
    try:
        report = run()
    except InputError as error:
        return str(error)
    own = {name: depth for name, depth in lengths(report).items() if name in names}
    depths = {name: found.depth for name, found in report.found.items() if name in names}
    return (
        report.engine,
        own,
        depths,
        report.counts,
        report.clean,
        report.complete,
        report.stopped,
    )


def same(asked: Question, **limits: int) -> object:
    """Return what both tiers say, which must be one thing."""
    names = {p.name for p in asked.decidable}
    native = said(lambda: search_native(asked, **{"max_states": 3_000_000} | limits), names)
    assert native == said(lambda: search(asked, **limits), names)
    return native


@pytest.mark.parametrize("name", sampled(reversed(SHIPPED), 2))
def test_shipped_models_have_the_same_report_and_the_same_runs(name: str) -> None:
    asked = shipped(name)
    native, plain = search_native(asked, max_states=3_000_000), search(asked)
    assert native.complete
    assert native.counts == plain.counts
    assert {n: native.found[n] for n in plain.found} == plain.found


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.spec.toml")), ids=lambda p: p.name)
def test_corpus_has_the_same_report(path: object) -> None:
    same(corpus(path.name.removesuffix(".spec.toml")))  # type: ignore[attr-defined]


def test_example_has_the_same_report() -> None:
    examples = ROOT / "examples"
    same(ask(load_model(str(examples / "update.toml")), str(examples / "update.spec.toml")))


@pytest.mark.parametrize("path", sampled(CHANGES, 6), ids=lambda p: p.stem)
def test_changes_have_the_same_report(path: object) -> None:
    same(of_change(path.stem), max_states=6_000)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "seed", [*range(45), *sampled(POWERED, 16), *sampled(WRAPPED, 16), *sampled(REFERRING, 16)])
def test_random_models_have_the_same_report(seed: int) -> None:
    maker = made(seed)
    same(question(maker.model(), maker.spec()), max_states=2_500)


MUTANTS = [(n, m) for n in SHIPPED for m in list(dropped_conjuncts(n))[::7]]


@pytest.mark.parametrize(("name", "mutant"), sampled(MUTANTS, 5))
def test_mutants_have_the_same_report(name: str, mutant: str) -> None:
    same(of_dropped(name, mutant), max_depth={"msa1000": 6, "proliant": 8, "fleet": 8}[name])


# ---- the generated code itself: every level, and every way to grow, gives one answer


@pytest.mark.parametrize(
    ("level", "mask_rows", "slot_bits"),
    [(0, 4, 17), (1, 4, 17), (2, 3, 4), (0, 2, 4), (0, 1, 6), (3, 1, 4)],
)
def test_levels_and_growth_and_where_tables_are_kept_make_no_difference(
    level: int, mask_rows: int, slot_bits: int
) -> None:
    asked = shipped("msa1000")
    native = NativeSearch(asked, level=level, mask_rows=mask_rows, slot_bits=slot_bits)
    report = native.report(native.run(3_000_000, 16, None, None))
    plain = search_native(asked, max_states=3_000_000, max_depth=16)
    assert report.counts == plain.counts
    assert lengths(report) == lengths(plain)


def test_a_larger_space_is_compiled_again_on_the_way() -> None:
    asked = resized("proliant", {"Version": "1..4"})
    once = NativeSearch(asked, worth_compiling=10**9)
    again = NativeSearch(asked, worth_compiling=1_000)
    one, other = (s.report(s.run(10**9, None, None, None)) for s in (once, again))
    assert (one.counts, lengths(one)) == (other.counts, lengths(other))
    assert again.space.compiled > once.space.compiled == 1


# ---- sizes

WIDE = """
[sort]
Count = "0..1000"
Code = "0..4"
[machine.Counter]
instances = [{names}]
states = ["counting", "done"]
initial = ["counting"]
vars = {{ value = "Count", back = "Code" }}
[init]
require = [{start}]
[rule.tick]
by = "controller"
each = {{ this = [{first}] }}
when = "this is counting and this.value < 1000"
sets = "this.value = this.value + 1"
[rule.ends]
by = "controller"
each = {{ this = [{first}] }}
given = {{ code = "Code" }}
moves = "this: counting -> done"
when = "this.value > 998 and code >= 3"
sets = ["this.value = 1000 - this.value", "this.back = code"]
"""
WIDE_SPEC = """
[invariant.below]
must = "all(c.value < 1000 for c in Counter)"
[step.ends_with_nothing]
whenever = "event is ends"
must = "event.code == 4 and all(next(c.value) == 0 for c in Counter if next(c) is done)"
"""


def wide(count: int) -> Question:
    names = [f'"C{i}"' for i in range(count)]
    last = ", ".join([names[0], names[-1]])
    start = [f'"{n[1:-1]}.value == 995", "{n[1:-1]}.back == 0"' for n in names]
    return question(
        WIDE.format(names=", ".join(names), first=last, start=", ".join(start)), WIDE_SPEC
    )


@pytest.mark.parametrize("count", [5, 6, 9])
def test_states_of_more_than_64_bits(count: int) -> None:
    asked = wide(count)
    assert Packing(asked.system.variables).bits == 14 * count > 64
    same(asked)


def test_states_that_are_too_wide_are_declined_in_words() -> None:
    with pytest.raises(NativeUnavailableError, match="states of 140 bits, and at most 127"):
        search_native(wide(10), max_states=1000)


TABLES = """
[sort]
Level = "1..3"
Colour = ["red", "green", "blue"]
[table.fits]
of = ["Level", "Colour"]
[table.given]
of = ["Level", "Colour"]
allow = [[1, "red"], [3, "blue"]]
[machine.Box]
instances = ["A", "B"]
states = ["on", "off"]
vars = { level = "Level", colour = "Colour" }
[init]
require = ["A is on and B is on", "A.level == 1 and B.level == 1",
           "A.colour == red and B.colour == red", "fits(1, red)", "not fits(3, blue)"]
[rule.paint]
by = "operator"
each = { this = ["A", "B"] }
given = { c = "Colour", l = "Level" }
when = ["fits(this.level, c) or given(l, this.colour)"]
sets = ["this.colour = c", "this.level = l if fits(l, c) else this.level"]
[rule.stop]
by = "controller"
each = { this = ["A", "B"], other = ["B", "A"] }
moves = "this: on -> off"
when = "max(this.level, other.level) == (3 if fits(this.level, this.colour) else 2)"
"""
TABLES_SPEC = """
[invariant.fitting]
whenever = "A is on"
must = "fits(A.level, A.colour) or B.level < 3"
[step.kept]
whenever = "event is paint"
must = "next(A.level) >= A.level or fits(1, green)"
"""


def test_more_rows_of_tables_than_a_mask_holds() -> None:
    asked = question(TABLES, TABLES_SPEC)
    assert len(asked.system.choices.rows) == 9
    same(asked)


def test_too_many_steps_from_one_state_are_declined_in_words() -> None:
    text = TABLES.replace("[sort]", '[sort]\nMany = "0..32"').replace(
        'given = { c = "Colour"', 'given = { m = "Many", n = "Many", c = "Colour"'
    )
    sets = ["this.colour = c if fits(1, c) else red", "this.level = l if fits(2, c) else 1"]
    names = [f"x{i}" for i in range(6)]
    text = text.replace("vars = {", "vars = {" + " ".join(f'{n} = "Level",' for n in names))
    sets += [
        f"this.{n} = l if fits({i % 3 + 1}, {c}) else this.{n}"
        for i, (n, c) in enumerate(zip(names, ["red", "green"] * 3, strict=True))
    ]
    before, _, after = text.partition('sets = ["this.colour = c"')
    text = before + "sets = " + str(sets).replace("'", '"') + after[after.index("\n") :]
    with pytest.raises(NativeUnavailableError, match="steps from one state, and at most 1,048,576"):
        search_native(question(text, "[invariant.on]\nmust = 'A is on'"), max_states=1000)


@pytest.mark.parametrize("mask_rows", [3, 9])
def test_choices_are_numbered_alike_however_they_are_kept(mask_rows: int) -> None:
    asked = question(TABLES, TABLES_SPEC)
    native = NativeSearch(asked, mask_rows=mask_rows, slot_bits=5)
    report = native.report(native.run(10**9, None, None, None))
    assert report.counts == search(asked).counts
    entry = asked.system.entry
    for found in report.found.values():
        for run in filter(None, (found.violation, found.witness)):
            assert entry(run.tables)("fits", (1, 0))
            assert not entry(run.tables)("fits", (3, 2))


# ---- limits


@pytest.mark.parametrize("limit", sampled([5_000, 0, 1, 44_173], 2))
def test_max_states_stops_at_the_same_place(limit: int) -> None:
    assert ("stopped at" in str(same(shipped("msa1000"), max_states=limit))) == (limit < 44_173)


@pytest.mark.parametrize("limit", [0, 1, 7])
def test_max_depth_stops_at_the_same_place(limit: int) -> None:
    assert f"stopped at depth {limit}" in str(same(shipped("proliant"), max_depth=limit))


def test_deadline_in_the_past_stops_at_once() -> None:
    report = search_native(shipped("proliant"), max_states=10, deadline=time.monotonic() - 1)
    assert (report.complete, report.stopped, report.clean) == (False, "out of time", 0)


def test_progress_is_reported_as_by_the_plain_search() -> None:
    asked = shipped("proliant")
    native: list[Report] = []
    plain: list[Report] = []
    search_native(asked, max_states=10**6, progress=native.append)
    search(asked, progress=plain.append)
    assert native == plain


# ---- mistakes of the model

COUNTER = """
[sort]
Count = "0..9"
[table.fits]
of = ["Count"]
[machine.Counter]
instances = ["counter", "other"]
states = ["counting"]
vars = { value = "Count" }
[init]
require = "counter.value == 0 and other.value == 3 and all(fits(c) for c in (0, 1, 2, 3, 4, 5, 6, 7))"
[rule.tick]
by = "controller"
when = "fits(counter.value)"
sets = "counter.value = counter.value + 1"
[rule.swing]
by = "controller"
given = { by = "Count" }
when = "by < 3 and other.value > by"
sets = "other.value = other.value - by"
"""  # noqa: E501 - one line of a model file
OVERLAP = """
[rule.tock]
by = "controller"
on = "tick"
when = "counter.value > 4 and other.value == 2 and fits(9)"
sets = "counter.value = 9"
"""
LOW = '[invariant.low]\nmust = "counter.value <= 9"'


def test_a_value_that_leaves_its_sort_is_the_mistake_of_the_first_such_state() -> None:
    asked = question(COUNTER, LOW)
    found = said(lambda: search_native(asked, max_states=1000), set())
    assert "`counter.value = counter.value + 1` leaves the sort" in str(found)
    assert found == plainly_enumerated(asked)


def plainly_enumerated(asked: Question) -> str | None:
    """Return the mistake that the successors of the first states show, nearest first."""
    todo = [s for s in asked.system.initial() if s.tables == (1 << 10) - 1]
    for state in todo:
        try:
            todo += [after for _, after in asked.system.successors(state) if after not in todo]
        except InputError as error:
            return str(error)
    return None


def test_rules_that_overlap_are_the_same_mistake() -> None:
    found = same(question(COUNTER + OVERLAP, LOW))
    assert "`tock` and `tick` of event `tick` can both happen" in str(found)


def test_rules_that_overlap_with_one_payload_are_the_same_mistake() -> None:
    more = OVERLAP.replace('on = "tick"', 'on = "swing"\ngiven = { by = "Count" }').replace(
        "fits(9)", "by == 1"
    )
    found = same(question(COUNTER + more, LOW))
    assert "`tock` and `swing` of event `swing` can both happen" in str(found)


def test_many_payloads_are_not_written_out() -> None:
    text = (
        COUNTER.replace('"0..9"', '"0..49"')
        .replace("given = { by", 'given = { more = "Count", by')
        .replace("by < 3", "by < 3 and more == 41")
    )
    text = (
        text.replace('[table.fits]\nof = ["Count"]', "")
        .replace(" and all(fits(c) for c in (0, 1, 2, 3, 4, 5, 6, 7))", "")
        .replace("fits(counter.value)", "counter.value < 49")
    )
    asked = question(text, LOW)
    same(asked)
    native = NativeSearch(asked)
    assert native.space.program.own_text.count("\n") < 300
    assert native.space.program.rules.steps == 1 + math.prod((50, 50))


# ---- witnesses of what the plain search does not decide


def reached(asked: Question, prop: Property, depth: int) -> int | None:
    """Return after how many steps `whenever` is first reached, by plain enumeration."""
    in_step = any(
        t.operator in ("event", "argument", "after") for t in (terms.leaves([prop.whenever]))
    )
    layer: set[State] = set(asked.system.initial())
    seen = set(layer)
    for steps in range(depth + 1):
        after: set[State] = set()
        for state in layer:
            entry = asked.system.entry(state.tables)
            if not in_step and terms.evaluate(prop.whenever, state.values, (), {}, entry):
                return steps
            for step, later in asked.system.successors(state):
                if in_step and happens(prop, state, step, later, entry):
                    return steps + 1
                after.add(later)
        layer = after - seen
        seen |= layer
    return None


def happens(prop: Property, state: State, step: Step, later: State, entry: object) -> bool:
    return holds_at(prop.whenever, state, step, later, entry)


def test_responses_and_possible_properties_are_exercised_as_early_as_can_be() -> None:
    asked = shipped("proliant")
    report = search_native(asked, max_states=10**6)
    others = [p for p in asked.properties if p.kind.key in ("response", "possible")]
    assert {p.kind.key for p in others} == {"response", "possible"}
    for prop in others:
        witness = report.found[prop.name].witness
        assert witness is not None
        if witness.length <= 4:
            assert witness.length == reached(asked, prop, 4), prop.name
        else:
            assert reached(asked, prop, 3) is None, prop.name


# ---- without llvmlite


def test_without_llvmlite_the_native_tier_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    with pytest.raises(NativeUnavailableError) as raised:
        search_native(shipped("proliant"), max_states=10)
    assert raised.value.reason == "llvmlite cannot be imported"


def test_generated_code_names_nothing_of_the_model_but_rules() -> None:
    text = NativeSearch(shipped("proliant")).space.program.own_text
    assert re.search("known_good|recovery|on_site", text) is None
