"""GIF files; of animated ones the first picture."""

from __future__ import annotations

import io
import struct

from PIL import GifImagePlugin

from fieldguide.pictures.container import (
    Container,
    broken,
    check_size,
    pillow_failures_as_broken,
)

_EXTENSION, _PICTURE = 0x21, 0x2C
# Pillow warns about larger ones from within, and a GIF of that size has not been seen.
_MAX_PIXELS = 80_000_000


def open_picture(data: bytes, max_pixels: int) -> Container:
    """Open a GIF file.

    Args:
        data: The whole file.
        max_pixels: The largest picture that is accepted; never more than 80 million.

    Raises:
        PictureError: If it is broken or too large.

    Source:
        CompuServe, "Graphics Interchange Format, Version 89a".
    """
    if len(data) < 13:
        raise broken("The file ends within its header.")
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = _first_picture(data, 13 + palette_length(flags))
    left, top, frame_width, frame_height = struct.unpack_from("<HHHH", data, at + 1)
    check_size(frame_width, frame_height, max_pixels)
    # A first picture beyond the announced screen makes the screen larger.
    right, bottom = max(width, left + frame_width), max(height, top + frame_height)
    check_size(right, bottom, min(max_pixels, _MAX_PIXELS))
    with pillow_failures_as_broken():
        image = GifImagePlugin.GifImageFile(io.BytesIO(data))
    return Container(image)


def _first_picture(data: bytes, at: int) -> int:
    while at + 10 <= len(data):
        if data[at] == _PICTURE:
            return at
        if data[at] != _EXTENSION:
            break
        at += 2
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    raise broken("The file holds no picture data.")


def palette_length(flags: int) -> int:
    """Return how many bytes a palette takes, by the flags before it."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
