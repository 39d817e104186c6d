"""From bytes to pixels: the one place where pictures are decoded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, JpegImagePlugin

from fieldguide.pictures import bmp, gif, jpeg, png, signature, tiff, webp
from fieldguide.pictures.container import Container
from fieldguide.pictures.metadata import Metadata, read_metadata
from fieldguide.pictures.rgb import to_rgb
from fieldguide.types import Pixels

MAX_PIXELS = 200_000_000
"""The largest picture that is decoded unless said otherwise."""

_OPENERS: dict[str, Callable[[bytes, int], Container]] = {
    "JPEG": jpeg.open_picture,
    "PNG": png.open_picture,
    "WEBP": webp.open_picture,
    "TIFF": tiff.open_picture,
    "BMP": bmp.open_picture,
    "GIF": gif.open_picture,
}

# What brings a picture upright, by the number that EXIF gives to the way it lies.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A decoded picture.

    Attributes:
        pixels: uint8 ``(h, w, 3)``, sRGB, upright; smaller than ``(height, width)`` only when a
            shorter side was asked for.
        width: Width of the full upright picture.
        height: Height of the full upright picture.
        format: What the bytes are, whatever the file's ending says: one of ``signature.FORMATS``.
        mode: How the file stores its colours, as Pillow names it, for example ``"CMYK"``.
        metadata: Facts about how the picture was taken.
    """

    pixels: Pixels
    width: int
    height: int
    format: str
    mode: str
    metadata: Metadata


def decode(
    data: bytes, *, shorter_side: int | None = None, max_pixels: int = MAX_PIXELS
) -> Decoded:
    """Decode a JPEG, PNG, WebP, TIFF, BMP or GIF file; of several pictures in it the first.

    May be called from several threads at once.

    Args:
        data: The whole file.
        shorter_side: If given, a JPEG may be decoded at 1/2, 1/4 or 1/8 of its size, as long as its
            shorter side keeps at least this many pixels. All bytes are read all the same, so that
            a file that ends early is noticed.
        max_pixels: The largest picture that is decoded; the header is asked before anything is
            allocated.

    Returns:
        The picture, upright, in sRGB, on white where it is transparent.

    Raises:
        PictureError: With the outcome ``NOT_AN_IMAGE``, ``BROKEN`` or ``TOO_LARGE``. Two losses
            cannot be seen: a JPEG that was closed properly after some of its data, and zero bytes
            in place of data in formats without a check sum (WebP, BMP, uncompressed TIFF).

    Example:
        >>> import io
        >>> from PIL import Image
        >>> file = io.BytesIO()
        >>> Image.new("L", (4, 3), 128).save(file, "PNG")
        >>> decode(file.getvalue()).pixels.shape
        (3, 4, 3)
    """
    data = bytes(data)
    name = signature.identify(data)
    container = _OPENERS[name](data, max_pixels)
    width, height = container.image.size
    mode = container.image.mode
    metadata = read_metadata(container.exif)
    if shorter_side is not None and isinstance(container.image, JpegImagePlugin.JpegImageFile):
        container.image.draft(None, (max(shorter_side, 1), max(shorter_side, 1)))
    image = to_rgb(container)
    if metadata.orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[metadata.orientation])
    if metadata.orientation in _SIDEWAYS:
        width, height = height, width
    return Decoded(np.array(image), width, height, name, mode, metadata)
