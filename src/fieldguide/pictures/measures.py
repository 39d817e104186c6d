"""Measures of a picture's pixels: sharpness, light, contrast, colour, frame; a few numbers each.

They are kept beside the vectors, as float16, so all lie between -1 and 1; -1 says "cannot be told".
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt
from PIL import Image

from fieldguide.pictures.shape import check_pixels
from fieldguide.types import Pixels

MODEL_ID = "measures-1"
"""Under which the measures are cached; another way to measure needs another number."""

MEASURES: tuple[str, ...] = (
    "sharpness",
    "brightness",
    "contrast",
    "dark",
    "bright",
    "saturation",
    "colourfulness",
    "centre_dark",
    "centre_bright",
    "centre_red",
    "centre_green",
    "centre_blue",
    "frame_red",
    "frame_green",
    "frame_blue",
    "frame_spread",
)
"""Their names, in the order of the numbers; see :func:`measure` for what they are."""

SIDE = 224
"""Sharpness is measured with the shorter side reduced to this many pixels; none is enlarged."""

DARK, BRIGHT = 16, 250
"""Levels of 255 up to which a pixel counts as black, and from which as white."""

_RUN = 16
_LEAST_RISE = 20
_LEAST_RUNS = 24
_PERCENTILE = 0.95
_SAMPLED_SIDE = 64


def measure(pixels: Pixels) -> npt.NDArray[np.float32]:
    """Measure a picture.

    - ``sharpness``: how steep the steepest edges are: the greatest step between two neighbouring
      pixels as a share of the whole rise along 16 pixels, 95th percentile over all rows and columns
      of 16 pixels in which there is an edge at all. About 1/w for edges w pixels wide; 0.5 and more
      in a sharp picture, under 0.2 in a blurred one. It does not depend on contrast, a sharp object
      before a soft background is sharp, and a picture without edges, such as the sky, gives -1.
    - ``brightness``: mean luma. ``contrast``: 98th less 2nd percentile of the luma.
    - ``dark``, ``bright``: share of pixels of at most 16 and at least 250 of 255;
      ``centre_dark``, ``centre_bright``: the same in the middle half of both sides.
    - ``saturation``: mean of the greatest less the least channel; ``colourfulness``: its 99th
      percentile, which is near 0 for a grey picture only.
    - ``centre_red`` ...: mean colour of the middle half of both sides; ``frame_red`` ...: mean
      colour of the outer eighth on each side; ``frame_spread``: standard deviation of its luma.

    Args:
        pixels: uint8 ``(height, width, 3)``.

    Returns:
        float32 ``(len(MEASURES),)`` in [0, 1], or -1 where a measure cannot be told.

    Raises:
        ValueError: If ``pixels`` have another type or shape.

    Source:
        The edge's width as a measure of blur: P. Marziliano et al., "A no-reference perceptual blur
        metric" (2002); here by the steepest step, which needs no detector of edges.

    Example:
        >>> measure(np.full((8, 8, 3), 255, np.uint8))[:5].tolist()
        [-1.0, 1.0, 0.0, 0.0, 1.0]
    """
    check_pixels(pixels)
    step = max(1, min(pixels.shape[:2]) // _SAMPLED_SIDE)
    sample = Image.fromarray(np.ascontiguousarray(pixels[::step, ::step]))
    light = sample.convert("L")
    luma = np.asarray(light)
    red, green, blue = np.ascontiguousarray(np.moveaxis(np.asarray(sample), 2, 0))
    chroma = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    centre, frame = _middle(luma.shape), _frame(luma.shape)
    middle, margin = luma[centre], luma[frame]
    counts = light.histogram()
    low, high = _percentiles(counts, 0.02, 0.98)
    values = [
        _sharpness(pixels),
        luma.mean() / 255,
        (high - low) / 255,
        sum(counts[: DARK + 1]) / luma.size,
        sum(counts[BRIGHT:]) / luma.size,
        chroma.mean() / 255,
        _percentiles(Image.fromarray(chroma).histogram(), 0.99)[0] / 255,
        np.count_nonzero(middle <= DARK) / middle.size,
        np.count_nonzero(middle >= BRIGHT) / middle.size,
        *(channel[centre].mean() / 255 for channel in (red, green, blue)),
        *(channel[frame].mean() / 255 for channel in (red, green, blue)),
        margin.std() / 255,
    ]
    return np.array(values, np.float32)


def _sharpness(pixels: Pixels) -> float:
    """Return the steepness of the steepest edges, in (0, 1], or -1 without edges."""
    # Green makes up most of what the eye takes for light, and costs a quarter of the luma.
    green = pixels[:, :, 1]
    lines = _lines(green), _lines(green.T)
    low, high = _percentiles(lines[0].histogram(), 0.02, 0.98)
    steps, rises = zip(*(_runs(np.asarray(along)) for along in lines), strict=True)
    step, rise = np.concatenate(steps), np.concatenate(rises)
    edges = np.flatnonzero(rise >= max(_LEAST_RISE, (high - low) / 4))
    if len(edges) < min(_LEAST_RUNS, len(rise) // 4 + 1):
        return -1.0
    steepness = step[edges] / rise[edges].astype(np.float32)
    place = int(_PERCENTILE * (len(edges) - 1))
    return float(np.partition(steepness, place)[place])


def _lines(channel: npt.NDArray[np.uint8]) -> Image.Image:
    """Return some of the rows, averaged along them to the size that is measured at."""
    height, width = channel.shape
    scale = min(1.0, SIDE / min(height, width))
    # Lines side by side say the same; half of those that the small picture has are enough.
    rows = np.ascontiguousarray(channel[:: max(1, min(int(2 / scale), height // 4))])
    size = (max(1, round(width * scale)), len(rows))
    return Image.fromarray(rows).resize(size, Image.Resampling.BOX)


def _runs(lines: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return the greatest step and the whole rise in every run of pixels along the lines."""
    length = min(_RUN, lines.shape[1])
    count = lines.shape[1] // length
    # The greatest of a few long rows costs far less than of many short ones.
    across = np.ascontiguousarray(lines[:, : count * length].reshape(-1, length).T)
    a, b = across[1:], across[:-1]
    steps = np.maximum(a, b) - np.minimum(a, b)
    return steps.max(axis=0, initial=0), across.max(axis=0) - across.min(axis=0)


def _percentiles(counts: Sequence[int], *shares: float) -> list[int]:
    """Return the levels up to which certain shares of the pixels go."""
    below = list(accumulate(counts))
    return [bisect_left(below, share * below[-1]) for share in shares]


def _middle(shape: tuple[int, ...]) -> tuple[slice, slice]:
    height, width = shape
    return (
        slice(height // 4, max(height - height // 4, 1)),
        slice(width // 4, max(width - width // 4, 1)),
    )


def _frame(shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    height, width = shape
    top, left = -(-height // 8), -(-width // 8)
    frame = np.ones((height, width), np.bool_)
    frame[top : height - top, left : width - left] = False
    return frame
