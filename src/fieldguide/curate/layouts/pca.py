"""Principal components: the directions in which pictures differ most, and their places along them.

The directions are learned from at most ``SAMPLE`` pictures, which is plenty for the first fifty;
each picture's place then costs one product. New pictures find their place with the same directions,
so that a map does not turn when it grows.

Source: Pearson, On lines and planes of closest fit to systems of points in space, 1901; the sign of
each direction is fixed as in Bro et al., Resolving the sign ambiguity in the singular value
decomposition, 2008, by its largest loading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.types import FloatArray

Floats = npt.NDArray[np.float32]

SAMPLE = 20_000
"""From so many pictures at most the directions are learned."""

_BLOCK = 8192


@dataclass(frozen=True, slots=True)
class Components:
    """Directions, most important first.

    Attributes:
        mean: ``(dimensions,)`` float32, the middle of the pictures.
        directions: ``(k, dimensions)`` float32, orthonormal rows.
        shares: ``(k,)`` share of the whole variance along each, in [0, 1].
    """

    mean: Floats
    directions: Floats
    shares: FloatArray


def learn(vectors: npt.NDArray[np.floating], most: int = 50) -> Components:
    """Find the directions in which vectors differ most.

    Args:
        vectors: ``(n, dimensions)``, any float type; n at least 1.
        most: How many directions at most; never more than rows or dimensions.

    Raises:
        ValueError: If there is no vector.
    """
    if vectors.ndim != 2 or 0 in vectors.shape:
        raise ValueError(f"Directions need vectors of shape (n, dimensions), not {vectors.shape}.")
    mean: FloatArray = np.mean(vectors, axis=0, dtype=np.float64)
    covariance = np.zeros((vectors.shape[1], vectors.shape[1]))
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK].astype(np.float32) - mean.astype(np.float32)
        covariance += block.T @ block
    values, rows = np.linalg.eigh(covariance)
    count = min(most, *vectors.shape)
    values, directions = np.maximum(values[::-1], 0), rows.T[::-1][:count]
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.sign(directions[np.arange(count), largest])[:, None]
    whole = values.sum()
    shares = values[:count] / whole if whole > 0 else np.zeros(count)
    return Components(mean.astype(np.float32), directions.astype(np.float32), shares)


def sample_rows(hashes: Sequence[str], most: int = SAMPLE) -> npt.NDArray[np.int64]:
    """Return the rows of the pictures from which directions are learned, ascending.

    The hash of the bytes draws them, so the order of the pictures and when they came mean nothing.

    Args:
        hashes: SHA-256 of each row's picture.
        most: How many at most.
    """
    order = sorted(range(len(hashes)), key=hashes.__getitem__)
    return np.sort(np.array(order[:most], np.int64))


def places(
    components: Components, count: int, read: Callable[[int, int], npt.NDArray[np.floating]]
) -> Floats:
    """Return each picture's place along the directions, float32 ``(count, k)``.

    Args:
        components: The directions.
        count: How many pictures there are.
        read: Gives the vectors of the rows from one number up to another, ``(rows, dimensions)``;
            called block by block, so that not all of them lie in memory.
    """
    found = np.empty((count, len(components.directions)), np.float32)
    for start in range(0, count, _BLOCK):
        end = min(start + _BLOCK, count)
        block = read(start, end).astype(np.float32) - components.mean
        found[start:end] = block @ components.directions.T
    return found
