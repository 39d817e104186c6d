import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from fieldguide.metrics.accuracy import accuracy


def test_equals_scikit_learn(case: Any) -> None:
    assert accuracy(case.truth, case.predicted) == pytest.approx(
        accuracy_score(case.truth, case.predicted)
    )
    assert accuracy(case.truth, case.predicted, weights=case.weights) == pytest.approx(
        accuracy_score(case.truth, case.predicted, sample_weight=case.weights)
    )


def test_weights_are_multiplicities(case: Any) -> None:
    truth, predicted = (np.repeat(a, case.counts) for a in (case.truth, case.predicted))
    assert accuracy(case.truth, case.predicted, weights=case.counts) == pytest.approx(
        accuracy_score(truth, predicted)
    )


def test_without_pictures_it_is_undefined() -> None:
    assert math.isnan(accuracy([], []))
    assert math.isnan(accuracy([0, 1], [0, 1], weights=[0, 0]))


def test_refuses_another_number_of_predictions() -> None:
    with pytest.raises(ValueError, match="predicted must have 2 entries, one a picture, got 3"):
        accuracy([0, 1], [0, 1, 1])
