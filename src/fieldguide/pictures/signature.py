"""Which picture format bytes are in, told by their first bytes and never by a file's ending."""

from __future__ import annotations

import re

from fieldguide.errors import PictureError
from fieldguide.types import Outcome

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
"""The formats that can be decoded, as Pillow names them."""

_LISTED = "JPEG, PNG, WebP, TIFF, BMP and GIF"

_SIGNATURES = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "TIFF": re.compile(rb"II[\x2a\x2b]\0|MM\0[\x2a\x2b]"),
    # Two letters alone would take a text that begins with "BM" for a picture, so that the size of
    # the second header is looked at as well.
    "BMP": re.compile(rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL),
    "GIF": re.compile(rb"GIF8[79]a"),
}

_BEFORE_TAG = rb"\s*(<\?xml.*?>\s*|<!--.*?-->\s*)*"

_OTHERS = {
    words: re.compile(pattern, re.DOTALL | re.IGNORECASE)
    for words, pattern in {
        "an SVG drawing": _BEFORE_TAG + rb"<(!doctype svg|svg)",
        "a web page": _BEFORE_TAG + rb"<(!doctype html|html|head|body)",
        "a PDF document": rb"%PDF-",
        "an AVIF picture": rb"....ftyp(avif|avis)",
        "a HEIC picture": rb"....ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)",
        "a film": rb"....ftyp|RIFF....AVI |\x1a\x45\xdf\xa3",
        "a JPEG 2000 picture": rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51",
        "a JPEG XL picture": rb"\xff\x0a|\0\0\0\x0cJXL ",
        "a Photoshop document": rb"8BPS",
        "a PostScript document": rb"%!PS|\xc5\xd0\xd3\xc6",
        "an archive": rb"PK\x03\x04|\x1f\x8b|7z\xbc\xaf|Rar!",
        "an Apple resource file": rb"\0\x05\x16[\0\x07]",
    }.items()
}


def identify(data: bytes) -> str:
    """Tell the format of a picture.

    Args:
        data: The whole file, or at least its first 512 bytes.

    Returns:
        One of ``FORMATS``.

    Raises:
        PictureError: If there are no bytes (``BROKEN``), or no known signature (``NOT_AN_IMAGE``).
    """
    if not data:
        raise PictureError(Outcome.BROKEN, "The file is empty.")
    start = bytes(data[:512])
    for name, signature in _SIGNATURES.items():
        if signature.match(start):
            return name
    if not any(start):
        # What a full disk or a failing memory card leaves: the length without the bytes.
        raise PictureError(Outcome.BROKEN, "The file begins with nothing but zero bytes.")
    raise PictureError(
        Outcome.NOT_AN_IMAGE, f"The file is {_describe(start)}; pictures may be {_LISTED}."
    )


def _describe(start: bytes) -> str:
    for words, pattern in _OTHERS.items():
        if pattern.match(start):
            return words
    # A multi-byte character that was cut at the end of the excerpt must not hide that it is text.
    text = start.decode("utf-8", errors="ignore")
    readable = sum(character.isprintable() or character.isspace() for character in text)
    if readable and readable == len(text) and len(text.encode()) > len(start) - 4:
        return "text"
    return f"of an unknown kind (it begins with {start[:8].hex(' ')})"
