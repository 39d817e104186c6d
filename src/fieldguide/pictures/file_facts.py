"""What a file tells beside its picture: places, owners, serial numbers, remarks, times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fieldguide.errors import PictureError
from fieldguide.pictures import blocks, signature
from fieldguide.pictures.details import Details


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What stands in a file's metadata, whatever block it stands in (EXIF, XMP, IPTC, comments).

    Attributes:
        place: Whether it says where it was taken, in any way.
        serial_number: Whether it has the serial number of a camera or lens.
        owner: Whether it names a person: owner, artist, copyright holder, caption writer.
        remark: Whether it has free text: a comment, caption or description.
        thumbnail: Whether it has a small copy of a picture, which may show what was cut away.
        time: The time of taking as the file writes it, however broken; or None.
        second_picture: Whether it holds further pictures: of another lens, a film, a depth map.
        leftover: Whether it holds anything of another kind: blocks that only a maker's program
            knows, or bytes after the end of the picture.
    """

    place: bool = False
    serial_number: bool = False
    owner: bool = False
    remark: bool = False
    thumbnail: bool = False
    time: str | None = None
    second_picture: bool = False
    leftover: bool = False


_WALKS: dict[str, Callable[[bytes, Details], None]] = {
    "JPEG": blocks.of_jpeg,
    "PNG": blocks.of_png,
    "WEBP": blocks.of_webp,
    "TIFF": blocks.of_tiff,
    "GIF": blocks.of_gif,
    "BMP": blocks.of_bmp,
}


def read_facts(data: bytes) -> FileFacts:
    """Look through a file's metadata; no pixel is decoded.

    Args:
        data: The whole file. Broken metadata tell as much as can be read of them; a file that is
            no picture tells nothing.

    Returns:
        What was found.

    Example:
        >>> read_facts(b"no picture").place
        False
    """
    details = Details()
    try:
        name = signature.identify(data)
    except PictureError:
        return FileFacts()
    _WALKS[name](bytes(data), details)
    found = details.kinds
    return FileFacts(
        place="place" in found,
        serial_number="serial_number" in found,
        owner="owner" in found,
        remark="remark" in found,
        thumbnail="thumbnail" in found,
        time=details.time,
        second_picture="second_picture" in found,
        leftover="leftover" in found,
    )
