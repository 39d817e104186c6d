"""Clusters: heaps of pictures that look alike, for the time when nothing is labelled yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldguide.label.suggestions.discriminant import Rows
from fieldguide.types import FloatArray, IntArray

_SAMPLE = 20_000
_STEPS = 20
_BLOCK = 16_384
_LEAST, _MOST, _PER_CLASS, _PICTURES = 8, 120, 4, 40


@dataclass(frozen=True)
class Clusters:
    """A k-means clustering.

    Attributes:
        numbers: ``(n,)`` int64, the cluster of each picture, from 0.
        distances: ``(n,)`` float64, squared, from each picture to the centre of its cluster.
        centres: ``(count, dimensions)`` float32.
    """

    numbers: IntArray
    distances: FloatArray
    centres: Rows


def wanted_count(pictures: int, classes: int) -> int:
    """Return how many clusters to make: some for each class, and heaps of a page or more."""
    most = max(pictures // _PICTURES, 1)
    return int(np.clip(_PER_CLASS * max(classes, 2), min(_LEAST, most), min(_MOST, most)))


def cluster(rows: Rows, count: int, *, seed: int = 0) -> Clusters:
    """Cluster pictures by k-means, from starts that are far apart.

    Above 20,000 pictures the centres are found on a sample drawn by lot.

    Args:
        rows: ``(n, dimensions)`` float32; of none come no clusters.
        count: How many clusters, at least 1; an empty one is dropped.
        seed: Of the sample and the starts.

    Source: Arthur and Vassilvitskii, k-means++, SODA 2007; Lloyd, Least squares quantization in
    PCM, IEEE Transactions on Information Theory 28 (1982).
    """
    if not len(rows):
        return Clusters(np.zeros(0, np.int64), np.zeros(0), rows)
    rng = np.random.default_rng(seed)
    sample = rows
    if len(rows) > _SAMPLE:
        sample = rows[np.sort(rng.choice(len(rows), _SAMPLE, replace=False))]
    centres = _starts(sample, min(count, len(sample)), rng)
    for _ in range(_STEPS):
        numbers, _ = _nearest(sample, centres)
        moved = _centres_of(sample, numbers, len(centres))
        if len(moved) == len(centres) and np.allclose(moved, centres, atol=1e-4):
            break
        centres = moved
    numbers, distances = _nearest(rows, centres)
    return Clusters(numbers, distances, centres)


def _starts(rows: Rows, count: int, rng: np.random.Generator) -> Rows:
    chosen = [int(rng.integers(len(rows)))]
    nearest = ((rows - rows[chosen[0]]) ** 2).sum(axis=1).astype(np.float64)
    while len(chosen) < count and nearest.sum() > 0:
        chosen.append(int(rng.choice(len(rows), p=nearest / nearest.sum())))
        nearest = np.minimum(nearest, ((rows - rows[chosen[-1]]) ** 2).sum(axis=1))
    found: Rows = rows[chosen]
    return found


def _nearest(rows: Rows, centres: Rows) -> tuple[IntArray, FloatArray]:
    numbers = np.empty(len(rows), np.int64)
    distances = np.empty(len(rows))
    lengths = (centres**2).sum(axis=1)
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        away = (block**2).sum(axis=1)[:, None] + lengths - 2 * (block @ centres.T)
        nearest = away.argmin(axis=1)
        numbers[start : start + _BLOCK] = nearest
        distances[start : start + _BLOCK] = np.maximum(away[np.arange(len(block)), nearest], 0)
    return numbers, distances


def _centres_of(rows: Rows, numbers: IntArray, count: int) -> Rows:
    sizes = np.bincount(numbers, minlength=count)
    kept = np.flatnonzero(sizes)
    order = np.argsort(numbers, kind="stable")
    starts = np.r_[0, np.cumsum(sizes[kept])[:-1]]
    sums = np.add.reduceat(rows[order], starts, axis=0)
    found: Rows = (sums / sizes[kept, None]).astype(np.float32)
    return found
