from typing import Any

import numpy as np

from fieldguide.metrics.class_counts import ClassCounts, count, macro_average, support_average


def test_equals_a_loop(case: Any) -> None:
    weights = np.stack([case.weights, case.counts.astype(float)])
    counts = count(case.truth, case.predicted, case.class_count, weights)
    for c in range(case.class_count):
        true, given = case.truth == c, case.predicted == c
        np.testing.assert_allclose(counts.support[:, c], weights[:, true].sum(axis=1))
        np.testing.assert_allclose(counts.predicted[:, c], weights[:, given].sum(axis=1))
        np.testing.assert_allclose(counts.right[:, c], weights[:, true & given].sum(axis=1))


def test_averages_leave_out_the_absent_and_count_the_undefined_as_0() -> None:
    counts = ClassCounts(
        right=np.array([3.0, 0.0, 0.0]),
        support=np.array([3.0, 1.0, 0.0]),
        predicted=np.array([4.0, 0.0, 0.0]),
    )
    values = np.array([0.75, np.nan, np.nan])
    assert macro_average(values, counts) == 0.375
    assert support_average(values, counts) == 0.5625


def test_averages_of_nothing_are_undefined() -> None:
    nothing = ClassCounts(*(np.zeros((2, 3)) for _ in range(3)))
    values = np.full((2, 3), np.nan)
    assert np.isnan(macro_average(values, nothing)).tolist() == [True, True]
    assert np.isnan(support_average(values, nothing)).tolist() == [True, True]
