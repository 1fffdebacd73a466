"""What the linter finds in reachable states: overlaps, no answers, dead rules, whole writes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asked import CORPUS, SMALL

from twinrom.proofs import ask, lint, parse_spec, pose, spec_for
from twinrom.proofs.engines.exhaustive import explore as search
from twinrom.proofs.lint.explore import explore
from twinrom.statemachine import ground, load_model, parse_model, shipped_models

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.proofs import Finding

MODELS = [f for f in sorted(CORPUS.glob("*.toml")) if not f.name.endswith(".spec.toml")]

SERVER = """
[machine.Server]
instances = ["server"]
states = ["off", "running"]

[rule.boot]
by = "controller"
moves = ["server: off -> running"]

[rule.reset]
by = "operator"
moves = ["server: running -> off"]
"""

BANKS = """
[sort]
Version = "1..2"

[machine.Bank]
instances = ["A", "B"]
states = ["valid", "torn"]
vars = { version = "Version" }
persistent = ["version"]
torn = "torn"
"""


def linted(model: str, max_states: int = 10_000) -> list[Finding]:
    return lint(parse_model(model, "model.toml"), max_states=max_states)


def short(found: list[Finding]) -> list[str]:
    """Return line, code and message of each finding, without the hint and the source."""
    return [f"{f.problem.line} {f.code} {f.problem.message}" for f in found]


def test_a_model_without_anything_to_say_about_it() -> None:
    assert linted(SERVER) == []


def test_severity_is_the_letter_of_the_code() -> None:
    [error] = linted(SERVER.replace("states =", 'vars = { n = "N" }\nstates =') + """
[sort]
N = "0..1"
[rule.add]
by = "host"
when = "server is running or server.n == 1"
sets = ["server.n = server.n + 1"]
""")
    assert (error.code, error.severity, error.state) == ("E103", "error", "server=off, server.n=1")
    [warning] = linted(SERVER.replace('"running"]', '"running", "lost"]'))
    assert (warning.code, warning.severity, warning.state) == ("W202", "warning", None)


def test_every_overlapping_pair_is_shown_with_the_arguments_and_tables_that_it_needs() -> None:
    found = linted("""
[sort]
Board = ["r1", "r2"]
[table.fits]
of = ["Board"]
[machine.Slot]
instances = ["A", "B"]
states = ["empty", "right", "wrong"]
[rule.right]
by = "operator"
on = "insert"
each = { this = ["A", "B"] }
given = { board = "Board" }
moves = ["this: empty -> right"]
when = "fits(board)"
[rule.wrong]
by = "operator"
on = "insert"
each = { this = ["A", "B"] }
given = { board = "Board" }
moves = ["this: empty -> wrong"]
when = "not fits(board) or board == r2 and A is right and this == B"
[rule.other]
by = "operator"
on = "insert"
each = { this = ["A"] }
moves = ["this: empty -> wrong"]
when = "B is wrong"
""")
    rest = (" of event `insert` can both happen; let `when` exclude one of them, "
            "or say `nondeterministic = true` in both")
    assert [str(f).splitlines() for f in found] == [
        [f"model.toml:16:2: E101 `wrong[this=B]` and `right[this=B]`{rest}",
         "16 | [rule.wrong]", "   |  ^^^^^^^^^^",
         "  in the state A=right, B=empty, with fits(r2)"],
        [f"model.toml:23:2: E101 `other[this=A]` and `right[this=A]`{rest}",
         "23 | [rule.other]", "   |  ^^^^^^^^^^",
         "  in the state A=empty, B=wrong, with fits(r1)"],
        [f"model.toml:23:2: E101 `other[this=A]` and `wrong[this=A]`{rest}",
         "23 | [rule.other]", "   |  ^^^^^^^^^^",
         "  in the state A=empty, B=wrong, without any fits"],
    ]


def test_an_event_is_answered_for_its_own_arguments() -> None:
    model = BANKS + """
