import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from fieldguide.metrics.balanced_accuracy import balanced_accuracy


def test_equals_scikit_learn(case: Any) -> None:
    assert balanced_accuracy(case.truth, case.predicted) == pytest.approx(
        balanced_accuracy_score(case.truth, case.predicted)
    )
    assert balanced_accuracy(case.truth, case.predicted, weights=case.weights) == pytest.approx(
        balanced_accuracy_score(case.truth, case.predicted, sample_weight=case.weights)
    )


def test_weights_are_multiplicities(case: Any) -> None:
    truth, predicted = (np.repeat(a, case.counts) for a in (case.truth, case.predicted))
    assert balanced_accuracy(case.truth, case.predicted, weights=case.counts) == pytest.approx(
        balanced_accuracy_score(truth, predicted)
    )


def test_a_predicted_class_without_pictures_is_left_out() -> None:
    assert balanced_accuracy([0, 0, 1, 1], [0, 2, 1, 1]) == pytest.approx(0.75)


def test_without_pictures_it_is_undefined() -> None:
    assert math.isnan(balanced_accuracy([], []))


def test_refuses_a_matrix() -> None:
    with pytest.raises(ValueError, match=r"truth must have shape \(n,\), got \(2, 2\)"):
        balanced_accuracy([[0, 1], [1, 0]], [0, 1])
