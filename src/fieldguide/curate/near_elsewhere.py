"""Near duplicates between two heaps of pictures, such as those of two datasets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from fieldguide.curate.near_duplicates import CONFIRMATION, NearPair
from fieldguide.parallel import map_in_order
from fieldguide.pictures.perceptual_hash import NO_STRUCTURE
from fieldguide.storage.vectors import VectorCache

_MAX_DISTANCE = max(bits for bits, _ in CONFIRMATION)
_BLOCK = 256
_CHUNK = 8192
_SLICE = 4096

_Rows = npt.NDArray[np.intp]
_Bits = npt.NDArray[np.uint8]


def find_near_elsewhere(
    ours: Mapping[str, int], theirs: Mapping[str, int], cache: VectorCache, *, workers: int = 1
) -> dict[str, NearPair]:
    """Find for each picture of one heap the picture of another heap that shows the same scene.

    Args:
        ours: Unsigned 64-bit perceptual hash by the image's SHA-256.
        theirs: Those of the other heap. Images that are in both are passed over.
        cache: Holds a vector for each of them.
        workers: Threads to use.

    Returns:
        The nearest confirmed pair by our image's SHA-256, for those that have one; confirmed as by
        :func:`fieldguide.curate.near_duplicates.find_near_duplicates`.
    """
    left = sorted(sha for sha, value in ours.items() if value != NO_STRUCTURE)
    right = sorted(
        sha for sha, value in theirs.items() if value != NO_STRUCTURE and sha not in ours
    )
    a = np.array([ours[sha] for sha in left], np.uint64)
    b = np.array([theirs[sha] for sha in right], np.uint64)
    best: dict[str, NearPair] = {}
    for rows, columns, distances in _close(a, b, workers):
        for start in range(0, len(rows), _SLICE):
            part = slice(start, start + _SLICE)
            here = [left[row] for row in rows[part]]
            there = [right[column] for column in columns[part]]
            cosines = _cosines(cache, here, there)
            for sha, other, bits, cosine in zip(
                here, there, distances[part].tolist(), cosines.tolist(), strict=True
            ):
                if any(bits <= most and cosine >= least for most, least in CONFIRMATION):
                    first, second = sorted((sha, other))
                    pair = NearPair(first, second, bits, round(cosine, 4))
                    if sha not in best or pair.cosine > best[sha].cosine:
                        best[sha] = pair
    return best


def _close(
    a: npt.NDArray[np.uint64], b: npt.NDArray[np.uint64], workers: int
) -> Iterator[tuple[_Rows, _Rows, _Bits]]:
    def compare(start: int) -> list[tuple[_Rows, _Rows, _Bits]]:
        found = []
        block = a[start : start + _BLOCK, None]
        for begin in range(0, len(b), _CHUNK):
            bits = np.bitwise_count(block ^ b[None, begin : begin + _CHUNK])
            rows, columns = np.nonzero(bits <= _MAX_DISTANCE)
            if len(rows):
                found.append((rows + start, columns + begin, bits[rows, columns]))
        return found

    for found in map_in_order(compare, range(0, len(a), _BLOCK), workers=workers):
        yield from found


def _cosines(cache: VectorCache, a: list[str], b: list[str]) -> npt.NDArray[np.float32]:
    x, y = cache.get(a).astype(np.float32), cache.get(b).astype(np.float32)
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    cosines: npt.NDArray[np.float32] = np.einsum("ij,ij->i", x, y) / np.maximum(lengths, 1e-12)
    return cosines
