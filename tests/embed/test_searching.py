from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fieldguide.embed.extracting import VectorExtractor
from fieldguide.embed.searching import find_similar, vector_of
from fieldguide.errors import PictureError
from fieldguide.storage.vectors import VectorCache

DIMENSIONS = 6


def _hash(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


@pytest.fixture
def vectors() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(5000, DIMENSIONS)).astype(np.float16)


@pytest.fixture
def extractor(tmp_path: Path, vectors: np.ndarray) -> VectorExtractor:
    cache = VectorCache(tmp_path / "cache", DIMENSIONS)
    # Out of order, so that rows and hashes do not agree by chance.
    order = np.random.default_rng(1).permutation(len(vectors))
    cache.add([(_hash(n), vectors[n]) for n in order.tolist()])
    return VectorExtractor(
        cache, lambda pixels: pixels.mean(axis=(0, 1)).repeat(2).astype(np.float32), 64
    )


def test_the_ranking_is_that_of_a_plain_comparison(
    extractor: VectorExtractor, vectors: np.ndarray
) -> None:
    query = np.random.default_rng(2).normal(size=DIMENSIONS)
    rows = vectors.astype(np.float64)
    wanted = rows @ query / np.linalg.norm(rows, axis=1) / np.linalg.norm(query)
    hashes = [_hash(n) for n in range(len(vectors))]
    found = find_similar(extractor, hashes, query, count=20)
    assert [s.sha256 for s in found] == [_hash(n) for n in np.argsort(-wanted)[:20].tolist()]
    assert [s.cosine for s in found] == pytest.approx(np.sort(wanted)[::-1][:20], abs=1e-3)


def test_only_the_images_that_are_asked_for_are_ranked(extractor: VectorExtractor) -> None:
    hashes = [_hash(n) for n in (3, 7, 11)]
    found = find_similar(extractor, hashes, np.ones(DIMENSIONS), count=10)
    assert {s.sha256 for s in found} == set(hashes)


def test_images_without_a_vector_and_vectors_of_zeros_are_left_out(
    extractor: VectorExtractor,
) -> None:
    zeros = "ab" * 32
    extractor.cache.add([(zeros, np.zeros(DIMENSIONS, np.float16))])
    found = find_similar(extractor, [zeros, "cd" * 32, _hash(1)], np.ones(DIMENSIONS), count=10)
    assert [s.sha256 for s in found] == [_hash(1)]
    assert find_similar(extractor, [], np.ones(DIMENSIONS), count=10) == []


@pytest.mark.parametrize("query", [np.ones(3), np.zeros(DIMENSIONS), np.full(DIMENSIONS, np.nan)])
def test_a_query_that_cannot_be_compared(extractor: VectorExtractor, query: np.ndarray) -> None:
    with pytest.raises(ValueError, match="6 finite values"):
        find_similar(extractor, [_hash(1)], query, count=1)


def test_a_file_is_decoded_and_what_is_no_picture_refused(extractor: VectorExtractor) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (10, 20, 30)).save(buffer, "PNG")
    found = vector_of(extractor, buffer.getvalue(), max_pixels=100)
    assert found.tolist() == [10, 10, 20, 20, 30, 30]
    with pytest.raises(PictureError):
        vector_of(extractor, b"no picture", max_pixels=100)
