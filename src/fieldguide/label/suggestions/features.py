"""The pictures of a dataset as a model sees them: their vectors, reduced and kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from fieldguide.label.suggestions import copies
from fieldguide.label.suggestions.discriminant import Rows
from fieldguide.records.suggestion_facts import PictureFacts
from fieldguide.storage.vectors import VectorCache
from fieldguide.types import IntArray

DIMENSIONS = 128
"""Principal components that are kept: 100 MB for 200,000 pictures."""

_SAMPLE = 8_000
_BLOCK = 4_096


@dataclass(frozen=True)
class Basis:
    """How vectors are reduced: each to length 1, about their mean, onto principal components.

    Attributes:
        mean: ``(dimensions,)`` float32.
        axes: ``(dimensions, kept)`` float32, scaled so that the components vary by 1 on average.
        pictures: How many pictures there were when it was made.
    """

    mean: npt.NDArray[np.float32]
    axes: Rows
    pictures: int

    def reduce(self, vectors: npt.NDArray[np.floating]) -> Rows:
        """Reduce vectors ``(n, dimensions)`` to ``(n, kept)`` float32."""
        return np.asarray((_unit(vectors) - self.mean) @ self.axes, np.float32)


@dataclass(frozen=True)
class Features:
    """The present pictures of a dataset that have a vector, by id ascending.

    Attributes:
        members: ``(n,)`` int64, their ids.
        rows: ``(n, kept)`` float32, the reduced vectors.
        hashes: ``(n,)`` uint64, perceptual hashes.
        images: ``(n,)``, equal for equal bytes.
        groups: ``(n,)``, equal from 0 for pictures of one group, -1 where none is known.
        sha256: Of each picture's bytes.
        basis: How the vectors were reduced.
        pictures: How many pictures the dataset has, with and without a vector.
    """

    members: IntArray
    rows: Rows
    hashes: npt.NDArray[np.uint64]
    images: IntArray
    groups: IntArray
    sha256: tuple[str, ...]
    basis: Basis | None
    pictures: int

    def __len__(self) -> int:
        return len(self.members)

    @cached_property
    def copies(self) -> IntArray:
        """``(m, 2)``, places of the pairs that are surely copies or of one burst."""
        return copies.pairs(self.hashes, self.rows, self.images)

    @cached_property
    def scenes(self) -> IntArray:
        """``(n,)``, equal for pictures that such pairs join."""
        return copies.joined(self.copies, None, len(self))

    @cached_property
    def kin(self) -> IntArray:
        """``(n,)``, equal for pictures that such pairs or a common group join."""
        return copies.joined(self.copies, self.groups, len(self))

    @cached_property
    def units(self) -> Rows:
        """``(n, kept)``, the reduced vectors at length 1, whose products are cosines."""
        return _unit(self.rows)

    def places(self, member_ids: IntArray) -> IntArray:
        """Return where pictures stand, -1 for those without a vector."""
        at = np.searchsorted(self.members, member_ids)
        at = np.minimum(at, max(len(self) - 1, 0))
        if not len(self):
            return np.full(len(member_ids), -1)
        found: IntArray = np.where(self.members[at] == member_ids, at, -1)
        return found

    def copies_of(self, place: int) -> IntArray:
        """Return the places of the pictures that are surely copies of one, or of its burst."""
        pairs = self.copies
        found: IntArray = np.r_[pairs[pairs[:, 0] == place, 1], pairs[pairs[:, 1] == place, 0]]
        return found


def load(facts: PictureFacts, cache: VectorCache, before: Features | None = None) -> Features:
    """Read and reduce the vectors of a dataset's pictures.

    What was reduced before is taken over, until the dataset has twice as many pictures as when the
    basis was made.

    Args:
        facts: The present pictures.
        cache: The backbone's vectors.
        before: What there was.
    """
    cache.missing([])  # Looks at what other processes have added meanwhile.
    has = [sha256 in cache for sha256 in facts.sha256]
    chosen = np.flatnonzero(has)
    hashes = [facts.sha256[place] for place in chosen]
    basis = before.basis if before is not None else None
    if basis is None or len(chosen) >= 2 * basis.pictures:
        basis, before = _basis(hashes, cache), None
    rows, sound = _rows(hashes, cache, basis, before)
    chosen = chosen[sound]
    kept = [facts.sha256[place] for place in chosen]
    return Features(
        members=facts.members[chosen],
        rows=rows[sound],
        hashes=facts.hashes[chosen],
        images=np.unique(kept, return_inverse=True)[1].astype(np.int64) if kept else chosen,
        groups=_numbered([facts.groups[place] for place in chosen]),
        sha256=tuple(kept),
        basis=basis,
        pictures=len(facts.members),
    )


def _rows(
    hashes: list[str], cache: VectorCache, basis: Basis | None, before: Features | None
) -> tuple[Rows, npt.NDArray[np.bool_]]:
    kept = 0 if basis is None else basis.axes.shape[1]
    rows = np.zeros((len(hashes), kept), np.float32)
    sound = np.ones(len(hashes), np.bool_)
    known = {} if before is None else {sha: place for place, sha in enumerate(before.sha256)}
    fresh = []
    for place, sha256 in enumerate(hashes):
        held = known.get(sha256)
        if held is None or before is None:
            fresh.append(place)
        else:
            rows[place] = before.rows[held]
    for start in range(0, len(fresh), _BLOCK):
        part = np.array(fresh[start : start + _BLOCK])
        vectors, fits = _read(cache, [hashes[place] for place in part])
        sound[part] = fits
        if basis is not None:
            rows[part] = basis.reduce(vectors)
    return rows, sound


def _read(
    cache: VectorCache, hashes: list[str]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    try:
        return cache.get(hashes).astype(np.float32), np.ones(len(hashes), np.bool_)
    except KeyError:
        # A damaged vector counts as missing; the next job that embeds makes it anew.
        damaged = set(cache.missing(hashes))
    fits = np.array([sha256 not in damaged for sha256 in hashes])
    found = np.zeros((len(hashes), cache.dimensions), np.float32)
    sound = [sha256 for sha256 in hashes if sha256 not in damaged]
    found[fits] = cache.get(sound)
    return found, fits


def _basis(hashes: list[str], cache: VectorCache) -> Basis | None:
    if len(hashes) < 2:
        return None
    rng = np.random.default_rng(0)
    some = rng.choice(len(hashes), min(_SAMPLE, len(hashes)), replace=False)
    vectors, fits = _read(cache, [hashes[place] for place in np.sort(some)])
    units = _unit(vectors[fits])
    if len(units) < 2:
        return None
    mean = units.mean(axis=0)
    centred = units - mean
    wide = centred.shape[1]
    kept = max(min(DIMENSIONS, len(units) - 1, wide), 1)
    # Single precision, and only the components that are kept: a fifth of the time.
    values, axes = eigh(centred.T @ centred / len(units), subset_by_index=[wide - kept, wide - 1])
    scale = np.sqrt(max(values.mean(), 1e-12))
    return Basis(mean, np.asarray(axes / scale, np.float32), len(hashes))


def _unit(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    rows = vectors.astype(np.float32, copy=False)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: npt.NDArray[np.float32] = rows / np.maximum(lengths, 1e-12)
    return found


def _numbered(groups: list[str | None]) -> IntArray:
    known: dict[str, int] = {}
    return np.array(
        [-1 if group is None else known.setdefault(group, len(known)) for group in groups], np.int64
    )
