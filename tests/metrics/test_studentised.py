from typing import Any

import numpy as np
import pytest

from fieldguide.metrics import bootstrap, studentised
from fieldguide.metrics.proportion import wilson
from fieldguide.types import FloatArray, IntArray


def by_loop(
    losses: FloatArray, codes: IntArray, repeats: int, level: float, seed: int
) -> tuple[float, float]:
    def mean_and_error(drawn: Any) -> tuple[float, float]:
        sizes = np.array([(codes == g).sum() for g in drawn])
        sums = np.array([losses[codes == g].sum() for g in drawn])
        mean = sums.sum() / sizes.sum()
        return mean, np.sqrt(((sums - mean * sizes) ** 2).sum()) / sizes.sum()

    groups = codes.max() + 1
    mean, error = mean_and_error(range(groups))
    random = np.random.default_rng(seed)
    units = []
    for _ in range(repeats):
        drawn, spread = mean_and_error(random.integers(groups, size=groups))
        units.append((drawn - mean) / spread)
    tail = (1 - level) / 2
    low, high = np.quantile(units, [tail, 1 - tail])
    return max(mean - high * error, 0.0), mean - low * error


def test_equals_a_loop() -> None:
    random = np.random.default_rng(2)
    codes = np.sort(np.concatenate([np.arange(12), random.integers(0, 12, 60)]))
    losses = random.exponential(size=72) + np.repeat(random.exponential(size=12), 6)
    low, high = studentised.interval(losses, 36.0, codes, repeats=100, level=0.9, seed=4)
    assert (low[0], high[0]) == pytest.approx(by_loop(losses, codes, 100, 0.9, 4))


def test_one_certain_mistake_is_bounded_as_a_proportion() -> None:
    losses = np.array([0.0] * 9 + [2.0])
    low, high = studentised.interval(losses, 2.0, np.arange(10), repeats=500, level=0.95, seed=0)
    least, most = wilson(0.1, 10, 0.95)
    assert low[0] >= 2.0 * least
    assert high[0] == pytest.approx(2.0 * most)


def test_equal_losses_leave_nothing_to_measure_by() -> None:
    low, high = studentised.interval(
        np.full(8, 0.5), 2.0, np.arange(8), repeats=20, level=0.95, seed=0
    )
    assert np.isnan([low[0], high[0]]).all()


def test_holds_a_skewed_mean_more_often_than_percentiles() -> None:
    random = np.random.default_rng(3)
    missed = {"percentile": 0, "studentised": 0}
    for trial in range(150):
        losses = random.lognormal(sigma=1.5, size=40)
        truth = np.exp(1.5**2 / 2)
        _, high = bootstrap.interval(
            lambda w, v=losses: float(w @ v / w.sum()), 40, repeats=200, seed=trial
        )
        missed["percentile"] += truth > high
        _, high = studentised.interval(
            losses, 1e4, np.arange(40), repeats=200, level=0.95, seed=trial
        )
        missed["studentised"] += truth > high[0]
    assert missed["percentile"] >= 25
    assert missed["studentised"] <= 20
