"""Responses and possible properties, deadlock and livelock: known verdicts, and plain enumeration.

The plain way takes the definition at its word, on an explicit graph of states; the fair runs in it
are found as a fixpoint (Emerson and Lei), not by components.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asked import (
    CORPUS,
    SHIPPED,
    base_name,
    corpus,
    edited,
    judged,
    question,
    sampled,
    searched,
    shipped,
    text_of,
)
from plain import Plain
from random_models import POWERED, REFERRING, WRAPPED, made

from twinrom.diagrams import tell
from twinrom.diagrams.words.ending import asks
from twinrom.proofs import (
    EngineDisagreementError,
    Evidence,
    Proved,
    Unknown,
    Vacuous,
    Violated,
    combine,
    dead_end_traces,
    export,
    holds_in,
    parse_spec,
    pose,
    word,
)
from twinrom.proofs.engines.native import search_native
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.engines.search.closed import Clock, OutOfTimeError
from twinrom.proofs.engines.search.fairness import FairRuns, components
from twinrom.proofs.spec.standard import deadlock, livelock, none_enabled
from twinrom.proofs.verdicts.counterexample import counterexample
from twinrom.proofs.verdicts.lasso import owed_since
from twinrom.statemachine import from_itf, parse_model, to_itf

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinrom.proofs import Property, Question, Report
    from twinrom.statemachine import Trace

LIVE = ("response", "possible")

SYSTEM = """
[sort]
Beat = "0..2"
[machine.Lamp]
instances = ["lamp"]
states = ["dark", "lit", "broken"]
[machine.Clock]
instances = ["clock"]
states = ["off", "ticking"]
vars = { beat = "Beat" }
[init]
require = "clock.beat == 0"
[rule.start]
by = "operator"
moves = "clock: off -> ticking"
"""
TICK = """
[rule.tick]
by = "controller"
when = "clock is ticking"
sets = "clock.beat = 0 if clock.beat == 2 else clock.beat + 1"
"""
LIGHT = '[rule.light]\nby = "controller"\nmoves = "lamp: dark -> lit"\nwhen = "clock is ticking"\n'
LIGHT_AT_ONE = LIGHT.replace('is ticking"', 'is ticking and clock.beat == 1"')
BREAK = '[rule.broken]\nby = "fault"\nmoves = "lamp: dark, lit -> broken"\n'
REPAIR = '[rule.repair]\nby = "operator"\nmoves = "lamp: broken -> dark"\n'
RESPONSE = '[response.lights]\nwhenever = "clock is ticking"\neventually = "lamp is lit"\n'
AFTER_START = '[response.lights]\nwhenever = "event is start"\neventually = "lamp is lit"\n'
POSSIBLE = '[possible.lights]\nwhenever = "lamp is broken"\ncan = "lamp is lit"\n'


def decided(model: str, spec: str) -> tuple[Question, Report]:
    asked = question(model, spec)
    report = search(asked)
    assert report.complete
    assert report.stopped is None
    return asked, report


def events(trace: Trace) -> list[str]:
    return [str(step) for step in trace.steps]


def broken(model: str, spec: str, name: str = "lights") -> Trace:
    """Return the counterexample to a property, as the merge replayed it."""
    asked, report = decided(model, spec)
    [verdict] = [r.verdict for r in judged(asked, report) if r.prop.name == name]
    assert isinstance(verdict, Violated)
    return verdict.trace


def kept(model: str, spec: str, name: str = "lights", *, fair: bool = False) -> None:
    asked, report = decided(model, spec)
    [verdict] = [r.verdict for r in judged(asked, report) if r.prop.name == name]
    assert verdict == Proved(None, report.counts, fair=fair)
    assert report.found[name].fair is fair


def vacuous(model: str, spec: str) -> None:
    asked, report = decided(model, spec)
    assert [r.verdict for r in judged(asked, report)] == [Vacuous(None, report.counts)]


def test_response_that_gets_there_holds() -> None:
    kept(SYSTEM + LIGHT, RESPONSE)


def test_response_that_ends_elsewhere_is_violated() -> None:
    trace = broken(SYSTEM + LIGHT + BREAK, RESPONSE)
    assert sorted(events(trace)) == ["broken", "start"]
    assert trace.loop == 2


def test_stuck_end_after_automatic_steps_is_the_nearest() -> None:
    trace = broken(SYSTEM + LIGHT.replace("-> lit", "-> broken"), RESPONSE)
    assert events(trace) == ["start", "light"]
    assert trace.loop == 2


def test_putting_off_a_rule_for_ever_is_not_fair() -> None:
    kept(SYSTEM + TICK + LIGHT, RESPONSE, fair=True)


def test_loop_without_the_goal_is_violated() -> None:
    trace = broken(SYSTEM + TICK, RESPONSE)
    assert events(trace) == ["start", "tick", "tick", "tick"]
    assert trace.loop == 1


def test_loop_is_fair_where_the_rule_is_disabled_now_and_then() -> None:
    trace = broken(SYSTEM + TICK + LIGHT_AT_ONE, RESPONSE)
    assert events(trace) == ["start", "tick", "tick", "tick"]
    assert trace.loop == 1


def test_fair_loop_takes_every_rule_that_is_always_enabled() -> None:
    wait = '[rule.wait]\nby = "controller"\nwhen = "clock is ticking"\nsets = "clock.beat = 0"\n'
    stay = '[rule.stay]\nby = "controller"\nwhen = "clock is ticking"\nsets = "clock.beat = 1"\n'
    trace = broken(SYSTEM + wait + stay, RESPONSE)
    assert trace.loop is not None
    assert sorted(events(trace)[trace.loop :]) == ["stay", "wait"]


def test_step_that_changes_nothing_is_a_loop() -> None:
    idle = '[rule.idle]\nby = "controller"\nwhen = "clock is ticking"\nsets = "clock.beat = 0"\n'
    trace = broken(SYSTEM + idle, RESPONSE)
    assert events(trace) == ["start", "idle"]
    assert trace.loop == 1
    kept(SYSTEM + idle + LIGHT, RESPONSE, fair=True)


def test_payload_is_chosen_by_the_worst_case() -> None:
    any_beat = """
