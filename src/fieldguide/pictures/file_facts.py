"""What a file tells beside its picture: places, owners, serial numbers, remarks, times."""

from __future__ import annotations

from dataclasses import dataclass


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
    """

    place: bool = False
    serial_number: bool = False
    owner: bool = False
    remark: bool = False
    thumbnail: bool = False
    time: str | None = None
