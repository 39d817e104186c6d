"""Members of a tar archive, plain or packed, read straight from it in its own order."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from fieldguide.formats.files import read_nothing, read_stream
from fieldguide.formats.members import DAMAGE, Contents, Member
from fieldguide.types import Outcome, Refusal

_LONGEST_READ = 16 << 20
"""Bytes of the longest single read; only a forged header asks for more."""


def open_tar(path: Path) -> Contents:
    """Prepare to read the archive.

    Reading a member before the next one is taken costs one pass through the archive in all. A
    member may also be read later and from another thread; in a packed archive that unpacks it again
    from its beginning, each time.
    """
    return Contents(lambda: _Tape(path).members())


class _Tape:
    """One pass through an archive. The lock keeps reads of members and the pass itself apart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._archive: tarfile.TarFile | None = None

    def members(self) -> Iterator[Member]:
        with _unpacked(self._path) as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
            self._archive = archive
            try:
                while info := self._next(archive):
                    if not info.isdir():
                        refusal = _refuse(info)
                        read = read_nothing if refusal else partial(self._read, info)
                        yield Member(info.name, read, refusal)
                with self._lock:
                    _check_end(archive, stream)
            finally:
                with self._lock:
                    self._archive = None

    def _next(self, archive: tarfile.TarFile) -> tarfile.TarInfo | None:
        with self._lock:
            info = archive.next()
            # The library keeps every member, a kilobyte each, which a million files would feel.
            cast("Any", archive).members.clear()
            return info

    def _read(self, info: tarfile.TarInfo, limit: int) -> bytes:
        try:
            with self._lock:
                if self._archive is not None:
                    return _read_member(self._archive, info, limit)
            with _unpacked(self._path) as stream, tarfile.open(fileobj=stream, mode="r:") as again:
                return _read_member(again, info, limit)
        except DAMAGE as error:
            raise OSError(f"it cannot be read from the archive: {error}") from error


class _Wary(io.BufferedIOBase):
    """A stream that refuses the huge reads by which a forged header would fill the memory."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= _LONGEST_READ:
            raise tarfile.ReadError(f"a header claims to be {size} bytes long")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        super().close()


def _unpacked(path: Path) -> _Wary:
    openers: dict[bytes, Callable[[Path], object]] = {
        b"\x1f\x8b": gzip.open,
        b"BZh": bz2.open,
        b"\xfd7zXZ\x00": lzma.open,
    }
    with path.open("rb") as start:
        magic = start.read(6)
    for prefix, opener in openers.items():
        if magic.startswith(prefix):
            return _Wary(cast("IO[bytes]", opener(path)))
    return _Wary(path.open("rb"))


def _refuse(info: tarfile.TarInfo) -> Refusal | None:
    if info.isreg():
        return None
    if info.issym() or info.islnk():
        return Refusal(Outcome.REFUSED, "it is a link; pack the file itself")
    return Refusal(Outcome.REFUSED, "it is a device, a pipe or another special member")


def _read_member(archive: tarfile.TarFile, info: tarfile.TarInfo, limit: int) -> bytes:
    stream = archive.extractfile(info)
    if stream is None:
        raise OSError("it holds no bytes")
    with stream:
        found = read_stream(stream, limit)
    if len(found) < min(info.size, limit + 1):
        raise OSError("the archive ends in the middle of it")
    return found


def _check_end(archive: tarfile.TarFile, stream: _Wary) -> None:
    """Tell a whole archive from one whose rest cannot be read, which the library passes over."""
    stream.seek(archive.offset)
    block = stream.read(tarfile.BLOCKSIZE)
    if block.strip(b"\0"):
        raise tarfile.ReadError(f"it is damaged at byte {archive.offset}")