[rule.jump]
by = "controller"
given = { to = "Beat" }
when = "clock is ticking"
sets = "clock.beat = to"
"""
    asked = RESPONSE.replace("lamp is lit", "clock.beat == 2")
    trace = broken(SYSTEM + any_beat, asked)
    assert events(trace) == ["start", "jump(to=0)"]
    assert trace.loop == 1


def test_environment_does_not_help() -> None:
    trace = broken(SYSTEM + LIGHT.replace("controller", "operator"), RESPONSE)
    assert events(trace) == ["start"]
    assert trace.loop == 1


def test_response_to_a_step_starts_after_it() -> None:
    kept(SYSTEM + LIGHT, AFTER_START)
    trace = broken(SYSTEM + LIGHT + BREAK, AFTER_START)
    assert events(trace) == ["broken", "start"]
    trace = broken(
        SYSTEM,
        '[response.lights]\nwhenever = "next(clock is ticking)"\neventually = "lamp is lit"\n',
    )
    assert (events(trace), trace.loop) == (["start"], 1)


@pytest.mark.parametrize("spec", [
    AFTER_START.replace("lamp is lit", "clock is ticking"),
    RESPONSE.replace("lamp is lit", "clock.beat == 0"),
])
def test_goal_in_the_state_after_the_step_or_in_the_state_itself_is_enough(spec: str) -> None:
    """Where it holds wherever it is asked for, nothing puts it to the test."""
    vacuous(SYSTEM, spec)


def test_goal_before_the_step_is_not_enough() -> None:
    trace = broken(
        SYSTEM + BREAK,
        '[response.lights]\nwhenever = "event is broken"\neventually = "lamp is dark"\n',
    )
    assert events(trace) == ["broken"]


WRITTEN_OF_STEPS = [
    ("[event.never]", "not event is never", "", True),
    ("", "event.by != fault", "", True),
    ("", "not event.during == start", "", True),
    ("", "next(True)", "", True),
    ("", "quiet", '[define]\nquiet = "event.by != fault"\n', True),
    ("[event.never]", "not enabled(never, x=event.this)", "", True),
    ("[event.never]", "not enabled(never)", "", False),
    ("", "True", "", False),
]  # fmt: skip


@pytest.mark.parametrize(("event", "said", "define", "of_steps"), WRITTEN_OF_STEPS)
def test_owed_after_a_step_by_what_is_written_and_not_by_what_is_left_of_it(
    event: str, said: str, define: str, *, of_steps: bool
) -> None:
    """A goal that holds in the state before the step is not what is owed after it."""
    stop = '[rule.stop]\nby = "operator"\nmoves = "clock: ticking -> off"\n'
    spec = f"""{define}[response.ticks]
