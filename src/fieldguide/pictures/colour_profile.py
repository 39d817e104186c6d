"""Colour profiles without the words that programs and people wrote into them.

A profile is needed, for the colours depend upon it. But it may name a screen with its serial
number, a person or a program.
"""

from __future__ import annotations

import struct

_HEAD = 128
_ENTRY = 12
_MOST_TAGS = 200

# What colours are computed from; all else describes.
_OF_COLOURS = frozenset(
    {b"wtpt", b"bkpt", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"chad"}
    | {b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"D2B0", b"D2B1", b"D2B2", b"D2B3"}
    | {b"B2D0", b"B2D1", b"B2D2", b"B2D3", b"gamt", b"pre0", b"pre1", b"pre2", b"chrm", b"lumi"}
    | {b"cicp", b"clro", b"bfd "}
)

# Ids of who made the profile and of the device that it was measured for, and a hash of all.
_IDENTIFYING = ((4, 8), (24, 36), (48, 56), (80, 128))


def without_words(profile: bytes) -> bytes | None:
    """Return a profile with nothing but what colours are computed from.

    Args:
        profile: An ICC profile.

    Returns:
        The profile; the same bytes when it is one that this function made; None when it is damaged,
        so that nobody can say what it holds.

    Source:
        ICC.1:2022, sections 7.2 (header) and 7.3 (tag table).
    """
    if len(profile) < _HEAD + 4 or profile[36:40] != b"acsp":
        return None
    count = struct.unpack_from(">I", profile, _HEAD)[0]
    if count > _MOST_TAGS or len(profile) < _HEAD + 4 + count * _ENTRY:
        return None
    tags = [struct.unpack_from(">4sII", profile, _HEAD + 4 + n * _ENTRY) for n in range(count)]
    kept = [tag for tag in tags if tag[0] in _OF_COLOURS]
    if any(start + size > len(profile) or start < _HEAD for _, start, size in kept):
        return None
    return _packed(profile, kept)


def _packed(profile: bytes, kept: list[tuple[bytes, int, int]]) -> bytes:
    at = _HEAD + 4 + len(kept) * _ENTRY
    table, body = [], b""
    places: dict[tuple[int, int], int] = {}
    for name, start, size in kept:
        # Several tags may share one value: the three curves mostly do.
        if (start, size) not in places:
            places[start, size] = at + len(body)
            body += profile[start : start + size] + b"\0" * (-size % 4)
        table.append(struct.pack(">4sII", name, places[start, size], size))
    head = bytearray(profile[:_HEAD])
    for first, last in _IDENTIFYING:
        head[first:last] = b"\0" * (last - first)
    struct.pack_into(">I", head, 0, at + len(body))
    return bytes(head) + struct.pack(">I", len(kept)) + b"".join(table) + body
