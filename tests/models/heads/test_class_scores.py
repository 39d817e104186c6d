from collections.abc import Callable

import numpy as np
from scipy.special import expit, log_softmax, softmax

from fieldguide.models.heads.class_scores import ClassScores, two_sided
from fieldguide.types import FloatArray

SCORES = np.random.default_rng(0).normal(0, 30, (40, 3))


def test_with_all_classes_it_only_normalises(run: Callable[..., FloatArray]) -> None:
    scores = ClassScores(np.arange(3), count=3, n=10)
    np.testing.assert_allclose(scores.apply(SCORES), log_softmax(SCORES, axis=1))
    np.testing.assert_allclose(run(scores.add_to, SCORES, 3), scores.apply(SCORES), atol=1e-12)


def test_an_unseen_class_gets_laplaces_share(run: Callable[..., FloatArray]) -> None:
    scores = ClassScores(np.array([0, 2, 3]), count=5, n=95)
    result = scores.apply(SCORES)
    np.testing.assert_allclose(result[:, [0, 2, 3]], log_softmax(SCORES, axis=1))
    np.testing.assert_allclose(result[:, [1, 4]], np.log(1 / 100))
    np.testing.assert_allclose(run(scores.add_to, SCORES, 5), result, atol=1e-12)


def test_an_unseen_class_never_wins_even_against_equal_scores() -> None:
    scores = ClassScores(np.array([1, 2]), count=300, n=2).apply(np.zeros((1, 2)))
    assert scores.argmax() in (1, 2)


def test_the_two_sides_of_one_score_are_the_logistic_function() -> None:
    one = SCORES[:, :1]
    np.testing.assert_allclose(softmax(two_sided(one), axis=1)[:, 1:], expit(one))
    assert two_sided(SCORES) is SCORES
    assert two_sided(np.array([4.0])).tolist() == [-2.0, 2.0]
