"""Find the pictures of a dataset that look most like one, which need not be in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.embed.extracting import VectorExtractor
from fieldguide.pictures.decode import decode


@dataclass(frozen=True, slots=True)
class Similar:
    """An image and how much it looks like the one that was asked about."""

    sha256: str
    cosine: float


def vector_of(
    extractor: VectorExtractor, data: bytes, *, max_pixels: int
) -> npt.NDArray[np.float32]:
    """Return the vector of a picture that comes as a file's bytes, float32 ``(dimensions,)``.

    Raises:
        PictureError: If the bytes are no picture that can be decoded.
    """
    pixels = decode(data, shorter_side=extractor.shorter_side, max_pixels=max_pixels).pixels
    return np.asarray(extractor.extract(pixels), np.float32)


def find_similar(
    extractor: VectorExtractor,
    hashes: Sequence[str],
    vector: npt.NDArray[np.floating],
    *,
    count: int,
) -> list[Similar]:
    """Rank images by the cosine of their vectors with one; every image is compared.

    Args:
        extractor: Whose vectors are compared.
        hashes: The images, each once.
        vector: ``(dimensions,)``.
        count: How many to return at most.

    Returns:
        The most similar first; images without a vector are left out.
    """
    cosines = extractor.cache.cosines(hashes, vector)
    known = np.flatnonzero(np.isfinite(cosines))
    best = known
    if len(known) > count:
        best = known[np.argpartition(-cosines[known], count - 1)[:count]]
    ranked = sorted(best.tolist(), key=lambda row: (-float(cosines[row]), hashes[row]))
    return [Similar(hashes[row], round(float(cosines[row]), 4)) for row in ranked]
