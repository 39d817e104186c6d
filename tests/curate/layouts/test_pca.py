from __future__ import annotations

import hashlib

import numpy as np
import pytest
from sklearn.decomposition import PCA

from fieldguide.curate.layouts import pca


def test_directions_and_places_are_those_of_scikit_learn() -> None:
    vectors = np.random.default_rng(0).normal(size=(400, 24)) * np.linspace(5, 0.5, 24)
    found = pca.learn(vectors.astype(np.float16), 5)
    reference = PCA(5, svd_solver="full").fit(vectors.astype(np.float16).astype(np.float64))
    assert np.allclose(found.shares, reference.explained_variance_ratio_, atol=1e-4)
    along = np.abs((found.directions * reference.components_).sum(axis=1))
    assert np.allclose(along, 1, atol=1e-3)
    placed = pca.places(found, len(vectors), lambda a, b: vectors[a:b].astype(np.float16))
    expected = reference.transform(vectors.astype(np.float16).astype(np.float64))
    assert np.allclose(np.abs(placed), np.abs(expected), atol=0.05)
    assert placed.dtype == np.float32


def test_each_direction_points_to_its_largest_loading() -> None:
    vectors = np.random.default_rng(1).normal(size=(60, 9))
    for turned in (vectors, -vectors):
        directions = pca.learn(turned, 4).directions
        assert (directions[np.arange(4), np.abs(directions).argmax(axis=1)] > 0).all()


def test_there_are_no_more_directions_than_pictures_or_dimensions() -> None:
    assert pca.learn(np.eye(3, 8), 50).directions.shape == (3, 8)
    assert pca.learn(np.eye(8, 3), 50).directions.shape == (3, 3)


def test_pictures_that_are_all_alike_lie_on_one_point() -> None:
    found = pca.learn(np.ones((5, 4)), 2)
    assert found.shares.tolist() == [0, 0]
    assert not pca.places(found, 5, lambda a, b: np.ones((b - a, 4))).any()


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (4,)])
def test_without_a_vector_there_are_no_directions(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"need vectors of shape"):
        pca.learn(np.zeros(shape))


def test_the_sample_depends_on_the_hashes_alone() -> None:
    hashes = [hashlib.sha256(bytes([n])).hexdigest() for n in range(50)]
    chosen = {hashes[row] for row in pca.sample_rows(hashes, 7)}
    turned = hashes[::-1]
    assert {turned[row] for row in pca.sample_rows(turned, 7)} == chosen
    assert len(chosen) == 7
    assert pca.sample_rows(hashes, 90).tolist() == list(range(50))
