"""Where `TWINROM_REQUIRE_TOOLS` is set, a test that is skipped for want of a tool fails."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

REQUIRED = bool(os.environ.get("TWINROM_REQUIRE_TOOLS"))
WANTING = re.compile(r"install|needs|could not import")
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is born deaf to it
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


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
