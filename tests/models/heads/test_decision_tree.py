from collections.abc import Callable

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from fieldguide.models.heads import decision_tree
from fieldguide.models.heads.decision_tree import DecisionTreeHead
from fieldguide.models.heads.examples import FloatMatrix
from fieldguide.models.heads.head import Head
from fieldguide.types import FloatArray, IntArray

Blobs = Callable[..., tuple[FloatMatrix, IntArray]]


def test_smooths_the_leaves_of_scikit_learns_tree(blobs: Blobs) -> None:
    vectors, classes = blobs((80, 60, 40), apart=1)
    fresh = blobs((50, 50, 50), apart=1, seed=1)[0]
    reference = DecisionTreeClassifier(max_depth=5, min_samples_leaf=4, random_state=9)
    reference.fit(vectors, classes)
    size = np.bincount(reference.apply(vectors), minlength=99)[reference.apply(fresh)][:, None]
    prior = np.array([81, 61, 41]) / 183
    expected = (size * reference.predict_proba(fresh) + 4 * prior) / (size + 4)
    head = DecisionTreeHead(depth=5, leaf=4, seed=9).fit(vectors, classes, count=3)
    np.testing.assert_allclose(np.exp(head.log_scores(fresh)), expected, rtol=1e-12)


def test_the_file_decides_alike_on_its_thresholds(
    blobs: Blobs, onnx_scores: Callable[[Head, FloatMatrix, int], FloatArray]
) -> None:
    # Of few distinct values many fresh vectors lie exactly on a threshold.
    vectors, classes = blobs((200, 200, 200), dimensions=6, apart=1)
    coarse = np.round(vectors * 3) / 3
    head = DecisionTreeHead(depth=12, leaf=1).fit(coarse, classes, count=3)
    middle = np.round(blobs((500, 500, 500), dimensions=6, apart=1, seed=1)[0] * 6) / 6
    np.testing.assert_allclose(onnx_scores(head, middle, 3), head.log_scores(middle), atol=1e-12)


def test_sees_a_sample_where_there_are_too_many(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_tree, "_LIMIT", 60)
    vectors, classes = blobs((300, 300), apart=5)
    head = DecisionTreeHead(depth=1, leaf=1).fit(vectors, classes, count=2)
    # A leaf of at most 60 examples is surer of itself by no more than that.
    assert np.exp(head.log_scores(vectors)).max() < 1 - 1.5 / 64
