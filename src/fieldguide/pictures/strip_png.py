"""PNG files without metadata; their coded pixels stay as they are, byte by byte."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from fieldguide.pictures.colour_profile import without_words
from fieldguide.pictures.orientation import only_orientation
from fieldguide.pictures.png import chunks, inflate_profile

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
# What screens need beside the pixels, with the lengths that leave no room for words.
_SHOWN: dict[bytes, frozenset[int]] = {
    b"gAMA": frozenset({4}),
    b"cHRM": frozenset({32}),
    b"sRGB": frozenset({1}),
    b"cICP": frozenset({4}),
    b"mDCV": frozenset({24}),
    b"cLLI": frozenset({8}),
    b"pHYs": frozenset({9}),
    b"sBIT": frozenset({1, 2, 3, 4}),
}


def strip(data: bytes) -> bytes:
    """Return a PNG file with what its pixels are made of, and no more; of animations the first.

    Args:
        data: The whole file.

    Returns:
        The file; the very same bytes if there was nothing to leave out.

    Raises:
        PictureError: If it is broken.

    Source:
        W3C, "Portable Network Graphics (PNG) Specification (Third Edition)".
    """
    return b"".join((_SIGNATURE, *_kept(data)))


def _kept(data: bytes) -> Iterator[bytes | memoryview]:
    exif = _exif(data)
    for kind, body, whole in chunks(data):
        if kind == b"iCCP":
            yield _profile(bytes(body))
        elif kind in _PIXELS or len(body) in _SHOWN.get(kind, ()):
            yield whole
        if kind == b"IHDR" and exif is not None:
            yield _chunk(b"eXIf", exif)


def _exif(data: bytes) -> bytes | None:
    blocks = (bytes(body) for kind, body, _ in chunks(data) if kind == b"eXIf")
    return only_orientation(next((block for block in blocks if block), None))


def _profile(body: bytes) -> bytes:
    profile = inflate_profile(body)
    bare = None if profile is None else without_words(profile)
    return b"" if bare is None else _chunk(b"iCCP", b"icc\0\0" + zlib.compress(bare, 9))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
