"""How much there is of each colour: features so plain that any backbone must beat them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from fieldguide.pictures.shape import check_pixels
from fieldguide.types import Pixels

MODEL_ID = "colour-histogram-1"
"""Names the computation; it changes when the values would."""

_HUES, _SATURATIONS, _VALUES = 16, 4, 8

DIMENSIONS = _HUES * _SATURATIONS * _VALUES
"""Length of a histogram."""

_SAMPLED_SIDE = 64


def colour_histogram(pixels: Pixels) -> npt.NDArray[np.float32]:
    """Count pixels by hue, saturation and value together.

    Of large pictures only every n-th row and column is looked at, such that at least 64 remain on
    the shorter side.

    Args:
        pixels: uint8 ``(height, width, 3)``.

    Returns:
        float32 ``(DIMENSIONS,)`` in [0, 1]: square roots of the shares, so that its length is 1 and
        a dot product compares two pictures (Hellinger).

    Raises:
        ValueError: If ``pixels`` have another type or shape.

    Source:
        R. Arandjelovic and A. Zisserman, "Three things everyone should know to improve object
        retrieval" (2012), for the square root.

    Example:
        >>> colour_histogram(np.zeros((2, 2, 3), np.uint8)).max()
        np.float32(1.0)
    """
    check_pixels(pixels)
    step = max(1, min(pixels.shape[:2]) // _SAMPLED_SIDE)
    sample = Image.fromarray(np.ascontiguousarray(pixels[::step, ::step])).convert("HSV")
    hue, saturation, value = np.moveaxis(np.asarray(sample).astype(np.uint16), 2, 0)
    bins = hue * _HUES // 256 * _SATURATIONS + saturation * _SATURATIONS // 256
    bins = bins * _VALUES + value * _VALUES // 256
    counts = np.bincount(bins.ravel(), minlength=DIMENSIONS)
    histogram: npt.NDArray[np.float32] = np.sqrt(counts / bins.size).astype(np.float32)
    return histogram
