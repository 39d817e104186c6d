from __future__ import annotations

import hashlib

import numpy as np
import pytest
from tests.label.suggestions.planted import vectors_of

from fieldguide.label.suggestions import features
from fieldguide.records.suggestion_facts import PictureFacts
from fieldguide.storage.vectors import VectorCache


def facts(numbers: range) -> PictureFacts:
    return PictureFacts(
        np.array([10 + n for n in numbers], np.int64),
        [hashlib.sha256(str(n).encode()).hexdigest() for n in numbers],
        np.arange(1, 1 + len(numbers), dtype=np.uint64),
        [f"g{n % 4}" if n % 4 else None for n in numbers],
    )


@pytest.fixture
def vectors() -> np.ndarray:
    return vectors_of(np.arange(60) % 3)


@pytest.fixture
def cache(tmp_path: object, vectors: np.ndarray) -> VectorCache:
    made = VectorCache(tmp_path / "vectors", 1280)  # type: ignore[operator]
    made.add(list(zip(facts(range(60)).sha256, vectors.astype(np.float16), strict=True)))
    return made


def test_reduced_vectors_keep_the_distances_of_unit_vectors(
    cache: VectorCache, vectors: np.ndarray
) -> None:
    found = features.load(facts(range(60)), cache)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    truth = np.linalg.norm(units[:, None] - units, axis=2)
    ours = np.linalg.norm(found.rows[:, None] - found.rows, axis=2)
    scale = (ours * truth).sum() / (truth**2).sum()
    assert np.abs(ours - scale * truth).max() < 0.02 * ours.max()
    assert abs((found.rows**2).mean() - 1) < 0.02


def test_pictures_without_a_vector_are_left_out_and_counted(cache: VectorCache) -> None:
    found = features.load(facts(range(70)), cache)
    assert (len(found), found.pictures) == (60, 70)
    assert found.places(np.array([10, 69, 70, 5])).tolist() == [0, 59, -1, -1]
    assert found.groups.tolist()[:6] == [-1, 0, 1, 2, -1, 0]


def test_a_damaged_vector_counts_as_missing(cache: VectorCache) -> None:
    with (cache.folder / "vectors.f16").open("r+b") as file:
        file.seek(3 * 2560)
        file.write(b"\x00\x01" * 9)
    found = features.load(facts(range(60)), cache)
    assert found.members.tolist() == [10 + n for n in range(60) if n != 3]


def test_what_was_reduced_stays_when_pictures_come_and_go(cache: VectorCache) -> None:
    before = features.load(facts(range(40)), cache)
    after = features.load(facts(range(5, 60)), cache, before)
    assert after.basis is before.basis
    assert np.array_equal(after.rows[:35], before.rows[5:])
    grown = features.load(facts(range(60)), cache, features.load(facts(range(20)), cache))
    assert grown.basis is not None
    assert grown.basis.pictures == 60


def test_no_vectors_at_all(tmp_path: object) -> None:
    empty = VectorCache(tmp_path / "none", 1280)  # type: ignore[operator]
    found = features.load(facts(range(3)), empty)
    assert (len(found), found.pictures) == (0, 3)
    assert found.places(np.array([10])).tolist() == [-1]
    assert found.copies.shape == (0, 2)
