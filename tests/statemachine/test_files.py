"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from twinrom.statemachine import InputError
from twinrom.statemachine.source.files import read_bytes, write_whole

if TYPE_CHECKING:
    from pathlib import Path


def test_writing_replaces_and_keeps_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(str(path), "one\n")
    path.chmod(0o640)
    write_whole(str(path), "two \N{GREEK SMALL LETTER ALPHA}\n")
    assert path.read_bytes() == "two \N{GREEK SMALL LETTER ALPHA}\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_writing_goes_through_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "a.txt", tmp_path / "link"
    path.write_text("one")
    link.symlink_to(path)
    write_whole(str(link), "two")
    assert link.is_symlink()
    assert path.read_text() == "two"


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError) as error:
        write_whole(str(path), "new")
    assert str(error.value) == f"{path}: cannot be written: no space left on device"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_files_that_cannot_be_written(tmp_path: Path) -> None:
    for path, message in ((str(tmp_path), "is a directory, not a file"),
                          (os.devnull, "is a device, not a file"),
                          (str(tmp_path / "no" / "a"),
                           "cannot be written: no such file or directory")):
        with pytest.raises(InputError) as error:
            write_whole(path, "x")
        assert str(error.value) == f"{path}: {message}"
    for path, text in (("a\0b", "x"), (str(tmp_path / "a"), "\ud800")):
        with pytest.raises(InputError, match="cannot be written"):
            write_whole(path, text)
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_neither_opened_nor_replaced(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(InputError, match="is a pipe, not a file"):
            write_whole(str(path), "x")
        with pytest.raises(InputError, match="is a pipe, not a file"):
            read_bytes(str(path), 1)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert sorted(tmp_path.iterdir()) == [link, pipe]
