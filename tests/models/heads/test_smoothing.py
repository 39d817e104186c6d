from collections.abc import Callable

import numpy as np
import pytest

from fieldguide.models.heads.smoothing import Smoothing
from fieldguide.types import FloatArray

CLASSES = np.array([0, 0, 0, 2])


def test_mixes_evidence_and_shares_by_hand() -> None:
    smoothing = Smoothing(CLASSES, count=3, strength=2.0)
    prior = np.array([4, 1, 2]) / 7
    result = np.exp(smoothing.apply(np.array([[5.0, 0.0, 1.0], [0.0, 0.0, 0.0]])))
    np.testing.assert_allclose(result[0], (np.array([5, 0, 1]) + 2 * prior) / 8)
    np.testing.assert_allclose(result[1], prior)


def test_probabilities_sum_to_one_and_more_examples_make_the_unseen_rarer() -> None:
    unseen = []
    for times in (1, 10, 100):
        smoothing = Smoothing(np.tile(CLASSES, times), count=3, strength=1.0)
        chances = np.exp(smoothing.apply(np.array([[3.0, 0.0, 9.0]])))
        assert chances.sum() == pytest.approx(1)
        unseen.append(chances[0, 1])
    assert unseen[0] > unseen[1] > unseen[2] > 0


def test_the_nodes_give_the_same(run: Callable[..., FloatArray]) -> None:
    smoothing = Smoothing(CLASSES, count=3, strength=2.0)
    evidence = np.random.default_rng(0).integers(0, 3, (50, 3)).astype(np.float64)
    np.testing.assert_allclose(
        run(smoothing.add_to, evidence, 3), smoothing.apply(evidence), atol=1e-14
    )
