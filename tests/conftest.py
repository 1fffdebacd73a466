"""Where `TWINROM_REQUIRE_TOOLS` is set, a test that is skipped for want of a tool fails.

`--part 2/6` runs one of six parts of the tests: each test is always in the same one.
"""

from __future__ import annotations

import os
import re
import signal
import zlib
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

REQUIRED = bool(os.environ.get("TWINROM_REQUIRE_TOOLS"))
WANTING = re.compile(r"install|needs|could not import")
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is born deaf to it
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", default="1/1", help="one of so many parts of the tests: 2/6")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    part, parts = map(int, config.getoption("--part").split("/"))
    if not 1 <= part <= parts:
        raise pytest.UsageError(f"--part {part}/{parts}: there is no such part")
    mine = [zlib.crc32(item.nodeid.encode()) % parts == part - 1 for item in items]
    config.hook.pytest_deselected(items=[i for i, own in zip(items, mine, strict=True) if not own])
    items[:] = [item for item, own in zip(items, mine, strict=True) if own]


def judged(report: Report) -> Report:
    """Return the report, as a failure where it is a skip that is not allowed."""
    if REQUIRED and report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if WANTING.search(reason):
            report.outcome = "failed"
            report.longrepr = f"not skipped, for tools are required here: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return judged((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return judged((yield))
