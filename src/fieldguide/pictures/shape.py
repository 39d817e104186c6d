"""The shape that functions of pixels rely upon."""

from __future__ import annotations

import numpy as np

from fieldguide.types import Pixels


def check_pixels(pixels: Pixels) -> None:
    """Refuse arrays that are no decoded picture.

    Raises:
        ValueError: If they are not uint8 ``(height, width, 3)`` with at least one pixel.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ValueError(
            "pixels must be uint8 of shape (height, width, 3) and not empty; "
            f"these are {pixels.dtype} of shape {pixels.shape}"
        )
