"""The worker processes of one run, in the process table of Linux."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

MODULE = b"twinrom.proofs.engines.worker"
linux = pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="reads the process table of Linux"
)


def marked() -> dict[str, str]:
    """Return an environment that tells the processes of one run from all others."""
    return {**os.environ, "TWINROM_RUN": secrets.token_hex(8)}


def workers(environment: dict[str, str]) -> set[str]:
    """Return the workers that have this environment."""
    mark = f"TWINROM_RUN={environment['TWINROM_RUN']}".encode()
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
            if MODULE in words and mark in (place / "environ").read_bytes().split(b"\0"):
                found.add(place.name)
        except OSError:  # it has just ended
            continue
    return found
