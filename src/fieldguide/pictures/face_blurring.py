"""Make faces unrecognisable, for good: what is blurred cannot be computed back."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageFilter

from fieldguide.pictures.shape import check_pixels
from fieldguide.types import Pixels

MARGIN = 0.3
"""How far the blurred area reaches beyond a face on each side, as a share of the face's size."""

_CELLS = 5
_SMALLEST_CELL = 2

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""


def blur_faces(pixels: Pixels, boxes: Iterable[Box]) -> Pixels:
    """Return a picture in which areas are replaced by five by five averages, smoothed.

    A blur alone can be undone in part, for it keeps a weighted sum of all pixels. Averages over
    large cells throw away all else: of each face some 25 colours are left, whatever its size.

    Args:
        pixels: uint8 ``(height, width, 3)``.
        boxes: The faces; those that reach beyond the picture are cut.

    Returns:
        A new array of the same shape.

    Source:
        Hill, Zhou, Saul, Shacham (2016), "On the (In)effectiveness of Mosaicing and Blurring as
        Tools for Document Redaction", PoPETs 2016(4), on why cells must be large.
    """
    check_pixels(pixels)
    image = Image.fromarray(pixels.copy())
    for box in boxes:
        area = _widened(box, image.width, image.height)
        if area is not None:
            image.paste(_averaged(image.crop(area)), area)
    return np.array(image)


def _widened(box: Box, width: int, height: int) -> tuple[int, int, int, int] | None:
    left, top, right, bottom = box
    across, down = (right - left) * MARGIN, (bottom - top) * MARGIN
    area = (
        max(0, math.floor(left - across)),
        max(0, math.floor(top - down)),
        min(width, math.ceil(right + across)),
        min(height, math.ceil(bottom + down)),
    )
    return area if area[0] < area[2] and area[1] < area[3] else None


def _averaged(face: Image.Image) -> Image.Image:
    across, down = (max(1, min(_CELLS, side // _SMALLEST_CELL)) for side in face.size)
    coarse = face.resize((across, down), Image.Resampling.BOX)
    # What is smoothed is already averaged: it looks less like a fault of the screen.
    smooth = coarse.resize(face.size, Image.Resampling.NEAREST)
    return smooth.filter(ImageFilter.GaussianBlur(max(face.size) / _CELLS / 3))
