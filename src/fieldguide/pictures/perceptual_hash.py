"""A short number that stays nearly the same when a picture is saved again, resized or trimmed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from fieldguide.pictures.shape import check_pixels
from fieldguide.types import Pixels

NO_STRUCTURE = 0
"""The hash of a picture of one even colour, which says nothing about its likeness to others."""

_SIDE = 32
_FREQUENCIES = 8
_EVEN = 0.5


def _cosines() -> npt.NDArray[np.float64]:
    frequency = np.arange(_FREQUENCIES)[:, None]
    position = np.arange(_SIDE)[None, :]
    angles = np.pi * frequency * (2 * position + 1) / (2 * _SIDE)
    rows: npt.NDArray[np.float64] = np.sqrt(2 / _SIDE) * np.cos(angles)
    rows[0] /= np.sqrt(2)
    return rows


_COSINES = _cosines()


def perceptual_hash(pixels: Pixels) -> int:
    """Compute the hash: which of the 64 lowest frequencies are stronger than their median.

    Args:
        pixels: uint8 ``(height, width, 3)``; about 256 pixels on the shorter side are plenty.

    Returns:
        An integer in ``[0, 2**64)``; ``NO_STRUCTURE`` only for a picture of one even colour.

    Raises:
        ValueError: If ``pixels`` have another type or shape.

    Source:
        C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), the
        DCT-based hash, with a triangle filter for the reduction.

    Example:
        >>> perceptual_hash(np.zeros((8, 8, 3), np.uint8))
        0
    """
    check_pixels(pixels)
    # Plain averages of blocks shift by part of a pixel from one size of a picture to another; a
    # triangle filter does not, which makes copies of half the size three times as close.
    grey = Image.fromarray(pixels).convert("L").resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    spectrum = (_COSINES @ np.asarray(grey, np.float64) @ _COSINES.T).ravel()
    if np.abs(spectrum[1:]).max() < _EVEN:
        return NO_STRUCTURE
    # The first is the mean brightness. Its bit is always set, so that no other hash can be 0.
    bits = spectrum > np.median(spectrum[1:])
    bits[0] = True
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hamming(
    a: npt.NDArray[np.uint64] | int, b: npt.NDArray[np.uint64] | int
) -> npt.NDArray[np.uint8]:
    """Count the bits in which hashes differ.

    Args:
        a: Hashes, uint64 of any shape, or one hash.
        b: Hashes of a shape that broadcasts with ``a``.

    Returns:
        uint8 distances in [0, 64], of the broadcast shape. Different pictures are about 32 apart;
        copies saved again or resized up to 6, and with 3 % of the borders cut off mostly up to 10.

    Example:
        >>> hamming(np.array([0, 7], np.uint64), 1)
        array([1, 2], dtype=uint8)
    """
    return np.bitwise_count(np.asarray(np.uint64(a) ^ np.uint64(b)))
