import numpy as np
import pytest
from scipy.stats import binomtest

from fieldguide.metrics.proportion import bounds_of_mean, design_effect, effective_size, wilson


@pytest.mark.parametrize(("right", "size"), [(0, 7), (3, 10), (50, 50), (49, 50), (900, 1000)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_wilson_equals_scipy(right: int, size: int, level: float) -> None:
    expected = binomtest(right, size).proportion_ci(level, method="wilson")
    low, high = wilson(right / size, size, level)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high))


def test_wilson_of_nothing_is_undefined() -> None:
    low, high = wilson(np.array([0.5, np.nan]), np.array([0.0, 3.0]), 0.95)
    assert np.isnan([low, high]).all()


def test_pictures_that_stand_alone_have_no_design_effect() -> None:
    hits = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    assert design_effect(hits, np.arange(5)) == pytest.approx(1.0)
    assert effective_size(hits, np.arange(5)) == pytest.approx(5.0)


def test_without_mistakes_only_the_groups_count() -> None:
    codes = np.repeat(np.arange(5), 10)
    assert effective_size(np.ones(50), codes) == pytest.approx(5.0)


def test_groups_that_are_right_or_wrong_as_a_whole_count_as_one_picture_each() -> None:
    codes = np.repeat(np.arange(200), 10)
    hits = np.repeat((np.arange(200) % 4 > 0).astype(float), 10)
    assert effective_size(hits, codes) == pytest.approx(200.0, rel=0.01)


def test_mistakes_that_ignore_the_groups_hardly_cost_anything() -> None:
    random = np.random.default_rng(0)
    hits = (random.random(20_000) < 0.7).astype(float)
    assert design_effect(hits, np.arange(20_000) % 2000) == pytest.approx(1.0, abs=0.1)


def test_without_pictures_the_size_is_0() -> None:
    assert effective_size(np.zeros(0), np.zeros(0, np.int64)) == 0.0


def test_bounds_of_a_mean_add_distances_as_variances() -> None:
    values = np.array([0.5, 0.7])
    low, high = bounds_of_mean(values, (values - 0.3, values + 0.1), np.array([0.5, 0.5]))
    assert low[0] == pytest.approx(0.6 - 0.15 * np.sqrt(2))
    assert high[0] == pytest.approx(0.6 + 0.05 * np.sqrt(2))


def test_bounds_of_a_mean_of_one_are_its_own() -> None:
    low, high = bounds_of_mean(np.array([1.0]), (np.array([0.9]), np.array([1.0])), np.ones(1))
    assert (low[0], high[0]) == pytest.approx((0.9, 1.0))
