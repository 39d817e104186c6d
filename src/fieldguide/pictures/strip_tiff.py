"""TIFF files written anew with nothing but their first picture; its coded pixels as they are."""

from __future__ import annotations

import struct

from fieldguide.pictures.colour_profile import without_words
from fieldguide.pictures.metadata import read_metadata
from fieldguide.pictures.tiff_directory import Directory, TagFile

_COMPRESSION, _ORIENTATION, _PROFILE = 259, 274, 34675
_STRIPS, _STRIP_LENGTHS, _TILES, _TILE_LENGTHS = 273, 279, 324, 325
_SHORT, _LONG, _BYTES = 3, 4, 7
# Width, height, depth, photometric, fill order, samples, rows, planes, fax options, predictor,
# palette, tile sizes, ink set, extra samples, sample format, and how YCbCr is coded.
_KEPT = frozenset(
    {256, 257, 258, _COMPRESSION, 262, 266, 277, 278, 284, 292, 293, 317, 320, 322, 323, 332}
    | {338, 339, 529, 530, 531, 532}
)
# JPEG inside TIFF brings segments of its own, which are not looked into.
_KNOWN_COMPRESSIONS = frozenset({1, 2, 3, 4, 5, 8, 32773, 32946})
_ITEM_LENGTHS = {1: 1, 3: 2, 4: 4, 5: 8, 11: 4}
_MOST_PARTS = 100_000


def strip(data: bytes) -> bytes | None:
    """Return a TIFF file with the pixels of its first picture, and no more.

    Args:
        data: The whole file.

    Returns:
        The file; None if it is coded in a way that cannot be taken apart safely.

    Source:
        Adobe, "TIFF Revision 6.0".
    """
    try:
        file = TagFile(data)
    except ValueError:
        return None
    tags = file.first()
    parts = _parts(tags, data)
    packing = tags[_COMPRESSION].numbers(1) if _COMPRESSION in tags else (1.0,)
    if file.big or parts is None or not packing or int(packing[0]) not in _KNOWN_COMPRESSIONS:
        return None
    order = file.order
    values: dict[int, tuple[int, int, bytes]] = {}
    for tag in _KEPT & tags.keys():
        entry = tags[tag]
        if entry.kind not in _ITEM_LENGTHS:
            return None
        values[tag] = (entry.kind, entry.count, entry.value())
    orientation = read_metadata(data).orientation
    if orientation != 1:
        values[_ORIENTATION] = (_SHORT, 1, struct.pack(f"{order}H", orientation))
    profile = without_words(tags[_PROFILE].value()) if _PROFILE in tags else None
    if profile is not None:
        values[_PROFILE] = (_BYTES, len(profile), profile)
    return _written(order, values, parts, tiled=_STRIPS not in tags)


def _parts(tags: Directory, data: bytes) -> list[bytes] | None:
    starts, lengths = (_STRIPS, _STRIP_LENGTHS) if _STRIPS in tags else (_TILES, _TILE_LENGTHS)
    if starts not in tags or lengths not in tags or tags[starts].count > _MOST_PARTS:
        return None
    count = tags[starts].count
    places = list(zip(tags[starts].numbers(count), tags[lengths].numbers(count), strict=False))
    if len(places) != count or sum(size for _, size in places) > len(data):
        return None
    if any(start < 8 or start + size > len(data) for start, size in places):
        return None
    return [data[int(start) : int(start + size)] for start, size in places]


def _written(
    order: str,
    values: dict[int, tuple[int, int, bytes]],
    parts: list[bytes],
    *,
    tiled: bool,
) -> bytes:
    body = bytearray(struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 0))
    offsets = []
    for part in parts:
        offsets.append(len(body))
        body += part + b"\0" * (len(part) % 2)
    for tag, numbers in (
        (_TILES if tiled else _STRIPS, offsets),
        (_TILE_LENGTHS if tiled else _STRIP_LENGTHS, [len(part) for part in parts]),
    ):
        packed = struct.pack(f"{order}{len(numbers)}I", *numbers)
        values[tag] = (_LONG, len(numbers), packed)
    entries = []
    for tag, (kind, count, value) in sorted(values.items()):
        if len(value) <= 4:
            held = value.ljust(4, b"\0")
        else:
            held = struct.pack(f"{order}I", len(body))
            body += value + b"\0" * (len(value) % 2)
        entries.append(struct.pack(f"{order}HHI", tag, kind, count) + held)
    struct.pack_into(f"{order}I", body, 4, len(body))
    return bytes(body) + struct.pack(f"{order}H", len(entries)) + b"".join(entries) + b"\0" * 4
