"""Near duplicates between two heaps of pictures, such as those of two datasets."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fieldguide.curate.close_hashes import close_pairs
from fieldguide.curate.near_duplicates import MAX_DISTANCE, NearPair, cosines_of, is_confirmed
from fieldguide.pictures.perceptual_hash import NO_STRUCTURE
from fieldguide.storage.vectors import VectorCache

_SLICE = 4096


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
    for rows, columns, distances in close_pairs(a, b, most=MAX_DISTANCE, workers=workers):
        for start in range(0, len(rows), _SLICE):
            part = slice(start, start + _SLICE)
            here = [left[row] for row in rows[part]]
            there = [right[column] for column in columns[part]]
            cosines = cosines_of(cache, here, there)
            for sha, other, bits, cosine in zip(
                here, there, distances[part].tolist(), cosines.tolist(), strict=True
            ):
                if is_confirmed(bits, cosine):
                    first, second = sorted((sha, other))
                    pair = NearPair(first, second, bits, round(cosine, 4))
                    if sha not in best or pair.cosine > best[sha].cosine:
                        best[sha] = pair
    return best
