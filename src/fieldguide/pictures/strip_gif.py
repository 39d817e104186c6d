"""GIF files without comments; of animated ones the first picture, its coded pixels as they are."""

from __future__ import annotations

from fieldguide.pictures.container import broken
from fieldguide.pictures.gif import palette_length

_END = b"\x3b"
_CONTROL, _CONTROL_LENGTH = 0xF9, 8


def strip(data: bytes) -> bytes:
    """Return a GIF file with its first picture and no more.

    Args:
        data: The whole file.

    Returns:
        The file; the very same bytes if there was nothing to leave out.

    Raises:
        PictureError: If it is broken.

    Source:
        CompuServe, "Graphics Interchange Format, Version 89a".
    """
    if len(data) < 13:
        raise broken("The file ends within its header.")
    at = 13 + palette_length(data[10])
    head, control = data[:at], b""
    while data[at : at + 1] == b"\x21":
        end = _after_sub_blocks(data, at + 2)
        # It says which colour is transparent; the last one before the picture counts.
        if data[at + 1] == _CONTROL and end - at == _CONTROL_LENGTH:
            control = data[at:end]
        at = end
    if data[at : at + 1] != b"\x2c" or at + 11 > len(data):
        raise broken("The file holds no picture data.")
    end = _after_sub_blocks(data, at + 11 + palette_length(data[at + 9]))
    return head + control + data[at:end] + _END


def _after_sub_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    if at >= len(data):
        raise broken("The file ends before its picture is complete.")
    return at + 1
