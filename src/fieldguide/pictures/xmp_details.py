"""What an XMP packet gives away. It is searched and never parsed: no XML can harm or stop it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fieldguide.pictures.details import Details, Kind

# Properties by their local names, for their prefixes may be any.
_NAMES: Mapping[Kind, list[str]] = {
    "place": [
        "GPSLatitude",
        "GPSLongitude",
        "GPSDestLatitude",
        "GPSDestLongitude",
        "GPSAreaInformation",
        "GPSCoordinates",
        "Location",
        "LocationCreated",
        "LocationShown",
        "LocationName",
        "Sublocation",
        "City",
        "State",
        "ProvinceState",
        "Country",
        "CountryName",
        "CountryCode",
        "WorldRegion",
    ],
    "serial_number": [
        "SerialNumber",
        "BodySerialNumber",
        "CameraSerialNumber",
        "InternalSerialNumber",
        "LensSerialNumber",
    ],
    "owner": [
        "creator",
        "Creator",
        "OwnerName",
        "CameraOwnerName",
        "Owner",
        "Artist",
        "Author",
        "Photographer",
        "rights",
        "Rights",
        "Copyright",
        "CaptionWriter",
        "Credit",
        "PersonInImage",
        "PersonDisplayName",
        "Regions",
        "CreatorContactInfo",
        "CiEmailWork",
        "CopyrightOwner",
        "WebStatement",
    ],
    "remark": [
        "description",
        "Description",
        "title",
        "Title",
        "subject",
        "Subject",
        "Headline",
        "Instructions",
        "UserComment",
        "ImageDescription",
        "Caption",
        "Comment",
        "Comments",
        "comment",
        "Keywords",
        "hierarchicalSubject",
        "LastKeywordXMP",
    ],
    "thumbnail": ["Thumbnails", "Thumbnail"],
    "second_picture": ["Data", "DepthData", "MotionPhoto", "MicroVideo"],
}
_KIND_OF: Mapping[bytes, Kind] = {
    name.encode(): kind for kind, names in _NAMES.items() for name in names
}

# An attribute, or an element with what follows it. Every part is bounded, so that no packet can
# make the search slow.
_ATTRIBUTE = re.compile(
    rb"[\s][A-Za-z_][\w.-]{0,40}:(\w{1,40})\s{0,20}=\s{0,20}[\"']\s{0,20}[^\"'\s]"
)
_ELEMENT = re.compile(rb"<[A-Za-z_][\w.-]{0,40}:(\w{1,40})([\s>/])")
_TAG = re.compile(rb"<[^<>]{0,2000}>")
_TIME = re.compile(
    rb"[:](?:DateTimeOriginal|DateCreated|CreateDate)\s{0,20}(?:=\s{0,20}[\"']|>)\s{0,20}([^<\"']{1,60})"
)
# The element that wraps all properties has the same local name as a remark.
_WRAPPER = b"rdf:Description"

_LONGEST = 4 * 1024 * 1024
_LONGEST_ELEMENT = 4000


def look(packet: bytes, details: Details) -> None:
    """Note what an XMP packet gives away; of its bytes the first 4 MiB are searched.

    Source:
        ISO 16684-1 (XMP); IPTC Photo Metadata Standard 2023.1; Metadata Working Group Guidelines.
    """
    text = _as_utf8(packet[:_LONGEST])
    for found in _ATTRIBUTE.finditer(text):
        kind = _KIND_OF.get(found[1])
        if kind is not None:
            details.kinds.add(kind)
    for found in _ELEMENT.finditer(text):
        kind = _KIND_OF.get(found[1])
        if kind is None or kind in details.kinds or found[0].startswith(b"<" + _WRAPPER):
            continue
        if _has_content(text, found):
            details.kinds.add(kind)
    when = _TIME.search(text)
    if when is not None:
        details.note_time(when[1].decode("utf-8", "replace"))


def _as_utf8(packet: bytes) -> bytes:
    # A packet may be UTF-16 in either order, in which every other byte of its markup is zero.
    if packet[:64].count(0) < 16:
        return packet
    order = "utf-16-le" if packet[1:2] == b"\0" or packet[:2] == b"\xff\xfe" else "utf-16-be"
    return packet.decode(order, "replace").encode("utf-8", "replace")


def _has_content(text: bytes, found: re.Match[bytes]) -> bool:
    name = found[0][1:-1]
    start = found.end() - 1
    head = text.find(b">", start, start + _LONGEST_ELEMENT)
    if head < 0:
        # It is longer than any that is empty.
        return True
    if text[head - 1 : head] == b"/":
        # Attributes of it are found by themselves.
        return False
    end = text.find(b"</" + name, head, head + _LONGEST_ELEMENT)
    if end < 0:
        return True
    return bool(_TAG.sub(b"", text[head + 1 : end]).strip())
