"""Names that any database can store: valid text, bounded in length, one entry each."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePath

LONGEST_NAME = 4096
"""Characters of the longest name that is kept whole; Linux allows no longer path."""

_ARCHIVE_SUFFIXES = (".tar.gz", ".tar.bz2", ".tar.xz")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    r"""Give text in Unicode's form NFC, with what no database stores written as an escape.

    Bytes of a file name that are not UTF-8 reach Python as lone surrogates; they and NUL become
    visible escapes such as ``\xff``.

    Example:
        >>> print(clean("caf\udce9"))
        caf\xe9
    """
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _UNSTORABLE.sub(_escape, text)


def stem_of(filename: str) -> str:
    """Give a file's name without its suffix, or without both suffixes of a packed archive.

    Example:
        >>> stem_of("leaves.tar.gz")
        'leaves'
    """
    for suffix in _ARCHIVE_SUFFIXES:
        if filename.lower().endswith(suffix):
            return filename[: -len(suffix)]
    return PurePath(filename).stem


def slug(name: str) -> str:
    """Suggest a dataset's name from the name of its folder or the stem of its file.

    Accents are dropped, letters of other scripts are kept.

    Example:
        >>> slug("Coffee Leaves (v2)")
        'coffee-leaves-v2'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    kept = "".join(c if c.isalnum() else "-" for c in unicodedata.normalize("NFC", plain).lower())
    return re.sub("-+", "-", kept).strip("-")[:60].strip("-") or "dataset"


_SAY_NOTHING = frozenset(
    ("annotations", "data", "dataset", "images", "index", "labels", "list", "manifest", "metadata")
)


def slug_of_table(location: PurePath) -> str:
    """Suggest a dataset's name for a table: its stem, or its folder's name where that says more.

    Example:
        >>> slug_of_table(PurePath("/pictures/coffee/manifest.csv"))
        'coffee'
        >>> slug_of_table(PurePath("/pictures/leaves.csv"))
        'leaves'
    """
    stem = slug(stem_of(location.name))
    return slug(location.parent.name) if stem in _SAY_NOTHING and location.parent.name else stem


def some(names: Iterable[str], most: int = 5) -> str:
    """List names in a sentence, at most ``most`` of them.

    Example:
        >>> some(["a", "b", "c"], most=2)
        "'a', 'b' and 1 more"
    """
    known = list(names)
    shown = ", ".join(f"'{name}'" for name in known[:most])
    return shown if len(known) <= most else f"{shown} and {len(known) - most} more"


class UniqueNames:
    """Gives every entry of one source a name of its own, the same in every run.

    A name that was given before gets ``#2``, ``#3`` and so on; a name that is too long keeps its
    beginning and ends in a hash of the whole.

    Example:
        >>> names = UniqueNames()
        >>> names.claim("a.jpg"), names.claim("a.jpg")
        ('a.jpg', 'a.jpg#2')
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._repeats: dict[str, int] = {}

    def claim(self, name: str) -> str:
        """Take ``name``, or the next free one made from it."""
        name = _shorten(name)
        free = name
        while free in self._taken:
            self._repeats[name] = self._repeats.get(name, 1) + 1
            free = f"{name}#{self._repeats[name]}"
        self._taken.add(free)
        return free


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    # Python maps a byte that is not UTF-8 to U+DC00 plus the byte.
    return f"\\x{code & 0xFF:02x}" if code == 0 or 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _shorten(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: LONGEST_NAME - 100]}~{digest}"
