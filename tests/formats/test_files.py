from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest

from fieldguide.formats.files import (
    is_within,
    read_file,
    read_nothing,
    read_stream,
    refuse_error,
    refuse_special,
)
from fieldguide.types import Outcome


def test_read_file_gives_one_byte_past_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_file(path, 3) == b"1234"
    assert read_file(path, 4) == b"12345"
    assert read_file(path, 100) == b"12345"


def test_read_file_never_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        read_file(tmp_path / "pipe", 10)


def test_read_stream_reads_in_pieces() -> None:
    assert read_stream(io.BytesIO(b"x" * 10), 6, chunk=4) == b"x" * 7
    assert read_stream(io.BytesIO(b""), 6) == b""


def test_a_refused_file_cannot_be_read() -> None:
    with pytest.raises(OSError, match="refused"):
        read_nothing(1)


def test_is_within_looks_at_whole_components() -> None:
    assert is_within("/a/b", "/a")
    assert is_within("/a", "/a")
    assert is_within("/a", "/")
    assert not is_within("/ab", "/a")


def test_only_regular_files_are_opened() -> None:
    assert refuse_special(stat.S_IFREG) is None
    for mode in (stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFDIR, 0):
        refusal = refuse_special(mode)
        assert refusal is not None
        assert refusal.outcome is Outcome.REFUSED


def test_errors_of_the_system_become_outcomes() -> None:
    assert refuse_error(FileNotFoundError()).outcome is Outcome.MISSING
    denied = refuse_error(PermissionError(13, "Permission denied"))
    assert denied.outcome is Outcome.UNREADABLE
    assert "Permission denied" in denied.reason
