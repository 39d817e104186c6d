from collections.abc import Callable

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from fieldguide.models.heads.examples import FloatMatrix
from fieldguide.models.heads.mlp import MlpHead
from fieldguide.models.heads.projection import Projection
from fieldguide.types import IntArray

Blobs = Callable[..., tuple[FloatMatrix, IntArray]]


@pytest.mark.parametrize("sizes", [(300, 300, 200), (400, 400)])
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_equals_scikit_learn_after_the_same_epochs(blobs: Blobs, sizes: tuple[int, ...]) -> None:
    vectors, classes = blobs(sizes, apart=1)
    fresh = blobs((50,) * len(sizes), apart=1, seed=1)[0]
    head = MlpHead(hidden=16, alpha=0.5, components=10, seed=3)
    head.fit(vectors, classes, count=len(sizes))
    projection = Projection(10).fit(vectors)
    reference = MLPClassifier(
        (16,), alpha=0.5, batch_size=64, max_iter=head.epochs_, n_iter_no_change=999, random_state=3
    ).fit(projection.apply(vectors).astype(np.float32), classes)
    np.testing.assert_allclose(
        np.exp(head.log_scores(fresh)),
        reference.predict_proba(projection.apply(fresh).astype(np.float32)),
        atol=1e-4,
    )


@pytest.mark.parametrize(("n", "epochs"), [(4, 200), (640, 60), (10_000, 10)])
def test_trains_for_a_number_of_epochs_that_suits_the_examples(n: int, epochs: int) -> None:
    vectors = np.random.default_rng(0).normal(0, 1, (n, 3))
    head = MlpHead(hidden=2).fit(vectors, np.arange(n) % 2, count=2)
    assert head.epochs_ == epochs


def test_learns_what_no_line_can_tell_apart() -> None:
    vectors = np.random.default_rng(0).normal(0, 1, (1200, 2))
    classes = (vectors.prod(axis=1) > 0).astype(np.int64)
    head = MlpHead(alpha=1e-3).fit(vectors[:1000], classes[:1000], count=2)
    assert (head.log_scores(vectors[1000:]).argmax(axis=1) == classes[1000:]).mean() > 0.85
