"""Out-of-sample probabilities: nobody judges what belongs with what it has learned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fieldguide.models.heads.logistic import LogisticRegressionHead
from fieldguide.train.out_of_sample import FITS, OutOfSample, out_of_sample
from fieldguide.types import FloatArray, IntArray


def _numbers(vectors: Any) -> set[int]:
    return set((10 * vectors[:, 0] + vectors[:, 1]).astype(int).tolist())


class _Recorder(LogisticRegressionHead):
    """Keeps which rows it has learned from; the first two values of a row are its number."""

    def fit(self, vectors: Any, classes: IntArray, *, count: int) -> _Recorder:
        self.learned = _numbers(vectors)
        super().fit(vectors, classes, count=count)
        return self

    def log_scores(self, vectors: Any) -> FloatArray:
        judged = _numbers(vectors)
        CLUSTERS_APART.append({n // 4 for n in judged}.isdisjoint({n // 4 for n in self.learned}))
        LEARNED.append(self.learned)
        return super().log_scores(vectors)


CLUSTERS_APART: list[bool] = []
LEARNED: list[set[int]] = []


@pytest.fixture(autouse=True)
def _forget() -> None:
    CLUSTERS_APART.clear()
    LEARNED.clear()


def _rows(n: int = 80) -> tuple[Any, IntArray, IntArray]:
    random = np.random.default_rng(0)
    classes = (np.arange(n) // 4) % 2
    vectors = random.normal(0, 1, (n, 6)).astype(np.float32)
    vectors[:, 2] += 6 * classes
    vectors[:, 0], vectors[:, 1] = np.divmod(np.arange(n), 10)
    return vectors, classes, np.arange(n) // 4


def _judge(*arrays: Any, count: int = 2, **others: Any) -> OutOfSample | None:
    return out_of_sample(_Recorder, *arrays, count=count, **others)


def test_clusters_are_never_on_both_sides() -> None:
    vectors, classes, clusters = _rows()
    fits: list[int] = []
    found = _judge(vectors, classes, clusters, workers=2, advance=lambda: fits.append(1))
    assert found is not None
    assert CLUSTERS_APART == [True] * 5
    assert len(fits) == found.folds == FITS
    np.testing.assert_array_equal(found.rows, np.arange(80))
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1.0)
    assert (found.probabilities.argmax(axis=1) == classes).mean() > 0.9


def test_what_is_not_taught_is_judged_all_the_same() -> None:
    vectors, classes, clusters = _rows()
    taught = np.arange(80) != 7
    found = _judge(vectors, classes, clusters, taught=taught)
    assert found is not None
    assert 7 in found.rows
    assert all(7 not in learned for learned in LEARNED)


def test_a_class_in_one_cluster_cannot_be_judged() -> None:
    vectors, classes, clusters = _rows()
    classes = classes.copy()
    classes[:4] = 2
    found = _judge(vectors, classes, clusters, count=3)
    assert found is not None
    np.testing.assert_array_equal(found.rows, np.arange(4, 80))
    assert found.probabilities.shape == (76, 3)


@pytest.mark.parametrize("clusters", [np.zeros(80, np.int64), (np.arange(80) // 4) % 2])
def test_none_where_cross_validation_is_impossible(clusters: IntArray) -> None:
    vectors, classes, _ = _rows()
    assert _judge(vectors, classes, clusters) is None
    empty = np.zeros(0, np.int64)
    assert _judge(np.zeros((0, 6), np.float32), empty, empty) is None


def test_a_value_that_no_head_has_seen_does_not_decide() -> None:
    random = np.random.default_rng(1)
    vectors = random.normal(0, 1, (80, 6)).astype(np.float32)
    classes, clusters = np.arange(80) % 2, np.arange(80)
    vectors[:, 1] += 4 * classes
    vectors[:, 2] = 1e-3 * (classes + random.normal(0, 0.1, 80))
    vectors[3, 2] = -5.0
    found = out_of_sample(LogisticRegressionHead, vectors, classes, clusters, count=2)
    assert found is not None
    right = found.probabilities[np.arange(80), classes]
    assert (right > 0.5).mean() > 0.95
    assert np.median(right) > 0.9
