from collections.abc import Callable

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from fieldguide.models.heads import random_forest
from fieldguide.models.heads.examples import FloatMatrix
from fieldguide.models.heads.random_forest import MOST_TREES, RandomForestHead
from fieldguide.types import IntArray

Blobs = Callable[..., tuple[FloatMatrix, IntArray]]


def test_smooths_scikit_learns_forest_by_one_tree(blobs: Blobs) -> None:
    vectors, classes = blobs((80, 60, 40), apart=1)
    fresh = blobs((50, 50, 50), apart=1, seed=1)[0]
    reference = RandomForestClassifier(30, min_samples_leaf=2, random_state=9).fit(vectors, classes)
    prior = np.array([81, 61, 41]) / 183
    expected = (30 * reference.predict_proba(fresh) + prior) / 31
    head = RandomForestHead(trees=30, leaf=2, seed=9).fit(vectors, classes, count=3)
    np.testing.assert_allclose(np.exp(head.log_scores(fresh)), expected, atol=2**-16)


def test_every_tree_sees_a_bounded_sample(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, classes = blobs((300, 300), apart=4)
    monkeypatch.setattr(random_forest, "_SAMPLE", 40)
    reference = RandomForestClassifier(9, min_samples_leaf=3, max_samples=40, random_state=0)
    expected = reference.fit(vectors, classes).predict(vectors)
    head = RandomForestHead(trees=9).fit(vectors, classes, count=2)
    assert (head.log_scores(vectors).argmax(axis=1) == expected).mean() > 0.99


@pytest.mark.parametrize("trees", [0, MOST_TREES + 1])
def test_refuses_a_number_of_trees_that_would_not_add_up(blobs: Blobs, trees: int) -> None:
    with pytest.raises(ValueError, match=f"from 1 to 256, but it is {trees}"):
        RandomForestHead(trees=trees).fit(*blobs((9, 9)), count=2)