[event.check]
each = { this = ["A", "B"] }
can_happen = "this is torn"
[rule.decays]
by = "fault"
each = { this = ["A", "B"] }
moves = ["this: valid -> torn"]
[rule.check_A]
by = "controller"
on = "check"
each = { this = ["A"] }
moves = ["this: torn -> valid"]
when = "A.version != B.version"
[rule.check_B]
by = "controller"
on = "check"
each = { this = ["B"] }
given = { version = "Version" }
moves = ["this: torn -> valid"]
sets = ["this.version = version"]
"""
    [found] = linted(model)
    assert str(found).splitlines()[0] == (
        "model.toml:14:14: E102 event `check(this=A)` can happen, and no rule of it is enabled; "
        "add the outcome that is missing, or say more narrowly when it can happen")
    assert found.state == "A=torn, A.version=1, B=valid, B.version=1"
    assert linted(model.replace('when = "A.version != B.version"\n', "").replace(
        'moves = ["this: valid -> torn"]',
        'moves = ["this: valid -> torn"]\nwhen = "this.version == 1"')) == []


def test_a_declared_event_without_rules_is_a_policy_unless_it_can_happen() -> None:
    assert linted(SERVER + "[event.explode]\n") == []
    found = linted(SERVER + '[event.explode]\ncan_happen = "server is running"\n')
    assert [(f.code, f.state) for f in found] == [("E102", "server=running")]


def test_undeclared_outcomes_are_asked_for_only_when_they_come_by_themselves() -> None:
    two = """
[machine.Server]
instances = ["server"]
states = ["off", "loading", "running", "halted"]
[rule.power_on]
by = "operator"
moves = ["server: off -> loading"]
[rule.loaded]
by = "controller"
on = "up"
each = { which = ["server"] }
moves = ["which: loading -> running"]
when = "server is off"
[rule.not_loaded]
by = "controller"
on = "up"
each = { which = ["server"] }
moves = ["which: loading -> halted"]
when = "server is running"
"""
    found = [f for f in linted(two) if f.code == "W203"]
    assert [(f.problem.message, f.state) for f in found] == [(
        "`loaded` could move, and no rule of event `up(which=server)` is enabled",
        "server=loading")]
    assert "W203" not in {f.code for f in linted(two + "[event.up]\n")}
    assert "W203" not in {f.code for f in linted(two.replace("controller", "operator"))}


def test_only_the_columns_that_never_happen_are_named() -> None:
    found = linted(BANKS + """
[rule.decays]
by = "fault"
each = { this = ["A", "B"] }
moves = ["this: valid -> torn"]
when = "this.version == 1"
[rule.repaired]
by = "controller"
each = { this = ["A", "B"], other = ["B", "A"] }
moves = ["this: torn -> valid"]
sets = ["this.version = other.version"]
when = "this == A"
""")
    assert short(found) == ["17 W201 rule `repaired[this=B, other=A]` can never happen"]


def test_an_incomplete_search_claims_nothing_about_what_it_did_not_find() -> None:
    counter = """
