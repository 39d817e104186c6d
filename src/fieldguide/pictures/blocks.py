"""Where each format keeps what is not the picture, and what stands in those blocks.

The walks go as far as a damaged file lets them and raise nothing; lengths that a file states are
never allocated, and packed text is unpacked up to a limit.
"""

from __future__ import annotations

import struct
import zlib

from fieldguide.errors import PictureError
from fieldguide.pictures import exif_details, iptc_details, xmp_details
from fieldguide.pictures.details import Details
from fieldguide.pictures.gif import palette_length
from fieldguide.pictures.jpeg import next_segment

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
# The name of the extended packet, its length and where this part belongs in it.
_EXTENDED_HEAD = 40
_PHOTOSHOP = b"Photoshop 3.0\0"

_MOST_BLOCKS = 20_000
_LONGEST_TEXT = 1 << 20


def of_jpeg(data: bytes, details: Details) -> None:
    """Look through the segments of a JPEG file, and behind its end."""
    at = 2
    for _ in range(_MOST_BLOCKS):
        try:
            marker, start, at = next_segment(data, at)
        except PictureError:
            return
        if marker == 0xDA:
            break
        if marker == 0xFE:
            if data[start + 4 : at].strip(b"\0 \t\r\n"):
                details.kinds.add("remark")
        elif 0xE0 <= marker <= 0xEF:
            _look_into_segment(marker, data[start + 4 : at], details)
    end = data.find(b"\xff\xd9", at)
    if end >= 0 and data[end + 2 :].strip(b"\0"):
        details.kinds.add("leftover")


def _look_into_segment(marker: int, body: bytes, details: Details) -> None:
    if marker == 0xE0:
        _look_into_jfif(body, details)
    elif marker == 0xE1:
        _look_into_exif_or_xmp(body, details)
    elif marker == 0xE2 and body.startswith(b"MPF\0"):
        details.kinds.add("second_picture")
    elif marker == 0xED and body.startswith(_PHOTOSHOP):
        for number, resource in iptc_details.resources(body[len(_PHOTOSHOP) :]):
            if number == 0x0422:
                exif_details.look(resource, details)
            else:
                iptc_details.look_into_resource(number, resource, details)
    elif not body.startswith({0xE2: b"ICC_PROFILE\0"}.get(marker, b"Adobe")):
        details.kinds.add("leftover")


def _look_into_jfif(body: bytes, details: Details) -> None:
    if body.startswith(b"JFXX\0") or (len(body) >= 14 and body[12] and body[13]):
        details.kinds.add("thumbnail")
    elif not body.startswith(b"JFIF\0"):
        details.kinds.add("leftover")


def _look_into_exif_or_xmp(body: bytes, details: Details) -> None:
    if body.startswith(b"Exif\0"):
        exif_details.look(body[6:], details)
    elif body.startswith(_XMP):
        xmp_details.look(body[len(_XMP) :], details)
    elif body.startswith(_EXTENDED_XMP):
        xmp_details.look(body[len(_EXTENDED_XMP) + _EXTENDED_HEAD :], details)
    else:
        details.kinds.add("leftover")


_OF_THE_PICTURE = frozenset(
    {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"gAMA", b"cHRM", b"sRGB", b"cICP"}
    | {b"sBIT", b"bKGD", b"pHYs", b"hIST", b"mDCV", b"cLLI", b"mDCv", b"cLLi", b"tIME", b"sPLT"}
)


def of_png(data: bytes, details: Details) -> None:
    """Look through the chunks of a PNG file, and behind its end."""
    at = 8
    for _ in range(_MOST_BLOCKS):
        if at + 8 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        start, at = at + 8, at + 12 + length
        if kind == b"IEND":
            break
        if kind == b"eXIf":
            exif_details.look(data[start : start + length], details)
        elif kind in {b"tEXt", b"zTXt", b"iTXt"}:
            _look_into_text(kind, data[start : start + length], details)
        elif kind == b"fdAT":
            details.kinds.add("second_picture")
        elif kind not in _OF_THE_PICTURE:
            details.kinds.add("leftover")
    if data[at:].strip(b"\0"):
        details.kinds.add("leftover")


