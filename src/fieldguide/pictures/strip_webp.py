"""WebP files without metadata; their coded pixels stay as they are, byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from fieldguide.pictures.colour_profile import without_words
from fieldguide.pictures.container import broken
from fieldguide.pictures.orientation import only_orientation

_PROFILE_FLAG, _ALPHA_FLAG, _EXIF_FLAG = 0x20, 0x10, 0x08
_CODED = frozenset({b"VP8 ", b"VP8L"})


def strip(data: bytes) -> bytes | None:
    """Return a WebP file with what its pixels are made of, and no more.

    Args:
        data: The whole file.

    Returns:
        The file; the very same bytes if there was nothing to leave out; None for an animation, or
        a file that is built in another way.

    Raises:
        PictureError: If it is broken.

    Source:
        RFC 9649, "WebP Image Format".
    """
    parts: dict[bytes, bytes] = {}
    for kind, body in _chunks(data):
        if kind in {b"ANIM", b"ANMF"}:
            return None
        # The first of its kind is the one that counts.
        parts.setdefault(kind, body)
    coded = [kind for kind in parts if kind in _CODED]
    if len(coded) != 1:
        return None
    profile = without_words(parts[b"ICCP"]) if b"ICCP" in parts else None
    exif = only_orientation(parts.get(b"EXIF"))
    alpha = parts.get(b"ALPH") if coded == [b"VP8 "] else None
    kept = b""
    if b"VP8X" in parts:
        if len(parts[b"VP8X"]) != 10:
            return None
        flags = parts[b"VP8X"][0] & _ALPHA_FLAG
        flags |= _PROFILE_FLAG if profile else 0
        flags |= _EXIF_FLAG if exif else 0
        kept += _chunk(b"VP8X", bytes((flags, 0, 0, 0)) + parts[b"VP8X"][4:])
        kept += _chunk(b"ICCP", profile) if profile else b""
        kept += _chunk(b"ALPH", alpha) if alpha else b""
    kept += _chunk(coded[0], parts[coded[0]])
    if b"VP8X" in parts and exif:
        kept += _chunk(b"EXIF", exif)
    return b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + kept


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data):
        raise broken("The file ends before its picture is complete.")
    at = 12
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            raise broken("The file ends before its picture is complete.")
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
