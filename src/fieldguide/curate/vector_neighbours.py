"""The pictures whose vectors lie nearest, for each picture: all are compared, shortened."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fieldguide.parallel import map_in_order
from fieldguide.storage.vectors import VectorCache
from fieldguide.types import IntArray

_SHORTENED = 256
_READ = 4096
_BLOCK = 512
_CHUNK = 16_384

_Rows = npt.NDArray[np.float32]


def nearest(
    cache: VectorCache, names: Sequence[str], *, count: int, least: float, workers: int
) -> IntArray:
    """Find pairs of which one is among the nearest of the other.

    The vectors are projected on random directions, which changes a cosine by a few hundredths; who
    decides on the pairs should look at something else.

    Args:
        cache: Holds a vector for each image.
        names: SHA-256 of the images.
        count: How many neighbours of each picture to take at most.
        least: Cosine that they must have.
        workers: Threads to use.

    Returns:
        ``(m, 2)`` places in ``names``, the smaller first, each pair once, sorted.

    Source:
        W. Johnson and J. Lindenstrauss, "Extensions of Lipschitz mappings into a Hilbert space"
        (1984), for the projection.
    """
    rows = _shortened(cache, names)

    def look(start: int) -> IntArray:
        return _of_block(rows, start, count, least)

    found = list(map_in_order(look, range(0, len(rows), _BLOCK), workers=workers))
    if not found:
        return np.empty((0, 2), np.int64)
    return np.unique(np.sort(np.concatenate(found), axis=1), axis=0)


def _of_block(rows: _Rows, start: int, count: int, least: float) -> IntArray:
    block = rows[start : start + _BLOCK]
    values = np.full((len(block), count), least, np.float32)
    places = np.full((len(block), count), -1, np.int64)
    own = np.arange(start, start + len(block))
    for begin in range(0, len(rows), _CHUNK):
        cosines = block @ rows[begin : begin + _CHUNK].T
        inside = np.flatnonzero((own >= begin) & (own < begin + cosines.shape[1]))
        cosines[inside, own[inside] - begin] = -1
        for row in np.flatnonzero((cosines > values[:, -1:]).any(axis=1)):
            better = np.flatnonzero(cosines[row] > values[row, -1])
            merged = np.r_[values[row], cosines[row, better]]
            order = np.argsort(-merged, kind="stable")[:count]
            values[row] = merged[order]
            places[row] = np.r_[places[row], better + begin][order]
    here, column = np.nonzero(places >= 0)
    return np.stack([here + start, places[here, column]], axis=1)


def _shortened(cache: VectorCache, names: Sequence[str]) -> _Rows:
    """Read and project the vectors, float32 ``(n, at most _SHORTENED)`` of length 1."""
    project = None
    if cache.dimensions > _SHORTENED:
        random = np.random.default_rng(0)
        project = random.standard_normal((cache.dimensions, _SHORTENED)).astype(np.float32)
    rows = np.empty((len(names), min(cache.dimensions, _SHORTENED)), np.float32)
    for start in range(0, len(names), _READ):
        block = cache.get(names[start : start + _READ]).astype(np.float32)
        rows[start : start + _READ] = block if project is None else block @ project
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return rows