whenever = ["{said}", "clock is ticking"]
eventually = "clock is ticking"
"""
    if not of_steps:
        vacuous(SYSTEM + stop + event, spec)  # the goal holds wherever it is asked for
        return
    trace = broken(SYSTEM + stop + event, spec, "ticks")
    assert events(trace) == ["start", "stop"]
    asked = question(SYSTEM + stop + event, spec)
    run = search_native(asked).found["ticks"].violation
    assert run is not None
    assert run.length == 2
    assert Plain(asked).violation(asked.properties[0]) == 2
    assert owed_since(asked, asked.properties[0], trace) == 2


def test_a_policy_that_never_does_something_owes_after_the_same_steps() -> None:
    """With the event or without it: a change of policy does not change when a goal is owed."""
    spec = """[response.ticks]
whenever = "not event is broken and clock is ticking"
eventually = "clock is ticking"
"""
    stop = '[rule.stop]\nby = "operator"\nmoves = "clock: ticking -> off"\n'
    assert events(broken(SYSTEM + stop + BREAK, spec, "ticks")) == ["start", "stop"]
    assert events(broken(SYSTEM + stop + "[event.broken]", spec, "ticks")) == ["start", "stop"]


def test_table_decides() -> None:
    table = '[table.powers]\nof = ["Beat"]\n'
    light = LIGHT.replace('clock is ticking"', 'clock is ticking and powers(clock.beat)"')
    trace = broken(SYSTEM + table + light, RESPONSE)
    assert events(trace) == ["start"]
    assert not trace.states[0].tables & 1
    kept(SYSTEM + table + "allow = [[0]]\n" + light, RESPONSE)
    # with ticks, only a clock that powers the lamp on every beat is sure to
    spec = RESPONSE.replace('"clock is ticking"', '["clock is ticking", "{}"]')
    every = "all(powers(b) for b in Beat)"
    kept(SYSTEM + table + TICK + light, spec.format(every), fair=True)
    broken(SYSTEM + table + TICK + light, spec.format("powers(0) and powers(1)"))


def test_possible_needs_one_run_only() -> None:
    kept(SYSTEM + LIGHT + BREAK + REPAIR, POSSIBLE)
    trace = broken(SYSTEM + LIGHT + BREAK, POSSIBLE)
    assert (events(trace), trace.loop) == (["broken"], None)


@pytest.mark.parametrize(("without", "after"), [
    ("[]", None), ('["host", "controller"]', None), ('"operator"', 1), ('["fault", "host"]', 1),
    ('"broken"', None), ('"flash"', None), ('"power"', 1),
])  # fmt: skip
def test_possible_without_somebody_is_what_the_others_can_do(
    without: str, after: int | None
) -> None:
    flash = '[rule.flash]\nby = "fault"\nkind = "power"\nmoves = "lamp: dark -> lit"\n'
    model = SYSTEM + BREAK + REPAIR + flash + '[rule.flashed]\nby = "fault"\non = "flash"\n'
    model += 'moves = "lamp: broken -> broken"\n'
    asked, report = decided(model, f"{POSSIBLE}without = {without}\n")
    runs = [found.found["lights"].violation for found in (report, search_native(asked))]
    assert {None if run is None else run.length for run in runs} == {after}
    assert Plain(asked).violation(asked.properties[0]) == after


def test_story_says_without_whom() -> None:
    spec = f'{POSSIBLE}without = ["operator", "fault"]\n'
    asked, report = decided(SYSTEM + LIGHT + BREAK + REPAIR, spec)
    [result] = judged(asked, report)
    assert isinstance(result.verdict, Violated)
    assert tell(asked, result.prop, result.verdict.trace).end == (
        "Wrong: after step 1 `lamp is broken` holds, and no run without operator or fault leads "
        "on to `lamp is lit`."
    )
    assert asks(result.prop) == "some run without operator or fault leads to"
    never = replace(result.prop, without=("fault",))  # then the operator repairs it
    with pytest.raises(EngineDisagreementError, match="the goal is reached after all"):
        counterexample(asked, never, report.found["lights"].violation)
    left_out = "-- lights is not in this file: without operator, fault: CTL cannot say whose"
    assert left_out in export(asked, "smv")
    assert "CTLSPEC" not in export(asked, "smv")


def test_whenever_that_is_never_reached_is_vacuous() -> None:
    never = RESPONSE.replace("lights", "never").replace("is ticking", "is off and False")
    asked, report = decided(SYSTEM + LIGHT, POSSIBLE + never)
    assert [r.verdict for r in judged(asked, report)] == [
        Vacuous(None, report.counts)
    ] * 2


def only(asked: Question, report: Report, what: str) -> Trace:
    """Return the run into a deadlock or livelock, where the system has just that one."""
    found = dead_end_traces(asked, report)
    assert found is not None
    [(name, trace)] = [(name, trace) for name, trace in found.items() if trace is not None]
    assert name == what
    return trace


def test_deadlock_is_where_no_rule_at_all_can_happen() -> None:
    asked, report = decided(SYSTEM + LIGHT, "")
    trace = only(asked, report, "deadlock")
    assert (events(trace), trace.loop) == (["start", "light"], None)
    assert tell(asked, deadlock(asked), trace).end.startswith(
        "Wrong: after step 2 `some rule can happen` is false ("
    )
    _, report = decided(SYSTEM + LIGHT + BREAK + REPAIR, "")
    assert report.dead_ends is not None
    assert (report.dead_ends.deadlock, report.dead_ends.livelock) == (None, None)


def test_livelock_is_a_fair_run_of_automatic_rules() -> None:
    asked, report = decided(SYSTEM + TICK + LIGHT_AT_ONE, "")
    assert report.dead_ends is not None
    assert report.dead_ends.livelock is not None
    assert (report.dead_ends.livelock.length, report.dead_ends.livelock.loop) == (4, 1)
    trace = only(asked, report, "livelock")
    assert trace.loop == 1
    story = tell(asked, livelock(asked), trace)
    assert (story.ever, story.end) == (
        "Then for ever: steps 2 to 4 again.",
        "Wrong: left to itself after step 1, the system never reaches "
        "`no automatic rule can happen` (lamp is dark, clock is ticking).",
    )
    _, report = decided(SYSTEM + LIGHT + BREAK + REPAIR, "")
    assert report.dead_ends is not None
    assert report.dead_ends.livelock is None


def test_search_that_does_not_end_decides_nothing() -> None:
    asked = question(SYSTEM + TICK, RESPONSE)
    report = search(asked, max_depth=1)
    assert (report.found, report.dead_ends) == ({}, None)
    [result] = judged(asked, report)
    assert result.verdict == Unknown("search: stopped at depth 1", -1)


def test_time_that_runs_out_while_deciding_leaves_the_search_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = question(SYSTEM + TICK, RESPONSE + '[invariant.six]\nmust = "True"\n')
    monkeypatch.setattr("twinrom.proofs.engines.search.closed.LOOK_AT_CLOCK", 1)
    now = iter(range(1000))
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    report = search(asked, deadline=8.0)
    assert (report.complete, set(report.found)) == (True, {"six"})
    assert report.stopped == "out of time while deciding responses"
    words = {r.prop.name: word(r.verdict) for r in judged(asked, report)}
    assert words == {"six": "proved", "lights": "unknown"}


COUNTERS = """
[sort]
Count = "0..24 wraps"
[machine.C]
instances = ["a", "b", "c"]
states = ["on"]
vars = { n = "Count" }
[init]
require = "all(x.n == 0 for x in C)"
[rule.counts]
by = "controller"
each = { this = "C" }
sets = "this.n = this.n + 1"
"""
NEVER = '[response.stops]\nwhenever = "True"\neventually = "count(x is on for x in C) == 0"\n'


@pytest.mark.parametrize("tier", [search, search_native])
def test_one_large_component_takes_time_in_proportion(tier: Callable[..., Report]) -> None:
    asked, started = question(COUNTERS, NEVER), time.monotonic()
    report = tier(asked, deadline=started + 30)
    assert (report.complete, report.stopped, report.counts.distinct) == (True, None, 25**3)
    run = report.found["stops"].violation
    assert (run.loop, run.length) == (0, 75)
    assert time.monotonic() - started < 30


def test_whatever_looks_at_many_states_looks_at_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twinrom.proofs.engines.search.closed.LOOK_AT_CLOCK", 1)
    asked = question(COUNTERS.replace("24", "1"), NEVER)
    [start], clock = asked.system.initial(), Clock(None)
    quiet = FairRuns(asked, asked.properties[0].goal, clock)
    states = set(quiet.explore(start, ()).origin)
    [component] = components(states, lambda s: (after for _, after in quiet.moves[s]), clock)
    assert (len(component), quiet.fair(component)) == (8, True)
    clock.deadline = time.monotonic()
    work: list[Callable[[], object]] = [
        lambda: quiet.explore(start, ()),
        lambda: quiet.fair(component),
        lambda: quiet.loop(start, component),
        lambda: list(components(states, lambda _: iter(()), clock)),
    ]
    for one in work:
        with pytest.raises(OutOfTimeError):
            one()


# ---------------------------------------------------------------- counterexamples are not believed


def lasso() -> tuple[Question, Property, Report]:
    asked, report = decided(SYSTEM + TICK + LIGHT_AT_ONE + BREAK, RESPONSE)
    return asked, asked.properties[0], report


def test_counterexample_is_checked_by_itself() -> None:
    asked, prop, _ = lasso()
    start, light, tick = (
        next(i.index for i in asked.system.instances if i.rule.name == name)
        for name in ("start", "light", "tick")
    )
    run = search(asked).found["lights"].violation
    assert run is not None
    steps = tuple((i, ()) for i in (start, tick, tick, tick))
    whole = replace(run, steps=steps, loop=1)
    assert owed_since(asked, prop, counterexample(asked, prop, whole)) == 1
    for loop, path, why in (
        (0, (start, tick, tick, tick), "not state 0"),
        (None, (start, tick, tick, tick), "not owed for ever"),
        (4, (start, tick, tick, tick), "`tick` could happen all the time"),
        (3, (start, tick, light), "not owed at the end"),
        (1, (start, light), "cannot happen"),
    ):
        wrong = replace(run, steps=tuple((i, ()) for i in path), loop=loop)
        with pytest.raises(EngineDisagreementError, match=why):
            counterexample(asked, prop, wrong)


def test_run_after_which_the_goal_is_possible_is_refused() -> None:
    asked, report = decided(SYSTEM + LIGHT + BREAK + REPAIR, POSSIBLE)
    run = report.found["lights"].witness
    assert run is not None
    with pytest.raises(EngineDisagreementError, match="reached after all"):
        counterexample(asked, asked.properties[0], run)
    with pytest.raises(EngineDisagreementError, match="does not hold at the end"):
        counterexample(asked, asked.properties[0], replace(run, steps=()))


def test_searches_that_differ_are_a_bug() -> None:
    asked, _, report = lasso()
    other = replace(report.found["lights"], violation=None)
    again = replace(report, found={"lights": other})
    with pytest.raises(EngineDisagreementError, match="broken or not, by 2 searches"):
        combine(Evidence(asked, {"search": report, "again": again}, 0))


STORIES = [
    (SYSTEM + LIGHT, POSSIBLE.replace("lamp is broken", "clock is off").replace(
        "lamp is lit", "lamp is broken"), "",
     "Wrong: at the start `clock is off` holds, and no run leads on to `lamp is broken`."),
    (SYSTEM, AFTER_START, "Then nothing happens by itself any more.",
     "Wrong: `event is start` holds of step 1; left to itself after it, the system never reaches "
     "`lamp is lit` (lamp is dark)."),
    (SYSTEM + TICK, RESPONSE.replace("lamp is lit", "clock.beat == 2 and lamp is lit"),
     "Then for ever: steps 2 to 4 again.",
     "Wrong: after step 1 `clock is ticking` holds; left to itself from there, the system never "
     "reaches `clock.beat == 2` and `lamp is lit` (lamp is dark)."),
    (SYSTEM + TICK.replace(" if clock.beat == 2 else clock.beat + 1", ""), RESPONSE,
     "Then for ever: step 2 again.",
     "Wrong: after step 1 `clock is ticking` holds; left to itself from there, the system never "
     "reaches `lamp is lit` (lamp is dark)."),
]  # fmt: skip


@pytest.mark.parametrize(("model", "spec", "ever", "end"), STORIES)
def test_story_ends_with_what_never_comes(model: str, spec: str, ever: str, end: str) -> None:
    trace = broken(model, spec)
    asked = question(model, spec)
    story = tell(asked, asked.properties[0], trace)
    assert (story.ever, story.end) == (ever, end)


def test_lasso_survives_its_interchange_form() -> None:
    asked, _, report = lasso()
    [result] = judged(asked, report)
    assert isinstance(result.verdict, Violated)
    trace = result.verdict.trace
    assert from_itf(asked.system, to_itf(asked.system, trace)) == trace


# ---------------------------------------------------------------- shipped models and their changes


@pytest.mark.parametrize("name", SHIPPED)
def test_responses_and_possible_properties_of_the_shipped_models_hold(name: str) -> None:
    asked, report = shipped(name), searched(name)
    live = {p.name for p in asked.properties if p.kind.key in LIVE}
    assert live
    verdicts = {word(r.verdict) for r in judged(asked, report) if r.prop.name in live}
    assert verdicts == {"proved"}
    assert not any(report.found[name].fair for name in live)
    assert report.dead_ends is not None
    assert (report.dead_ends.deadlock, report.dead_ends.livelock) == (None, None)


def test_resources_decide_thanks_to_fairness_only() -> None:
    report = search(corpus("two_phase_commit"))
    assert report.found["resources_decide"].violation is None
    assert report.found["resources_decide"].fair


NOBODY_DOES = {
    "rule.log_error": {"error_is_logged"},
    "rule.reload_starts": {"halted_server_can_be_reloaded"},
    "rule.boot_falls_back": {"error_is_logged", "backup_takes_over",
                             "known_good_image_is_recovered"},
}  # fmt: skip


@pytest.mark.parametrize("rule", NOBODY_DOES)
def test_rule_that_never_happens_is_missed(rule: str) -> None:
    text = text_of("statemachine/models", "proliant")
    when = {"rule.log_error": '"server is running"'}.get(rule, '["')
    never = '"False"' if when.startswith('"') else '["False", "'
    changed = edited(text, rule, f"when = {when}", f"when = {never}")
    spec = parse_spec(text_of("proofs/specs", "proliant"), "proliant.spec.toml")
    asked = pose(parse_model(changed, "proliant.toml"), *spec)
    asked = replace(asked, properties=tuple(p for p in asked.properties if p.kind.key in LIVE))
    results = judged(asked, search(asked))
    found = {base_name(r.prop.name) for r in results if isinstance(r.verdict, Violated)}
    assert NOBODY_DOES[rule] <= found


# ---------------------------------------------------------------- plain enumeration


def stem(asked: Question, prop: Property, report: Report) -> int | None:
    """Return after how many steps the counterexample owes the goal, once it has been checked."""
    run = report.found[prop.name].violation
    if run is None:
        return None
    trace = counterexample(asked, prop, run)
    return owed_since(asked, prop, trace) if prop.kind.key == "response" else run.length


# seeds whose state space the plain way can close in a moment
SEEDS = (0, 6, 9, 11, 13, 18, 24, 27, 30, 31, 33, 36, 40, 46, 56)


def compare(asked: Question) -> set[tuple[str, bool]]:
    """Compare the search with the plain way; return which kinds were broken and which were not."""
    plain, report = Plain(asked), search(asked)
    assert report.complete
    outcomes = set()
    for prop in asked.properties:
        if prop.kind.key in LIVE:
            expected = plain.violation(prop)
            assert stem(asked, prop, report) == expected, prop.name
            witness = report.found[prop.name].witness
            assert (witness.length if witness else None) == plain.owing(prop)
            outcomes.add((prop.kind.key, expected is not None))
    entries = {s: asked.system.entry(s.tables) for s in plain.steps}
    dead = none_enabled(asked.system.instances)
    assert all(holds_in(dead, s, entries[s]) == (not plain.steps[s]) for s in plain.steps)
    assert report.dead_ends is not None
    assert asked.ends is not None or (report.dead_ends.deadlock is not None) == any(
        not s for s in plain.steps.values())
    endless = plain.avoiding({s for s in plain.steps if plain.own[s]})
    assert (report.dead_ends.livelock is not None) == bool(endless)
    return outcomes


def with_barred(spec: str) -> str:
    """Return a random spec in which some of what is possible is so without somebody."""
    barred = {"p1": '"host"', "p2": '["fault", "operator"]', "p3": '"controller"'}
    for name, without in barred.items():
        spec = spec.replace(f"[possible.{name}]\n", f"[possible.{name}]\nwithout = {without}\n")
    return spec


@pytest.mark.parametrize("automatic", [(), ("host", "operator"), ("host", "operator", "fault")])
@pytest.mark.parametrize(
    "seed", [*sampled(SEEDS, 3), *sampled(POWERED, 31), *sampled(WRAPPED, 31),
             *sampled(REFERRING, 31)])
def test_search_decides_what_the_definition_says(seed: int, automatic: tuple[str, ...]) -> None:
    maker = made(seed)
    model, spec = maker.model(), maker.spec()
    for actor in automatic[:2] if "power = " in model else automatic:  # only a fault cuts
        model = model.replace(f'by = "{actor}"', 'by = "controller"')
    compare(question(model, with_barred(spec)))


def test_every_outcome_occurs_among_the_random_models() -> None:
    found = set()
    for seed in SEEDS[:8]:
        maker = made(seed)
        found |= compare(question(maker.model().replace('"host"', '"controller"'), maker.spec()))
    assert found == {(kind, outcome) for kind in LIVE for outcome in (False, True)}


def test_corpus_is_decided_as_the_definition_says() -> None:
    for name in ("two_phase_commit", "tcommit", "peterson"):
        assert (CORPUS / f"{name}.toml").is_file()
        compare(corpus(name))
