"""Label propagation: labels spread over a graph of nearest neighbours, from few to all.

It proposes and nothing more: a person accepts.

Source: Zhou, Bousquet, Lal, Weston and Schölkopf, Learning with local and global consistency, NIPS
2003 (proceedings of 2004); the width of each edge after Zelnik-Manor and Perona, Self-tuning
spectral clustering, NIPS 2004.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from fieldguide.label.suggestions.discriminant import Rows
from fieldguide.types import FloatArray, IntArray

MOST_PICTURES = 20_000
"""Beyond that the graph, which compares all with all, is not made."""

_NEIGHBOURS = 12
_BLOCK = 1024
_KEEPS = 0.9
_STEPS = 25
_LEAST = 1e-6


def graph(rows: Rows, *, neighbours: int = _NEIGHBOURS) -> sparse.csr_matrix:
    """Join each picture with its nearest neighbours, exactly, a block of rows at a time.

    Args:
        rows: ``(n, dimensions)`` float32.
        neighbours: To how many others each is joined.

    Returns:
        ``(n, n)`` symmetric float32, normalised so that its largest eigenvalue is 1.
    """
    n = len(rows)
    k = min(neighbours, n - 1)
    if k < 1:
        return sparse.csr_matrix((n, n), dtype=np.float32)
    squares = (rows**2).sum(axis=1)
    places = np.empty((n, k), np.int64)
    distances = np.empty((n, k), np.float32)
    for start in range(0, n, _BLOCK):
        block = rows[start : start + _BLOCK]
        away = squares[start : start + _BLOCK, None] + squares - 2 * (block @ rows.T)
        away[np.arange(len(block)), start + np.arange(len(block))] = np.inf
        near = np.argpartition(away, k - 1, axis=1)[:, :k]
        places[start : start + _BLOCK] = near
        distances[start : start + _BLOCK] = np.maximum(np.take_along_axis(away, near, axis=1), 0)
    return _normalised(places, distances)


def _normalised(places: IntArray, distances: npt.NDArray[np.float32]) -> sparse.csr_matrix:
    n, k = places.shape
    width = np.sqrt(np.maximum(distances.max(axis=1), 1e-12))
    weights = np.exp(-distances / (width[:, None] * width[places]))
    from_ = np.repeat(np.arange(n), k)
    joined = sparse.csr_matrix((weights.ravel(), (from_, places.ravel())), shape=(n, n))
    joined = joined.maximum(joined.T)
    degree = np.asarray(joined.sum(axis=1)).ravel()
    scale = sparse.diags(1 / np.sqrt(np.maximum(degree, 1e-12)))
    return (scale @ joined @ scale).tocsr().astype(np.float32)


def log_scores(
    edges: sparse.csr_matrix, labelled: IntArray, classes: IntArray, *, count: int
) -> FloatArray:
    """Spread labels over the graph.

    Args:
        edges: What ``graph`` returns, for ``n`` pictures.
        labelled: ``(m,)``, places of the labelled pictures.
        classes: ``(m,)``, their classes, from 0 to ``count - 1``.
        count: How many classes there are.

    Returns:
        ``(n, count)`` float64, the log of each class's share of what reached a picture; equal for
        all classes where nothing did.
    """
    start = np.zeros((edges.shape[0], count), np.float32)
    # Each class sends out the same in all, so that one with many labels does not flood the graph.
    numbers = np.maximum(np.bincount(classes, minlength=count), 1)
    start[labelled, classes] = 1 / numbers[classes]
    held = start
    for _ in range(_STEPS):
        held = _KEEPS * (edges @ held) + (1 - _KEEPS) * start
    total = held.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, held / np.maximum(total, 1e-30), 1 / max(count, 1))
    found: FloatArray = np.log(shares.astype(np.float64) + _LEAST)
    return found
