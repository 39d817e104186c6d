"""Near duplicates: pictures of one scene, re-encoded, resized, cropped or taken in a burst.

A pair is proposed by its perceptual hashes and confirmed by its vectors. Either alone is wrong
often: flat skies have equal hashes, and two leaves of one species have close vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.parallel import map_in_order
from fieldguide.pictures.perceptual_hash import NO_STRUCTURE
from fieldguide.storage.vectors import VectorCache

CONFIRMATION = ((4, 0.4), (12, 0.9))
"""Bits in which the hashes may differ, and the cosine that the vectors must then have.

A copy that was saved again or made smaller keeps its hash nearly, while its vector moves as the
detail is lost; a cropped one keeps its vector and loses some bits of its hash. Different pictures
hardly ever come within four bits, but often within twelve.
"""

_MAX_DISTANCE = max(bits for bits, _ in CONFIRMATION)

_SLICE = 4096
_BLOCK = 512
_CHUNK = 8192


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two images that show one scene, by their hashes; ``a < b``.

    Attributes:
        a: SHA-256 of one image.
        b: SHA-256 of the other.
        distance: Bits in which the perceptual hashes differ.
        cosine: Cosine of the vectors.
    """

    a: str
    b: str
    distance: int
    cosine: float


def find_near_duplicates(
    perceptual_hashes: dict[str, int], cache: VectorCache, *, workers: int = 1
) -> list[NearPair]:
    """Find the near duplicates among images.

    Every pair of hashes is compared, in blocks: exact, with memory that does not grow with the
    number of images or of pairs. Pictures that earlier pairs have joined already are not compared
    again, so that a burst of a thousand frames gives 999 pairs and not half a million.

    Args:
        perceptual_hashes: Unsigned 64-bit hash by the image's SHA-256.
        cache: Holds a vector for each of the images.
        workers: Threads to use.

    Returns:
        Pairs that join all pictures of a scene, sorted.
    """
    # An even surface has no structure that could be compared.
    names = sorted(n for n, value in perceptual_hashes.items() if value != NO_STRUCTURE)
    hashes = np.array([perceptual_hashes[name] for name in names], np.uint64)
    joined = _Joined(len(names))
    pairs: list[NearPair] = []
    for left, right, distances in _close_pairs(hashes, workers):
        for start in range(0, len(left), _SLICE):
            part = slice(start, start + _SLICE)
            rows = list(
                zip(left[part].tolist(), right[part].tolist(), distances[part], strict=True)
            )
            open_rows = [row for row in rows if joined.find(row[0]) != joined.find(row[1])]
            cosines = _cosines(
                cache, [names[i] for i, _, _ in open_rows], [names[j] for _, j, _ in open_rows]
            )
            for (i, j, distance), cosine in zip(open_rows, cosines, strict=True):
                if _confirmed(int(distance), float(cosine)) and joined.join(i, j):
                    found = NearPair(names[i], names[j], int(distance), round(float(cosine), 4))
                    pairs.append(found)
    return sorted(pairs, key=lambda pair: (pair.a, pair.b))


def _confirmed(distance: int, cosine: float) -> bool:
    return any(distance <= bits and cosine >= least for bits, least in CONFIRMATION)


class _Joined:
    """Which pictures have been joined already, by numbers from 0."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def find(self, number: int) -> int:
        """Return what all joined pictures have in common."""
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def join(self, a: int, b: int) -> bool:
        """Join two pictures and return whether they were apart."""
        a, b = self.find(a), self.find(b)
        self._parent[max(a, b)] = min(a, b)
        return a != b


def _close_pairs(
    hashes: npt.NDArray[np.uint64], workers: int
) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.uint8]]]:
    def compare(
        start: int,
    ) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.uint8]]]:
        found = []
        block = hashes[start : start + _BLOCK, None]
        for begin in range(start, len(hashes), _CHUNK):
            bits = np.bitwise_count(block ^ hashes[None, begin : begin + _CHUNK])
            rows, columns = np.nonzero(bits <= _MAX_DISTANCE)
            later = columns + begin > rows + start
            rows, columns = rows[later], columns[later]
            if len(rows):
                found.append((rows + start, columns + begin, bits[rows, columns]))
        return found

    for found in map_in_order(compare, range(0, len(hashes), _BLOCK), workers=workers):
        yield from found


def _cosines(cache: VectorCache, a: Sequence[str], b: Sequence[str]) -> npt.NDArray[np.float32]:
    x = cache.get(a).astype(np.float32)
    y = cache.get(b).astype(np.float32)
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    cosines: npt.NDArray[np.float32] = np.einsum("ij,ij->i", x, y) / np.maximum(lengths, 1e-12)
    return cosines
