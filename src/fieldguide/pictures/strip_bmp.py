"""BMP files without what may lie between and behind their parts; their pixels as they are."""

from __future__ import annotations

import struct

_FILE_HEAD = 14
_UNCOMPRESSED = frozenset({0, 3, 6})
_MASKS = {3: 12, 6: 16}
_COLOUR_SPACE_AT, _SRGB = 56, b"BGRs"


def strip(data: bytes) -> bytes | None:
    """Return a BMP file with header, palette and pixels, and no more.

    Args:
        data: The whole file.

    Returns:
        The file; the very same bytes if there was nothing to leave out; None for a packed picture,
        or one whose header is of a rare kind.
    """
    if len(data) < _FILE_HEAD + 40:
        return None
    pixels_at, size = struct.unpack_from("<II", data, 10)
    if size not in {40, 52, 56, 108, 124} or len(data) < _FILE_HEAD + size:
        return None
    width, height, _, depth, packing = struct.unpack_from("<iiHHI", data, 18)
    used = struct.unpack_from("<I", data, 46)[0]
    if packing not in _UNCOMPRESSED or width <= 0 or depth not in {1, 2, 4, 8, 16, 24, 32}:
        return None
    masks = _MASKS.get(packing, 0) if size == 40 else 0
    colours = (used or 1 << depth) if depth <= 8 else 0
    if colours > 256:
        return None
    head_end = _FILE_HEAD + size + masks + 4 * colours
    rows = (width * depth + 31) // 32 * 4 * abs(height)
    if pixels_at < head_end or pixels_at + rows > len(data):
        return None
    head = bytearray(data[:head_end])
    struct.pack_into("<IHHI", head, 2, head_end + rows, 0, 0, head_end)
    # The length of the pixels, and the number of colours of a palette that goes along.
    struct.pack_into("<I", head, 34, rows)
    struct.pack_into("<I", head, 46, colours if used else 0)
    if size >= 108:
        # The colour space may be a profile, or the path of one on somebody's computer.
        head[_FILE_HEAD + _COLOUR_SPACE_AT : _FILE_HEAD + 108] = _SRGB + b"\0" * 48
    if size == 124:
        struct.pack_into("<IIII", head, _FILE_HEAD + 108, 4, 0, 0, 0)
    return bytes(head) + data[pixels_at : pixels_at + rows]
