"""Pictures as browsers can show them."""

from __future__ import annotations

import io

from PIL import Image

from fieldguide.pictures.decode import decode
from fieldguide.pictures.thumbnail import thumbnail

_SHOWN = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
}


def browser_type(format_name: str) -> str | None:
    """Return the media type of a format that browsers show, None for any other.

    Example:
        >>> browser_type("PNG"), browser_type("TIFF")
        ('image/png', None)
    """
    return _SHOWN.get(format_name)


def for_browser(data: bytes) -> bytes:
    """Return any picture as a JPEG of the same size, without its metadata.

    Raises:
        PictureError: If it cannot be decoded.
    """
    file = io.BytesIO()
    Image.fromarray(decode(data).pixels).save(file, "JPEG", quality=92)
    return file.getvalue()


def small(data: bytes, side: int = 256) -> bytes:
    """Return any picture as a small JPEG, without its metadata.

    Raises:
        PictureError: If it cannot be decoded.
    """
    return thumbnail(decode(data, shorter_side=side).pixels, side)
