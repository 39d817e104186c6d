"""Near duplicates: pictures of one scene, re-encoded, resized, cropped or taken in a burst.

A pair is proposed by its perceptual hashes and confirmed by its vectors. Either alone is wrong
often: flat skies have equal hashes, and two leaves of one species have close vectors. What loses
more of its border than a hash bears is proposed by its vector, and confirmed by small grey sketches
that are laid over one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.curate.close_hashes import close_pairs
from fieldguide.curate.vector_neighbours import nearest
from fieldguide.parallel import map_in_order
from fieldguide.pictures.aligning import likeness, may_be_alike
from fieldguide.pictures.perceptual_hash import NO_STRUCTURE
from fieldguide.storage.vectors import VectorCache

CONFIRMATION = ((4, 0.4), (12, 0.9))
"""Bits in which the hashes may differ, and the cosine that the vectors must then have.

A copy that was saved again or made smaller keeps its hash nearly, while its vector moves as the
detail is lost; a cropped one keeps its vector and loses some bits of its hash. Different pictures
hardly ever come within four bits, but often within twelve.
"""

LIKENESS = 0.82
"""Least likeness of two sketches, see :func:`fieldguide.pictures.aligning.likeness`.

On photographs of landscapes and of leaves, that of copies as ``benchmarks/copies_made.py`` makes
them (without mirrored ones, and those that something was drawn over) was 0.82 to 1.0 for 1,254 of
1,260. That of different pictures with the nearest vectors was at most 0.61 there, but up to 0.80
where garments of one cut lie on one floor, and once 0.87.
"""

BURST = (0.65, 0.9)
"""Least likeness of two frames of one burst, and the cosine that their vectors must have, too."""

_RESIZED = 6
"""Bits that resizing changes at most, while the vector can lose all likeness with the detail."""

_NEIGHBOURS = 4
_LEAST_COSINE = 0.65

MAX_DISTANCE = max(bits for bits, _ in CONFIRMATION)
"""Bits beyond which no hashes are those of near duplicates."""

_SLICE = 4096
_BLOCK = 512


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
    perceptual_hashes: dict[str, int],
    cache: VectorCache,
    *,
    sketches: VectorCache | None = None,
    workers: int = 1,
) -> list[NearPair]:
    """Find the near duplicates among images.

    Every pair of hashes is compared, in blocks: exact, with memory that does not grow with the
    number of images or of pairs. Pictures that earlier pairs have joined already are not compared
    again, so that a burst of a thousand frames gives 999 pairs and not half a million.

    Args:
        perceptual_hashes: Unsigned 64-bit hash by the image's SHA-256.
        cache: Holds a vector for each of the images.
        sketches: Holds the grey sketches of images, for copies with cut borders; without it, only
            cuts of about 2 % at each border are found.
        workers: Threads to use.

    Returns:
        Pairs that join all pictures of a scene, sorted.
    """
    # An even surface has no structure that could be compared.
    names = sorted(n for n, value in perceptual_hashes.items() if value != NO_STRUCTURE)
    hashes = np.array([perceptual_hashes[name] for name in names], np.uint64)
    joined = _Joined(names)
    pairs: list[NearPair] = []
    for left, right, distances in close_pairs(hashes, most=MAX_DISTANCE, workers=workers):
        for start in range(0, len(left), _SLICE):
            part = slice(start, start + _SLICE)
            rows = list(
                zip(left[part].tolist(), right[part].tolist(), distances[part], strict=True)
            )
            open_rows = [
                row for row in rows if not joined.are_together(names[row[0]], names[row[1]])
            ]
            cosines = cosines_of(
                cache, [names[i] for i, _, _ in open_rows], [names[j] for _, j, _ in open_rows]
            )
            for (i, j, distance), cosine in zip(open_rows, cosines, strict=True):
                a, b, bits, value = names[i], names[j], int(distance), float(cosine)
                if joined.are_together(a, b):
                    continue
                if is_confirmed(bits, value) or _is_resized(a, b, bits, sketches):
                    joined.join(a, b)
                    pairs.append(NearPair(a, b, bits, round(value, 4)))
    if sketches is not None:
        sketched = [name for name in names if name in sketches]
        pairs += _cut_pairs(sketched, perceptual_hashes, cache, sketches, joined, workers)
    return sorted(pairs, key=lambda pair: (pair.a, pair.b))


def is_confirmed(distance: int, cosine: float) -> bool:
    """Tell whether bits that differ and the cosine of the vectors together make near duplicates."""
    return any(distance <= bits and cosine >= least for bits, least in CONFIRMATION)


def _is_resized(a: str, b: str, bits: int, sketches: VectorCache | None) -> bool:
    if sketches is None or bits > _RESIZED or a not in sketches or b not in sketches:
        return False
    return likeness(*sketches.get([a, b])) >= LIKENESS


def _cut_pairs(
    names: Sequence[str],
    perceptual_hashes: dict[str, int],
    cache: VectorCache,
    sketches: VectorCache,
    joined: _Joined,
    workers: int,
) -> list[NearPair]:
    """Find the pairs of which one picture is a cut of the other, and join them."""
    near = nearest(cache, names, count=_NEIGHBOURS, least=_LEAST_COSINE, workers=workers)
    pairs: list[NearPair] = []
    for start in range(0, len(near), _BLOCK):
        named = [(names[i], names[j]) for i, j in near[start : start + _BLOCK].tolist()]
        open_pairs = [pair for pair in named if not joined.are_together(*pair)]
        one = sketches.get([a for a, _ in open_pairs])
        other = sketches.get([b for _, b in open_pairs])
        hopeful = np.flatnonzero(may_be_alike(one, other))
        left = [open_pairs[place][0] for place in hopeful]
        right = [open_pairs[place][1] for place in hopeful]
        alike = map_in_order(
            lambda both: likeness(*both),
            zip(one[hopeful], other[hopeful], strict=True),
            workers=workers,
        )
        cosines = cosines_of(cache, left, right)
        for a, b, value, cosine in zip(left, right, alike, cosines, strict=True):
            if _is_cut(value, float(cosine)) and joined.join(a, b):
                bits = (perceptual_hashes[a] ^ perceptual_hashes[b]).bit_count()
                pairs.append(NearPair(a, b, bits, round(float(cosine), 4)))
    return pairs


def _is_cut(alike: float, cosine: float) -> bool:
    return alike >= LIKENESS or (alike >= BURST[0] and cosine >= BURST[1])


class _Joined:
    """Which pictures have been joined already, by name."""

    def __init__(self, names: Sequence[str]) -> None:
        self._parent = {name: name for name in names}

    def are_together(self, a: str, b: str) -> bool:
        """Whether two pictures have been joined."""
        return self._find(a) == self._find(b)

    def join(self, a: str, b: str) -> bool:
        """Join two pictures and return whether they were apart."""
        a, b = self._find(a), self._find(b)
        self._parent[max(a, b)] = min(a, b)
        return a != b

    def _find(self, name: str) -> str:
        """Return what all joined pictures have in common."""
        parent = self._parent
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name


def cosines_of(cache: VectorCache, a: Sequence[str], b: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return the cosines of the vectors of pairs of images, ``(n,)``."""
    x = cache.get(a).astype(np.float32)
    y = cache.get(b).astype(np.float32)
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    cosines: npt.NDArray[np.float32] = np.einsum("ij,ij->i", x, y) / np.maximum(lengths, 1e-12)
    return cosines