[sort]
Time = "0..99"
[machine.Timer]
instances = ["timer"]
states = ["ticking", "rung"]
vars = { time = "Time" }
[init]
require = "timer.time == 0"
[rule.tick]
by = "controller"
moves = ["timer: ticking -> ticking"]
when = "timer.time < 99"
sets = ["timer.time = timer.time + 1"]
[rule.ring]
by = "controller"
moves = ["timer: ticking -> rung"]
when = "timer.time == 99"
"""
    found = linted(counter, max_states=50)
    not_seen = "what takes more steps was not looked at"
    later = "it may later: the search was not complete"
    assert [str(f).splitlines()[0] for f in found] == [
        f"model.toml: W200 the search stopped at 51 states, after 50 steps; {not_seen}",
        f"model.toml:6:22: W202 state `rung` of `Timer` is not reached within 50 steps; {later}",
        f"model.toml:15:2: W201 rule `ring` does not happen within 50 steps; {later}",
    ]
    assert linted(counter) == []


@pytest.mark.parametrize("path", [*shipped_models().values(), *MODELS], ids=lambda path: path.stem)
def test_states_are_counted_as_a_search_of_the_model_counts_them(path: Path) -> None:
    sizes = SMALL.get(path.stem) if path in shipped_models().values() else None
    model = load_model(str(path), sizes)
    reached = explore(ground(model))
    asked = ask(model, spec_for(str(path), None))
    bare = replace(asked, system=ground(model), properties=(), availability=())
    assert (counts := search(bare, max_states=10**6).counts) is not None
    assert (reached.size, len(reached.states)) == (counts.states, counts.distinct)
    free = ask(model, asked.spec.paths[0], dict.fromkeys(asked.spec.shape.budget))
    whole = search(replace(free, properties=(), availability=()), max_states=10**6).counts
    assert whole is not None
    assert (whole.states > reached.size) == bool(asked.spec.shape.observer)


def test_what_a_check_counts_besides_is_named() -> None:
    model = SERVER.replace('"running"]', '"running", "lost"]') + """
[rule.burns]
by = "fault"
moves = ["server: running -> off"]
"""
    seen = """
[observer.burnt]
sort = "bool"
initial = "False"
update = "burnt or event is burns"
"""
    for spec, apart in {
        "": "", "[budget]\nfault = 1": ", budgets apart,", seen: ", observers apart,",
        "[budget]\nfault = 1" + seen: ", observers and budgets apart,",
    }.items():  # fmt: skip
        read = parse_model(model, "model.toml")
        posed = pose(read, *parse_spec(spec + "\n[invariant.x]\nmust = 'True'", "spec.toml")).spec
        [hint] = [f.problem.hint for f in lint(read, posed) if f.code == "W202"]
        assert hint == f"all 2 reachable states{apart} were looked at"


def test_too_many_initial_states_are_a_finding_too() -> None:
    wide = SERVER.replace("states =", 'vars = { a = "N", b = "N" }\nstates =').replace(
        '"server: off -> running"]',
        '"server: off -> running"]\nwhen = "server.a < 500"\nsets = ["server.b = server.a"]')
    found = linted('[sort]\nN = "0..999"\n' + wide)
    assert short(found)[:1] == [
        "0 W200 no state was looked at: the initial states are too many to enumerate"]


WRITES = BANKS + """
[rule.decays]
by = "fault"
each = { this = ["A", "B"] }
moves = ["this: valid -> torn"]
when = "this.version == 1"
[rule.written]
by = "controller"
each = { this = ["A", "B"] }
MOVES
sets = ["this.version = 2"]
"""


@pytest.mark.parametrize(("moves", "state"), [
    ('moves = ["this: torn -> valid"]', None),
    ('moves = ["this: * -> torn"]', None),
    ('moves = ["this: valid, torn -> torn"]', None),
    ('moves = ["this: * -> valid"]\nwhen = "this is torn"', None),
    ('moves = ["this: * -> valid"]\natomic = "one word"', None),
    ('also = ["this: torn -> valid"]\nwhen = "this is torn"', None),
    ('moves = ["this: * -> valid"]', "A=valid, A.version=1, B=valid, B.version=1"),
    ('also = ["this: torn -> valid"]', "A=valid, A.version=1, B=valid, B.version=1"),
    ('when = "this is torn"', "A=torn, A.version=1, B=valid, B.version=1"),
    ('moves = ["B: torn -> valid"]', "A=valid, A.version=1, B=torn, B.version=1"),
])
def test_which_writes_count_as_written_in_two_steps(moves: str, state: str | None) -> None:
    if moves.startswith('moves = ["B:'):
        moves += '\nwhen = "this == A"'
    found = [f for f in linted(WRITES.replace("MOVES", moves)) if f.code != "W201"]
    assert [(f.code, f.problem.message, f.state) for f in found] == ([] if state is None else [(
        "W301", "`written[this=A]` writes the persistent `A.version` in one step", state)])
