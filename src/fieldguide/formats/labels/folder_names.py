"""Names of folders and files that every common system can hold, made from any text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from fieldguide.formats.layout import part_named
from fieldguide.formats.litter import is_litter
from fieldguide.formats.names import clean

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST = 120
_BEGINNINGS = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
)


def plain_name(text: str, otherwise: str) -> str:
    r"""Make a name of one file or folder that leads nowhere else.

    Args:
        text: Any text.
        otherwise: The name where nothing is left of it.

    Example:
        >>> plain_name("../etc", "x"), plain_name("rust/late", "x"), plain_name("..", "class")
        ('_etc', 'rust_late', 'class')
    """
    name = _FORBIDDEN.sub("_", clean(text))
    while len(name.encode()) > _LONGEST:
        name = name[:-1]
    name = name.lstrip(". ").rstrip(". ") or otherwise
    return f"_{name}" if _RESERVED.fullmatch(name) or is_litter(name) else name


def name_folders(classes: Iterable[str]) -> dict[str, str]:
    """Give each class a folder of its own, by a name that no system takes for another's.

    Classes called like a part, such as ``train``, get a name that is none.

    Example:
        >>> name_folders(["Oak", "oak", "a/b", "test"])
        {'Oak': 'Oak', 'oak': 'oak~2', 'a/b': 'a_b', 'test': 'test_'}
    """
    names = _Names()
    folders: dict[str, str] = {}
    for kind in classes:
        name = plain_name(kind, "class")
        name = f"{name}_" if part_named(name) else name
        folders[kind] = names.claim(name)
    return folders


class FileNames:
    """Names the files of a folder export; remembers one short name per picture."""

    def __init__(self) -> None:
        self._names = _Names()

    def claim(self, picture: str, data: bytes) -> str:
        """Give a name that no other file of the export has, so that it can be moved at will.

        Args:
            picture: The picture's name in the dataset.
            data: Its bytes, which tell the suffix where the name has none.
        """
        name = plain_name(picture.rpartition("/")[2], "picture")
        path = PurePosixPath(name)
        known = path.suffix.lower() in PICTURE_SUFFIXES
        stem, suffix = (path.stem, path.suffix) if known else (name, suffix_of(data))
        return self._names.claim(stem, suffix)


def suffix_of(data: bytes) -> str:
    """Give the suffix that fits a picture's first bytes, or none."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    return next((suffix for start, suffix in _BEGINNINGS if data.startswith(start)), "")


class _Names:
    """Names given so far; upper and lower case are the same to some systems."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def claim(self, stem: str, suffix: str = "") -> str:
        """Take a name, or the next free one."""
        name = f"{stem}{suffix}"
        first = name.casefold()
        while name.casefold() in self._last:
            self._last[first] += 1
            name = f"{stem}~{self._last[first]}{suffix}"
        self._last[name.casefold()] = 1
        return name
