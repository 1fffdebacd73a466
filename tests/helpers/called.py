"""Calling the command line: in this process, or as one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from unittest import mock

import pytest
from asked import ROOT

from twinrom import command_line


def twinrom(*words: str, merged: bool = False, **extra: str) -> subprocess.CompletedProcess[str]:
    """Return what the command line prints and exits with, called in this process."""
    out, error = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with (
        mock.patch.dict(os.environ, _environment(extra)),
        mock.patch.object(sys, "argv", ["twinrom", *words]),
        redirect_stdout(out),
        redirect_stderr(out if merged else error),
        pytest.raises(SystemExit) as ended,
    ):
        command_line.main()
    said = (stream.buffer.getvalue().decode() for stream in (out, error))  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(words, int(ended.value.code or 0), *said)


def started(*words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Return the same of a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "twinrom", *words],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=300,
        env=os.environ | _environment(extra),
    )  # fmt: skip


def _environment(extra: dict[str, str]) -> dict[str, str]:
    return {"COLUMNS": "80", "NO_COLOR": "1", **extra}
