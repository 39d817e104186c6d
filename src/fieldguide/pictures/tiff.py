"""TIFF files, BigTIFF included: their first picture."""

from __future__ import annotations

import io
import struct

from PIL import ImageFile, TiffImagePlugin

from fieldguide.errors import PictureError
from fieldguide.pictures.container import (
    Container,
    broken,
    check_size,
    pillow_failures_as_broken,
)
from fieldguide.pictures.tiff_directory import Directory, TagFile
from fieldguide.types import Outcome

_SUBFILE, _WIDTH, _HEIGHT, _DEPTH, _PHOTOMETRIC = 254, 256, 257, 258, 262
_STRIPS, _SAMPLES, _ROWS, _STRIP_LENGTHS, _PLANAR = 273, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_LENGTHS, _PROFILE = 322, 323, 324, 325, 34675
_COLOUR_FILTER_ARRAY, _LINEAR_RAW = 32803, 34892
_LONG = 4
_MAX_SAMPLES = 6

# Besides the above: compression, fill order, fax options, predictor, ink set, old and new JPEG.
_SINGLE = frozenset(
    {_WIDTH, _HEIGHT, 259, _PHOTOMETRIC, 266, _SAMPLES, _ROWS, _PLANAR, 292, 293, 317}
    | {_TILE_WIDTH, _TILE_HEIGHT, 332, 512, 513, 514, 515, 531}
)
# Palette, extra samples, sample format, JPEG tables, the coding of YCbCr.
_LISTS = frozenset(
    {_DEPTH, _STRIPS, _STRIP_LENGTHS, 320, _TILES, _TILE_LENGTHS, 338, 339, 347}
    | {519, 520, 521, 529, 530, 532}
)


class _TiffPicture(TiffImagePlugin.TiffImageFile):
    def load_prepare(self) -> None:
        # The class between warns about sizes that were checked already.
        ImageFile.ImageFile.load_prepare(self)


def open_picture(data: bytes, max_pixels: int) -> Container:
    """Open a TIFF file.

    Args:
        data: The whole file.
        max_pixels: The largest picture that is accepted.

    Raises:
        PictureError: If it is broken or too large, or holds a camera's raw data.

    Source:
        Adobe, "TIFF Revision 6.0".
    """
    file = TagFile(data)
    tags = file.first()
    _check_layout(tags, max_pixels)
    _check_ends(tags, len(data))
    with pillow_failures_as_broken():
        image = _TiffPicture(io.BytesIO(_with_pixel_tags_only(file, tags)))
    return Container(
        image,
        exif=data,
        icc=tags[_PROFILE].value() if _PROFILE in tags else None,
        depth=_number(tags, _DEPTH, 1),
        # Pillow inverts up to 8 bits by itself.
        inverted=_number(tags, _PHOTOMETRIC, 1) == 0 and image.mode[0] in "IF",
    )


def _number(tags: Directory, tag: int, otherwise: int) -> int:
    numbers = tags[tag].numbers() if tag in tags else ()
    return int(numbers[0]) if numbers else otherwise


def _check_layout(tags: Directory, max_pixels: int) -> None:
    if not tags.complete or tags.damaged & (_SINGLE | _LISTS):
        # What a tag that was lost would have said must not be guessed.
        raise broken("The file's description of its picture is incomplete or damaged.")
    if _WIDTH not in tags or _HEIGHT not in tags:
        raise broken("The file holds no picture.")
    photometric = _number(tags, _PHOTOMETRIC, 1)
    if photometric in {_COLOUR_FILTER_ARRAY, _LINEAR_RAW} or _number(tags, _SUBFILE, 0) & 1:
        # The small preview that comes first must not pass for the photograph.
        raise PictureError(
            Outcome.NOT_AN_IMAGE,
            "The file is a camera's raw data or begins with a preview; export it as JPEG or TIFF.",
        )
    width, height = _number(tags, _WIDTH, 0), _number(tags, _HEIGHT, 0)
    check_size(width, height, max_pixels)
    samples = _number(tags, _SAMPLES, 1)
    if not 1 <= samples <= _MAX_SAMPLES:
        raise broken(f"The picture has {samples} samples a pixel; 1 to {_MAX_SAMPLES} are read.")
    planes = {1: 1, 2: samples}.get(_number(tags, _PLANAR, 1))
    if planes is None:
        raise broken("The file does not say how its colours are arranged.")
    _check_parts(tags, width, height, planes, max_pixels)


def _check_parts(tags: Directory, width: int, height: int, planes: int, max_pixels: int) -> None:
    """Refuse a picture some of whose strips or tiles are absent: they would come out black."""
    part_width, part_height = width, _number(tags, _ROWS, height)
    offsets, lengths = _STRIPS, _STRIP_LENGTHS
    if _STRIPS not in tags:
        part_width, part_height = _number(tags, _TILE_WIDTH, 0), _number(tags, _TILE_HEIGHT, 0)
        offsets, lengths = _TILES, _TILE_LENGTHS
        # Tiles at the edge reach beyond it.
        check_size(part_width, part_height, max(max_pixels, 1 << 20))
    if part_height <= 0 or offsets not in tags:
        raise broken("The file holds no picture data.")
    needed = -(-width // part_width) * -(-height // part_height) * planes
    held = min(tags[tag].count for tag in (offsets, lengths) if tag in tags)
    if held < needed:
        raise broken(f"The file holds {held} of the {needed} parts of its picture.")


def _check_ends(tags: Directory, length: int) -> None:
    """Refuse a picture whose strips or tiles reach beyond the file's end."""
    for offsets, lengths in ((_STRIPS, _STRIP_LENGTHS), (_TILES, _TILE_LENGTHS)):
        if offsets in tags and lengths in tags:
            count = tags[offsets].count
            parts = zip(tags[offsets].numbers(count), tags[lengths].numbers(count), strict=False)
            if any(start + size > length for start, size in parts):
                raise broken("The file ends before its picture is complete.")


def _with_pixel_tags_only(file: TagFile, tags: Directory) -> bytes:
    """The file with a new, only directory at its end, in which other tags are left out."""
    word = "Q" if file.big else "I"
    packed = []
    for tag in sorted(tags.keys() & (_SINGLE | _LISTS)):
        if tag in _LISTS:
            packed.append(tags[tag].packed)
            continue
        number = _number(tags, tag, -1)
        if 0 <= number < 1 << 32:
            value = struct.pack(f"{file.order}I", number).ljust(struct.calcsize(f"={word}"), b"\0")
            packed.append(struct.pack(f"{file.order}HH{word}", tag, _LONG, 1) + value)
    outside = sum(tags[tag].length for tag in tags.keys() & _LISTS if tags[tag].outside)
    if outside > len(file.data):
        raise broken("The file's tags are longer than the file.")
    padding = b"\0" * (-len(file.data) % 8)
    at = len(file.data) + len(padding)
    head = file.data[:8] if file.big else file.data[:4]
    start = head + struct.pack(f"{file.order}{word}", at)
    count = struct.pack(file.order + ("Q" if file.big else "H"), len(packed))
    end = struct.pack(f"{file.order}{word}", 0)
    return b"".join((start, memoryview(file.data)[len(start) :], padding, count, *packed, end))
