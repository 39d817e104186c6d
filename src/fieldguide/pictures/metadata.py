"""What a camera wrote beside the picture: when, with what, where, and which way up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from fieldguide.pictures.tiff_directory import Directory, TagFile

_MAKE, _MODEL, _ORIENTATION = 0x010F, 0x0110, 0x0112
_EXIF_DIRECTORY, _TAKEN, _TAKEN_OFFSET = 0x8769, 0x9003, 0x9011
_PLACE_DIRECTORY = 0x8825
_LATITUDE_REFERENCE, _LATITUDE, _LONGITUDE_REFERENCE, _LONGITUDE = 1, 2, 3, 4

_TIME = re.compile(r"(\d{4})[:/-](\d{2})[:/-](\d{2})[ T](\d{2}):(\d{2}):(\d{2})")
_OFFSET = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")
_FIRST_YEAR = 1826


@dataclass(frozen=True, slots=True)
class Metadata:
    """Facts about how a picture was taken; None where the file says nothing that can be true.

    Attributes:
        taken_at: Local time in ISO 8601 to the second, with the offset from UTC if the file has it.
        camera: Make and model.
        latitude: Degrees north in [-90, 90].
        longitude: Degrees east in [-180, 180]; None if and only if the latitude is.
        orientation: How the stored picture lies: 1 (upright) to 8, as EXIF numbers it.
    """

    taken_at: str | None = None
    camera: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    orientation: int = 1


def read_metadata(exif: bytes | None) -> Metadata:
    """Read the facts from an EXIF block; what is broken is left out and nothing is raised.

    Args:
        exif: The block, with or without its ``Exif`` prefix; or a whole TIFF file.

    Returns:
        The facts; all None and orientation 1 when there is no block.

    Source:
        CIPA DC-008, "Exchangeable image file format for digital still cameras: Exif 2.32".

    Example:
        >>> read_metadata(None).orientation
        1
    """
    if not exif:
        return Metadata()
    try:
        tags = TagFile(exif.removeprefix(b"Exif\0\0"))
    except ValueError:
        return Metadata()
    main = tags.first()
    latitude, longitude = _place(_linked(tags, main, _PLACE_DIRECTORY))
    return Metadata(
        taken_at=_taken_at(_linked(tags, main, _EXIF_DIRECTORY)),
        camera=_camera(_text(main, _MAKE), _text(main, _MODEL)),
        latitude=latitude,
        longitude=longitude,
        orientation=_orientation(main),
    )


def _linked(tags: TagFile, main: Directory, tag: int) -> Directory:
    offsets = main[tag].numbers() if tag in main else ()
    return tags.directory(int(offsets[0])) if offsets else Directory()


def _text(directory: Directory, tag: int) -> str:
    if tag not in directory:
        return ""
    # Fields of a fixed length are filled up with spaces, and some cameras leave control bytes.
    printable = "".join(c if c.isprintable() else " " for c in directory[tag].text())
    return " ".join(printable.split())


def _orientation(main: Directory) -> int:
    numbers = main[_ORIENTATION].numbers() if _ORIENTATION in main else ()
    return int(numbers[0]) if numbers and numbers[0] in range(1, 9) else 1


def _taken_at(directory: Directory) -> str | None:
    found = _TIME.fullmatch(_text(directory, _TAKEN))
    if found is None:
        return None
    try:
        time = datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None
    if time.year < _FIRST_YEAR:
        return None
    offset = _text(directory, _TAKEN_OFFSET)
    return time.isoformat() + (offset if _OFFSET.fullmatch(offset) else "")


def _camera(make: str, model: str) -> str | None:
    # "Canon" and "Canon EOS 80D", "NIKON CORPORATION" and "NIKON D750": most models say the make.
    first_words = [words.casefold().partition(" ")[0] for words in (make, model)]
    if first_words[0] == first_words[1]:
        make = ""
    return f"{make} {model}".strip() or None


def _place(directory: Directory) -> tuple[float, float] | tuple[None, None]:
    latitude = _degrees(directory, _LATITUDE, _LATITUDE_REFERENCE, "NS")
    longitude = _degrees(directory, _LONGITUDE, _LONGITUDE_REFERENCE, "EW")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None, None
    # Receivers without a fix write zeros, and no picture is taken at exactly that point of the sea.
    if latitude == longitude == 0:
        return None, None
    return latitude, longitude


def _degrees(directory: Directory, tag: int, reference: int, letters: str) -> float | None:
    if tag not in directory:
        return None
    # Without its hemisphere a place would be a guess between two.
    letter = _text(directory, reference)[:1].upper()
    entry = directory[tag]
    parts = entry.numbers()
    if not letter or letter not in letters or not 1 <= entry.count == len(parts) <= 3:
        return None
    if min(parts) < 0 or any(part > 60 for part in parts[1:]):
        return None
    value = sum(part / float(60**power) for power, part in enumerate(parts))
    return round(-value if letter == letters[1] else value, 7)
