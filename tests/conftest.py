"""What holds for every test."""

from __future__ import annotations

import pytest
from forking import SUBPROCESS

from twinrom.proofs.engines import processes


@pytest.fixture(autouse=True)
def _forked_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "subprocess", SUBPROCESS)
