"""Members of an archive as both kinds of archive hand them out, and the faults of damaged ones."""

from __future__ import annotations

import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fieldguide.formats.names import clean
from fieldguide.types import Outcome, Refusal

DAMAGE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises on damaged or hostile archives."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive.

    Attributes:
        name: Its name as the archive writes it.
        read: Gives at most a number of its bytes and one more; may raise ``OSError``.
        refusal: Set when it must not be read.
    """

    name: str
    read: Callable[[int], bytes]
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What opening an archive gave.

    Attributes:
        members: Gives a fresh iterator over the members, folders left out, in a fixed order.
        guesses: What was taken for granted, in full sentences.
    """

    members: Callable[[], Iterator[Member]]
    guesses: tuple[str, ...] = ()


def normal_path(name: str) -> str:
    """Give a member's name as a path without empty components and ``.``.

    Example:
        >>> normal_path("./cat//1.jpg")
        'cat/1.jpg'
    """
    return "/".join(part for part in clean(name).split("/") if part not in {"", "."})


def refuse_name(name: str) -> Refusal | None:
    """Refuse a member whose name could lead out of the archive, or None for a harmless one."""
    if name.startswith("/"):
        reason = "its name is an absolute path"
    elif "\\" in name:
        reason = "its name has a backslash"
    elif re.match("[A-Za-z]:", name):
        reason = "its name begins with a drive letter"
    elif ".." in name.split("/"):
        reason = "its name has '..' and could lead out of the archive"
    elif not normal_path(name):
        reason = "it has no name"
    else:
        return None
    return Refusal(Outcome.REFUSED, reason)
