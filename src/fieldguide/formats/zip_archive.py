"""Members of a zip archive, read straight from it."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from fieldguide.formats.files import read_nothing, read_stream, refuse_special
from fieldguide.formats.members import DAMAGE, Contents, Member
from fieldguide.types import Outcome, Refusal

_ENCRYPTED = 0x1
_NAME_IS_UTF8 = 0x800
_SMALL_CHUNK = 4096
_LARGE_CHUNK = 1 << 20


def open_zip(path: Path) -> Contents:
    """Read the archive's directory.

    The archive stays open as long as the contents, or the read of any member, are kept. Members are
    read in any order and from any thread.

    Raises:
        Exception: One of ``DAMAGE`` if the directory cannot be read.
    """
    archive = zipfile.ZipFile(path)
    files = [(_name(info), info) for info in archive.infolist() if not info.is_dir()]
    files.sort(key=lambda pair: pair[0])
    guesses: tuple[str, ...] = ()
    if any(name != info.filename for name, info in files):
        guesses = ("Names of members are read as UTF-8, though the archive does not say so.",)
    return Contents(partial(_members, archive, files), guesses)


def _members(
    archive: zipfile.ZipFile, files: list[tuple[str, zipfile.ZipInfo]]
) -> Iterator[Member]:
    for name, info in files:
        refusal = _refuse(info)
        read = read_nothing if refusal else partial(_read, archive, info)
        yield Member(name, read, refusal)


def _name(info: zipfile.ZipInfo) -> str:
    """Give the name as it was meant: macOS writes UTF-8 and does not set the flag for it."""
    if info.flag_bits & _NAME_IS_UTF8 or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _refuse(info: zipfile.ZipInfo) -> Refusal | None:
    mode = info.external_attr >> 16
    # Archives that were not written on Unix carry no kind of file.
    if stat.S_IFMT(mode) and (refusal := refuse_special(mode)):
        return refusal
    if info.flag_bits & _ENCRYPTED:
        return Refusal(Outcome.UNREADABLE, "it is encrypted; unpack the archive first")
    return None


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    # Only deflate bounds what one read unpacks; of the others a small piece is unpacked whole.
    bounded = info.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    chunk = _LARGE_CHUNK if bounded else _SMALL_CHUNK
    try:
        with archive.open(info) as stream:
            return read_stream(stream, limit, chunk)
    except DAMAGE as error:
        raise OSError(f"it cannot be read from the archive: {error}") from error
