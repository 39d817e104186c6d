"""BMP files."""

from __future__ import annotations

import io

from PIL import BmpImagePlugin

from fieldguide.pictures.container import Container, check_size, pillow_failures_as_broken


def open_picture(data: bytes, max_pixels: int) -> Container:
    """Open a BMP file.

    Args:
        data: The whole file.
        max_pixels: The largest picture that is accepted.

    Raises:
        PictureError: If it is broken or too large.
    """
    with pillow_failures_as_broken():
        image = BmpImagePlugin.BmpImageFile(io.BytesIO(data))
    check_size(image.width, image.height, max_pixels)
    return Container(image)
