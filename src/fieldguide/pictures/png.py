"""PNG files; of animated ones the default picture."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import PngImagePlugin

from fieldguide.pictures.container import (
    Container,
    broken,
    check_size,
    pillow_failures_as_broken,
)

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXEL_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_MAX_PROFILE = 4 * 1024 * 1024


def open_picture(data: bytes, max_pixels: int) -> Container:
    """Open a PNG file.

    Args:
        data: The whole file.
        max_pixels: The largest picture that is accepted.

    Raises:
        PictureError: If it is broken or too large.

    Source:
        W3C, "Portable Network Graphics (PNG) Specification (Third Edition)".
    """
    kept: list[bytes | memoryview] = [_SIGNATURE]
    exif = icc = None
    seen: set[bytes] = set()
    for kind, body, whole in chunks(data):
        if not seen:
            _check_header(kind, body, max_pixels)
        if kind in _PIXEL_CHUNKS:
            kept.append(whole)
        elif kind == b"eXIf":
            exif = exif or bytes(body)
        elif kind == b"iCCP":
            icc = icc or inflate_profile(bytes(body))
        seen.add(kind)
    if b"IDAT" not in seen:
        raise broken("The file holds no picture data.")
    if data[25] == 3 and b"PLTE" not in seen:
        raise broken("The picture's colours are numbers of a palette, and it has no palette.")
    with pillow_failures_as_broken():
        image = PngImagePlugin.PngImageFile(io.BytesIO(b"".join(kept)))
    return Container(image, exif=exif, icc=icc)


def _check_header(kind: bytes, body: memoryview, max_pixels: int) -> None:
    if kind != b"IHDR" or len(body) != 13:
        raise broken("The file does not begin with a picture header.")
    width, height = struct.unpack_from(">II", body)
    check_size(width, height, max_pixels)


def chunks(data: bytes) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """Go through the chunks: each one's kind, body, and all of its bytes; checks their sums.

    Raises:
        PictureError: If the file is damaged or ends early.
    """
    view = memoryview(data)
    at = len(_SIGNATURE)
    kind = b""
    while kind != b"IEND":
        if at + 12 > len(data):
            raise broken("The file ends before its picture is complete.")
        length = struct.unpack_from(">I", data, at)[0]
        kind = data[at + 4 : at + 8]
        end = at + 12 + length
        if not kind.isalpha():
            raise broken(f"The file holds a part of an unknown kind ({kind.hex(' ')}).")
        if kind != b"IHDR" and end > len(data):
            raise broken("The file ends before its picture is complete.")
        if kind in _PIXEL_CHUNKS and kind != b"IHDR":
            _check_sum(view[at:end], kind)
        yield kind, view[at + 8 : end - 4], view[at:end]
        at = end


def _check_sum(whole: memoryview, kind: bytes) -> None:
    if zlib.crc32(whole[4:-4]) != struct.unpack(">I", whole[-4:])[0]:
        raise broken(f"The file is damaged: the check sum of its {kind.decode()} part is wrong.")


def inflate_profile(body: bytes) -> bytes | None:
    """Return the colour profile in the body of an ``iCCP`` chunk, if it can be unpacked."""
    _, _, packed = body.partition(b"\0")
    try:
        profile = zlib.decompressobj().decompress(packed[1:], _MAX_PROFILE + 1)
    except zlib.error:
        return None
    return profile if len(profile) <= _MAX_PROFILE else None
