from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import log_softmax
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import SVC

from fieldguide.models.heads import svm
from fieldguide.models.heads.examples import FloatMatrix
from fieldguide.models.heads.projection import Projection
from fieldguide.models.heads.svm import SupportVectorHead
from fieldguide.types import IntArray

Blobs = Callable[..., tuple[FloatMatrix, IntArray]]


@pytest.mark.parametrize("sizes", [(50, 40, 30), (40, 30)])
def test_equals_scikit_learn_one_against_the_rest(blobs: Blobs, sizes: tuple[int, ...]) -> None:
    vectors, classes = blobs(sizes, apart=1)
    fresh = blobs(sizes, apart=1, seed=1)[0]
    projection = Projection(10).fit(vectors)
    reference = OneVsRestClassifier(SVC(C=3.0, gamma=0.05)).fit(projection.apply(vectors), classes)
    values = reference.decision_function(projection.apply(fresh))
    if len(sizes) == 2:
        values = np.column_stack([-values / 2, values / 2])
    head = SupportVectorHead(c=3.0, gamma=0.5, components=10).fit(
        vectors, classes, count=len(sizes)
    )
    expected = log_softmax(2 * values, axis=1)
    np.testing.assert_allclose(head.log_scores(fresh), expected, atol=5e-3)


def test_learns_what_no_line_can_tell_apart() -> None:
    vectors = np.random.default_rng(0).normal(0, 1, (400, 2))
    classes = (vectors.prod(axis=1) > 0).astype(np.int64)
    head = SupportVectorHead(gamma=2.0).fit(vectors[:300], classes[:300], count=2)
    assert (head.log_scores(vectors[300:]).argmax(axis=1) == classes[300:]).mean() > 0.9


def test_keeps_only_support_vectors(blobs: Blobs) -> None:
    vectors, classes = blobs((100, 100), apart=6)
    head = SupportVectorHead().fit(vectors, classes, count=2)
    assert head.support_.shape[1] == len(head.coefficients_) < 150


def test_sees_a_sample_where_there_are_too_many(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(svm, "_LIMIT", 50)
    vectors, classes = blobs((300, 300, 3), apart=4)
    head = SupportVectorHead(seed=2).fit(vectors, classes, count=3)
    assert head.support_.shape[1] <= 50
    assert (head.log_scores(vectors).argmax(axis=1) == classes).mean() > 0.9
    other = SupportVectorHead(seed=3).fit(vectors, classes, count=3)
    assert (other.log_scores(vectors) != head.log_scores(vectors)).any()
