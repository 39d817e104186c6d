from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from tests.curate.checks import plain
from tests.curate.checks.pools import make_pool, run

from fieldguide.curate.checks import outliers
from fieldguide.curate.checks.outliers import CHECK, NEIGHBOURS, neighbour_distances


def test_distances_are_those_of_all_pairs() -> None:
    vectors = plain.vectors(1300)
    scenes = np.arange(1300) // 2
    rows = np.arange(0, 1300, 2)
    found = neighbour_distances(vectors, scenes, np.arange(1300))
    pairs = cdist(vectors, vectors)
    pairs[scenes[:, None] == scenes] = np.inf
    np.testing.assert_allclose(found, np.sort(pairs, axis=1)[:, :NEIGHBOURS].mean(1), atol=1e-5)
    pairs = cdist(vectors[rows], vectors[rows]) + np.diag(np.full(len(rows), np.inf))
    np.testing.assert_allclose(
        neighbour_distances(vectors, scenes, rows),
        np.sort(pairs, axis=1)[:, :NEIGHBOURS].mean(1),
        atol=1e-5,
    )


def test_large_sets_are_compared_with_some(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, scenes = plain.vectors(900), np.arange(900)
    monkeypatch.setattr(outliers, "_MOST_REFERENCES", 300)
    pairs = cdist(vectors, vectors[::3])
    pairs[scenes[:, None] == scenes[::3]] = np.inf
    np.testing.assert_allclose(
        neighbour_distances(vectors, scenes, scenes),
        np.sort(pairs, axis=1)[:, :NEIGHBOURS].mean(1),
        atol=1e-5,
    )


@pytest.mark.parametrize("n", [40, 1000])
def test_pictures_unlike_all_others_are_named(n: int) -> None:
    vectors = plain.vectors(n, dimensions=64)
    vectors[[5, 9]] *= -1
    (finding,) = run(CHECK, make_pool(plain.rows(n), vectors=lambda: vectors))
    assert set(finding.member_ids) == {5, 9}
    assert len(finding.cases) == 2


def test_a_picture_among_another_class_is_named_for_its_own() -> None:
    rows = plain.rows(200)
    vectors = plain.vectors(200, dimensions=64)
    oak = np.array([row["label"] == "oak" for row in rows])
    vectors[oak, :32] *= -1
    rows[1]["label"] = "ash"
    (finding,) = run(CHECK, make_pool(rows, vectors=lambda: vectors))
    assert finding.member_ids == [1]
    assert "Among the pictures of 'ash'" in finding.cases[0].why


@pytest.mark.parametrize("n", [0, 1, 19, 20, 100, 2000])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_clean_sets_are_quiet(n: int, seed: int) -> None:
    vectors = plain.vectors(n, seed)
    assert run(CHECK, make_pool(plain.rows(n), vectors=lambda: vectors)) == []
    assert run(CHECK, make_pool(plain.rows(n))) == []


def test_equal_vectors_are_quiet() -> None:
    vectors = np.tile(plain.vectors(1), (60, 1))
    assert run(CHECK, make_pool(plain.rows(60), vectors=lambda: vectors)) == []
