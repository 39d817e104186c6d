"""JPEG files without metadata; their coded pixels stay as they are, byte by byte."""

from __future__ import annotations

import re
import struct

from fieldguide.pictures.colour_profile import without_words
from fieldguide.pictures.jpeg import next_segment
from fieldguide.pictures.orientation import only_orientation

_END = 0xD9
_SCAN = 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Tables of codes and of coarseness, intervals of restarts, the number of lines.
_TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD})
_DESCRIBING = frozenset({*range(0xE0, 0xF0), 0xFE})

_LINES = 0xDC

# Within coded pixels 0xFF is followed by 0, by the number of a restart, or by itself as filling.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_JFIF_LENGTH, _ADOBE_LENGTH = 14, 12
_LARGEST_PART = 65_519


def strip(data: bytes) -> bytes | None:
    """Return a JPEG file with what its pixels are made of, and no more.

    Args:
        data: The whole file.

    Returns:
        The file; the very same bytes if there was nothing to leave out; None if it is built in a
        way that cannot be taken apart safely.

    Raises:
        PictureError: If it is broken before its pixels begin.

    Source:
        ITU-T T.81, annex B; JFIF 1.02; ICC.1:2022, annex B.4.
    """
    before = _Before()
    at = 2
    while True:
        marker, start, at = next_segment(data, at)
        if marker == _SCAN:
            break
        if not before.take(marker, data[start + 4 : at]):
            return None
    pixels = _pixels(data, start)
    return None if pixels is None else b"".join((b"\xff\xd8", *before.segments(), *pixels))


class _Before:
    """The segments before the pixels, sorted."""

    def __init__(self) -> None:
        self._jfif: bytes | None = None
        self._adobe: bytes | None = None
        self._exif: bytes | None = None
        self._profile: dict[int, bytes] = {}
        self._profile_parts = 0
        self._tables: list[bytes] = []

    def take(self, marker: int, body: bytes) -> bool:
        """Keep what is needed of a segment; False for one of an unknown kind."""
        if marker == _LINES and len(body) != 2:
            return False
        if marker in _TABLES or marker in _FRAMES:
            self._tables.append(_segment(marker, body))
        elif marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= _JFIF_LENGTH:
            # Without the thumbnail, whose width and height come last.
            self._jfif = self._jfif or body[: _JFIF_LENGTH - 2] + b"\0\0"
        elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= _ADOBE_LENGTH:
            self._adobe = body[:_ADOBE_LENGTH]
        elif marker == 0xE1 and body.startswith(b"Exif\0"):
            self._exif = self._exif or body[6:]
        elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\0") and len(body) > 14:
            self._profile_parts = body[13]
            self._profile.setdefault(body[12], body[14:])
        return marker in _TABLES | _FRAMES | _DESCRIBING

    def segments(self) -> list[bytes]:
        """The segments of the new file, in their order."""
        found = [] if self._jfif is None else [_segment(0xE0, self._jfif)]
        exif = only_orientation(self._exif)
        if exif is not None:
            found.append(_segment(0xE1, b"Exif\0\0" + exif))
        found += self._profile_segments()
        if self._adobe is not None:
            found.append(_segment(0xEE, self._adobe))
        return found + self._tables

    def _profile_segments(self) -> list[bytes]:
        numbers = range(1, self._profile_parts + 1)
        if not numbers or any(number not in self._profile for number in numbers):
            return []
        profile = without_words(b"".join(self._profile[number] for number in numbers))
        if profile is None:
            return []
        parts = [profile[at : at + _LARGEST_PART] for at in range(0, len(profile), _LARGEST_PART)]
        return [
            _segment(0xE2, b"ICC_PROFILE\0" + bytes((number, len(parts))) + part)
            for number, part in enumerate(parts, 1)
        ]


def _pixels(data: bytes, at: int) -> list[bytes | memoryview] | None:
    """The scans from ``at`` to the end of the picture, with the tables between them."""
    view = memoryview(data)
    kept: list[bytes | memoryview] = []
    while True:
        head = _whole_segment(data, at)
        if head is None:
            return None
        found = _MARKER.search(data, head)
        if found is None:
            return None
        kept.append(view[at : found.start()])
        at = found.start()
        while data[at + 1] != _SCAN:
            marker = data[at + 1]
            if marker == _END:
                kept.append(b"\xff\xd9")
                return kept
            end = _whole_segment(data, at)
            if end is None or data[end : end + 1] != b"\xff" or marker not in _TABLES | _DESCRIBING:
                return None
            if marker == _LINES and end != at + 6:
                return None
            if marker in _TABLES:
                kept.append(view[at:end])
            at = end


def _whole_segment(data: bytes, at: int) -> int | None:
    """Where the segment at ``at`` ends; None if the file ends before."""
    if at + 4 > len(data):
        return None
    end = at + 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    return end if at + 4 <= end < len(data) else None


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
