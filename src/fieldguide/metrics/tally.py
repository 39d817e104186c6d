"""Adds up weights by class or bin, for one set of weights or for many at once."""

from __future__ import annotations

import numpy as np

from fieldguide.types import FloatArray, IntArray


def tally(index: IntArray, length: int, weights: FloatArray) -> FloatArray:
    """Add up the weights of equal indices.

    Args:
        index: ``(n,)``, ``0 <= index < length``.
        length: How many sums there are.
        weights: ``(..., n)``; each row is added up by itself.

    Returns:
        ``(..., length)`` float64.
    """
    rows = weights.reshape(-1, index.size) if index.size else np.zeros((_rows(weights), 0))
    sums = np.empty((rows.shape[0], length))
    for row, values in enumerate(rows):
        sums[row] = np.bincount(index, weights=values, minlength=length)
    return sums.reshape(*weights.shape[:-1], length)


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Divide; nan where the whole is 0.

    Args:
        part: ``(...)``.
        whole: ``(...)``, not negative.

    Returns:
        ``(...)`` float64.
    """
    quotient = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, out=quotient, where=whole > 0.0)
    return quotient


def _rows(weights: FloatArray) -> int:
    return int(np.prod(weights.shape[:-1]))
