"""The line of `check` that says which event sequences z3 has checked: true whatever ran."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from printing import printed
from small_models import AT_SEVEN, COUNTER, SAFE, UNSAFE

from twinrom.diagrams import checked_view
from twinrom.diagrams.words.verdicts import z3_line
from twinrom.proofs import Options, check
from twinrom.proofs.spec.request import CheckRequest

if TYPE_CHECKING:
    from twinrom.proofs import Checked

RESTS = '[response.rests]\neventually = "counter.value == 7"\n'


def checked(spec: str, *engines: str, depth: int | None = None) -> Checked:
    asked = CheckRequest(("c.toml", COUNTER), ("c.spec.toml", f"{spec}{RESTS}{AT_SEVEN}"))
    [found] = check([asked], Options(depth, engines))
    return found


@pytest.mark.parametrize(("spec", "engines", "depth", "line"), [
    (SAFE, (), None, "by the invariant, every event sequence of up to 20 steps, and of any length "
     "(1 of 2 properties)"),
    (SAFE, (), 3, "every event sequence of up to 3 steps (1 of 2 properties); by the invariant, of "
     "any length (1 of 2)"),
    (SAFE + UNSAFE, (), None, "every event sequence of up to 7 steps (2 of 3 properties); by the "
     "invariant, of any length (1 of 3)"),
    (SAFE, ("search",), None, "nothing"),
    (SAFE, ("bounded",), 1, "every event sequence of up to 1 step (1 of 2 properties)"),
    (SAFE, ("reachability",), 9, "by the invariant, every event sequence of up to 9 steps, and of "
     "any length (1 of 2 properties)"),
    (UNSAFE, ("reachability",), None, "nothing"),
])  # fmt: skip
def test_it_says_what_z3_looked_at(
    spec: str, engines: tuple[str, ...], depth: int | None, line: str
) -> None:
    found = checked(spec, *engines, depth=depth)
    assert z3_line(found) == f"checked by z3: {line}"
    assert f"checked by z3: {line}" in " ".join(printed(checked_view(found), 80).split())


def test_a_check_that_was_stopped_has_looked_as_far_as_it_got() -> None:
    found = checked(SAFE, "bounded", depth=5)
    report = found.reports["bounded"]
    for clean, line in ((2, "every event sequence of up to 2 steps (1 of 2 properties)"),
                        (-1, "nothing")):
        part = replace(found, reports={"bounded": replace(report, clean=clean, stopped="time")})
        assert z3_line(part) == f"checked by z3: {line}"


def test_of_every_size_it_says_so() -> None:
    spec = '[invariant.grows]\nmust = "counter.value >= 0"\n[invariant.small]\n'
    spec += 'must = "counter.value < 7"\nexpect = "violated"\nbecause = "it counts"\n'
    asked = CheckRequest(("c.toml", COUNTER), ("c.spec.toml", spec + AT_SEVEN),
                         unbounded=("Count",))  # fmt: skip
    [found] = check([asked], Options())
    assert z3_line(found) == (
        "checked by z3: every event sequence of up to 7 steps (2 of 2 properties); by the "
        "invariant, of any length and size (1 of 2)")


def test_what_is_looked_for_at_any_size_is_told_apart() -> None:
    model = COUNTER.replace("< 7", "< limit.value").replace(
        "[init]", '[machine.limit]\nvars = { value = "Count" }\n[init]')
    spec = '[invariant.small]\nmust = "counter.value <= 9"\n'
    asked = CheckRequest(("c.toml", model), ("c.spec.toml", spec + AT_SEVEN.replace(
        "counter.value == 7", "True")), unbounded=("Count",))  # fmt: skip
    [found] = check([asked], Options())
    assert "symbolic" in found.reports
    assert "at any size, every event sequence of up to " in z3_line(found)
