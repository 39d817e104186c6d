"""Reading of files that nobody has checked: bounded, and never anything but a regular file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

from fieldguide.types import Outcome, Refusal

_CHUNK = 1 << 20


def read_file(path: Path, limit: int) -> bytes:
    """Read at most ``limit`` bytes of a regular file, and one more if there is one.

    Raises:
        OSError: If it cannot be read, or is not a regular file.
    """
    # Without O_NONBLOCK, opening a pipe that has replaced the file would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is not a regular file")
        return read_stream(stream, limit)


def read_stream(stream: IO[bytes], limit: int, chunk: int = _CHUNK) -> bytes:
    """Read at most ``limit`` bytes of a stream and one more, ``chunk`` bytes at a time."""
    pieces: list[bytes] = []
    missing = limit + 1
    while missing > 0:
        piece = stream.read(min(chunk, missing))
        if not piece:
            break
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def read_nothing(limit: int) -> bytes:
    """Stand in for ``Entry.read`` where a refusal says that it must not be called.

    Raises:
        OSError: Always.
    """
    raise OSError(f"a refused file is not read (limit {limit})")


def is_within(path: str, folder: str) -> bool:
    """Whether a resolved path is a resolved folder or lies below it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def refuse_special(mode: int) -> Refusal | None:
    """Say why a file of this mode is not opened, or None for a regular file."""
    if stat.S_ISREG(mode):
        return None
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
        stat.S_IFLNK: "a link",
    }
    kind = kinds.get(stat.S_IFMT(mode), "a special file")
    return Refusal(Outcome.REFUSED, f"it is {kind}, not a file")


def refuse_error(error: OSError) -> Refusal:
    """Turn the system's answer for a path into a refusal: missing, or there but unreadable."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Refusal(Outcome.MISSING, "there is no such file")
    return Refusal(Outcome.UNREADABLE, f"the system answers: {error.strerror or error}")
