"""How much memory a search may have: it stops there as at any limit, and tells what it found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from asked import searched, shipped
from called import twinrom

from twinrom.proofs import Options, allowance, request
from twinrom.proofs.allowance import ALLOWANCE, resident, share, size_of, size_words
from twinrom.proofs.engines.native import NativeSearch, search_native
from twinrom.proofs.engines.processes import supervise
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.questions.standing import StandingTask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from twinrom.proofs import Report


@pytest.fixture(autouse=True)
def _own_allowance() -> Iterator[None]:
    before = ALLOWANCE.size
    yield
    ALLOWANCE.size = before


@pytest.mark.parametrize(
    ("text", "size"),
    [("500M", 500 << 20), ("2G", 2 << 30), ("1.5g", 3 << 29), ("2GB", 2 << 30), ("1T", 1 << 40),
     ("2", None), ("0G", None), ("-1G", None), ("2Q", None), ("", None), ("\u0662G", None)],
)  # fmt: skip
def test_a_size_is_a_number_with_a_unit(text: str, size: int | None) -> None:
    assert size_of(text) == size


def test_a_size_is_said_as_it_was_written() -> None:
    assert [size_words(n) for n in (2 << 30, 500 << 20, 3 << 29)] == ["2 GB", "500 MB", "1.5 GB"]


def test_processes_share_what_the_machine_has() -> None:
    assert 0 < share(4) == share() // 4


@pytest.mark.parametrize(("file", "limit"), [("max", None), ("400000000", 400_000_000)])
def test_a_control_group_has_less_than_the_machine(
    file: str, limit: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "a" / "memory.max").write_text(file)
    monkeypatch.setattr(allowance, "CONTROL_GROUPS", (("", tmp_path, "memory.max"),))
    own = tmp_path / "cgroup"
    own.write_text("0::/a/b\n")
    monkeypatch.setattr(allowance, "OWN_GROUPS", own)
    assert (share() == 300_000_000) is (limit is not None)


@pytest.mark.parametrize("tier", [search, search_native])
def test_a_search_stops_where_its_memory_ends(
    tier: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, looks = searched("proliant").counts, iter(range(1000))
    monkeypatch.setattr(allowance, "resident", lambda: (1 << 30) * (next(looks) > 20))
    ALLOWANCE.limit(1 << 29)
    report = tier(shipped("proliant"))
    assert (report.complete, report.stopped) == (False, "stopped at 512 MB of memory")
    assert report.counts is not None
    assert whole is not None
    assert 0 < report.counts.distinct < whole.distinct
    assert any(found.witness for found in report.found.values())


def test_starts_may_be_too_many_already(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "resident", lambda: 1 << 30)
    ALLOWANCE.limit(1 << 29)
    searching = NativeSearch(shipped("proliant"), slot_bits=1)
    searching.space.most_length = 0
    stopped = searching.run(10**6, None, None, None)
    report = searching.report(stopped)
    assert (report.complete, report.stopped, report.clean) == (
        False, "stopped at 512 MB of memory", -1)  # fmt: skip


def test_what_a_closed_search_found_stays_when_memory_ends_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("twinrom.proofs.engines.search.closed.LOOK_AT_CLOCK", 1)
    full = mock.Mock(over=lambda: "stopped at 1 GB of memory")
    monkeypatch.setattr("twinrom.proofs.engines.search.closed.ALLOWANCE", full)
    report = search_native(shipped("proliant"))
    assert (report.complete, report.stopped) == (
        True, "stopped at 1 GB of memory while deciding responses")  # fmt: skip


def test_a_process_that_does_not_ask_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twinrom.proofs.engines.processes.OWN_MEMORY", -(1 << 40))
    task = StandingTask((0, "proliant"), request("proliant"), Options(memory=1 << 30))
    [row] = supervise([task], 1).values()
    assert (row.standing, row.error) == ("undecided", "stopped at 1 GB of memory")


def test_the_limit_of_the_command_line_is_undecided() -> None:
    done = twinrom("sweep", "proliant", "--memory", "90M", "--json", "-")
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["rows"][0]["standing"] == "undecided"
    refused = twinrom("check", "proliant", "--memory", "2")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "write 500M or 2G" in refused.stderr


def test_this_process_is_somewhere_in_memory() -> None:
    assert resident() > 1 << 20
