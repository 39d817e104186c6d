import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from fieldguide.metrics.average_precision import average_precision


def one_against_the_rest(truth: Any, probabilities: Any, weights: Any = None) -> float:
    return np.mean(
        [
            average_precision_score(truth == c, probabilities[:, c], sample_weight=weights)
            for c in np.unique(truth)
        ]
    )


def test_equals_scikit_learn(case: Any) -> None:
    assert average_precision(case.truth, case.probabilities) == pytest.approx(
        one_against_the_rest(case.truth, case.probabilities)
    )
    assert average_precision(case.truth, case.probabilities, weights=case.weights) == pytest.approx(
        one_against_the_rest(case.truth, case.probabilities, case.weights)
    )


def test_weights_are_multiplicities(case: Any) -> None:
    truth = np.repeat(case.truth, case.counts)
    probabilities = np.repeat(case.probabilities, case.counts, axis=0)
    assert average_precision(case.truth, case.probabilities, weights=case.counts) == pytest.approx(
        one_against_the_rest(truth, probabilities)
    )


def test_goes_over_the_classes_in_the_truth(case: Any) -> None:
    some = case.truth != 0 if case.class_count > 2 else np.ones(case.truth.size, dtype=bool)
    truth, probabilities = case.truth[some], case.probabilities[some]
    expected = one_against_the_rest(truth, probabilities)
    assert average_precision(truth, probabilities) == pytest.approx(expected)
    assert average_precision(case.truth, case.probabilities, weights=some) == pytest.approx(
        expected
    )


def test_one_class_in_the_truth_leaves_it_undefined() -> None:
    probabilities = np.array([[0.2, 0.8], [0.6, 0.4], [0.7, 0.3]])
    assert math.isnan(average_precision([1, 1, 1], probabilities))
    assert math.isnan(average_precision([0, 1, 1], probabilities, weights=[0.0, 0.1, 0.7]))


def test_without_pictures_it_is_undefined() -> None:
    assert math.isnan(average_precision([], np.zeros((0, 2))))


def test_refuses_another_number_of_rows() -> None:
    with pytest.raises(ValueError, match="truth must have 2 entries, one a picture, got 3"):
        average_precision([0, 1, 1], [[0.5, 0.5], [0.5, 0.5]])