def _look_into_text(kind: bytes, body: bytes, details: Details) -> None:
    keyword, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        text = _unpacked(rest[1:])
    elif kind == b"iTXt":
        packed, parts = rest[:1] == b"\x01", rest[2:].split(b"\0", 2)
        text = parts[2] if len(parts) == 3 else b""
        text = _unpacked(text) if packed else text
    else:
        text = rest
    word = keyword.decode("latin-1").casefold()
    if not text.strip(b"\0 \t\r\n"):
        return
    if word == "xml:com.adobe.xmp":
        xmp_details.look(text, details)
    elif word.startswith("raw profile type "):
        _look_into_raw_profile(word.removeprefix("raw profile type ").strip(), text, details)
    elif word in {"author", "copyright", "artist"}:
        details.kinds.add("owner")
    elif word == "creation time":
        details.note_time(text[:200].decode("latin-1"))
    elif word == "software" or word.startswith("date:"):
        # What programs write of themselves tells nothing of a person.
        details.kinds.add("leftover")
    else:
        details.kinds.add("remark")


def _look_into_raw_profile(name: str, text: bytes, details: Details) -> None:
    """ImageMagick writes whole blocks as hexadecimal digits, below a name and a length."""
    digits = b"".join(text.strip().split(b"\n")[2:])
    try:
        body = bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        details.kinds.add("leftover")
        return
    if body.startswith(_XMP):
        xmp_details.look(body[len(_XMP) :], details)
    elif name in {"exif", "app1"}:
        exif_details.look(body, details)
    elif name == "xmp":
        xmp_details.look(body, details)
    elif name in {"iptc", "8bim"}:
        for number, resource in iptc_details.resources(body.removeprefix(_PHOTOSHOP)):
            iptc_details.look_into_resource(number, resource, details)
        iptc_details.look(body, details)
    elif name != "icc":
        details.kinds.add("leftover")


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, _LONGEST_TEXT)
    except zlib.error:
        return b""


def of_webp(data: bytes, details: Details) -> None:
    """Look through the chunks of a WebP file, and behind its end."""
    end = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    at, pictures = 12, 0
    for _ in range(_MOST_BLOCKS):
        if at + 8 > end:
            break
        kind, length = struct.unpack_from("<4sI", data, at)
        start, at = at + 8, at + 8 + length + length % 2
        if kind == b"EXIF":
            exif_details.look(data[start : start + length], details)
        elif kind == b"XMP ":
            xmp_details.look(data[start : start + length], details)
        elif kind == b"ANMF":
            pictures += 1
        elif kind not in {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM"}:
            details.kinds.add("leftover")
    if pictures > 1:
        details.kinds.add("second_picture")
    if data[end:].strip(b"\0"):
        details.kinds.add("leftover")


def of_tiff(data: bytes, details: Details) -> None:
    """Look through the tags of a TIFF file."""
    exif_details.look(data, details, whole_file=True)


def of_gif(data: bytes, details: Details) -> None:
    """Look through the blocks of a GIF file, and behind its end."""
    if len(data) < 13:
        return
    at, pictures = 13 + palette_length(data[10]), 0
    for _ in range(_MOST_BLOCKS):
        kind = data[at : at + 1]
        if kind == b"\x2c" and at + 10 <= len(data):
            pictures += 1
            at = _after_sub_blocks(data, at + 11 + palette_length(data[at + 9]))
        elif kind == b"\x21" and at + 2 < len(data):
            _look_into_extension(data, at, details)
            at = _after_sub_blocks(data, at + 2)
        else:
            break
    if pictures > 1:
        details.kinds.add("second_picture")
    if data[at : at + 1] == b"\x3b" and data[at + 1 :].strip(b"\0"):
        details.kinds.add("leftover")


def _look_into_extension(data: bytes, at: int, details: Details) -> None:
    kind, name = data[at + 1], data[at + 3 : at + 14]
    if kind in {0x01, 0xFE}:
        details.kinds.add("remark")
    elif kind == 0xFF and name == b"XMP DataXMP":
        # Its packet stands there in the clear, and its letters pass for lengths of blocks.
        xmp_details.look(data[at + 14 : _after_sub_blocks(data, at + 2)], details)
    elif kind == 0xFF and name not in {b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"}:
        details.kinds.add("leftover")


def _after_sub_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


def of_bmp(data: bytes, details: Details) -> None:
    """Look behind the end of a BMP file, which has no other place for words."""
    size = struct.unpack_from("<I", data, 2)[0]
    if size >= 26 and data[size:].strip(b"\0"):
        details.kinds.add("leftover")
