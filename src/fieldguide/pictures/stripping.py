"""Pictures without metadata: what may leave.

Each format is taken apart, and only the parts that pixels are made of are put together again. So
nothing has to be recognised to be left out. The coded pixels stay as they are, and with them the
quality. What cannot be taken apart is decoded and written anew; nothing passes unread.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image

from fieldguide.pictures import (
    signature,
    strip_bmp,
    strip_gif,
    strip_jpeg,
    strip_png,
    strip_tiff,
    strip_webp,
)
from fieldguide.pictures.decode import decode
from fieldguide.types import Pixels

_WAYS: dict[str, Callable[[bytes], bytes | None]] = {
    "JPEG": strip_jpeg.strip,
    "PNG": strip_png.strip,
    "WEBP": strip_webp.strip,
    "TIFF": strip_tiff.strip,
    "GIF": strip_gif.strip,
    "BMP": strip_bmp.strip,
}


def strip(data: bytes) -> bytes:
    """Return a picture without its metadata, decoding to the same pixels.

    Left out are EXIF (but for the tag that says which way up it lies), XMP, IPTC, comments,
    thumbnails, all pictures after the first, blocks of unknown kinds, the words in a colour profile
    and all bytes after the picture's end. What somebody hid in the pixels themselves, or in the
    coded data behind the last of them, stays.

    Args:
        data: The whole file, in one of ``signature.FORMATS``.

    Returns:
        A file of the same format, with the same coded pixels; where those cannot be taken out of
        the file safely, a PNG file of the decoded pixels.

    Raises:
        PictureError: If it is no picture, or is broken.

    Example:
        >>> file = io.BytesIO()
        >>> Image.new("L", (4, 3), 128).save(file, "JPEG", comment=b"Mrs Brown's garden")
        >>> b"garden" in strip(file.getvalue())
        False
    """
    data = bytes(data)
    found = _WAYS[signature.identify(data)](data)
    return as_png(decode(data).pixels) if found is None else found


def as_png(pixels: Pixels) -> bytes:
    """Return pixels, uint8 ``(height, width, 3)``, as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=3)
    return file.getvalue()
