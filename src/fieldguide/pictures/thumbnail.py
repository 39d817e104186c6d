"""Small copies of pictures for lists and grids."""

from __future__ import annotations

import io

from PIL import Image

from fieldguide.pictures.shape import check_pixels
from fieldguide.types import Pixels

_QUALITY = 80


def thumbnail(pixels: Pixels, side: int = 256) -> bytes:
    """Make a small JPEG. It carries no metadata: no time, no place, no camera.

    Args:
        pixels: uint8 ``(height, width, 3)``.
        side: The greatest width and height of the copy; a smaller picture is not enlarged.

    Returns:
        The JPEG file's bytes.

    Raises:
        ValueError: If ``pixels`` have another type or shape, or ``side`` is below 1.
    """
    check_pixels(pixels)
    if side < 1:
        raise ValueError(f"side must be at least 1; it is {side}")
    image = Image.fromarray(pixels)
    scale = min(1.0, side / max(image.size))
    if scale < 1:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        # Averaging first and filtering then costs a fraction and looks the same.
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
