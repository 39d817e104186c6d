from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from fieldguide.models.heads.examples import FloatMatrix
from fieldguide.models.heads.logistic import LogisticRegressionHead
from fieldguide.types import IntArray

Blobs = Callable[..., tuple[FloatMatrix, IntArray]]


@pytest.mark.parametrize("c", [1e-3, 1e-1, 10.0])
def test_equals_scikit_learn_on_standardised_vectors(blobs: Blobs, c: float) -> None:
    vectors, classes = blobs((80, 60, 40), apart=0.5)
    fresh = blobs((50, 50, 50), apart=0.5, seed=1)[0]
    scaler = StandardScaler().fit(vectors.astype(np.float64))
    reference = LogisticRegression(C=c, tol=1e-8, max_iter=5000)
    reference.fit(scaler.transform(vectors.astype(np.float64)), classes)
    head = LogisticRegressionHead(c=c).fit(vectors, classes, count=3)
    assert head.converged_
    expected = reference.predict_proba(scaler.transform(fresh.astype(np.float64)))
    np.testing.assert_allclose(np.exp(head.log_scores(fresh)), expected, atol=5e-3)


def test_two_classes_are_treated_like_more(blobs: Blobs) -> None:
    vectors, classes = blobs((60, 40), apart=0.5)
    scaler = StandardScaler().fit(vectors.astype(np.float64))
    # scikit-learn penalises one vector of weights, the softmax two of half its length.
    reference = LogisticRegression(C=0.2, tol=1e-8, max_iter=5000)
    reference.fit(scaler.transform(vectors.astype(np.float64)), classes)
    ours = np.exp(LogisticRegressionHead(c=0.1).fit(vectors, classes, count=2).log_scores(vectors))
    expected = reference.predict_proba(scaler.transform(vectors.astype(np.float64)))
    np.testing.assert_allclose(ours, expected, atol=5e-3)


def test_says_when_it_did_not_converge(blobs: Blobs) -> None:
    vectors, classes = blobs((80, 60, 40))
    assert (
        not LogisticRegressionHead(c=10.0, iterations=2).fit(vectors, classes, count=3).converged_
    )


def test_converges_over_the_whole_grid(blobs: Blobs) -> None:
    vectors, classes = blobs((40,) * 5, dimensions=300, apart=0.2)
    for head in LogisticRegressionHead.grid(0):
        assert head.fit(vectors, classes, count=5).converged_


def test_scales_of_the_columns_do_not_matter(blobs: Blobs) -> None:
    vectors, classes = blobs((40, 40, 40))
    factors = np.geomspace(1e-4, 1e4, vectors.shape[1]).astype(np.float32)
    plain = LogisticRegressionHead().fit(vectors, classes, count=3).log_scores(vectors)
    scaled = LogisticRegressionHead().fit(vectors * factors, classes, count=3)
    np.testing.assert_allclose(scaled.log_scores(vectors * factors), plain, atol=1e-3)
