"""The fleet: one text for every number of servers, its counts by another hand, its engines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asked import LONG, ROOT, base_name, judged, lengths, resized, safety, searched, shipped, up_to
from changed import CHANGES
from fleet_by_hand import counted

from twinrom.proofs import CheckRequest, ask, word
from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import load_model

SPEC = str(ROOT / "proofs" / "specs" / "fleet.toml")


def sizes(servers: int, k: int = 1) -> dict[str, str]:
    return {"machine.Server": str(servers), "define.k": str(k)}


@pytest.mark.parametrize(
    ("servers", "k"),
    [(1, 1), (2, 1), (2, 2), pytest.param(3, 1, marks=LONG), pytest.param(3, 3, marks=LONG)],
)
def test_counts_are_those_of_a_fleet_written_by_hand(servers: int, k: int) -> None:
    report = explore(resized("fleet", sizes(servers, k)), max_states=10**7)
    assert report.complete
    assert report.counts is not None
    found = (report.counts.states, report.counts.transitions, report.counts.diameter)
    assert found == counted(servers, k)


@pytest.mark.parametrize(
    ("servers", "k"),
    [(1, 1), (2, 2), pytest.param(3, 1, marks=LONG), pytest.param(3, 2, marks=LONG)],
)
def test_everything_holds_for_every_number_of_servers(servers: int, k: int) -> None:
    asked = resized("fleet", sizes(servers, k))
    results = judged(asked, explore(asked, max_states=10**7))
    assert asked.symmetric == (("Server",) if servers > 1 else ())
    assert {word(r.verdict) for r in results} == {"proved"}


@pytest.mark.parametrize("depth", [3, pytest.param(8, marks=LONG)])
def test_the_bounded_check_says_the_same_of_two_servers(depth: int) -> None:
    asked, complete = safety(shipped("fleet")), searched("fleet")
    found = {p.name: lengths(complete)[p.name] for p in asked.properties}
    assert up_to(found, depth) == lengths(check_bounded(asked, depth))


@LONG
def test_the_bounded_check_finds_what_flashing_all_at_once_breaks() -> None:
    asked = of_change("fleet_all_at_once")
    report = check_bounded(asked, 3)
    assert lengths(report) == up_to(lengths(search(asked)), 3)
    broken = report.found["few_are_unavailable_because_of_the_rollout"].violation
    assert broken is not None
    assert broken.length == 2


def of_change(name: str) -> CheckRequest:
    asked = ask(load_model(str(CHANGES / f"{name}.toml"), sizes(2)), SPEC)
    few = "few_are_unavailable_because_of_the_rollout"
    return replace(asked, properties=tuple(p for p in asked.decidable if p.name == few))


def test_three_at_a_time_is_one_line() -> None:
    lines = (CHANGES / "fleet_three_at_a_time.toml").read_text(encoding="utf-8").splitlines()
    said = lines[lines.index('extends = "fleet"') + 1:]
    assert [line for line in said if line] == ["[define]", "k = 3"]


def test_more_servers_than_may_be_out_are_never_out() -> None:
    [unsafe] = judged(it := of_change("fleet_all_at_once"), search(it))
    assert [str(step) for step in unsafe.verdict.trace.steps] == [
        "flash_starts(server=s1, this=s1.B, version=2)",
        "flash_starts(server=s2, this=s2.B, version=2)",
    ]


def test_the_clause_of_proliant_about_many_servers_is_carried() -> None:
    carried = [p for p in shipped("fleet").properties if "P-R11" in p.clauses]
    assert {base_name(p.name) for p in carried} == {
        "few_are_unavailable_because_of_the_rollout", "each_server_can_be_updated"}
