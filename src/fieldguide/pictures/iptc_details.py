"""What the metadata of Photoshop and of news agencies (IPTC) give away."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from fieldguide.pictures import xmp_details
from fieldguide.pictures.details import Details, Kind

_IPTC, _THUMBNAIL_4, _THUMBNAIL_5, _XMP, _CAPTION = 0x0404, 0x0409, 0x040C, 0x0424, 0x03F0

_APPLICATION_RECORD = 2
_DATE, _TIME = 55, 60
_DATASETS: Mapping[int, Kind] = {
    5: "remark",  # object name
    25: "remark",  # keywords
    26: "place",  # code of the location
    27: "place",  # name of the location
    40: "remark",  # special instructions
    80: "owner",  # by-line
    90: "place",  # city
    92: "place",  # sub-location
    95: "place",  # province or state
    100: "place",  # country's code
    101: "place",  # country
    105: "remark",  # headline
    110: "owner",  # credit
    115: "owner",  # source
    116: "owner",  # copyright notice
    118: "owner",  # contact
    120: "remark",  # caption
    122: "owner",  # writer of the caption
}


def resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Go through Photoshop's image resources: the number and the body of each, as far as they go.

    Source:
        Adobe, "Photoshop File Formats Specification", section "Image Resource Blocks".
    """
    at = 0
    while data[at : at + 4] in {b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR"}:
        if at + 12 > len(data):
            return
        number = struct.unpack_from(">H", data, at + 4)[0]
        named = 1 + data[at + 6]
        size_at = at + 6 + named + named % 2
        if size_at + 4 > len(data):
            return
        size = struct.unpack_from(">I", data, size_at)[0]
        yield number, data[size_at + 4 : size_at + 4 + size]
        at = size_at + 4 + size + size % 2


def look_into_resource(number: int, body: bytes, details: Details) -> None:
    """Note what one of Photoshop's image resources gives away; EXIF in it is left to its own."""
    if number == _IPTC:
        look(body, details)
    elif number == _XMP:
        xmp_details.look(body, details)
    elif number in {_THUMBNAIL_4, _THUMBNAIL_5}:
        details.kinds.add("thumbnail")
    elif number == _CAPTION and body.strip(b"\0 "):
        details.kinds.add("remark")


def look(data: bytes, details: Details) -> None:
    """Note what a block of IPTC datasets gives away.

    Source:
        IPTC, "Information Interchange Model", version 4.2.
    """
    at = 0
    date = time = ""
    while at + 5 <= len(data) and data[at] == 0x1C:
        record, dataset, size = struct.unpack_from(">BBH", data, at + 1)
        if size & 0x8000:
            # Lengths above 32,767 are written otherwise, and no name of a place is so long.
            return
        value = data[at + 5 : at + 5 + size]
        at += 5 + size
        if record != _APPLICATION_RECORD or not value.strip(b"\0 \t\r\n"):
            continue
        kind = _DATASETS.get(dataset)
        if kind is not None:
            details.kinds.add(kind)
        elif dataset == _DATE:
            date = value.decode("latin-1")
        elif dataset == _TIME:
            time = value.decode("latin-1")
    if date:
        details.note_time(f"{date} {time}")
