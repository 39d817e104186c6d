"""What an EXIF block gives away: places, serial numbers, people, remarks, thumbnails."""

from __future__ import annotations

from collections.abc import Mapping

from fieldguide.pictures import iptc_details, xmp_details
from fieldguide.pictures.details import Details, Kind
from fieldguide.pictures.tiff_directory import Directory, Entry, TagFile

_EXIF_DIRECTORY, _PLACE_DIRECTORY, _SUB_PICTURES = 0x8769, 0x8825, 0x014A
_MAKE, _MAKER_NOTE = 0x010F, 0x927C
_TAKEN, _DIGITISED = 0x9003, 0x9004
_XMP, _IPTC, _PHOTOSHOP = 0x02BC, 0x83BB, 0x8649
_USER_COMMENT = 0x9286
_THUMBNAIL_AT, _STRIPS, _SUBFILE = 0x0201, 0x0111, 0x00FE

_TAGS: Mapping[int, Kind] = {
    0x010E: "remark",  # ImageDescription
    0x013B: "owner",  # Artist
    0x8298: "owner",  # Copyright
    0x9C9B: "remark",  # XPTitle
    0x9C9C: "remark",  # XPComment
    0x9C9D: "owner",  # XPAuthor
    0x9C9E: "remark",  # XPKeywords
    0x9C9F: "remark",  # XPSubject
    0xC62F: "serial_number",  # CameraSerialNumber of DNG
    0xA430: "owner",  # CameraOwnerName
    0xA431: "serial_number",  # BodySerialNumber
    0xA435: "serial_number",  # LensSerialNumber
    0xA436: "remark",  # ImageTitle
    0xA437: "owner",  # Photographer
    0xA438: "owner",  # ImageEditor
}

# Latitude, longitude, those of the destination, and the name of the area.
_PLACES = (0x02, 0x04, 0x14, 0x16, 0x1C)

# Serial numbers and owners in the notes of makers who write them in the clear.
_CANON: Mapping[int, Kind] = {0x09: "owner", 0x0C: "serial_number", 0x96: "serial_number"}
_NIKON: Mapping[int, Kind] = {0x1D: "serial_number", 0xA0: "serial_number"}
_PANASONIC: Mapping[int, Kind] = {0x25: "serial_number"}
_FUJIFILM: Mapping[int, Kind] = {0x10: "serial_number"}

_LONGEST = 4 * 1024 * 1024


def look(exif: bytes, details: Details, *, whole_file: bool = False) -> None:
    """Note what an EXIF block gives away; what is broken in it is passed over.

    Args:
        exif: The block, with or without its ``Exif`` prefix; or a whole TIFF file.
        details: Takes what is found.
        whole_file: Whether it is a TIFF file, in which a second directory is a second picture.

    Source:
        CIPA DC-008, "Exif 3.0"; the makers' notes as the ExifTool project documents them.
    """
    try:
        tags = TagFile(exif.removeprefix(b"Exif\0\0"))
    except ValueError:
        return
    main = tags.first()
    camera = _linked(tags, main, _EXIF_DIRECTORY)
    for directory in (main, camera):
        details.kinds.update(_named(directory, _TAGS))
    if _USER_COMMENT in camera and _is_comment(camera[_USER_COMMENT]):
        details.kinds.add("remark")
    if _tells_place(_linked(tags, main, _PLACE_DIRECTORY)):
        details.kinds.add("place")
    for tag in (_TAKEN, _DIGITISED):
        if tag in camera:
            details.note_time(camera[tag].text())
    _look_into_maker_note(tags, main, camera, details)
    _look_for_pictures(tags, main, details, whole_file=whole_file)
    _look_into_packets(main, details)


def _linked(tags: TagFile, main: Directory, tag: int) -> Directory:
    offsets = main[tag].numbers(1) if tag in main else ()
    return tags.directory(int(offsets[0])) if offsets else Directory()


def _named(directory: Directory, meaning: Mapping[int, Kind]) -> set[Kind]:
    return {kind for tag, kind in meaning.items() if tag in directory and _says(directory[tag])}


def _says(entry: Entry) -> bool:
    """Whether there is more than the blanks with which cameras fill fields of a fixed length."""
    return bool(entry.value(2000).strip(b"\0 \t\r\n"))


def _is_comment(entry: Entry) -> bool:
    # The first eight bytes name the character set, also where there is no comment.
    return bool(entry.value(2000)[8:].strip(b"\0 \t\r\n"))


def _tells_place(directory: Directory) -> bool:
    # Receivers without a fix write zeros.
    return any(
        any(directory[tag].numbers()) or (tag == 0x1C and _is_comment(directory[tag]))
        for tag in _PLACES
        if tag in directory
    )


def _look_into_maker_note(
    tags: TagFile, main: Directory, camera: Directory, details: Details
) -> None:
    if _MAKER_NOTE not in camera:
        return
    note = camera[_MAKER_NOTE]
    head = note.value(16)
    make = main[_MAKE].text().casefold() if _MAKE in main else ""
    if head.startswith(b"Nikon\0\x02"):
        inner = _tags_of(note.value(_LONGEST)[10:])
        found = _named(inner.first(), _NIKON) if inner else set[Kind]()
    elif head.startswith(b"Panasonic\0\0\0"):
        found = _named(tags.directory(note.start + 12), _PANASONIC)
    elif head.startswith(b"FUJIFILM"):
        # Its offsets count from the start of the note, in the order of Intel whatever the file's.
        inner = _tags_of(b"II\x2a\0" + note.value(_LONGEST)[8:12] + note.value(_LONGEST)[8:])
        found = _named(inner.first(), _FUJIFILM) if inner else set[Kind]()
    elif make.startswith("canon"):
        found = _named(tags.directory(note.start), _CANON)
    else:
        return
    details.kinds.update(found)


def _tags_of(data: bytes) -> TagFile | None:
    try:
        return TagFile(data)
    except ValueError:
        return None


def _look_for_pictures(
    tags: TagFile, main: Directory, details: Details, *, whole_file: bool
) -> None:
    following = tags.directory(tags.following())
    if whole_file:
        if following:
            small = following[_SUBFILE].numbers(1) if _SUBFILE in following else ()
            details.kinds.add("thumbnail" if small and int(small[0]) & 1 else "second_picture")
        if _SUB_PICTURES in main:
            details.kinds.add("second_picture")
    elif _THUMBNAIL_AT in following or _STRIPS in following:
        details.kinds.add("thumbnail")


def _look_into_packets(main: Directory, details: Details) -> None:
    """TIFF files keep the other kinds of metadata in tags of their own."""
    if _XMP in main:
        xmp_details.look(main[_XMP].value(_LONGEST), details)
    if _IPTC in main:
        iptc_details.look(main[_IPTC].value(_LONGEST), details)
    if _PHOTOSHOP in main:
        for name, body in iptc_details.resources(main[_PHOTOSHOP].value(_LONGEST)):
            iptc_details.look_into_resource(name, body, details)
