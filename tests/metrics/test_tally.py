import numpy as np
import pytest

from fieldguide.metrics.tally import ratio, tally


def test_equals_a_loop() -> None:
    random = np.random.default_rng(0)
    index, weights = random.integers(0, 4, 30), random.random((2, 3, 30))
    sums = tally(index, 5, weights)
    assert sums.shape == (2, 3, 5)
    for c in range(5):
        np.testing.assert_allclose(sums[..., c], weights[..., index == c].sum(axis=-1))


def test_of_nothing_is_zeros() -> None:
    assert tally(np.zeros(0, np.int64), 3, np.ones((2, 0))).tolist() == [[0.0] * 3] * 2
    assert tally(np.zeros(0, np.int64), 2, np.ones(0)).tolist() == [0.0, 0.0]


def test_refuses_weights_of_another_length() -> None:
    with pytest.raises(ValueError, match="cannot reshape"):
        tally(np.zeros(4, np.int64), 2, np.ones(3))


def test_a_ratio_to_nothing_is_undefined() -> None:
    assert ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])).tolist() == pytest.approx(
        [0.5, np.nan], nan_ok=True
    )
