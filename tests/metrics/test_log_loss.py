import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import log_loss as reference

from fieldguide.metrics.log_loss import LARGEST, log_loss


def test_equals_scikit_learn(case: Any) -> None:
    labels = range(case.class_count)
    for weights in (None, case.weights, case.counts):
        assert log_loss(case.truth, case.probabilities, weights=weights) == pytest.approx(
            reference(case.truth, case.probabilities, labels=labels, sample_weight=weights)
        )


def test_a_certain_mistake_costs_the_largest_loss() -> None:
    assert log_loss([1], [[1.0, 0.0]]) == pytest.approx(LARGEST)
    assert log_loss([0], [[1.0, 0.0]]) == 0.0


def test_without_pictures_it_is_undefined() -> None:
    assert math.isnan(log_loss([], np.zeros((0, 3))))


def test_refuses_a_list_of_classes() -> None:
    with pytest.raises(ValueError, match=r"probabilities must have shape \(n, k\)"):
        log_loss([0, 1], [0, 1])
