import math
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from fieldguide.metrics.reliability import reliability


def test_equals_scikit_learn(case: Any) -> None:
    right = case.truth == case.predicted
    confidence = case.probabilities.max(axis=1)
    # scikit-learn closes its bins above and ours below: a hair more puts edges on the same side.
    shifted = np.minimum(confidence + 1e-12, 1.0)
    accuracy, mean = calibration_curve(right, shifted, n_bins=10)
    filled = [b for b in reliability(case.truth, case.probabilities) if b.count]
    assert [b.accuracy for b in filled] == pytest.approx(accuracy.tolist())
    assert [b.confidence for b in filled] == pytest.approx(mean.tolist())


def test_all_bins_are_there_and_hold_all_pictures(case: Any) -> None:
    bins = reliability(case.truth, case.probabilities)
    assert [b.low for b in bins] == pytest.approx([i / 10 for i in range(10)])
    assert [b.high for b in bins] == pytest.approx([(i + 1) / 10 for i in range(10)])
    assert sum(b.count for b in bins) == case.truth.size


def test_an_edge_belongs_to_the_bin_above_and_1_to_the_last() -> None:
    bins = reliability([0, 0], [[0.5, 0.5], [1.0, 0.0]])
    assert [b.count for b in bins] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 1]


def test_without_pictures_all_bins_are_empty() -> None:
    bins = reliability([], np.zeros((0, 2)), bins=4)
    assert [b.count for b in bins] == [0] * 4
    assert all(math.isnan(b.accuracy) and math.isnan(b.confidence) for b in bins)


def test_refuses_no_bins() -> None:
    with pytest.raises(ValueError, match="bins must be at least 1, got 0"):
        reliability([0], [[1.0]], bins=0)


def test_refuses_another_number_of_rows() -> None:
    with pytest.raises(ValueError, match="truth must have 1 entries, one a picture, got 2"):
        reliability([0, 0], [[1.0]])
