"""The one thing that a picture's metadata must say: which way up it lies."""

from __future__ import annotations

import struct

from fieldguide.pictures.metadata import read_metadata


def only_orientation(exif: bytes | None) -> bytes | None:
    """Return an EXIF block that says how the picture lies and nothing else.

    Args:
        exif: An EXIF block, with or without its ``Exif`` prefix, or None.

    Returns:
        The block, without the prefix; None for a picture that lies upright.
    """
    number = read_metadata(exif).orientation
    if number == 1:
        return None
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x0112, 3, 1, number, 0, 0)
