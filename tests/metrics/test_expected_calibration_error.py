import math
from typing import Any

import numpy as np
import pytest

from fieldguide.metrics.expected_calibration_error import expected_calibration_error


def by_loop(truth: Any, probabilities: Any, weights: Any, bins: int = 15) -> float:
    edges = np.linspace(0.0, 1.0, bins + 1)
    error = 0.0
    for b in range(bins):
        right = sure = inside = 0.0
        for true, row, weight in zip(truth, probabilities, weights, strict=True):
            top = row.max()
            if edges[b] <= top < edges[b + 1] or (b == bins - 1 and top >= 1.0):
                right += weight * (row.argmax() == true)
                sure += weight * top
                inside += weight
        if inside:
            error += inside * abs(right / inside - sure / inside)
    return error / sum(weights)


def test_equals_a_loop(case: Any) -> None:
    for weights in (np.ones(case.truth.size), case.weights, case.counts):
        assert expected_calibration_error(
            case.truth, case.probabilities, weights=weights
        ) == pytest.approx(by_loop(case.truth, case.probabilities, weights))
    assert expected_calibration_error(case.truth, case.probabilities, bins=4) == pytest.approx(
        by_loop(case.truth, case.probabilities, np.ones(case.truth.size), bins=4)
    )


def test_too_sure_and_too_modest_bins_do_not_cancel() -> None:
    probabilities = [[0.6, 0.4], [0.9, 0.1]]
    assert expected_calibration_error([0, 1], probabilities) == pytest.approx((0.4 + 0.9) / 2)


def test_without_pictures_it_is_undefined() -> None:
    assert math.isnan(expected_calibration_error([], np.zeros((0, 2))))


def test_refuses_weights_of_another_shape() -> None:
    with pytest.raises(ValueError, match=r"weights must have shape \(1,\), got \(1, 1\)"):
        expected_calibration_error([0], [[1.0]], weights=[[1.0]])
