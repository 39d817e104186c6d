"""Copies and bursts: pictures so alike that one answer surely holds for all of them.

Both the perceptual hashes and the vectors must say so, each strictly: a pair that is missed costs
one answer, and a false one may cost a wrong label.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from fieldguide.label.suggestions.discriminant import Rows
from fieldguide.pictures.perceptual_hash import NO_STRUCTURE
from fieldguide.types import IntArray

MOST_BITS = 4
"""Bits in which the perceptual hashes of two pictures may differ."""

LEAST_COSINE = 0.9
"""What the cosine of their reduced vectors must be; that of two pictures at random is near 0."""

_PARTS = MOST_BITS + 1
_SLICE = 65_536


def pairs(hashes: npt.NDArray[np.uint64], rows: Rows, images: IntArray) -> IntArray:
    """Find the pairs of pictures that are surely copies of one another, or of one burst.

    Two hashes that differ in four bits agree on one of five parts, so only pictures with an equal
    part are compared; none is missed.

    Args:
        hashes: ``(n,)`` perceptual hashes.
        rows: ``(n, dimensions)`` reduced vectors.
        images: ``(n,)``, equal for equal bytes.

    Returns:
        ``(m, 2)`` places, the smaller first, each pair once, sorted.
    """
    if len(hashes) < 2:
        return np.empty((0, 2), np.int64)
    lengths = np.maximum(np.linalg.norm(rows, axis=1), 1e-12)
    found = [np.empty((0, 2), np.int64)]
    for a, b in _candidates(hashes, images):
        cosine = np.empty(len(a), np.float32)
        for start in range(0, len(a), _SLICE):
            part = slice(start, start + _SLICE)
            cosine[part] = np.einsum("ij,ij->i", rows[a[part]], rows[b[part]])
        sure = (cosine >= LEAST_COSINE * lengths[a] * lengths[b]) | (images[a] == images[b])
        found.append(np.sort(np.stack([a[sure], b[sure]], axis=1), axis=1))
    return np.unique(np.concatenate(found), axis=0)


def joined(found: IntArray, groups: IntArray | None, count: int) -> IntArray:
    """Give pictures that pairs, or a group, join one number.

    Args:
        found: ``(m, 2)`` pairs of places.
        groups: ``(count,)``, equal from 0 for pictures of one group, -1 for none; or None.
        count: How many pictures there are.

    Returns:
        ``(count,)`` numbers from 0.
    """
    a, b = found[:, 0], found[:, 1]
    size = count
    if groups is not None and groups.max(initial=-1) >= 0:
        within = np.flatnonzero(groups >= 0)
        a, b = np.r_[a, within], np.r_[b, count + groups[within]]
        size = count + int(groups.max()) + 1
    edges = sparse.coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(size, size))
    _, numbers = csgraph.connected_components(edges, directed=False)
    result: IntArray = numbers[:count].astype(np.int64)
    return result


def _candidates(
    hashes: npt.NDArray[np.uint64], images: IntArray
) -> Iterator[tuple[IntArray, IntArray]]:
    # Equal bytes are copies whatever their hash; an even surface has no structure to compare.
    yield from _equal(images.astype(np.uint64), np.arange(len(images)))
    told = np.flatnonzero(hashes != NO_STRUCTURE)
    for part in range(_PARTS):
        low, high = 64 * part // _PARTS, 64 * (part + 1) // _PARTS
        keys = (hashes[told] >> np.uint64(low)) & np.uint64((1 << (high - low)) - 1)
        for a, b in _equal(keys, told):
            close = np.bitwise_count(hashes[a] ^ hashes[b]) <= MOST_BITS
            if close.any():
                yield a[close], b[close]


def _equal(keys: npt.NDArray[np.uint64], places: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Give the pairs of places with equal keys, those at the same distance in the order at once."""
    order = np.argsort(keys, kind="stable")
    keys, places = keys[order], places[order]
    left = np.arange(len(keys))
    for distance in range(1, len(keys)):
        left = left[left < len(keys) - distance]
        left = left[keys[left] == keys[left + distance]]
        if not len(left):
            return
        yield places[left], places[left + distance]
