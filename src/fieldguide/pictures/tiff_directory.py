"""Directories of TIFF tags: the structure of TIFF files and, the same, of EXIF blocks.

Pillow's own reader announces every oddity through ``warnings``, whose filters belong to the whole
process and not to a thread. This one drops what is malformed and keeps silent.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

_ITEM_FORMATS = {
    1: "B",  # byte
    2: "s",  # text
    3: "H",  # short
    4: "I",  # long
    5: "II",  # fraction
    6: "b",  # signed byte
    7: "s",  # bytes without a meaning of their own
    8: "h",  # signed short
    9: "i",  # signed long
    10: "ii",  # signed fraction
    11: "f",
    12: "d",
    13: "I",  # offset of a directory
    16: "Q",  # long of BigTIFF
    17: "q",
    18: "Q",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag of a directory. Its value is cut out only when asked for.

    Attributes:
        kind: The type's number in the TIFF definition.
        count: How many items it holds.
        order: ``"<"`` or ``">"``, as ``struct`` writes it.
        packed: The entry as it stands in the directory, with the offset of a longer value.
        data: The bytes that the value lies in.
        start: Where in them it begins.
        outside: Whether it lies outside the directory.
    """

    kind: int
    count: int
    order: str
    packed: bytes
    data: bytes
    start: int
    outside: bool

    @property
    def length(self) -> int:
        """The value's length in bytes."""
        return self.count * _item_length(self.kind)

    def value(self, limit: int | None = None) -> bytes:
        """The value's bytes, or only the first ``limit`` of them."""
        return self.data[self.start : self.start + min(self.length, limit or self.length)]

    def numbers(self, limit: int = 64) -> tuple[float, ...]:
        """The first ``limit`` items as finite numbers; text, x/0 and NaN are left out."""
        item = _ITEM_FORMATS[self.kind]
        if item == "s":
            return ()
        count = min(self.count, limit)
        layout = f"{self.order}{count * len(item)}{item[0]}"
        values = struct.unpack_from(layout, self.data, self.start)
        if len(item) == 1:
            return tuple(value for value in values if math.isfinite(value))
        pairs = zip(values[::2], values[1::2], strict=True)
        return tuple(top / bottom for top, bottom in pairs if bottom)

    def text(self) -> str:
        """The first 200 bytes up to a zero, as UTF-8 or else Latin-1; empty for numbers."""
        if _ITEM_FORMATS[self.kind] != "s":
            return ""
        raw = self.value(200).split(b"\0", 1)[0]
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("latin-1")


class Directory(dict[int, Entry]):
    """Tag number to its entry.

    Attributes:
        damaged: Tags that are left out because their entries are malformed.
        complete: Whether the directory exists and lies within the file.
    """

    def __init__(self) -> None:
        super().__init__()
        self.damaged: set[int] = set()
        self.complete = False


@dataclass(frozen=True, slots=True)
class TagFile:
    """A TIFF file or an EXIF block.

    Args:
        data: All bytes; offsets count from their start.

    Raises:
        ValueError: If they do not begin with a TIFF header.
    """

    data: bytes

    def __post_init__(self) -> None:
        if self.data[:4] not in {b"II\x2a\0", b"MM\0\x2a", b"II\x2b\0", b"MM\0\x2b"}:
            raise ValueError("TIFF tags begin with II*, MM*, II+ or MM+")

    @property
    def order(self) -> str:
        """The byte order, as ``struct`` writes it."""
        return "<" if self.data[:2] == b"II" else ">"

    @property
    def big(self) -> bool:
        """Whether it is a BigTIFF, with offsets of 8 bytes."""
        return b"\x2b" in self.data[2:4]

    def first(self) -> Directory:
        """The first directory."""
        layout, at = (f"{self.order}Q", 8) if self.big else (f"{self.order}I", 4)
        if len(self.data) < at + struct.calcsize(layout):
            return Directory()
        return self.directory(struct.unpack_from(layout, self.data, at)[0])

    def directory(self, offset: int) -> Directory:
        """The directory that begins at an offset; empty if there is none."""
        head, size = (f"{self.order}Q", 20) if self.big else (f"{self.order}H", 12)
        start = offset + struct.calcsize(head)
        entries = Directory()
        if offset < 8 or start > len(self.data):
            return entries
        end = start + struct.unpack_from(head, self.data, offset)[0] * size
        entries.complete = end <= len(self.data)
        for at in range(start, min(end, len(self.data) - size + 1), size):
            tag = struct.unpack_from(f"{self.order}H", self.data, at)[0]
            entry = self._entry(at)
            if entry is not None:
                entries.setdefault(tag, entry)
            else:
                entries.damaged.add(tag)
        return entries

    def following(self, offset: int | None = None) -> int:
        """The offset of the directory after that at ``offset``, or after the first; 0 if none."""
        word, at = ("Q", 8) if self.big else ("I", 4)
        head, size = (f"{self.order}Q", 20) if self.big else (f"{self.order}H", 12)
        if offset is None:
            if len(self.data) < at + struct.calcsize(f"={word}"):
                return 0
            offset = int(struct.unpack_from(f"{self.order}{word}", self.data, at)[0])
        if offset < 8 or offset + struct.calcsize(head) > len(self.data):
            return 0
        count = struct.unpack_from(head, self.data, offset)[0]
        end = offset + struct.calcsize(head) + count * size
        if end + struct.calcsize(f"={word}") > len(self.data):
            return 0
        return int(struct.unpack_from(f"{self.order}{word}", self.data, end)[0])

    def _entry(self, at: int) -> Entry | None:
        word, size = ("Q", 20) if self.big else ("I", 12)
        kind, count = struct.unpack_from(f"{self.order}H{word}", self.data, at + 2)
        if kind not in _ITEM_FORMATS or not count:
            return None
        length = count * _item_length(kind)
        start = at + size - struct.calcsize(f"={word}")
        outside = length > at + size - start
        if outside:
            start = struct.unpack_from(f"{self.order}{word}", self.data, start)[0]
        if start + length > len(self.data):
            return None
        packed = self.data[at : at + size]
        return Entry(kind, count, self.order, packed, self.data, start, outside)


def _item_length(kind: int) -> int:
    return struct.calcsize(f"={_ITEM_FORMATS[kind]}")
