"""WebP files; of animated ones the first picture."""

from __future__ import annotations

import io
import struct

from PIL import WebPImagePlugin

from fieldguide.pictures.container import (
    Container,
    broken,
    check_size,
    pillow_failures_as_broken,
)


def open_picture(data: bytes, max_pixels: int) -> Container:
    """Open a WebP file. Above 178 million pixels Pillow itself refuses it as too large.

    Args:
        data: The whole file.
        max_pixels: The largest picture that is accepted.

    Raises:
        PictureError: If it is broken or too large.

    Source:
        RFC 9649, "WebP Image Format".
    """
    width, height = _stored_size(data)
    check_size(width, height, max_pixels)
    if struct.unpack_from("<I", data, 4)[0] + 8 > len(data):
        raise broken("The file ends before its picture is complete.")
    with pillow_failures_as_broken():
        image = WebPImagePlugin.WebPImageFile(io.BytesIO(data))
    return Container(image, exif=image.info.get("exif"), icc=image.info.get("icc_profile"))


def _stored_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if len(data) < 30:
        raise broken("The file ends within its header.")
    if kind == b"VP8X":
        low, high = struct.unpack_from("<IH", data, 24)
        return (low & 0xFFFFFF) + 1, ((low >> 24) | (high << 8)) + 1
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = struct.unpack_from("<I", data, 21)[0]
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise broken("The file does not begin with a picture header.")
