"""Mistakes that only a run shows: every engine names the rule and the state, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import z3
from asked import question

from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.native import search_native
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.lint.lint import lint
from twinrom.proofs.solver.dialect import CERTIFIED_FINITE, CERTIFIED_SYMBOLIC
from twinrom.proofs.solver.mistakes import mistakes
from twinrom.proofs.solver.theory import Theory
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinrom.proofs import Question, Report

COUNTER = """
[sort]
Count = "0..3"
[machine.Counter]
instances = ["counter"]
states = ["counting"]
vars = { value = "Count", other = "Count" }
[init]
require = ["counter.value == 0", "counter.other == 2"]
[rule.tick]
by = "operator"
sets = "counter.value = counter.value + 1"
"""
SPEC = '[invariant.small]\nmust = "counter.value <= 3"\n'
FOUND = (
    "`counter.value = counter.value + 1` leaves the sort of its variable; "
    "at `tick` in the state counter=counting, counter.value=3, counter.other=2"
)


def bounded(asked: Question) -> Report:
    return check_bounded(asked, 5)


@pytest.mark.parametrize("engine", [search, search_native, bounded])
def test_a_value_that_leaves_its_sort_is_shown_with_the_whole_state(
    engine: Callable[[Question], Report],
) -> None:
    with pytest.raises(InputError) as error:
        engine(question(COUNTER, SPEC))
    assert str(error.value).splitlines()[0].endswith(FOUND)


DOORS = """
[sort]
V = "0..3"
W = "5..7"
C = ["red", "green"]
D = ["blue", "pink"]
[machine.Door]
instances = ["d1", "d2"]
states = ["shut", "open"]
[machine.Gate]
instances = ["g1", "g2"]
states = ["shut", "open"]
[rule.opens]
by = "operator"
on = "moves"
{}
moves = "d1: shut -> open"
[rule.swings]
by = "operator"
on = "moves"
{}
moves = "g1: shut -> open"
"""
NEVER = '[invariant.small]\nmust = "True"\n'
# what tells the arguments of two rules apart, if anything does
ARGUMENTS = [
    ('each = { this = "Door" }', 'each = { this = "Gate" }', True),
    ('each = { this = "Door" }', 'each = { this = "Door" }', False),
    ('each = { this = ["d1"] }', 'each = { this = ["d2"] }', True),
    ('given = { v = "V" }', 'given = { v = "V?" }', False),
    ('given = { v = "V" }\nwhen = "v == 2"', 'given = { v = "V?" }\nwhen = "v in (none, 1)"', True),
    ('given = { v = "V" }\nwhen = "v < 1"', 'given = { v = "V?" }\nwhen = "v == none"', True),
    ('given = { v = "V?" }\nwhen = "v == none"', 'given = { v = "V?" }\nwhen = "v == none"', False),
    ('given = { v = "C" }', 'given = { v = "C?" }\nwhen = "v != red"', False),
    ("each = { v = [1, 2] }", 'given = { v = "V" }\nwhen = "v == 3"', True),
    ("each = { v = [1, 2] }", 'given = { v = "V" }\nwhen = "v == 2"', False),
    ('given = { v = "V" }\nwhen = "v == 3"', "each = { v = [1, 2] }", True),
    ('given = { v = "V" }\nwhen = "v > 1"', "each = { v = [1, 2] }", False),
    ("each = { v = [7] }", 'given = { v = "V" }', True),
    ('given = { v = "V" }', 'given = { v = "W" }', True),
    ('given = { v = "C" }', 'given = { v = "D" }', True),
    ('given = { v = "V", w = "V" }\nwhen = "v != w"', 'given = { v = "V" }\neach = { w = [1, 2] }'
     '\nwhen = "v == w"', True),
    ('given = { v = "V", w = "V" }\nwhen = "v != w"', 'given = { v = "V" }\neach = { w = [1, 2] }'
     '\nwhen = "v != w"', False),
    ('given = { v = "V" }\nwhen = "v == 3"', 'given = { w = "V" }\nwhen = "w == 2"', False),
]  # fmt: skip


@pytest.mark.parametrize("symbolic", [False, True])
@pytest.mark.parametrize(("first", "second", "apart"), ARGUMENTS)
def test_rules_of_one_event_overlap_where_their_arguments_can_be_the_same(
    first: str, second: str, *, apart: bool, symbolic: bool
) -> None:
    """What tells two rules apart is told by every engine: a column, a payload, or their sort."""
    asked = question(DOORS.format(first, second), NEVER)
    for engine in () if symbolic else (search, search_native, bounded):
        if apart:
            assert not engine(asked).found["small"].violation
        else:
            with pytest.raises(InputError, match="can both happen"):
                engine(asked)
    theory = Theory(asked.system, CERTIFIED_SYMBOLIC if symbolic else CERTIFIED_FINITE, [])
    solver = z3.Solver(ctx=theory.context)
    solver.add(*theory.initial(), theory.some(
        f for f, _ in mistakes(asked.system, theory, overlaps=True)))
    assert solver.check() == (z3.unsat if apart else z3.sat)
    assert ("E101" in [f.code for f in lint(asked.model)]) is not apart


def test_a_declared_event_is_answered_by_no_rule_of_another_kind_of_machine() -> None:
    """`can_happen` is for the machines of its own column, as an overlap is."""
    declared = '[event.moves]\neach = { this = "Door" }\ncan_happen = "this is shut"\n'
    rules = DOORS.format('each = { this = "Gate" }', 'each = { this = "Gate" }\nwhen = "False"')
    codes = [f.code for f in lint(question(rules + declared, NEVER).model)]
    assert "E102" in codes
    same = DOORS.format('each = { this = "Door" }', 'each = { this = "Gate" }')
    same = same.replace('"d1: shut', '"this: shut') + declared
    assert "E102" not in [f.code for f in lint(question(same, NEVER).model)]
